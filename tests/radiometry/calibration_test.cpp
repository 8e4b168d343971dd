#include "thermoleak/radiometry/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace thermoleak {
namespace {

PlanckCalibration Example() {
  PlanckCalibration calibration;
  calibration.planck = {17096.453, 1428, 1, -342, 0.046642166};
  calibration.scene.emissivity = 0.95;
  calibration.scene.distance_m = 60;
  return calibration;
}

TEST(ToCelsius, EveryPixelIsTheFormulasValue) {
  cv::Mat counts(7, 5, CV_16UC1);
  for (int i = 0; i < 35; ++i) {
    counts.at<std::uint16_t>(i / 5, i % 5) = static_cast<std::uint16_t>(3000 + 97 * i);
  }
  const cv::Mat before = counts.clone();
  const PlanckCalibration calibration = Example();
  const SinglePathModel model(calibration.planck, calibration.atmosphere, calibration.scene);
  const cv::Mat celsius = ToCelsius(counts, calibration);
  ASSERT_EQ(celsius.type(), CV_32FC1);
  for (int i = 0; i < 35; ++i) {
    const double expected = model.Celsius(3000 + 97 * i);
    EXPECT_NEAR(celsius.at<float>(i / 5, i % 5), expected, 1e-5) << i;
  }
  EXPECT_EQ(cv::norm(before, counts, cv::NORM_INF), 0);
}

TEST(ToCelsius, AWindowOfALargerArrayIsRead) {
  cv::Mat counts(6, 6, CV_16UC1, cv::Scalar(65535));
  cv::Mat window = counts(cv::Rect(1, 2, 3, 2));
  window.setTo(7634);
  const cv::Mat celsius = ToCelsius(window, LinearCalibration{});
  ASSERT_EQ(celsius.size(), cv::Size(3, 2));
  EXPECT_NEAR(celsius.at<float>(1, 2), 7634 * 0.04 - 273.15, 1e-4);
}

TEST(ToCelsius, TheWholeRangeOfCountsAndNan) {
  const cv::Mat counts = (cv::Mat_<std::uint16_t>(1, 3) << 0, 3500, 65535);
  const cv::Mat celsius = ToCelsius(counts, Example());
  EXPECT_TRUE(std::isnan(celsius.at<float>(0)));
  EXPECT_GT(celsius.at<float>(1), 0);
  EXPECT_GT(celsius.at<float>(2), celsius.at<float>(1));
}

TEST(ToCelsius, CelsiusStaysAndIsACopy) {
  cv::Mat stored = (cv::Mat_<float>(1, 2) << -12.5f, 71.25f);
  const cv::Mat celsius = ToCelsius(stored, CelsiusCalibration{});
  stored.setTo(0);
  EXPECT_EQ(celsius.at<float>(0), -12.5f);
  EXPECT_EQ(celsius.at<float>(1), 71.25f);
}

TEST(ToCelsius, NothingGivesNothing) { EXPECT_TRUE(ToCelsius(cv::Mat(), Example()).empty()); }

TEST(ApplyOverride, ReplacesOnlyWhatIsKnown) {
  Calibration calibration = Example();
  SceneOverride scene;
  scene.air_c = -8;
  scene.distance_m = 0;  // a real value, not "unknown"
  ApplyOverride(scene, calibration);
  const SceneParameters& result = std::get<PlanckCalibration>(calibration).scene;
  EXPECT_EQ(result.air_c, -8);
  EXPECT_EQ(result.distance_m, 0);
  EXPECT_EQ(result.emissivity, 0.95);
  Calibration linear = LinearCalibration{};
  ApplyOverride(scene, linear);
  EXPECT_EQ(std::get<LinearCalibration>(linear).gain, 0.04);
}

}  // namespace
}  // namespace thermoleak
