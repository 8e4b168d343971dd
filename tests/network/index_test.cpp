#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "thermoleak/network/network.hpp"

namespace thermoleak {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Pipe Line(std::vector<Vec2> vertices) {
  Pipe pipe;
  pipe.axis = Polyline(std::move(vertices));
  return pipe;
}

Box2 Box(double min_x, double min_y, double max_x, double max_y) {
  Box2 box;
  box.Add(Vec2(min_x, min_y));
  box.Add(Vec2(max_x, max_y));
  return box;
}

TEST(PipesNear, BySegmentNotByBoundingBox) {
  // A kilometre of diagonal: its box covers everything, its axis does not.
  const PipeNetwork network({Line({{0, 0}, {1000, 1000}}), Line({{0, 500}, {0, 1000}})}, {}, {},
                            {});
  EXPECT_THAT(network.PipesNear(Box(800, 100, 900, 200), 50), IsEmpty());
  EXPECT_THAT(network.PipesNear(Box(490, 495, 500, 510), 0), ElementsAre(0));
  // The nearest corner (800, 300) is 500 / sqrt 2 = 353.553 from the diagonal.
  EXPECT_THAT(network.PipesNear(Box(800, 100, 900, 300), 353.55), IsEmpty());
  EXPECT_THAT(network.PipesNear(Box(800, 100, 900, 300), 353.56), ElementsAre(0));
  EXPECT_THAT(network.PipesNear(Box(0, 400, 10, 520), 300), ElementsAre(0, 1));
  EXPECT_THAT(network.PipesNear(Box2{}, 1e9), IsEmpty());
}

TEST(PipesNear, AgreesWithDenseSampling) {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> coordinate(0, 100);
  std::vector<Pipe> pipes;
  for (int i = 0; i < 40; ++i) {
    pipes.push_back(Line({{coordinate(random), coordinate(random)},
                          {coordinate(random), coordinate(random)},
                          {coordinate(random), coordinate(random)}}));
  }
  const PipeNetwork network(pipes, {}, {}, {});
  for (int i = 0; i < 50; ++i) {
    const double x = coordinate(random);
    const double y = coordinate(random);
    const Box2 box = Box(x, y, x + 5, y + 3);
    const double margin = coordinate(random) / 20;
    std::vector<int> surely;
    std::vector<int> maybe;
    for (int p = 0; p < 40; ++p) {
      const Polyline& axis = pipes[static_cast<std::size_t>(p)].axis;
      double distance = 1e9;
      for (double s = 0; s <= axis.Length(); s += 0.05) {
        const Vec2 point = axis.At(s);
        distance = std::min(distance, (point - point.cwiseMax(box.min).cwiseMin(box.max)).norm());
      }
      if (distance <= margin) surely.push_back(p);
      if (distance <= margin + 0.05) maybe.push_back(p);
    }
    const std::vector<int> near = network.PipesNear(box, margin);
    EXPECT_TRUE(std::includes(near.begin(), near.end(), surely.begin(), surely.end()));
    EXPECT_TRUE(std::includes(maybe.begin(), maybe.end(), near.begin(), near.end()));
  }
}

TEST(ChambersNear, NearestFirst) {
  const PipeNetwork network(
      {}, {{"a", {0, 0}, ""}, {"b", {3, 4}, ""}, {"c", {-1, 0}, ""}, {"d", {4.9, 4.9}, ""}}, {},
      {});
  EXPECT_THAT(network.ChambersNear({0, 0}, 5),
              ElementsAre(0, 2, 1));  // d: in the box, not in the circle
  EXPECT_THAT(network.ChambersNear({100, 0}, 5), IsEmpty());
}

TEST(BuildingDistance, EdgeInsideAndLimit) {
  const PipeNetwork network(
      {}, {}, {{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}, {}}, {{{20, 0}, {30, 0}, {30, 10}}, {}}}, {});
  EXPECT_EQ(network.BuildingDistance({5, 5}, 30), 0);
  EXPECT_NEAR(network.BuildingDistance({13, 14}, 30), 5, 1e-12);
  EXPECT_NEAR(network.BuildingDistance({18, -1}, 30), std::sqrt(5.0), 1e-12);
  EXPECT_EQ(network.BuildingDistance({13, 14}, 4.9), std::numeric_limits<double>::infinity());
}

TEST(Network, AxisDepth) {
  Pipe pipe;
  EXPECT_FALSE(pipe.AxisDepth(false));
  pipe.depth_m = 1.0;
  pipe.dn_mm = 300;
  EXPECT_DOUBLE_EQ(*pipe.AxisDepth(true), 1.0);
  // EN 253: DN 300 has a casing of 450 mm.
  EXPECT_NEAR(*pipe.AxisDepth(false), 1.225, 1e-12);
  pipe.laying = Laying::kOverhead;
  EXPECT_FALSE(pipe.AxisDepth(false));
}

TEST(Network, CorridorHalfWidth) {
  Pipe buried = Line({{0, 0}, {10, 0}});
  buried.depth_m = 1.0;
  Pipe unknown = Line({{0, 0}, {10, 0}});
  Pipe overhead = Line({{0, 0}, {10, 0}});
  overhead.laying = Laying::kOverhead;
  overhead.dn_mm = 700;
  Pipe deep = buried;
  deep.depth_m = 8;
  NetworkOptions options;
  options.depth_to_axis = true;
  options.map_sigma_m = 0.3;
  const PipeNetwork network({buried, unknown, overhead, deep}, {}, {}, options);
  // 3 hypot(0.3, 0.4) = 1.5; D = 1.0 + 1.5 / 12; twice the full width 2 D.
  EXPECT_NEAR(network.CorridorHalfWidth(0, 0.4), 1.5 + 4 * 1.125, 1e-12);
  EXPECT_NEAR(network.CorridorHalfWidth(1, 0.4), 1.5 + 4 * 1.325, 1e-12);
  EXPECT_NEAR(network.CorridorHalfWidth(2, 0.4), 1.5 + 4 * 0.425, 1e-12);
  EXPECT_EQ(network.CorridorHalfWidth(3, 0.4), 12.0);
  EXPECT_NEAR(network.TotalLength(), 40, 1e-12);
}

TEST(Network, OptionsAreChecked) {
  EXPECT_TRUE(CheckOptions(NetworkOptions{}, "network").empty());
  NetworkOptions bad;
  bad.map_sigma_m = -1;
  bad.default_depth_m = std::nan("");
  EXPECT_EQ(CheckOptions(bad, "network").size(), 2u);
}

}  // namespace
}  // namespace thermoleak
