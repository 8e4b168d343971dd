#include "thermoleak/geo/sun.hpp"

#include <cmath>
#include <numbers>

namespace thermoleak {

double SunElevationDeg(double utc_s, LonLat where) {
  constexpr double kRadians = std::numbers::pi / 180;
  constexpr double kJ2000 = 946728000;  // 2000-01-01 12:00 UTC
  const double days = (utc_s - kJ2000) / 86400;
  const double mean_longitude_deg = 280.460 + 0.9856474 * days;
  const double mean_anomaly = (357.528 + 0.9856003 * days) * kRadians;
  const double longitude =
      (mean_longitude_deg + 1.915 * std::sin(mean_anomaly) + 0.020 * std::sin(2 * mean_anomaly)) *
      kRadians;
  const double obliquity = (23.439 - 0.0000004 * days) * kRadians;
  const double right_ascension =
      std::atan2(std::cos(obliquity) * std::sin(longitude), std::cos(longitude));
  const double declination = std::asin(std::sin(obliquity) * std::sin(longitude));
  // Greenwich mean sidereal time, degrees.
  const double sidereal_deg = 280.46062 + 360.98564737 * days;
  const double hour_angle = (sidereal_deg + where.lon_deg) * kRadians - right_ascension;
  const double latitude = where.lat_deg * kRadians;
  const double sine = std::sin(latitude) * std::sin(declination) +
                      std::cos(latitude) * std::cos(declination) * std::cos(hour_angle);
  return std::asin(std::fmin(1, std::fmax(-1, sine))) / kRadians;
}

}  // namespace thermoleak
