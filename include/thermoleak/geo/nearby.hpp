#pragma once
// Short distances straight from degrees, where no frame is at hand.

#include <cmath>
#include <numbers>

#include "thermoleak/core/geometry.hpp"
#include "thermoleak/geo/local_frame.hpp"

namespace thermoleak {

/// Metres east and north of `origin`, on a sphere as large as the earth: exact to a millimetre over
/// tens of metres, good for a picture over a city.
inline Vec2 MetresFrom(LonLat origin, LonLat position) {
  constexpr double kEarthRadius_m = 6371008.8;  // mean radius, IUGG
  constexpr double kMetresPerDegree = kEarthRadius_m * std::numbers::pi / 180;
  return {(position.lon_deg - origin.lon_deg) * kMetresPerDegree *
              std::cos(origin.lat_deg * std::numbers::pi / 180),
          (position.lat_deg - origin.lat_deg) * kMetresPerDegree};
}

}  // namespace thermoleak
