#include "thermoleak/radiometry/planck.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace thermoleak {
namespace {

// Constants of a Zenmuse XT R and of a FLIR T640: the two families that cameras come in.
constexpr PlanckConstants kTau{17096.453, 1428, 1, -342, 0.046642166};
constexpr PlanckConstants kHandheld{15848.854, 1414.9, 1, -4405, 0.014533112};

SceneParameters WinterScene() {
  SceneParameters scene;
  scene.emissivity = 0.95;
  scene.distance_m = 100;
  scene.reflected_c = -20;
  scene.air_c = 0;
  scene.relative_humidity = 0.7;
  return scene;
}

TEST(Atmosphere, MatchesTheTableOfTheTransmissionModel) {
  // knowledge/detection.md 3.1, three decimals (some cut, not rounded): air 0 C, 80 %.
  const struct {
    double distance_m, tau;
  } rows[] = {{25, 0.978},  {40, 0.972},  {60, 0.966}, {100, 0.957},
              {120, 0.952}, {300, 0.925}, {800, 0.879}};
  for (const auto& row : rows) {
    EXPECT_NEAR(AtmosphericTransmission({}, row.distance_m, 0, 0.8), row.tau, 0.0006)
        << row.distance_m << " m";
  }
}

TEST(Atmosphere, NoDistanceIsNoAir) {
  EXPECT_DOUBLE_EQ(AtmosphericTransmission({}, 0, 35, 1.0), 1.0);
}

TEST(Atmosphere, IsNotTheSquareOfHalfTheWay) {
  // What many open tools compute instead (formats.md 1.7): 0.953 for 60 m, 0 C, 80 %.
  const double half = AtmosphericTransmission({}, 30, 0, 0.8);
  EXPECT_NEAR(half * half, 0.953, 0.0006);
  EXPECT_GT(AtmosphericTransmission({}, 60, 0, 0.8) - half * half, 0.012);
}

TEST(Planck, HandCalculatedCounts) {
  // exp(1428 / 300) = 116.7459...; 17096.453 / (0.046642166 * 115.7459) + 342 = 3508.8.
  const double expected = 17096.453 / (0.046642166 * (std::exp(1428.0 / 300.0) - 1)) + 342;
  EXPECT_NEAR(CountsFromCelsius(kTau, 26.85), expected, 1e-9);
  EXPECT_NEAR(expected, 3508.8, 0.5);
}

TEST(Planck, RoundTripsOverTheRangeOfCameras) {
  for (const PlanckConstants& planck : {kTau, kHandheld}) {
    for (double t = -40; t <= 550; t += 0.7) {
      EXPECT_NEAR(CelsiusFromCounts(planck, CountsFromCelsius(planck, t)), t, 1e-9);
    }
  }
}

TEST(Planck, UndefinedIsNan) {
  EXPECT_TRUE(std::isnan(CelsiusFromCounts(kTau, 342)));  // r2 (S + O) = 0
  EXPECT_TRUE(std::isnan(CelsiusFromCounts(kTau, 0)));    // negative radiance
  EXPECT_TRUE(std::isnan(CelsiusFromCounts(kTau, std::numeric_limits<double>::quiet_NaN())));
  EXPECT_TRUE(std::isnan(CountsFromCelsius(kTau, -273.15)));
}

TEST(SinglePath, RoundTripsThroughEveryTerm) {
  SceneParameters scene = WinterScene();
  scene.window_transmission = 0.7;
  scene.window_c = 15;
  const SinglePathModel model(kTau, {}, scene);
  for (double t = -35; t <= 150; t += 0.9) EXPECT_NEAR(model.Celsius(model.Raw(t)), t, 1e-9);
}

TEST(SinglePath, BlackBodyWithoutAirIsPlanck) {
  SceneParameters scene;
  scene.air_c = std::numeric_limits<double>::quiet_NaN();  // plays no part at distance 0 ...
  scene.distance_m = 0;
  scene.relative_humidity = 0.5;
  scene.reflected_c = -300;  // ... and neither does this at emissivity 1
  SceneParameters sane = scene;
  sane.air_c = 20;
  EXPECT_NEAR(SinglePathModel(kTau, {}, sane).Celsius(3508.8), CelsiusFromCounts(kTau, 3508.8),
              1e-9);
}

TEST(SinglePath, EverythingAtOneTemperatureReadsThatTemperature) {
  // In a cavity of 12 C nothing can look different, whatever emissivity, air and window are.
  SceneParameters scene;
  scene.emissivity = 0.6;
  scene.distance_m = 300;
  scene.window_transmission = 0.5;
  scene.reflected_c = scene.air_c = scene.window_c = 12;
  EXPECT_NEAR(SinglePathModel(kTau, {}, scene).Celsius(CountsFromCelsius(kTau, 12)), 12, 1e-9);
}

TEST(SinglePath, HalvingThePathTwiceIsWrongByAsMuchAsPublished) {
  // formats.md 1.7: e 0.95, air 0 C, RH 70 %, 100 m: +0.45 K at 30 C, +0.93 K at 70 C.
  SceneParameters scene = WinterScene();
  scene.reflected_c = 0;
  const SinglePathModel model(kTau, {}, scene);
  const double half = AtmosphericTransmission({}, 50, 0, 0.7);
  const double air = CountsFromCelsius(kTau, 0);
  const auto split_path = [&](double raw) {
    const double tau = half * half;
    return CelsiusFromCounts(kTau, (raw - tau * 0.05 * air - (1 - tau) * air) / (0.95 * tau));
  };
  EXPECT_NEAR(split_path(model.Raw(30)) - 30, 0.45, 0.02);
  EXPECT_NEAR(split_path(model.Raw(70)) - 70, 0.93, 0.02);
}

TEST(SinglePath, ImpossibleParametersAreNanNotNumbers) {
  SceneParameters scene = WinterScene();
  scene.emissivity = 0;
  EXPECT_TRUE(std::isnan(SinglePathModel(kTau, {}, scene).Celsius(3500)));
  scene = WinterScene();
  scene.window_transmission = 0;
  EXPECT_TRUE(std::isnan(SinglePathModel(kTau, {}, scene).Celsius(3500)));
  EXPECT_TRUE(std::isnan(SinglePathModel(PlanckConstants{}, {}, WinterScene()).Celsius(3500)));
}

}  // namespace
}  // namespace thermoleak
