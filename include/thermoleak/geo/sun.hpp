#pragma once
// Where the sun stands: daylight spoils a thermal survey for hours.

#include "thermoleak/geo/local_frame.hpp"

namespace thermoleak {

/// Elevation of the sun's centre above the horizon in degrees, without refraction, at seconds since
/// 1970 UTC. Low-precision formulas of the Astronomical Almanac (section C, "Low-precision formulas
/// for the Sun"): 0.01 degrees between 1950 and 2050. Thread-safe.
double SunElevationDeg(double utc_s, LonLat where);

}  // namespace thermoleak
