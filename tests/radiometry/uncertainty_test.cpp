#include "thermoleak/radiometry/uncertainty.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "thermoleak/radiometry/planck.hpp"

namespace thermoleak {
namespace {

PlanckCalibration DroneOverAStreet() {
  PlanckCalibration camera;
  camera.planck = {364058, 1428, 1, -228, 1};
  camera.scene = {0.95, 75, -20, -5, 0.6, 20, 1};
  return camera;
}

/// The independent way: draw every input from its distribution and look at the spread (JCGM 101).
TEST(Uncertainty, FirstOrderAgreesWithMonteCarlo) {
  const PlanckCalibration camera = DroneOverAStreet();
  SceneSigmas sigmas;
  sigmas.emissivity = 0.015;  // well inside 1, so that the distribution is not clipped
  const CameraAccuracy accuracy{2, 0};
  for (const double celsius : {-5.0, 10.0, 40.0}) {
    const auto u = UncertaintyAt(celsius, camera, RadiometryLevel::kAbsolute, accuracy, sigmas);
    const SinglePathModel nominal(camera.planck, camera.atmosphere, camera.scene);
    const double raw = nominal.Raw(celsius);
    const double raw_above = nominal.Raw(celsius + 1);
    std::mt19937_64 random(1);
    std::normal_distribution<double> gauss;
    double sum = 0;
    double sum2 = 0;
    double scale2 = 0;
    constexpr int kDraws = 20000;
    for (int i = 0; i < kDraws; ++i) {
      SceneParameters scene = camera.scene;
      scene.emissivity += sigmas.emissivity * gauss(random);
      scene.reflected_c += sigmas.reflected_k * gauss(random);
      scene.air_c += sigmas.air_k * gauss(random);
      scene.relative_humidity += sigmas.relative_humidity * gauss(random);
      scene.distance_m += sigmas.distance_relative * scene.distance_m * gauss(random);
      const SinglePathModel model(camera.planck, camera.atmosphere, scene);
      const double error = model.Celsius(raw) - celsius;
      const double scale = model.Celsius(raw_above) - model.Celsius(raw) - 1;
      sum += error;
      sum2 += error * error;
      scale2 += scale * scale;
    }
    const double spread = std::sqrt(sum2 / kDraws - std::pow(sum / kDraws, 2));
    const double camera_k = std::max(2.0, std::abs(celsius) * 0.02) / std::sqrt(3.0);
    ASSERT_TRUE(u.total_k.has_value());
    EXPECT_NEAR(*u.total_k, std::hypot(spread, camera_k), 0.05 * *u.total_k) << celsius;
    EXPECT_NEAR(u.camera_k, camera_k, 1e-9);
    const double drawn_scale = std::hypot(std::sqrt(scale2 / kDraws), 0.02 / std::sqrt(3.0));
    EXPECT_NEAR(u.scale, drawn_scale, 0.08 * drawn_scale) << celsius;
  }
}

TEST(Uncertainty, WithoutAirDistanceDoesNotMatter) {
  PlanckCalibration camera = DroneOverAStreet();
  camera.scene.distance_m = 0;
  const auto u = UncertaintyAt(5, camera, RadiometryLevel::kAbsolute, {});
  EXPECT_LT(u.air_k, 1e-6);
  // But the distance may be half a metre.
  EXPECT_LT(u.distance_k, 0.2);
  EXPECT_GT(u.emissivity_k, 0.1);
}

TEST(Uncertainty, EmissivityOneStillHasItsSigma) {
  PlanckCalibration camera = DroneOverAStreet();
  const double inside = UncertaintyAt(5, camera, RadiometryLevel::kAbsolute, {}).emissivity_k;
  camera.scene.emissivity = 1;
  const double at_the_end = UncertaintyAt(5, camera, RadiometryLevel::kAbsolute, {}).emissivity_k;
  EXPECT_NEAR(at_the_end, inside, 0.15 * inside);
}

TEST(Uncertainty, TheLevelDecidesWhatCanBeSaid) {
  const LinearCalibration linear{1.0 / 64, -273.15};
  const auto absolute = UncertaintyAt(5, linear, RadiometryLevel::kAbsolute, {5, 0});
  const auto apparent = UncertaintyAt(5, linear, RadiometryLevel::kApparent, {5, 0.23});
  const auto relative =
      UncertaintyAt(0, RelativeCalibration{}, RadiometryLevel::kRelative, {5, 0.3});
  ASSERT_TRUE(absolute.total_k && apparent.total_k);
  EXPECT_GT(*apparent.total_k, *absolute.total_k);
  EXPECT_GE(apparent.scale, 0.23);
  EXPECT_FALSE(relative.total_k.has_value());
  EXPECT_GE(relative.scale, 0.3);
}

}  // namespace
}  // namespace thermoleak
