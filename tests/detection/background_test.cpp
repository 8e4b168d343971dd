#include "detection/background.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace thermoleak::detection {
namespace {

constexpr double kCell = 0.2;
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// A road 3 K warmer than the lawn, a car 6 K colder than the road, a plume of 2 K on the lawn.
cv::Mat_<float> Street() {
  cv::Mat_<float> ground(80, 200, 0.0f);
  ground(cv::Rect(0, 0, 200, 30)) = 3.0f;
  ground(cv::Rect(60, 10, 22, 9)) = -3.0f;
  for (int r = 0; r < ground.rows; ++r) {
    for (int c = 0; c < ground.cols; ++c) {
      const double q = (std::pow((r - 55) * kCell, 2) + std::pow((c - 140) * kCell, 2)) / 1.44;
      ground(r, c) += static_cast<float>(2 * std::pow(1 + q, -1.5));
    }
  }
  return ground;
}

TEST(MaterialFilter, EachMaterialKeepsItsTemperature) {
  const cv::Mat_<float> street = Street();
  const cv::Mat_<float> ground = MaterialFilter(street, kCell).Background(street, 5);
  EXPECT_NEAR(ground(5, 20), 3.0f, 0.2f);
  EXPECT_NEAR(ground(28, 120), 3.0f, 0.3f);  // beside the kerb
  EXPECT_NEAR(ground(33, 40), 0.0f, 0.3f);   // on its other side
  EXPECT_NEAR(ground(14, 70), -3.0f, 0.5f);  // the car is a material of its own
  EXPECT_NEAR(ground(14, 100), 3.0f, 0.3f);  // and does not cool the road
}

TEST(MaterialFilter, SoftSlopesAreNoEdges) {
  const cv::Mat_<float> street = Street();
  const cv::Mat_<float> ground = MaterialFilter(street, kCell).Background(street, 5);
  EXPECT_GT(street(55, 140) - ground(55, 140), 1.5f);
}

TEST(MaterialFilter, NoiseIsThatOfTheMaterial) {
  cv::Mat_<float> street = Street();
  cv::Mat_<float> noise(street.size());
  cv::RNG random(7);
  for (int r = 0; r < noise.rows; ++r) {
    for (int c = 0; c < noise.cols; ++c)
      noise(r, c) = static_cast<float>(random.gaussian(r < 30 ? 0.1 : 0.5));
  }
  const cv::Mat_<float> sigma = MaterialFilter(street, kCell).Noise(noise, 15);
  EXPECT_NEAR(sigma(5, 20), 0.1f, 0.03f);
  EXPECT_NEAR(sigma(60, 20), 0.5f, 0.1f);
}

TEST(MaterialFilter, TheUnseenStaysUnseen) {
  cv::Mat_<float> street = Street();
  street(cv::Rect(100, 40, 20, 10)) = kNaN;
  const MaterialFilter filter(street, kCell);
  const cv::Mat_<float> ground = filter.Background(street, 5);
  EXPECT_TRUE(std::isnan(ground(45, 110)));
  EXPECT_NEAR(ground(45, 60), 0.0f, 0.3f);
  const cv::Mat_<float> nothing(20, 20, kNaN);
  EXPECT_TRUE(std::isnan(MaterialFilter(nothing, kCell).Background(nothing, 5)(10, 10)));
}

}  // namespace
}  // namespace thermoleak::detection
