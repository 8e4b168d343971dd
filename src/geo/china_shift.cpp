#include "thermoleak/geo/china_shift.hpp"

#include <cmath>
#include <numbers>

namespace thermoleak {
namespace {

constexpr double kPi = std::numbers::pi;

/// Longitude and latitude to add to WGS 84, degrees.
LonLat Gcj02Offset(LonLat p) {
  constexpr double kSemiMajor_m = 6378245.0;
  constexpr double kE2 = 0.00669342162296594323;
  const double x = p.lon_deg - 105.0;
  const double y = p.lat_deg - 35.0;
  const double common = 20 * std::sin(6 * kPi * x) + 20 * std::sin(2 * kPi * x);
  const double north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y +
                         0.2 * std::sqrt(std::abs(x)) +
                         (common + 20 * std::sin(kPi * y) + 40 * std::sin(kPi * y / 3) +
                          160 * std::sin(kPi * y / 12) + 320 * std::sin(kPi * y / 30)) *
                             2 / 3;
  const double east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * std::sqrt(std::abs(x)) +
                        (common + 20 * std::sin(kPi * x) + 40 * std::sin(kPi * x / 3) +
                         150 * std::sin(kPi * x / 12) + 300 * std::sin(kPi * x / 30)) *
                            2 / 3;
  const double lat_rad = p.lat_deg * kPi / 180;
  const double w = 1 - kE2 * std::sin(lat_rad) * std::sin(lat_rad);
  const double meridian_m = kSemiMajor_m * (1 - kE2) / (w * std::sqrt(w));
  const double parallel_m = kSemiMajor_m / std::sqrt(w) * std::cos(lat_rad);
  return {east_m / parallel_m * 180 / kPi, north_m / meridian_m * 180 / kPi};
}

/// The p with forward(p) = target. The shifts change by less than 2 % of the way, so that each step
/// gains two digits.
template <class Forward>
LonLat Inverse(Forward forward, LonLat target) {
  constexpr double kClose_deg = 1e-11;  // a micrometre
  LonLat p = target;
  for (int i = 0; i < 30; ++i) {
    const LonLat image = forward(p);
    const double dlon = target.lon_deg - image.lon_deg;
    const double dlat = target.lat_deg - image.lat_deg;
    p.lon_deg += dlon;
    p.lat_deg += dlat;
    if (std::abs(dlon) < kClose_deg && std::abs(dlat) < kClose_deg) break;
  }
  return p;
}

LonLat ShiftGcj02(LonLat p) {
  const LonLat offset = Gcj02Offset(p);
  return {p.lon_deg + offset.lon_deg, p.lat_deg + offset.lat_deg};
}

LonLat ShiftBd09(LonLat p) {
  constexpr double kX = kPi * 3000.0 / 180.0;
  const double radius = std::hypot(p.lon_deg, p.lat_deg) + 0.00002 * std::sin(p.lat_deg * kX);
  const double angle = std::atan2(p.lat_deg, p.lon_deg) + 0.000003 * std::cos(p.lon_deg * kX);
  return {radius * std::cos(angle) + 0.0065, radius * std::sin(angle) + 0.006};
}

}  // namespace

bool InsideChinaBox(LonLat p) {
  return p.lon_deg >= 72.004 && p.lon_deg <= 137.8347 && p.lat_deg >= 0.8293 &&
         p.lat_deg <= 55.8271;
}

LonLat Gcj02FromWgs84(LonLat wgs84) { return InsideChinaBox(wgs84) ? ShiftGcj02(wgs84) : wgs84; }

LonLat Wgs84FromGcj02(LonLat gcj02) {
  return InsideChinaBox(gcj02) ? Inverse(ShiftGcj02, gcj02) : gcj02;
}

LonLat Bd09FromGcj02(LonLat gcj02) { return InsideChinaBox(gcj02) ? ShiftBd09(gcj02) : gcj02; }

LonLat Gcj02FromBd09(LonLat bd09) { return InsideChinaBox(bd09) ? Inverse(ShiftBd09, bd09) : bd09; }

LonLat Shifted(LonLat wgs84, WebShift shift) {
  switch (shift) {
    case WebShift::kNone:
      return wgs84;
    case WebShift::kGcj02:
      return Gcj02FromWgs84(wgs84);
    case WebShift::kBd09:
      return Bd09FromGcj02(Gcj02FromWgs84(wgs84));
  }
  return wgs84;
}

LonLat Unshifted(LonLat shifted, WebShift shift) {
  switch (shift) {
    case WebShift::kNone:
      return shifted;
    case WebShift::kGcj02:
      return Wgs84FromGcj02(shifted);
    case WebShift::kBd09:
      return Wgs84FromGcj02(Gcj02FromBd09(shifted));
  }
  return shifted;
}

}  // namespace thermoleak
