#pragma once
// How the numbers in a map's file are to be understood.

#include <memory>
#include <optional>
#include <string>

#include "thermoleak/geo/china_shift.hpp"

namespace thermoleak {

/// What a map's numbers mean: x and y of `crs` (traditional GIS order unless `swap_axes`), with the
/// shift of a web map or without.
struct MapReading {
  std::string crs;  ///< anything PROJ understands; "" = not known
  bool swap_axes = false;
  WebShift shift = WebShift::kNone;
};

/// Goes between a map's numbers and the world by one reading. Not thread-safe: one per thread.
class MapReader {
 public:
  /// With `near` the operation between datums that suits its surroundings is used for all points.
  /// Throws RunError kCrsUnknown.
  MapReader(const MapReading& reading, std::optional<LonLat> near);
  ~MapReader();
  MapReader(MapReader&&) noexcept;

  /// WGS 84; nothing where the numbers have no place in the reading.
  std::optional<LonLat> LonLatFromMap(const Vec2& map) const;
  /// The numbers that the map would have for a place; NaN where there are none.
  Vec2 MapFromLonLat(LonLat position) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thermoleak
