#include "thermoleak/detection/alignment.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "thermoleak/detection/trace.hpp"

namespace thermoleak {
namespace {

constexpr double kWidth = 2.4;  // full width at half maximum of the traces below, m

Pipe Along(const char* id, std::vector<Vec2> axis) {
  Pipe pipe;
  pipe.id = id;
  pipe.axis = Polyline(std::move(axis));
  return pipe;
}

/// Two pipes of a map; the mosaic shows their warm traces moved by `shift`.
struct World {
  PipeNetwork network;
  Mosaic mosaic{0.2};
  std::vector<StripLayout> strips;
  std::vector<double> widths;
};

World MakeWorld(std::vector<Pipe> pipes, const Vec2& shift, double peak_k) {
  World world{PipeNetwork(std::move(pipes), {}, {}, {}), Mosaic(0.2), {}, {}};
  constexpr int kSide = 600;  // 120 m
  cv::Mat_<float> picture(kSide, kSide);
  cv::Mat_<float> nadir(kSide, kSide, 0.1f);
  for (int r = 0; r < kSide; ++r) {
    for (int c = 0; c < kSide; ++c) {
      const Vec2 point((c - 300 + 0.5) * 0.2, -(r - 300 + 0.5) * 0.2);
      // Ground that is not even: two waves of a few metres, and noise that does not repeat.
      double t = 0.2 * std::sin(0.9 * point.x() + 0.4 * point.y()) +
                 0.15 * std::sin(0.5 * point.x() - 1.1 * point.y()) +
                 0.05 * std::sin(12.9898 * r + 78.233 * c);
      for (const Pipe& pipe : world.network.pipes()) {
        const double d = pipe.axis.Locate(point - shift).distance;
        t += peak_k / (1 + 4 * d * d / (kWidth * kWidth));
      }
      picture(r, c) = static_cast<float>(t);
    }
  }
  world.mosaic.Add(-300, -300, picture, nadir);
  for (std::size_t p = 0; p < world.network.pipes().size(); ++p) {
    const double length = world.network.pipes()[p].axis.Length();
    world.strips.push_back({static_cast<int>(p), 0, 0.1, static_cast<int>(length / 0.1), 161});
    world.widths.push_back(kWidth);
  }
  return world;
}

SurveyShift Align(const World& world) {
  return AlignToMap(world.mosaic, world.network, world.strips, world.widths, 2.0, 0.3, {});
}

TEST(AlignToMap, TwoDirectionsGiveTheWholeShift) {
  const Vec2 truth(1.6, -2.1);
  const SurveyShift shift = Align(MakeWorld(
      {Along("east", {{-50, 5}, {50, 5}}), Along("north", {{10, -50}, {10, 50}})}, truth, 1.2));
  EXPECT_TRUE(shift.found);
  EXPECT_NEAR(shift.shift_m.x(), truth.x(), 0.35);
  EXPECT_NEAR(shift.shift_m.y(), truth.y(), 0.35);
  EXPECT_LT(EllipseOf(shift.covariance).major, 1.0);
}

TEST(AlignToMap, AlongASinglePipeNothingIsKnown) {
  const SurveyShift shift = Align(MakeWorld({Along("east", {{-58, 5}, {58, 5}})}, {0, -2.0}, 1.2));
  EXPECT_TRUE(shift.found);
  EXPECT_NEAR(shift.shift_m.y(), -2.0, 0.35);
  EXPECT_NEAR(shift.shift_m.x(), 0, 1.0);
  const Ellipse ellipse = EllipseOf(shift.covariance);
  EXPECT_GT(ellipse.major, 1.0);
  EXPECT_LT(ellipse.minor, 0.7);
  EXPECT_NEAR(std::abs(ellipse.azimuth_deg - 90), 0, 20);  // the pipe's direction
}

TEST(AlignToMap, ColdPipesGiveNoShift) {
  const SurveyShift shift = Align(MakeWorld(
      {Along("east", {{-50, 5}, {50, 5}}), Along("north", {{10, -50}, {10, 50}})}, {1, 1}, 0.0));
  EXPECT_FALSE(shift.found);
  EXPECT_TRUE(shift.shift_m.isZero());
  EXPECT_NEAR(shift.covariance(0, 0), 4, 1e-12);
}

TEST(AlignToMap, NothingSeenIsNoShift) {
  const PipeNetwork network({Along("P", {{0, 0}, {10, 0}})}, {}, {}, {});
  EXPECT_FALSE(AlignToMap(Mosaic(0.1), network, {}, {}, 2, 0.3, {}).found);
}

TEST(Bundle, ReachesOverParallelPipesOnly) {
  const PipeNetwork network({Along("S", {{0, 0}, {50, 0}}), Along("R", {{0, 1.2}, {50, 1.2}}),
                             Along("X", {{20, -30}, {20, 30}})},
                            {}, {}, {});
  const Bundle supply = BundleAt(network, 0, 25);
  EXPECT_NEAR(supply.left_m, 1.2, 1e-9);
  EXPECT_NEAR(supply.right_m, 0, 1e-9);
  EXPECT_NEAR(BundleAt(network, 1, 25).right_m, -1.2, 1e-9);
}

TEST(CorrectPosition, TheShiftIsTakenOutAndTheEllipseIsHonest) {
  const PipeNetwork network({Along("east", {{0, 0}, {200, 0}})}, {}, {}, {});
  HotSpot spot;
  spot.pipe = 0;
  spot.chainage_m = 100;
  spot.position = {101, -2};
  spot.trace_offset_m = -2;
  SurveyShift shift;
  shift.shift_m = {1, -2};
  shift.covariance = Mat2::Identity() * 0.25;
  shift.local_sigma_m = 0.3;
  const CorrectedPosition seen = CorrectPosition(spot, true, shift, network);
  EXPECT_TRUE(seen.position.isApprox(Vec2(100, 0), 1e-9));
  EXPECT_LT(seen.covariance(1, 1), seen.covariance(0, 0));
  // With a trace 1 m off the shifted axis and poses good to 0.3 m, the map (1 m) is what is wrong.
  spot.trace_offset_m = -1;
  EXPECT_NEAR(CorrectPosition(spot, true, shift, network).position.y(), -0.09 / 1.09, 1e-6);
}

}  // namespace
}  // namespace thermoleak
