#pragma once
// Inside of the service room: maps and rasters as a browser draws them. Each is made once and kept
// in the cache. Throws RunError where a source cannot be read.

#include "service/services.hpp"

namespace thermoleak::service {

/// Pipes and chambers of an area, WGS 84.
std::filesystem::path NetworkGeoJson(Services& services, const batch::Area& area);
/// [west, south, east, north], or null while the map has not been read or cannot be.
Json AreaBounds(Services& services, const batch::Area& area);
/// The layer corrected_traces of a run, WGS 84.
std::filesystem::path TracesGeoJson(Services& services, const std::string& scan);

/// The run's mosaic in Web Mercator as a palette picture, and what it shows.
struct MosaicFiles {
  std::filesystem::path picture, facts;
};
MosaicFiles MosaicPicture(Services& services, const std::string& scan);

}  // namespace thermoleak::service
