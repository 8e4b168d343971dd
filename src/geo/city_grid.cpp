#include "thermoleak/geo/city_grid.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>

namespace thermoleak {
namespace {

struct Pair {
  Vec2 grid;
  Vec2 ground;
};

/// Both coordinate sets are counted from their means: the shift then needs no unknowns, and squares
/// stay small.
std::optional<CityGrid> Fit(std::span<const Pair> pairs, bool affine) {
  Vec2 grid_mean(0, 0);
  Vec2 ground_mean(0, 0);
  for (const Pair& p : pairs) {
    grid_mean += p.grid;
    ground_mean += p.ground;
  }
  grid_mean /= static_cast<double>(pairs.size());
  ground_mean /= static_cast<double>(pairs.size());
  Mat2 grid_grid = Mat2::Zero();
  Mat2 ground_grid = Mat2::Zero();
  for (const Pair& p : pairs) {
    grid_grid += (p.grid - grid_mean) * (p.grid - grid_mean).transpose();
    ground_grid += (p.ground - ground_mean) * (p.grid - grid_mean).transpose();
  }
  const double size = grid_grid.trace();
  if (!(size > 1)) return std::nullopt;  // all within a metre
  Mat2 ground_per_grid;
  if (affine) {
    // Points along a line say nothing about the direction across it.
    if (grid_grid.determinant() < 1e-4 * size * size) return std::nullopt;
    ground_per_grid = ground_grid * grid_grid.inverse();
  } else {
    const double a = (ground_grid(0, 0) + ground_grid(1, 1)) / size;
    const double b = (ground_grid(1, 0) - ground_grid(0, 1)) / size;
    ground_per_grid << a, -b, b, a;
  }
  return CityGrid(ground_per_grid, grid_mean, ground_mean);
}

double Rms(const std::vector<double>& errors) {
  double sum = 0;
  for (const double e : errors) sum += e * e;
  return std::sqrt(sum / static_cast<double>(errors.size()));
}

std::optional<CityGridFit> FitWithErrors(const std::vector<Pair>& pairs, bool affine) {
  const std::optional<CityGrid> grid = Fit(pairs, affine);
  if (!grid) return std::nullopt;
  CityGridFit fit{*grid, affine, false, {}, {}, 0, 0, 0};
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    fit.residual_m.push_back(((*grid)(pairs[i].grid) - pairs[i].ground).norm());
    std::vector<Pair> others = pairs;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    const std::optional<CityGrid> without = Fit(others, affine);
    if (!without) return std::nullopt;
    fit.leave_one_out_m.push_back(((*without)(pairs[i].grid) - pairs[i].ground).norm());
  }
  fit.residual_rms_m = Rms(fit.residual_m);
  fit.leave_one_out_rms_m = Rms(fit.leave_one_out_m);
  fit.worst = static_cast<std::size_t>(
      std::max_element(fit.leave_one_out_m.begin(), fit.leave_one_out_m.end()) -
      fit.leave_one_out_m.begin());
  return fit;
}

}  // namespace

std::optional<CityGridFit> FitCityGrid(std::span<const ControlPoint> points) {
  if (points.size() < 3) return std::nullopt;
  std::optional<CityGridFit> best;
  for (const bool northing_first : {false, true}) {
    std::vector<Pair> pairs;
    for (const ControlPoint& p : points) {
      pairs.push_back({northing_first ? Vec2(p.grid.y(), p.grid.x()) : p.grid, p.ground});
    }
    std::optional<CityGridFit> fit = FitWithErrors(pairs, false);
    if (!fit) continue;
    fit->northing_first = northing_first;
    if (best && best->leave_one_out_rms_m <= fit->leave_one_out_rms_m) continue;
    best = std::move(fit);
    if (points.size() < 4) continue;
    constexpr double kGoodEnough_m = 0.05;  // nothing to gain below the error of good points
    std::optional<CityGridFit> affine = FitWithErrors(pairs, true);
    if (affine && best->leave_one_out_rms_m > kGoodEnough_m &&
        affine->leave_one_out_rms_m < 0.5 * best->leave_one_out_rms_m) {
      // An affinity mirrors as willingly as it turns; the right order leaves little to distort.
      const Vec2 zero = affine->grid({0, 0});
      Mat2 axes;
      axes.col(0) = affine->grid({1, 0}) - zero;
      axes.col(1) = affine->grid({0, 1}) - zero;
      if (axes.determinant() <= 0) continue;
      affine->northing_first = northing_first;
      best = std::move(affine);
    }
  }
  return best;
}

}  // namespace thermoleak
