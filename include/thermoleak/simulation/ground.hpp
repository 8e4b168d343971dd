#pragma once
// The temperature of a scene's ground: point by point, and as a raster for rendering.

#include <opencv2/core.hpp>
#include <vector>

#include "thermoleak/core/progress.hpp"
#include "thermoleak/simulation/scene.hpp"

namespace thermoleak::simulation {

/// Index into Scene::materials of what covers the ground at a point.
int MaterialAt(const Scene& scene, const Vec2& p);
/// Rise of a leak above the trace, K; the outline is ragged by `edge`.
double LeakRise(const Leak& leak, double surface_coefficient, const Vec2& p);
/// Rise over one pipe of its own intact loss and its damaged stretches, K.
double PipeRise(const Scene& scene, int pipe, const Vec2& p);
/// Loss of the intact pipe at a chainage: its mean times a slow variation, W/m.
double LossAt(const Pipe& pipe, double chainage_m);

/// Temperatures of the ground on a grid over the scene, computed in square tiles where they are
/// needed. What it holds is the temperature that the camera's own parameters will read back: a
/// material whose emissivity differs from the one in the file looks warmer or colder than it is, as
/// in life.
class GroundRaster {
 public:
  /// Raster over `area` (scene metres). Throws RunError kOutOfMemory when it would be unreasonably
  /// large.
  GroundRaster(const Scene& scene, const Box2& area);
  /// Makes sure that all tiles under the convex polygons are computed; parallel over tiles.
  void Cover(const std::vector<std::vector<Vec2>>& footprints, const WorkContext& work);
  /// Bilinear; NaN outside what was covered. Thread-safe once covered.
  float At(double x, double y) const;
  /// The whole raster, CV_32FC1 degC, row 0 = top, NaN where nothing was computed.
  cv::Mat Picture() const;

 private:
  void FillTile(int tile_row, int tile_column);
  const Scene& scene_;
  Box2 area_;
  double cell_m_;
  int rows_ = 0;
  int columns_ = 0;
  int tile_rows_ = 0;
  int tile_columns_ = 0;
  cv::Mat values_;          // row 0 = bottom (y grows with the row)
  std::vector<char> done_;  // per tile
};

}  // namespace thermoleak::simulation
