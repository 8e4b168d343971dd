#pragma once
// The ground under the cameras.

#include <filesystem>
#include <opencv2/core.hpp>

#include "thermoleak/geo/local_frame.hpp"

namespace thermoleak {

/// Height of the ground over the local frame: a DEM, or a level plane. Immutable, thread-safe.
class Terrain {
 public:
  /// A level plane at `height_m`.
  static Terrain Plane(double height_m);
  /// The part of a DEM (any GDAL raster with a CRS, heights in metres) that covers `area` (local
  /// metres), resampled bilinearly to the local frame at about its own resolution. Points outside
  /// take the nearest known height, and so do holes. Heights beyond -500 .. 9000 m are holes (many
  /// DEMs mark them without saying so). Throws RunError kDemUnreadable, kDemNoCrs, kDemNoCover
  /// (exit code 3).
  static Terrain FromDem(const std::filesystem::path& dem, const LocalFrame& frame,
                         const Box2& area);

  double HeightAt(const Vec2& local) const;
  bool is_plane() const { return grid_.empty(); }

 private:
  double plane_height_m_ = 0;
  cv::Mat grid_;           // CV_32FC1, row 0 = north; a node in the middle of each cell
  Vec2 upper_left_{0, 0};  // local position of node (0, 0)
  double cell_m_ = 1;
};

}  // namespace thermoleak
