#include "detection/without_edges.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace thermoleak::detection {
namespace {

constexpr double kCell = 0.2;
constexpr double kDepth = 1.2;

/// A pipe's trace along the middle row: line source at 1.2 m, peak 1 K.
float Trace(int r, int rows) {
  const double y = (r - 0.5 * (rows - 1)) * kCell;
  return static_cast<float>(kDepth * kDepth / (y * y + kDepth * kDepth));
}

/// Largest difference of both images once their means agree.
double Difference(const cv::Mat_<float>& a, const cv::Mat_<float>& b) {
  double mean = 0;
  for (int r = 0; r < a.rows; ++r) {
    for (int c = 0; c < a.cols; ++c) mean += (a(r, c) - b(r, c)) / static_cast<double>(a.total());
  }
  double most = 0;
  for (int r = 0; r < a.rows; ++r) {
    for (int c = 0; c < a.cols; ++c) most = std::max(most, std::abs(a(r, c) - b(r, c) - mean));
  }
  return most;
}

TEST(WithoutEdges, SoftGroundStaysAsItIs) {
  cv::Mat_<float> ground(61, 150);
  for (int r = 0; r < ground.rows; ++r) {
    for (int c = 0; c < ground.cols; ++c)
      ground(r, c) = Trace(r, ground.rows) + 0.3f * std::sin(0.1f * static_cast<float>(c));
  }
  // The transform's single precision is all that is lost.
  EXPECT_LT(Difference(WithoutEdges(ground, kCell), ground), 1e-3);
}

TEST(WithoutEdges, APavementGoesAndTheTraceUnderItsEdgeStays) {
  cv::Mat_<float> ground(61, 150);
  cv::Mat_<float> expected(ground.size());
  for (int r = 0; r < ground.rows; ++r) {
    for (int c = 0; c < ground.cols; ++c) {
      expected(r, c) = Trace(r, ground.rows);
      ground(r, c) = expected(r, c) + (r >= 32 && r < 45 ? 3.0f : 0.0f);
    }
  }
  // Of the trace only its own slope across both kerbs is lost, one cell each: at most 0.15 K.
  EXPECT_LT(Difference(WithoutEdges(ground, kCell), expected), 0.15);
}

TEST(WithoutEdges, AWarmRectangleGoesWhole) {
  cv::Mat_<float> ground(61, 150, 0.0f);
  ground(cv::Rect(60, 20, 22, 10)) = 2.0f;
  EXPECT_LT(Difference(WithoutEdges(ground, kCell), cv::Mat_<float>(ground.size(), 0.0f)), 1e-3);
}

TEST(WithoutEdges, UnseenStaysUnseenAndDoesNotSpread) {
  cv::Mat_<float> ground(41, 80);
  for (int r = 0; r < ground.rows; ++r) {
    for (int c = 0; c < ground.cols; ++c) ground(r, c) = Trace(r, ground.rows);
  }
  ground(5, 7) = std::numeric_limits<float>::quiet_NaN();
  const cv::Mat_<float> soft = WithoutEdges(ground, kCell);
  int unseen = 0;
  for (const float value : soft) unseen += value == value ? 0 : 1;
  EXPECT_EQ(unseen, 1);
  EXPECT_NEAR(soft(20, 40) - soft(40, 40), ground(20, 40) - ground(40, 40), 0.02);
  cv::Mat_<float> nothing(9, 9, std::numeric_limits<float>::quiet_NaN());
  EXPECT_FALSE(WithoutEdges(nothing, kCell)(4, 4) == 0);
}

}  // namespace
}  // namespace thermoleak::detection
