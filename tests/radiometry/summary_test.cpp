#include "thermoleak/radiometry/summary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace thermoleak {
namespace {

cv::Mat Noise() {
  cv::Mat counts(61, 83, CV_16UC1);
  cv::RNG(5).fill(counts, cv::RNG::UNIFORM, 7000, 7600);
  counts.at<std::uint16_t>(17, 40) = 9000;
  counts.at<std::uint16_t>(50, 3) = 9000;
  return counts;
}

PlanckCalibration Camera() {
  PlanckCalibration camera;
  camera.planck = {364058, 1428, 1, -228, 1};
  camera.scene.emissivity = 0.95;
  return camera;
}

/// The histogram's way against the pixels' own.
TEST(Summary, CountsAndTemperaturesAgree) {
  const cv::Mat counts = Noise();
  for (const Calibration& calibration : {Calibration(LinearCalibration{}), Calibration(Camera()),
                                         Calibration(RelativeCalibration{0.03, 7300})}) {
    const auto by_counts = Summarise(counts, calibration);
    const auto by_pixels = Summarise(ToCelsius(counts, calibration), CelsiusCalibration{});
    ASSERT_TRUE(by_counts && by_pixels);
    EXPECT_EQ(by_counts->min_c, by_pixels->min_c);
    EXPECT_EQ(by_counts->max_c, by_pixels->max_c);
    EXPECT_NEAR(by_counts->mean_c, by_pixels->mean_c, 1e-9);
    EXPECT_EQ(by_counts->median_c, by_pixels->median_c);
    EXPECT_EQ(by_counts->p05_c, by_pixels->p05_c);
    EXPECT_EQ(by_counts->p95_c, by_pixels->p95_c);
    EXPECT_EQ(by_counts->p005_c, by_pixels->p005_c);
    EXPECT_EQ(by_counts->p995_c, by_pixels->p995_c);
    EXPECT_EQ(by_counts->hottest_row, 17);
    EXPECT_EQ(by_counts->hottest_column, 40);
    EXPECT_EQ(by_pixels->hottest_row, 17);
    EXPECT_EQ(by_pixels->hottest_column, 40);
    EXPECT_EQ(by_counts->undefined, 0u);
  }
}

TEST(Summary, UndefinedPixelsAreCountedApart) {
  PlanckCalibration camera = Camera();
  camera.planck.o = -7100;  // no temperature below 7100 counts
  const cv::Mat counts = Noise();
  const auto summary = Summarise(counts, camera);
  ASSERT_TRUE(summary);
  const cv::Mat celsius = ToCelsius(counts, camera);
  const auto undefined = std::count_if(celsius.begin<float>(), celsius.end<float>(),
                                       [](float value) { return !std::isfinite(value); });
  EXPECT_EQ(summary->undefined, static_cast<std::size_t>(undefined));
  EXPECT_GT(summary->undefined, 0u);
  EXPECT_FALSE(Summarise(cv::Mat(4, 4, CV_16UC1, cv::Scalar(10)), camera));
  const cv::Mat nothing(2, 2, CV_32FC1, cv::Scalar(std::numeric_limits<float>::quiet_NaN()));
  EXPECT_FALSE(Summarise(nothing, CelsiusCalibration{}));
  EXPECT_FALSE(Summarise(cv::Mat(), CelsiusCalibration{}));
}

TEST(CountHistogram, RanksAndEnds) {
  cv::Mat counts(1, 5, CV_16UC1);
  const int values[] = {65535, 0, 7, 7, 9};
  for (int i = 0; i < 5; ++i)
    counts.at<std::uint16_t>(0, i) = static_cast<std::uint16_t>(values[i]);
  const CountHistogram histogram(counts);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 65535);
  EXPECT_EQ(histogram.PixelsAt(7), 2u);
  EXPECT_EQ(histogram.PixelsAt(8), 0u);
  EXPECT_EQ(histogram.PixelsAt(70000), 0u);
  EXPECT_EQ(histogram.Median(), 7);
  EXPECT_EQ(histogram.CountOfRank(0), 0);
  EXPECT_EQ(histogram.CountOfRank(4), 65535);
}

}  // namespace
}  // namespace thermoleak
