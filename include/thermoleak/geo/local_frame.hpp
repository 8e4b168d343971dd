#pragma once
// One metric frame for a run: metres east, north (of a projected CRS) and up.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "thermoleak/core/geometry.hpp"

namespace thermoleak {

/// Longitude and latitude, WGS 84, degrees. A type of its own so that it cannot be taken for
/// metres.
struct LonLat {
  double lon_deg = 0;
  double lat_deg = 0;
};

/// A projected CRS in metres with a whole-number origin near the survey, so that coordinates stay
/// small. Copies share the definition; every method is thread-safe (PROJ contexts are per thread
/// inside).
class LocalFrame {
 public:
  /// `crs` is anything PROJ understands (EPSG code, WKT). A geographic CRS, one not in metres, and
  /// one whose metres are not the ground's near `near` (off by more than 1 %, such as Web Mercator)
  /// is replaced by the UTM zone of `near`. Throws RunError kCrsUnknown.
  LocalFrame(const std::string& crs, LonLat near);
  /// UTM zone of a point.
  static LocalFrame Utm(LonLat near);

  const std::string& wkt() const;  ///< the projected CRS
  std::string Name() const;        ///< for people, e.g. "WGS 84 / UTM zone 44N"
  Vec2 origin() const;             ///< map coordinates (easting, northing) of local (0, 0)
  Vec2 MapFromLocal(const Vec2& local) const { return local + origin(); }
  Vec2 LocalFromMap(const Vec2& map) const { return map - origin(); }
  Vec2 LocalFromLonLat(LonLat position) const;
  LonLat LonLatFromLocal(const Vec2& local) const;
  /// Angle from true north to grid north at a point, degrees, positive clockwise (east of true
  /// north): grid heading = true heading - convergence.
  double ConvergenceDeg(LonLat position) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

/// A reusable transform of points from `source_crs` (any, traditional GIS order) to the frame's
/// local metres. Not thread-safe: one per thread. Throws RunError kCrsUnknown.
class ToLocal {
 public:
  ToLocal(const std::string& source_crs, const LocalFrame& frame);
  ~ToLocal();
  /// NaN where the transform fails.
  Vec2 operator()(const Vec2& source) const;
  /// The way back, local metres to the source CRS; NaN where it fails.
  Vec2 Inverse(const Vec2& local) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// WGS 84 position of a point of any CRS (traditional GIS order); nothing where the transform
/// fails. Throws RunError kCrsUnknown. Thread-safe.
std::optional<LonLat> LonLatFrom(const std::string& source_crs, const Vec2& source);

}  // namespace thermoleak
