#pragma once
// A pinhole camera with Brown distortion, placed in the local frame.

#include <optional>
#include <vector>

#include "thermoleak/core/geometry.hpp"
#include "thermoleak/geo/terrain.hpp"

namespace thermoleak {

/// Intrinsics. Pixel coordinates of core/conventions.hpp. Distortion acts on x = X/Z, y = Y/Z
/// (Brown 1971): xd = x (1 + k1 r2 + k2 r2^2 + k3 r2^3) + p1 (r2 + 2 x^2) + 2 p2 x y, yd likewise
/// with p1 and p2 exchanged.
struct Lens {
  int width = 0;
  int height = 0;
  double focal_px = 0;
  Vec2 principal{0, 0};  ///< pixels from the upper-left corner
  double k1 = 0, k2 = 0, k3 = 0, p1 = 0, p2 = 0;

  bool distorted() const { return k1 != 0 || k2 != 0 || k3 != 0 || p1 != 0 || p2 != 0; }
  Vec2 Distort(const Vec2& xy) const;
  /// Inverse by fixed-point iteration, to 1e-9 within the picture of a moderate lens.
  Vec2 Undistort(const Vec2& xy) const;
};

/// Rotation map_from_camera of yaw (from GRID north), pitch, roll; degrees, conventions.hpp.
Mat3 RotationFromAngles(double yaw_deg, double pitch_deg, double roll_deg);

struct Angles {
  double yaw_deg = 0, pitch_deg = 0, roll_deg = 0;
};
/// Inverse of RotationFromAngles; at nadir roll is 0 and yaw takes the whole rotation.
Angles AnglesFromRotation(const Mat3& map_from_camera);

/// A camera with its place. A value; const methods are thread-safe.
struct Camera {
  Lens lens;
  Vec3 position{0, 0, 0};  ///< local metres, height in the terrain's datum
  Mat3 map_from_camera = Mat3::Identity();

  /// Pixel of a point, nothing behind the camera or outside the lens' model.
  std::optional<Vec2> Project(const Vec3& point) const;
  /// Unit direction in the map of a pixel's ray.
  Vec3 Ray(const Vec2& pixel) const;
  /// Where a pixel's ray meets the terrain; nothing at or above the horizon.
  std::optional<Vec3> Ground(const Vec2& pixel, const Terrain& terrain) const;
  /// Corners (and edge middles, for distorted lenses) of the picture on the ground,
  /// counter-clockwise; empty if part of the picture sees no ground within `max_range_m`.
  std::vector<Vec2> Footprint(const Terrain& terrain, double max_range_m) const;
  bool InPicture(const Vec2& pixel, double margin_px = 0) const {
    return pixel.x() >= margin_px && pixel.y() >= margin_px &&
           pixel.x() <= lens.width - margin_px && pixel.y() <= lens.height - margin_px;
  }
};

}  // namespace thermoleak
