#pragma once
// A city's own grid, placed on the ground by control points.
//
// Chinese cities keep their maps in grids whose parameters are unpublished, and whose relation to
// the national system is a state secret. So the parameters live in memory only: CityGrid has no
// way to print, and what may be shown of a fit are errors in metres.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "thermoleak/core/geometry.hpp"

namespace thermoleak {

/// The same point in the city's grid and on the ground.
struct ControlPoint {
  std::string name;
  Vec2 grid;    ///< as the control file has it: either order of axes
  Vec2 ground;  ///< metres east and north of a conformal projection near the city
};

/// From the city's grid (easting, northing) to the ground. Immutable, thread-safe.
class CityGrid {
 public:
  CityGrid(const Mat2& ground_per_grid, const Vec2& grid_origin, const Vec2& ground_origin)
      : ground_per_grid_(ground_per_grid), grid_(grid_origin), ground_(ground_origin) {}
  Vec2 operator()(const Vec2& grid) const { return ground_ + ground_per_grid_ * (grid - grid_); }

 private:
  Mat2 ground_per_grid_;
  Vec2 grid_;
  Vec2 ground_;
};

struct CityGridFit {
  CityGrid grid;
  bool affine = false;                  ///< 6 parameters instead of 4
  bool northing_first = false;          ///< the control points' first grid number is the northing
  std::vector<double> residual_m;       ///< of each point, in the fit to all
  std::vector<double> leave_one_out_m;  ///< of each point, in the fit to all others
  double residual_rms_m = 0;
  double leave_one_out_rms_m = 0;
  std::size_t worst = 0;  ///< point with the largest leave-one-out error
};

/// Least squares over the points: a similarity (shift, rotation, scale; Helmert's 4 parameters), or
/// an affinity (6) where its leave-one-out error is less than half of the similarity's. Axes may
/// come in either order (Chinese tables have X = north): a similarity cannot mirror, so only one
/// order fits. Nothing for fewer than three points, or points that coincide. The leave-one-out
/// error is the honest one: what the fit does at a place that it was not told.
std::optional<CityGridFit> FitCityGrid(std::span<const ControlPoint> points);

}  // namespace thermoleak
