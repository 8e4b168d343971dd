// A patch cut out of a picture is found where it was cut, also where a part of it is unknown.
#include "registration/correlation.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thermoleak {
namespace {

/// Zero mean and about unit variance, no two places alike.
float Pattern(double x, double y) {
  return static_cast<float>(std::sin(1.3 * x + 0.4 * y) + std::sin(0.37 * x - 1.1 * y + 1) +
                            std::sin(0.21 * x * y));
}

cv::Mat_<float> Picture(int rows, int columns, double x0, double y0) {
  cv::Mat_<float> picture(rows, columns);
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) picture(y, x) = Pattern(x + x0, y + y0);
  }
  return picture;
}

TEST(Correlation, IsOneWhereThePatchWasCut) {
  const cv::Mat_<float> area = Picture(29, 31, 0, 0);
  const cv::Mat_<float> correlation = Correlation(area, Picture(21, 20, 6, 3));
  ASSERT_EQ(correlation.size(), cv::Size(12, 9));
  EXPECT_NEAR(correlation(3, 6), 1, 1e-5);
  const Peak peak = HighestPeak(correlation, 2);
  EXPECT_NEAR(peak.shift.x(), 6, 0.05);
  EXPECT_NEAR(peak.shift.y(), 3, 0.05);
  EXPECT_LT(peak.second, 0.8);
}

TEST(Correlation, EqualsTheFormulaEverywhere) {
  const cv::Mat_<float> area = Picture(14, 17, 0, 0);
  const cv::Mat_<float> patch = Picture(9, 8, 20, 11);
  const cv::Mat_<float> correlation = Correlation(area, patch);
  const auto n = static_cast<double>(patch.total());
  const double mean = cv::mean(patch)[0];
  for (int y = 0; y < correlation.rows; ++y) {
    for (int x = 0; x < correlation.cols; ++x) {
      const cv::Mat_<float> window = area(cv::Rect(x, y, patch.cols, patch.rows));
      const double of_window = cv::mean(window)[0];
      double product = 0;
      double a = 0;
      double b = 0;
      for (int r = 0; r < patch.rows; ++r) {
        for (int c = 0; c < patch.cols; ++c) {
          product += (patch(r, c) - mean) * (window(r, c) - of_window);
          a += std::pow(patch(r, c) - mean, 2);
          b += std::pow(window(r, c) - of_window, 2);
        }
      }
      EXPECT_NEAR(correlation(y, x), product / std::sqrt(a * b), 1e-4) << n << " " << x << " " << y;
    }
  }
}

TEST(Correlation, TheUnknownDoesNotCount) {
  const cv::Mat_<float> area = Picture(40, 40, 0, 0);
  cv::Mat_<float> patch = Picture(24, 24, 9, 7);
  for (int y = 0; y < 24; ++y) {
    for (int x = 0; x < 24; ++x) {
      if (x + y < 20) patch(y, x) = 0;
    }
  }
  const Peak peak = HighestPeak(Correlation(area, patch), 2);
  EXPECT_NEAR(peak.shift.x(), 9, 0.1);
  EXPECT_NEAR(peak.shift.y(), 7, 0.1);
  EXPECT_GT(peak.value, 0.85);
  // Nothing known, nothing found.
  EXPECT_LE(HighestPeak(Correlation(area, cv::Mat_<float>(24, 24, 0.0f)), 2).value, 0);
}

}  // namespace
}  // namespace thermoleak
