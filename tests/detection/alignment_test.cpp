#include "thermoleak/detection/alignment.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <numbers>

#include "thermoleak/detection/map_lines.hpp"
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
  NetworkOptions options;
  options.map_sigma_m = 0.3;  // the shift is the poses', not the map's
  World world{PipeNetwork(std::move(pipes), {}, {}, options), Mosaic(0.2), {}, {}};
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
  return AlignToMap(world.mosaic, world.network, world.strips, world.widths,
                    PosePrior::Around(2.0, 0.3), {});
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
  EXPECT_FALSE(AlignToMap(Mosaic(0.1), network, {}, {}, PosePrior::Around(2, 0.3), {}).found);
}

/// Pseudo-random numbers of unit variance (counter-based, the same on every machine).
double Random(std::uint32_t seed, std::uint32_t index) {
  std::uint64_t x = (static_cast<std::uint64_t>(seed) << 32 | index) * 0x9E3779B97F4A7C15ull;
  double sum = 0;
  for (int i = 0; i < 8; ++i) {
    x ^= x >> 31;
    x *= 0xBF58476D1CE4E5B9ull;
    sum += static_cast<double>(x >> 40) / (1 << 24) - 0.5;
  }
  return sum * std::sqrt(1.5);
}

/// What the pictures show: pipes of the map with errors of `map_sigma`, then turned about the
/// middle and moved; ground of random blobs.
World MakeErringWorld(std::uint32_t seed, double map_sigma, const Vec2& shift, double rotation) {
  NetworkOptions options;
  options.map_sigma_m = map_sigma;
  std::vector<Pipe> map = {Along("a", {{-55, -30}, {55, -25}}), Along("b", {{-50, 25}, {50, 38}}),
                           Along("c", {{-35, -50}, {-25, 50}}), Along("d", {{30, -52}, {38, 50}})};
  std::vector<Polyline> seen;
  std::uint32_t n = 0;
  const auto random = [&] {
    const double east = Random(seed, ++n);
    return Vec2(east, Random(seed, ++n));
  };
  for (const Pipe& pipe : map) {
    // Half of the variance for the whole line, half changing along it, in both directions.
    const Vec2 whole = random();
    const Vec2 start = random();
    const Vec2 end = random();
    std::vector<Vec2> line;
    for (double s = 0; s <= pipe.axis.Length(); s += 5) {
      const double t = s / pipe.axis.Length() * std::numbers::pi / 2;
      const Vec2 error =
          map_sigma * std::sqrt(0.5) * (whole + std::cos(t) * start + std::sin(t) * end);
      const Vec2 p = pipe.axis.At(s) + error;
      line.push_back(p + rotation * Vec2(-p.y(), p.x()) + shift);
    }
    seen.emplace_back(std::move(line));
  }
  World world{PipeNetwork(map, {}, {}, options), Mosaic(0.2), {}, {}};
  constexpr int kSide = 700;  // 140 m
  constexpr int kGrain = 8;   // cells
  cv::Mat_<float> picture(kSide, kSide);
  cv::Mat_<float> nadir(kSide, kSide, 0.1f);
  for (int r = 0; r < kSide; ++r) {
    for (int c = 0; c < kSide; ++c) {
      const Vec2 point((c - 350 + 0.5) * 0.2, -(r - 350 + 0.5) * 0.2);
      const auto blob = [&](int y, int x) {
        return Random(seed + 1000, static_cast<std::uint32_t>(y * 1000 + x));
      };
      const int y = r / kGrain;
      const int x = c / kGrain;
      const double fy = static_cast<double>(r % kGrain) / kGrain;
      const double fx = static_cast<double>(c % kGrain) / kGrain;
      double t = 0.4 * ((1 - fy) * ((1 - fx) * blob(y, x) + fx * blob(y, x + 1)) +
                        fy * ((1 - fx) * blob(y + 1, x) + fx * blob(y + 1, x + 1)));
      for (const Polyline& line : seen) {
        const double d = line.Locate(point).distance;
        t += 0.8 / (1 + 4 * d * d / (kWidth * kWidth));
      }
      picture(r, c) = static_cast<float>(t);
    }
  }
  world.mosaic.Add(-350, -350, picture, nadir);
  for (std::size_t p = 0; p < map.size(); ++p) {
    world.strips.push_back(
        {static_cast<int>(p), 0, 0.1, static_cast<int>(map[p].axis.Length() / 0.1), 161});
    world.widths.push_back(kWidth);
  }
  return world;
}

TEST(AlignToMap, SigmasAreHonest) {
  double squares = 0;
  constexpr std::uint32_t kSeeds = 24;
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    const Vec2 truth(2.0 * Random(seed, 501), 2.0 * Random(seed, 502));
    const World world = MakeErringWorld(seed, 0.8, truth, 0);
    const SurveyShift shift = Align(world);
    ASSERT_TRUE(shift.found) << seed;
    const Vec2 error = shift.At({0, 0}) - truth;
    squares += error.dot(shift.CovarianceAt({0, 0}).inverse() * error) / 2;
  }
  const double rms = std::sqrt(squares / kSeeds);
  RecordProperty("normalised_rms", std::to_string(rms));
  EXPECT_GT(rms, 0.7);
  EXPECT_LT(rms, 1.4);
}

TEST(AlignToMap, ATurnedSurveyIsTurnedBack) {
  // 1.1 degrees: a metre at the ends of the pipes.
  constexpr double kTurn = 0.02;
  const World world = MakeErringWorld(5, 0.2, {1.5, -0.8}, kTurn);
  const SurveyShift shift = AlignToMap(world.mosaic, world.network, world.strips, world.widths,
                                       PosePrior::Around(2.0, 0.8), {});
  ASSERT_TRUE(shift.found);
  EXPECT_NEAR(shift.rotation_rad, kTurn, 3 * shift.rotation_sigma_rad);
  EXPECT_LT(shift.rotation_sigma_rad, 0.012);
  for (const Vec2& p : {Vec2(-45, -28), Vec2(40, 35), Vec2(34, -40)}) {
    const Vec2 truth = Vec2(1.5, -0.8) + kTurn * Vec2(-p.y(), p.x());
    // Half a grid step of rotation and one of stretch are 0.5 m there.
    EXPECT_LT((shift.At(p) - truth).norm(), 0.75);
    EXPECT_LT((shift.At(p) - truth).norm(), (shift.shift_m - truth).norm());
  }
}

TEST(AlignToBuildings, OutlinesLieOnThermalEdges) {
  const Vec2 truth(1.2, -1.6);
  std::vector<Building> buildings;
  for (const Vec2& corner : {Vec2(-40, -40), Vec2(-35, 15), Vec2(10, -30), Vec2(15, 20)}) {
    buildings.push_back(
        {{corner, corner + Vec2(18, 0), corner + Vec2(18, 11), corner + Vec2(0, 11)},
         std::optional<double>(3.0)});
  }
  const PipeNetwork network({Along("P", {{-50, 0}, {50, 0}})}, {}, buildings, {});
  cv::Mat_<float> picture(600, 600);
  for (int r = 0; r < 600; ++r) {
    for (int c = 0; c < 600; ++c) {
      const Vec2 point((c - 300 + 0.5) * 0.2, -(r - 300 + 0.5) * 0.2);
      double t = 0.3 * Random(3, static_cast<std::uint32_t>(r / 6 * 1000 + c / 6));
      // One roof is colder than the ground, the others warmer.
      for (std::size_t b = 0; b < buildings.size(); ++b) {
        if (RingContains(buildings[b].ring, point - truth)) t += b == 0 ? -3 : 2.5;
      }
      picture(r, c) = static_cast<float>(t);
    }
  }
  Mosaic mosaic(0.2);
  mosaic.Add(-300, -300, picture, cv::Mat_<float>(600, 600, 0.1f));
  const auto found = AlignToBuildings(mosaic, network, 2.0, {});
  ASSERT_TRUE(found && found->found);
  EXPECT_EQ(found->buildings, 4);
  EXPECT_NEAR(found->shift_m.x(), truth.x(), 0.4);
  EXPECT_NEAR(found->shift_m.y(), truth.y(), 0.4);
  SurveyShift pipes;
  pipes.found = true;
  pipes.shift_m = found->shift_m + Vec2(3, 0);
  pipes.covariance = Mat2::Identity() * 0.04;
  EXPECT_GT(DisagreementSigmas(pipes, *found), 3);
  pipes.shift_m = found->shift_m;
  EXPECT_NEAR(DisagreementSigmas(pipes, *found), 0, 1e-9);
  EXPECT_FALSE(AlignToBuildings(Mosaic(0.2), network, 2.0, {}));
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
