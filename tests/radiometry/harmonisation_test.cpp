#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "thermoleak/core/statistics.hpp"
#include "thermoleak/radiometry/offsets.hpp"

namespace thermoleak {
namespace {

TEST(Thumbnail, IsTheBlockMean) {
  cv::Mat picture(32, 48, CV_32FC1);
  for (int r = 0; r < 32; ++r) {
    for (int c = 0; c < 48; ++c) picture.at<float>(r, c) = static_cast<float>(r + 100 * c);
  }
  const Thumbnail t = MakeThumbnail(picture, 16);
  ASSERT_EQ(t.celsius.size(), cv::Size(3, 2));
  EXPECT_FLOAT_EQ(t.celsius(1, 2), 23.5f + 100 * 39.5f);
}

TEST(Thumbnail, BlocksThatLeaveABorderKeepTheirSize) {
  const cv::Mat picture(120, 160, CV_32FC1, cv::Scalar(1));
  const Thumbnail t = MakeThumbnail(picture, 16);
  ASSERT_EQ(t.celsius.size(), cv::Size(10, 7));
  EXPECT_EQ(BlockPixels(t, 160, 120), 16);
}

/// Deterministic noise in -1 .. 1.
double Noise(int a, int b) { return std::sin(12.9898 * a + 78.233 * b) * 0.999; }

constexpr int kRows = 32;
constexpr int kColumns = 40;

/// A pattern that is not round: vignetting, a slope, one warm corner.
double Pattern(double u, double v) {
  const double x = u / 320 - 1;
  const double y = v / 256 - 1;
  const double corner = std::exp(-((x - 1) * (x - 1) + (y - 1) * (y - 1)) / 0.1);
  return -0.9 * (x * x + 0.64 * y * y) / 1.64 + 0.3 * x - 0.15 * y + 0.8 * corner;
}

/// Ground with structure along x that every frame shows at the same columns (a road below a flight
/// along y), and the rest by chance; degC.
double Ground(double x_m, double y_m) {
  return 1.5 * std::exp(-x_m * x_m / 8) + 0.5 * std::sin(0.9 * x_m + 1.3 * std::sin(0.21 * y_m)) +
         0.4 * std::sin(0.37 * y_m + 0.2 * x_m);
}

struct World {
  std::vector<Thumbnail> frames;
  std::vector<GroundPair> pairs;
};

/// Frames of 32 x 25.6 m straight from above at the given places, 5 cm a pixel, each with its own
/// offset; pairs of all frames that overlap.
World Fly(const std::vector<cv::Point2d>& places, const std::vector<double>& offsets,
          bool with_pattern = true) {
  World world;
  const auto pixel_u = [](int c) { return (c + 0.5) * 16; };
  for (std::size_t i = 0; i < places.size(); ++i) {
    Thumbnail t{cv::Mat_<float>(kRows, kColumns)};
    for (int r = 0; r < kRows; ++r) {
      for (int c = 0; c < kColumns; ++c) {
        const double u = pixel_u(c);
        const double v = pixel_u(r);
        t.celsius(r, c) = static_cast<float>(
            Ground(places[i].x + 0.05 * (u - 320), places[i].y - 0.05 * (v - 256)) + offsets[i] +
            (with_pattern ? Pattern(u, v) : 0.0) +
            0.05 * Noise(static_cast<int>(i) * 131 + r, c * 7 + static_cast<int>(i)));
      }
    }
    world.frames.push_back(t);
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = i + 1; j < std::min(places.size(), i + 16); ++j) {
      // Places differ by whole blocks of 0.8 m.
      const int right = static_cast<int>(std::lround((places[j].x - places[i].x) / 0.8));
      const int up = static_cast<int>(std::lround((places[j].y - places[i].y) / 0.8));
      for (int r = 0; r < kRows; ++r) {
        for (int c = 0; c < kColumns; ++c) {
          const int c2 = c - right;
          const int r2 = r + up;
          if (c2 < 0 || r2 < 0 || c2 >= kColumns || r2 >= kRows || (r + c) % 2) continue;
          world.pairs.push_back({static_cast<int>(i), static_cast<int>(j),
                                 world.frames[i].celsius(r, c) - world.frames[j].celsius(r2, c2),
                                 static_cast<float>(pixel_u(c)), static_cast<float>(pixel_u(r)),
                                 static_cast<float>(pixel_u(c2)), static_cast<float>(pixel_u(r2))});
        }
      }
    }
  }
  return world;
}

/// Three lines beside each other, as a survey flies them.
std::vector<cv::Point2d> Lines() {
  std::vector<cv::Point2d> places;
  for (int line = 0; line < 3; ++line) {
    for (int i = 0; i < 20; ++i)
      places.emplace_back(line * 9.6 - 9.6, (line % 2 ? 19 - i : i) * 5.6);
  }
  return places;
}

std::vector<double> Drift(std::size_t frames) {
  std::vector<double> offsets;
  for (std::size_t i = 0; i < frames; ++i)
    offsets.push_back(0.04 * static_cast<double>(i % 14) + (i >= 28 ? 1.5 : 0.0));
  return offsets;
}

/// RMS of what is left of the pattern, freed of its mean.
double LeftOver(const FlatField& flat, bool also_free_of_slope = false) {
  double n = 0;
  double sum = 0;
  double squares = 0;
  cv::Vec2d slope{0, 0};
  const auto each = [&](const auto& visit) {
    for (double v = 8; v < 512; v += 16) {
      for (double u = 8; u < 640; u += 16) visit(u, v, flat.At(u, v) - Pattern(u, v));
    }
  };
  double uu = 0;
  double vv = 0;
  each([&](double u, double v, double e) {
    n += 1;
    sum += e;
    slope += cv::Vec2d((u - 320) * e, (v - 256) * e);
    uu += (u - 320) * (u - 320);
    vv += (v - 256) * (v - 256);
  });
  each([&](double u, double v, double e) {
    e -= sum / n;
    if (also_free_of_slope) e -= slope[0] / uu * (u - 320) + slope[1] / vv * (v - 256);
    squares += e * e;
  });
  return std::sqrt(squares / n);
}

TEST(FlatField, PatternThatIsNotRoundIsRecoveredThroughScene) {
  const World world = Fly(Lines(), Drift(60));
  const FlatField flat = EstimateFlatField(world.frames, world.pairs, 640, 512, {});
  EXPECT_EQ(flat.kind, FlatField::Kind::kFull);
  EXPECT_EQ(flat.frames, 60);
  EXPECT_LE(LeftOver(flat, true), 0.05);
  EXPECT_LE(LeftOver(flat), 0.1);
  const PatternAmplitude amplitude = AmplitudeOf(flat);
  std::vector<double> truth;
  for (double v = 8; v < 512; v += 16) {
    for (double u = 8; u < 640; u += 16) truth.push_back(Pattern(u, v));
  }
  const double mean = std::accumulate(truth.begin(), truth.end(), 0.0) / 1280;
  EXPECT_NEAR(amplitude.p2_k, QuantileOf(std::span<const double>(truth), 0.02) - mean, 0.15);
  EXPECT_NEAR(amplitude.p98_k, QuantileOf(std::span<const double>(truth), 0.98) - mean, 0.15);
  EXPECT_GT(amplitude.rms_k, 0.15);
}

TEST(FlatField, TheRoadBelowTheFlightStaysOnTheGround) {
  // Medians over frames would take the road of 1.5 K for the camera's: no pattern at all is there.
  const World world = Fly(Lines(), Drift(60), false);
  const FlatField flat = EstimateFlatField(world.frames, world.pairs, 640, 512, {});
  EXPECT_LE(AmplitudeOf(flat).rms_k, 0.05);
}

TEST(FlatField, MaskedBlocksAreFilledFromAround) {
  // The pipe is always in the picture's middle; no pairs at all.
  World world = Fly(Lines(), Drift(60), false);
  for (Thumbnail& frame : world.frames) {
    for (int r = 0; r < kRows; ++r) {
      for (int c = 0; c < kColumns; ++c) {
        const bool masked = c >= 16 && c < 24;
        frame.celsius(r, c) =
            masked ? NAN
                   : static_cast<float>(
                         Pattern((c + 0.5) * 16, (r + 0.5) * 16) +
                         0.3 * Noise(r * 77 + static_cast<int>(&frame - &world.frames[0]), c));
      }
    }
  }
  const FlatField flat = EstimateFlatField(world.frames, {}, 640, 512, {});
  for (const double v : {100.0, 256.0, 400.0})
    EXPECT_NEAR(flat.At(320, v) - flat.At(200, v), Pattern(320, v) - Pattern(200, v), 0.1);
}

TEST(FlatField, FewFramesGiveTheRadialPartAndFewerNone) {
  std::vector<cv::Point2d> places = Lines();
  places.resize(12);
  const World some = Fly(places, Drift(12));
  const FlatField radial = EstimateFlatField(some.frames, some.pairs, 640, 512, {});
  EXPECT_EQ(radial.kind, FlatField::Kind::kRadial);
  for (const double u : {100.0, 500.0}) {
    EXPECT_NEAR(radial.At(u, 100), radial.At(640 - u, 100), 1e-5);
    EXPECT_NEAR(radial.At(u, 100), radial.At(u, 512 - 100), 1e-5);
  }
  EXPECT_LT(radial.At(2, 2), radial.At(320, 256));
  places.resize(4);
  const World few = Fly(places, Drift(4));
  const FlatField none = EstimateFlatField(few.frames, few.pairs, 640, 512, {});
  EXPECT_EQ(none.kind, FlatField::Kind::kNone);
  EXPECT_EQ(none.At(0, 0), 0.0f);
}

TEST(FlatField, CorrectedPictureAgreesWithAt) {
  FlatField flat;
  flat.width = 64;
  flat.height = 48;
  flat.nodes = cv::Mat_<float>(3, 4);
  for (int k = 0; k < 12; ++k) flat.nodes(k / 4, k % 4) = static_cast<float>(Noise(k, 3));
  const cv::Mat picture(48, 64, CV_32FC1, cv::Scalar(7));
  const cv::Mat corrected = flat.Corrected(picture, 0.25);
  for (int r = 0; r < 48; ++r) {
    for (int c = 0; c < 64; ++c)
      EXPECT_NEAR(corrected.at<float>(r, c), 6.75 - flat.At(c + 0.5, r + 0.5), 1e-5);
  }
  EXPECT_EQ(picture.at<float>(5, 5), 7.0f);
  EXPECT_EQ(FlatField{}.Corrected(picture, 1).at<float>(47, 63), 6.0f);
}

std::vector<OffsetFrame> EverySecond(int frames) {
  std::vector<OffsetFrame> out;
  for (int i = 0; i < frames; ++i) out.push_back({0, 1000.0 + i});
  return out;
}

TEST(Offsets, DriftAndAStepAreSolvedFromOverlaps) {
  // Twenty frames that climb 0.4 K each and fall by 5 K at a shutter event; one overlap is wrong by
  // 3 K.
  std::vector<double> truth;
  for (int i = 0; i < 20; ++i) truth.push_back(0.4 * i - (i >= 12 ? 5.0 : 0.0));
  std::vector<OverlapDifference> overlaps;
  for (int i = 0; i + 1 < 20; ++i) {
    for (const int step : {1, 2}) {
      if (i + step >= 20) continue;
      const auto at = static_cast<std::size_t>(i);
      overlaps.push_back(
          {i, i + step, truth[at] - truth[at + static_cast<std::size_t>(step)], 200, 0.05});
    }
  }
  overlaps[8].difference_k += 3;
  const OffsetSolution solved = SolveOffsets(EverySecond(20), overlaps, {});
  const auto& offsets = solved.offset_k;
  for (std::size_t i = 0; i + 1 < 20; ++i) {
    EXPECT_NEAR(offsets[i] - offsets[i + 1], truth[i] - truth[i + 1], 0.1) << i;
  }
  EXPECT_NEAR(std::accumulate(offsets.begin(), offsets.end(), 0.0), 0, 0.5);
  ASSERT_EQ(solved.steps.size(), 1u);
  EXPECT_EQ(solved.steps[0].frame, 12);
  EXPECT_NEAR(solved.steps[0].step_k, -4.6, 0.1);
  for (const double sigma : solved.sigma_k) {
    EXPECT_GT(sigma, 0.01);
    EXPECT_LT(sigma, 0.3);
  }
}

TEST(Offsets, AFrameWithoutOverlapIsCarriedByItsNeighbours) {
  // Two groups of overlapping frames, two frames between them that overlap none; the level is 3 K
  // above the flight's beginning there, after a step.
  std::vector<double> truth;
  for (int i = 0; i < 30; ++i) truth.push_back((i >= 10 ? 3.0 : 0.0) + 0.02 * (i % 5));
  std::vector<OverlapDifference> overlaps;
  const auto tie = [&](int i, int j) {
    overlaps.push_back(
        {i, j, truth[static_cast<std::size_t>(i)] - truth[static_cast<std::size_t>(j)], 300, 0.03});
  };
  for (int i = 0; i + 1 < 30; ++i) {
    if (i != 19 && i != 20 && i != 21) tie(i, i + 1);
    if (i + 3 < 30 && i != 17 && i != 18 && i != 20 && i != 21) tie(i, i + 3);
  }
  const OffsetSolution solved = SolveOffsets(EverySecond(30), overlaps, {});
  const auto& o = solved.offset_k;
  for (const std::size_t i : {20u, 21u}) {
    EXPECT_NEAR(o[i] - o[19], 0, 0.2);
    // And that is known less well than the frames that overlap.
    EXPECT_GT(solved.sigma_k[i], 1.2 * solved.sigma_k[15]);
  }
  EXPECT_NEAR(o[12] - o[8], truth[12] - truth[8], 0.1);
}

TEST(Offsets, WithoutTimesTheOrderCounts) {
  std::vector<OffsetFrame> frames(6, {0, std::numeric_limits<double>::quiet_NaN()});
  const std::vector<OverlapDifference> overlaps{
      {0, 1, -1, 100, 0.05}, {1, 2, 0, 100, 0.05}, {2, 3, 0, 100, 0.05}, {4, 5, 0, 100, 0.05}};
  const auto solved = SolveOffsets(frames, overlaps, {});
  for (const double o : solved.offset_k) EXPECT_TRUE(std::isfinite(o));
  EXPECT_NEAR(solved.offset_k[1] - solved.offset_k[0], 1, 0.1);
  EXPECT_NEAR(solved.offset_k[4] - solved.offset_k[3], 0, 0.1);
}

TEST(Offsets, SeriesDoNotPullAtEachOther) {
  // Two cameras in turn, 4 K apart, that overlap only themselves.
  std::vector<OffsetFrame> frames;
  std::vector<OverlapDifference> overlaps;
  for (int i = 0; i < 20; ++i) {
    frames.push_back({i % 2, 1.0 * i});
    if (i >= 2) overlaps.push_back({i - 2, i, 0, 100, 0.05});
    if (i >= 1) overlaps.push_back({i - 1, i, i % 2 ? -4.0 : 4.0, 100, 0.05});
  }
  const auto solved = SolveOffsets(frames, overlaps, {});
  for (std::size_t i = 1; i < 20; ++i)
    EXPECT_NEAR(std::abs(solved.offset_k[i] - solved.offset_k[i - 1]), 4, 0.1);
  EXPECT_TRUE(solved.steps.empty());
}

TEST(Offsets, NoOverlapMeansNoCorrectionAndTheDoubtIsSaid) {
  const auto solved = SolveOffsets(EverySecond(3), {}, {});
  for (const double o : solved.offset_k) EXPECT_EQ(o, 0);
  for (const double s : solved.sigma_k) EXPECT_EQ(s, HarmonisationOptions{}.offset_prior_k);
  EXPECT_EQ(DisagreementOf({}).median_k, -1);
}

TEST(Harmonisation, FlatFieldAndOffsetsOfASurveyTogether) {
  const std::vector<double> truth = Drift(60);
  const World world = Fly(Lines(), truth);
  const FlatField flat = EstimateFlatField(world.frames, world.pairs, 640, 512, {});
  const std::vector<const FlatField*> flats(60, &flat);
  const OffsetSolution solved =
      SolveOffsets(EverySecond(60), OverlapDifferences(world.pairs, flats), {});
  double mean = 0;
  for (std::size_t i = 0; i < 60; ++i) mean += (solved.offset_k[i] - truth[i]) / 60;
  double squares = 0;
  for (std::size_t i = 0; i < 60; ++i)
    squares += std::pow(solved.offset_k[i] - truth[i] - mean, 2) / 60;
  EXPECT_LE(std::sqrt(squares), 0.1);
  const Disagreement before = DisagreementOf(world.pairs);
  const Disagreement after = DisagreementOf(world.pairs, flats, solved.offset_k);
  EXPECT_GT(before.median_k, 0.15);
  EXPECT_LT(after.median_k, 0.06);
  EXPECT_LT(after.p90_k, 0.15);
}

}  // namespace
}  // namespace thermoleak
