#include "thermoleak/strips/strip.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace thermoleak {
namespace {

StripLayout Layout() { return {0, 10.0, 0.5, 8, 5}; }

TEST(StripLayout, MiddleRowLiesOnTheAxisAndRowZeroFarLeft) {
  const StripLayout layout = Layout();
  EXPECT_DOUBLE_EQ(layout.OffsetOf(2), 0);
  EXPECT_DOUBLE_EQ(layout.OffsetOf(0), 1.0);
  EXPECT_DOUBLE_EQ(layout.RowOf(layout.OffsetOf(3.5)), 3.5);
  EXPECT_DOUBLE_EQ(layout.ChainageOf(0), 10.25);
  EXPECT_DOUBLE_EQ(layout.ColumnOf(layout.ChainageOf(6.25)), 6.25);
}

TEST(Strip, StatisticsAgreeWithTheDefinition) {
  const std::vector<float> views{3.0f, -1.0f, 4.5f, 2.0f, 2.5f};
  Strip strip(Layout());
  float sum = 0;
  for (std::size_t i = 0; i < views.size(); ++i) {
    strip.Add(1, 2, views[i], static_cast<float>(10 * i));
    sum += views[i];
  }
  const float mean = sum / 5;
  float squares = 0;
  for (const float v : views) squares += (v - mean) * (v - mean);
  EXPECT_EQ(strip.count(1, 2), 5);
  EXPECT_NEAR(strip.mean_c(1, 2), mean, 1e-6);
  EXPECT_NEAR(strip.Spread(1, 2), std::sqrt(squares / 4), 1e-5);
  EXPECT_EQ(strip.min_c(1, 2), -1.0f);
  EXPECT_EQ(strip.max_c(1, 2), 4.5f);
  EXPECT_EQ(strip.first_s(1, 2), 0.0f);
  EXPECT_EQ(strip.last_s(1, 2), 40.0f);
  EXPECT_NEAR(strip.Consensus(1, 2), 2.5, 1e-5);  // mean of 2, 2.5, 3
  EXPECT_EQ(strip.count(0, 0), 0);
  EXPECT_TRUE(std::isnan(strip.mean_c(0, 0)));
}

TEST(Strip, NanIsNotAView) {
  Strip strip(Layout());
  strip.Add(0, 0, std::nanf(""), 1);
  EXPECT_EQ(strip.count(0, 0), 0);
}

TEST(Strip, MergingPartsEqualsAddingAll) {
  Strip all(Layout());
  Strip first(Layout());
  Strip second(Layout());
  for (int i = 0; i < 9; ++i) {
    const float v = static_cast<float>(std::sin(1.7 * i) * 5);
    all.Add(i % 3, 1, v, static_cast<float>(i));
    (i < 4 ? first : second).Add(i % 3, 1, v, static_cast<float>(i));
  }
  first.Merge(second);
  for (int r = 0; r < 3; ++r) {
    EXPECT_EQ(first.count(r, 1), all.count(r, 1));
    EXPECT_NEAR(first.mean_c(r, 1), all.mean_c(r, 1), 1e-5);
    EXPECT_NEAR(first.Spread(r, 1), all.Spread(r, 1), 1e-5);
    EXPECT_EQ(first.min_c(r, 1), all.min_c(r, 1));
    EXPECT_EQ(first.last_s(r, 1), all.last_s(r, 1));
  }
}

TEST(Strip, OneHotViewDoesNotEnterTheConsensus) {
  Strip strip(Layout());
  for (const float v : {1.0f, 1.1f, 0.9f, 20.0f}) strip.Add(0, 0, v, 0);
  EXPECT_NEAR(strip.Consensus(0, 0), 1.05, 1e-5);
}

TEST(PlanStrips, OnlyStretchesThatFramesTouch) {
  Pipe pipe;
  pipe.id = "P";
  pipe.axis = Polyline({{0, 0}, {500, 0}});
  pipe.depth_m = 1.0;
  const PipeNetwork network({pipe}, {}, {}, {});
  std::vector<RegisteredFrame> frames(2);
  frames[0].footprint = {{100, -20}, {140, -20}, {140, 20}, {100, 20}};
  frames[1].footprint = {{300, -20}, {340, -20}, {340, 20}, {300, 20}};
  const auto layouts = PlanStrips(network, frames, 0.5, {});
  ASSERT_EQ(layouts.size(), 2u);
  EXPECT_NEAR(layouts[0].chainage0_m, 100, 3);
  EXPECT_NEAR(layouts[0].columns * layouts[0].cell_m, 40, 6);
  EXPECT_EQ(layouts[0].rows % 2, 1);
  EXPECT_GE(layouts[0].rows * layouts[0].cell_m, 2 * network.CorridorHalfWidth(0, 0.5));
}

}  // namespace
}  // namespace thermoleak
