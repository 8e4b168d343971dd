#include "thermoleak/geo/map_reading.hpp"

#include <cmath>
#include <utility>

#include "geo/transform.hpp"
#include "thermoleak/geo/gdal_session.hpp"

namespace thermoleak {

using geo_internal::Apply;
using geo_internal::MakeTransform;
using geo_internal::ParseCrs;
using geo_internal::Transform;
using geo_internal::Wgs84;

struct MapReader::Impl {
  MapReading reading;
  Transform lonlat_from_map;
  Transform map_from_lonlat;
};

MapReader::MapReader(const MapReading& reading, std::optional<LonLat> near)
    : impl_(std::make_unique<Impl>()) {
  const GdalSession session;
  const OGRSpatialReference map = ParseCrs(reading.crs);
  impl_->reading = reading;
  impl_->lonlat_from_map = MakeTransform(map, Wgs84(), near);
  impl_->map_from_lonlat = MakeTransform(Wgs84(), map, near);
}

MapReader::~MapReader() = default;
MapReader::MapReader(MapReader&&) noexcept = default;

std::optional<LonLat> MapReader::LonLatFromMap(const Vec2& map) const {
  const GdalSession session;
  const bool swap = impl_->reading.swap_axes;
  const Vec2 p = Apply(*impl_->lonlat_from_map, swap ? Vec2(map.y(), map.x()) : map);
  // Degrees out of range come through a transform from WGS 84 to itself unchanged.
  if (!p.allFinite() || std::abs(p.y()) > 90 || std::abs(p.x()) > 360) return std::nullopt;
  return Unshifted({p.x(), p.y()}, impl_->reading.shift);
}

Vec2 MapReader::MapFromLonLat(LonLat position) const {
  const GdalSession session;
  const LonLat shifted = Shifted(position, impl_->reading.shift);
  const Vec2 p = Apply(*impl_->map_from_lonlat, {shifted.lon_deg, shifted.lat_deg});
  return impl_->reading.swap_axes ? Vec2(p.y(), p.x()) : p;
}

}  // namespace thermoleak
