#include "thermoleak/geo/city_grid.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace thermoleak {
namespace {

/// A made-up grid: turned by 1.5 degrees, 30 ppm smaller, far from the national origin.
Vec2 GridOf(const Vec2& ground, double stretch_east = 1) {
  constexpr double kTurn = 0.0261799;
  const Vec2 q((ground.x() - 35000) * stretch_east, ground.y() - 1200);
  Mat2 turn;
  turn << std::cos(kTurn), std::sin(kTurn), -std::sin(kTurn), std::cos(kTurn);
  return Vec2(50000, 20000) + 0.99997 * (turn * q);
}

std::vector<ControlPoint> Points(int count, double noise_m, bool northing_first = false,
                                 double stretch_east = 1) {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> place(-6000, 6000);
  std::normal_distribution<double> noise(0, 1);
  std::vector<ControlPoint> points;
  for (int i = 0; i < count; ++i) {
    const Vec2 ground(place(random), place(random));
    Vec2 grid = GridOf(ground, stretch_east) + noise_m * Vec2(noise(random), noise(random));
    if (northing_first) std::swap(grid.x(), grid.y());
    points.push_back({"G" + std::to_string(i + 1), grid, ground});
  }
  return points;
}

TEST(CityGrid, ExactPointsGiveTheGroundBack) {
  for (const int count : {3, 4, 6}) {
    const auto fit = FitCityGrid(Points(count, 0));
    ASSERT_TRUE(fit);
    EXPECT_FALSE(fit->affine);
    EXPECT_FALSE(fit->northing_first);
    EXPECT_LT(fit->leave_one_out_rms_m, 1e-6);
    const Vec2 ground(1234.5, -987.6);
    EXPECT_LT((fit->grid(GridOf(ground)) - ground).norm(), 1e-6);
  }
}

// Chinese tables: X is the northing.
TEST(CityGrid, NorthingFirstIsNoticed) {
  const auto fit = FitCityGrid(Points(5, 0.02, true));
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->northing_first);
  EXPECT_LT(fit->leave_one_out_rms_m, 0.1);
  const Vec2 ground(1000, 2000);
  EXPECT_LT((fit->grid(GridOf(ground)) - ground).norm(), 0.1);
}

// Errors of 5 cm a coordinate leave 4 parameters of 10 numbers: residuals are a little smaller than
// the errors, those of points left out a little larger.
TEST(CityGrid, LeaveOneOutIsLargerThanTheResiduals) {
  const auto fit = FitCityGrid(Points(6, 0.05));
  ASSERT_TRUE(fit);
  EXPECT_FALSE(fit->affine);
  EXPECT_GT(fit->residual_rms_m, 0.02);
  EXPECT_LT(fit->residual_rms_m, 0.12);
  EXPECT_GT(fit->leave_one_out_rms_m, fit->residual_rms_m);
  EXPECT_LT(fit->leave_one_out_rms_m, 0.3);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_GT(fit->leave_one_out_m[i], fit->residual_m[i]);
}

TEST(CityGrid, AWrongPointIsNamed) {
  std::vector<ControlPoint> points = Points(7, 0.02);
  points[4].grid.x() += 3;
  const auto fit = FitCityGrid(points);
  ASSERT_TRUE(fit);
  EXPECT_EQ(points[fit->worst].name, "G5");
  EXPECT_GT(fit->leave_one_out_rms_m, 0.5);
}

TEST(CityGrid, AffineOnlyWhereItIsClearlyBetter) {
  // 100 ppm more to the east than to the north: half a metre over the town.
  const auto stretched = FitCityGrid(Points(8, 0.01, false, 1.0003));
  ASSERT_TRUE(stretched);
  EXPECT_TRUE(stretched->affine);
  EXPECT_LT(stretched->leave_one_out_rms_m, 0.05);
  EXPECT_FALSE(stretched->northing_first);
  const auto stretched_swapped = FitCityGrid(Points(8, 0.01, true, 1.0003));
  ASSERT_TRUE(stretched_swapped);
  EXPECT_TRUE(stretched_swapped->affine);
  EXPECT_TRUE(stretched_swapped->northing_first);
  const auto noisy = FitCityGrid(Points(8, 0.1));
  ASSERT_TRUE(noisy);
  EXPECT_FALSE(noisy->affine);
}

TEST(CityGrid, TooLittleToFit) {
  EXPECT_FALSE(FitCityGrid(Points(2, 0)));
  std::vector<ControlPoint> same(5, ControlPoint{"a", {1, 2}, {3, 4}});
  EXPECT_FALSE(FitCityGrid(same));
  // Along a line: a similarity is defined, an affinity is not.
  std::vector<ControlPoint> row;
  for (int i = 0; i < 5; ++i) {
    const Vec2 ground(1000.0 * i, 0);
    row.push_back({"r", GridOf(ground), ground});
  }
  const auto fit = FitCityGrid(row);
  ASSERT_TRUE(fit);
  EXPECT_FALSE(fit->affine);
}

}  // namespace
}  // namespace thermoleak
