#include "detection/shape.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>

namespace thermoleak::detection {
namespace {

constexpr double kCell = 0.2;
constexpr double kDepth = 1.2;

/// `height(x, y)` at metres from the middle, with 0.1 K of noise, blurred as pictures are.
template <class Height>
AnomalyShape Shape(const Height& height) {
  cv::Mat_<float> image(81, 81);
  cv::RNG random(3);
  for (int r = 0; r < image.rows; ++r) {
    for (int c = 0; c < image.cols; ++c)
      image(r, c) = static_cast<float>(height((c - 40) * kCell, (40 - r) * kCell));
  }
  cv::GaussianBlur(image, image, {5, 5}, 0.8);
  for (float& value : image) value += static_cast<float>(random.gaussian(0.1));
  return ShapeTemplates(kDepth, kCell).Compare(image, 40, 40);
}

TEST(AnomalyShape, HeatThroughSoilIsAPlume) {
  const AnomalyShape shape = Shape([](double x, double y) {
    return 3 * std::pow(1 + (x * x + y * y) / (kDepth * kDepth), -1.5);
  });
  EXPECT_GT(shape.plume, 0.9);
  EXPECT_GT(shape.plume, shape.rectangle + 0.1);
  EXPECT_GT(shape.plume, shape.disc + 0.2);
  EXPECT_LT(shape.core_share, 0.25);  // 0.14 without noise
}

TEST(AnomalyShape, GroundThatACarLeftWarmIsARectangleAtAnyAngle) {
  for (const double turn : {0.0, 0.6, 1.2}) {
    const AnomalyShape shape = Shape([&](double x, double y) {
      const double u = std::cos(turn) * x + std::sin(turn) * y;
      const double v = -std::sin(turn) * x + std::cos(turn) * y;
      return std::abs(u) < 2.2 && std::abs(v) < 0.9 ? 3.0 : 0.0;
    });
    EXPECT_GT(shape.rectangle, 0.85) << turn;
    EXPECT_GT(shape.rectangle, shape.plume + 0.1) << turn;
    EXPECT_GT(shape.core_share, 0.5) << turn;
    EXPECT_GT(shape.fill, 0.75) << turn;
  }
}

TEST(AnomalyShape, ACoverIsADisc) {
  const AnomalyShape shape =
      Shape([](double x, double y) { return std::hypot(x, y) < 0.45 ? 4.0 : 0.0; });
  EXPECT_GT(shape.disc, 0.85);
  EXPECT_GT(shape.disc, shape.plume + 0.05);
  EXPECT_GT(shape.disc, shape.rectangle + 0.2);
}

TEST(AnomalyShape, AtTheEdgeOfWhatWasSeenNothingBreaks) {
  cv::Mat_<float> image(10, 10, std::numeric_limits<float>::quiet_NaN());
  image(0, 0) = 1.0f;
  const AnomalyShape shape = ShapeTemplates(kDepth, kCell).Compare(image, 0, 0);
  EXPECT_EQ(shape.plume, 0);
  EXPECT_EQ(shape.rectangle, 0);
}

/// soft_share of what `height(x, y)` draws in the middle of a wide lawn.
template <class Height>
AnomalyShape Softened(double rise_k, const Height& height) {
  cv::Mat_<float> image(101, 201);
  for (int r = 0; r < image.rows; ++r) {
    for (int c = 0; c < image.cols; ++c)
      image(r, c) = static_cast<float>(height((c - 100) * kCell, (50 - r) * kCell));
  }
  cv::GaussianBlur(image, image, {5, 5}, 0.6);
  AnomalyShape shape;
  Softness(image, kDepth, kCell).Measure(50, 100, rise_k, shape);
  return shape;
}

TEST(Softness, HeatFromBelowStays) {
  for (const double rise : {0.6, 2.0, 8.0}) {
    const AnomalyShape shape = Softened(rise, [&](double x, double y) {
      return rise * std::pow(1 + (x * x + y * y) / (kDepth * kDepth), -1.5);
    });
    // Beyond 1.5 depths a point source has up to 0.17 of its peak left, and the core is a mean.
    EXPECT_NEAR(shape.soft_share, 0.8, 0.1) << rise;
  }
}

TEST(Softness, ACarsPlaceGoes) {
  for (const double rise : {1.0, 2.0, 4.0}) {
    const AnomalyShape shape = Softened(rise, [&](double x, double y) {
      return std::abs(x) < 2.2 && std::abs(y) < 0.9 ? rise : 0.0;
    });
    EXPECT_LT(shape.soft_share, 0.35) << rise;
  }
}

TEST(Softness, TheGroundAroundIsRankedWithinTheStrip) {
  const auto road_above = [](double, double y) { return y > 4 ? 3.0 : 0.0; };
  EXPECT_LT(Softened(1.0, road_above).warm_ground, 0.1);
  const auto road_here = [](double, double y) { return std::abs(y) < 4 ? 3.0 : 0.0; };
  EXPECT_GT(Softened(1.0, road_here).warm_ground, 0.5);
}

}  // namespace
}  // namespace thermoleak::detection
