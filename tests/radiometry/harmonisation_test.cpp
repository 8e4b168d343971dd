#include "thermoleak/radiometry/harmonisation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

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

/// Deterministic noise in -1 .. 1.
double Noise(int a, int b) { return std::sin(12.9898 * a + 78.233 * b) * 0.999; }

TEST(FlatField, RadialVignetteIsRecovered) {
  std::vector<Thumbnail> frames;
  const int rows = 32;
  const int columns = 40;
  const auto truth = [](double q) { return -1.2 * q + 0.3 * q * q; };
  for (int i = 0; i < 40; ++i) {
    Thumbnail t{cv::Mat_<float>(rows, columns)};
    for (int r = 0; r < rows; ++r) {
      for (int c = 0; c < columns; ++c) {
        const double u = (c + 0.5) * 16 - 320;
        const double v = (r + 0.5) * 16 - 256;
        const double q = (u * u + v * v) / (320.0 * 320 + 256.0 * 256);
        t.celsius(r, c) =
            static_cast<float>(-5 + 0.3 * i + truth(q) + 0.4 * Noise(i * 131 + r, c * 7 + i));
      }
    }
    frames.push_back(t);
  }
  const FlatField flat = EstimateFlatField(frames, 640, 512, {});
  EXPECT_EQ(flat.frames, 40);
  for (const double u : {0.0, 100.0, 320.0, 600.0}) {
    const double q = (u - 320) * (u - 320) / (320.0 * 320 + 256.0 * 256);
    EXPECT_NEAR(flat.At(u, 256), truth(q), 0.08);
  }
}

TEST(FlatField, FewFramesGiveNone) {
  std::vector<Thumbnail> frames(5, Thumbnail{cv::Mat_<float>(4, 4, 1.0f)});
  EXPECT_EQ(EstimateFlatField(frames, 64, 64, {}).At(0, 0), 0.0f);
}

TEST(Offsets, DriftAndAStepAreSolvedFromOverlaps) {
  // Twenty frames that climb 0.4 K each and fall by 5 K at a shutter event; one overlap is wrong by
  // 3 K.
  std::vector<double> truth;
  for (int i = 0; i < 20; ++i) truth.push_back(0.4 * i - (i >= 12 ? 5.0 : 0.0));
  std::vector<OverlapDifference> overlaps;
  for (int i = 0; i + 1 < 20; ++i) {
    overlaps.push_back({i, i + 1,
                        truth[static_cast<std::size_t>(i)] - truth[static_cast<std::size_t>(i) + 1],
                        200});
    if (i + 2 < 20) {
      overlaps.push_back(
          {i, i + 2, truth[static_cast<std::size_t>(i)] - truth[static_cast<std::size_t>(i) + 2],
           100});
    }
  }
  overlaps[8].difference_k += 3;
  const auto offsets = SolveOffsets(20, overlaps, {});
  for (std::size_t i = 0; i + 1 < 20; ++i) {
    EXPECT_NEAR(offsets[i] - offsets[i + 1], truth[i] - truth[i + 1], 0.1) << i;
  }
  EXPECT_NEAR(std::accumulate(offsets.begin(), offsets.end(), 0.0), 0, 0.5);
  EXPECT_GT(OverlapDisagreement(overlaps, {}), 0.3);
  EXPECT_LT(OverlapDisagreement(overlaps, offsets), 0.1);
}

TEST(Offsets, NoOverlapMeansNoCorrection) {
  for (const double o : SolveOffsets(3, {}, {})) EXPECT_EQ(o, 0);
  EXPECT_EQ(OverlapDisagreement({}, {}), -1);
}

}  // namespace
}  // namespace thermoleak
