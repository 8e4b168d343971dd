#include "thermoleak/registration/overview.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace thermoleak {
namespace {

/// A vignette and a hot pixel block that stay, over a scene that moves by 24 pixels a frame.
cv::Mat Picture(int number) {
  cv::Mat picture(512, 640, CV_32FC1);
  for (int r = 0; r < 512; ++r) {
    for (int c = 0; c < 640; ++c) {
      const double scene = 0.4 * std::sin((c + 24 * number) * 0.11) * std::cos(r * 0.09);
      const bool hot = r >= 200 && r < 208 && c >= 320 && c < 328;
      picture.at<float>(r, c) = static_cast<float>(5 + scene + (hot ? 1.0 : 0.0));
    }
  }
  return picture;
}

TEST(FixedPattern, IsWhatStaysWhileTheSceneMoves) {
  std::vector<Overview> overviews;
  for (int i = 0; i < 40; ++i) overviews.push_back(MakeOverview(Picture(i)));
  std::vector<const Overview*> all;
  for (const Overview& overview : overviews) all.push_back(&overview);
  const cv::Mat_<float> pattern = FixedPattern(all);
  ASSERT_EQ(pattern.size(), cv::Size(160, 128));
  EXPECT_NEAR(pattern(51, 81), 1.0, 0.15);   // the block, less its share of the surroundings
  EXPECT_NEAR(pattern(100, 40), 0.0, 0.12);  // the scene's median over 40 phases
  // Freed of it, the block is no landmark any more.
  EXPECT_LT(std::abs(MatchingImage(overviews[0], pattern)(51, 81)), 2.0);
  EXPECT_GT(MatchingImage(overviews[0])(51, 81), 2.0);
}

TEST(FixedPattern, FewPicturesTellNothing) {
  const Overview overview = MakeOverview(Picture(0));
  const std::vector<const Overview*> few(5, &overview);
  EXPECT_TRUE(FixedPattern(few).empty());
}

}  // namespace
}  // namespace thermoleak
