#include "thermoleak/core/geometry.hpp"

#include <gtest/gtest.h>

namespace thermoleak {
namespace {

const Polyline kCorner({{0, 0}, {10, 0}, {10, 0}, {10, 5}});

TEST(Polyline, LengthSkipsRepeatedVertices) {
  EXPECT_EQ(kCorner.vertices().size(), 3u);
  EXPECT_DOUBLE_EQ(kCorner.Length(), 15.0);
}

TEST(Polyline, LeftIsPositive) {
  EXPECT_TRUE(kCorner.At(4, 1).isApprox(Vec2(4, 1)));
  EXPECT_TRUE(kCorner.At(12, 1).isApprox(Vec2(9, 2)));
  const LinePosition p = kCorner.Locate({4, -2});
  EXPECT_DOUBLE_EQ(p.chainage, 4);
  EXPECT_DOUBLE_EQ(p.offset, -2);
  EXPECT_DOUBLE_EQ(p.distance, 2);
}

TEST(Polyline, ChainageIsClampedToTheEnds) {
  EXPECT_TRUE(kCorner.At(-3).isApprox(Vec2(0, 0)));
  EXPECT_TRUE(kCorner.At(99).isApprox(Vec2(10, 5)));
  EXPECT_DOUBLE_EQ(kCorner.Locate({30, 9}).chainage, 15);
}

TEST(Polyline, PartKeepsTheVerticesBetween) {
  const Polyline part = kCorner.Part(8, 12);
  EXPECT_EQ(part.vertices().size(), 3u);
  EXPECT_DOUBLE_EQ(part.Length(), 4);
}

TEST(Polyline, DirectionTurnsSmoothlyAtABend) {
  EXPECT_TRUE(kCorner.Direction(10, 1).isApprox(Vec2(1, 1).normalized()));
  EXPECT_TRUE(kCorner.Direction(5, 1).isApprox(Vec2(1, 0)));
}

TEST(Ring, AreaContainsDistance) {
  const std::vector<Vec2> square{{0, 0}, {2, 0}, {2, 2}, {0, 2}};
  EXPECT_DOUBLE_EQ(RingArea(square), 4);
  EXPECT_TRUE(RingContains(square, {1, 1}));
  EXPECT_FALSE(RingContains(square, {3, 1}));
  EXPECT_DOUBLE_EQ(RingDistance(square, {3, 1}), 1);
  EXPECT_DOUBLE_EQ(RingDistance(square, {1, 1}), 0);
  EXPECT_DOUBLE_EQ(RingDistance(square, {-1, 1}), 1);
}

TEST(Ellipse, AxesAndAzimuthFromNorth) {
  Mat2 covariance;
  covariance << 9, 0, 0, 4;  // longest to the east
  const Ellipse e = EllipseOf(covariance);
  EXPECT_DOUBLE_EQ(e.major, 3);
  EXPECT_DOUBLE_EQ(e.minor, 2);
  EXPECT_DOUBLE_EQ(e.azimuth_deg, 90);
}

TEST(Box, EmptyUntilFirstPoint) {
  Box2 box;
  EXPECT_TRUE(box.empty());
  box.Add({1, 2});
  EXPECT_FALSE(box.empty());
  EXPECT_TRUE(box.Contains({1, 2}));
}

}  // namespace
}  // namespace thermoleak
