#include "thermoleak/geo/sun.hpp"

#include <gtest/gtest.h>

namespace thermoleak {
namespace {

// Meeus, Astronomical Algorithms, example 25.a: 1992 October 13, 0h TD: declination -7.78507 deg.
// The sun culminates at 90 - |latitude - declination|.
TEST(Sun, CulminatesByItsDeclination) {
  constexpr double kMidnight = 718934400;  // 1992-10-13 00:00 UTC
  // Longitude 180: local noon at 0h UTC, less the equation of time (13.7 minutes, 3.4 degrees).
  double highest = -90;
  for (double lon = 170; lon <= 180; lon += 0.1) {
    highest = std::max(highest, SunElevationDeg(kMidnight, {lon, 40}));
  }
  EXPECT_NEAR(highest, 90 - 40 - 7.785, 0.02);
}

// Pvlib and NOAA's calculator print 2003-10-17 12:30:30 at UTC-7, 39.742476 N 105.1786 W (the
// example of Reda and Andreas, NREL/TP-560-34302, table A5.1): topocentric zenith 50.11162 with
// refraction, elevation 39.872 without.
TEST(Sun, AgreesWithTheNrelExample) {
  constexpr double kUtc = 1066419030;  // 2003-10-17 19:30:30
  EXPECT_NEAR(SunElevationDeg(kUtc, {-105.1786, 39.742476}), 39.872, 0.02);
}

TEST(Sun, IsDownAtNightAndUpByDay) {
  const LonLat shenyang{123.4, 41.8};
  EXPECT_LT(SunElevationDeg(1736956800, shenyang), -60);      // 2025-01-15 16:00 UTC = 00:00 local
  EXPECT_NEAR(SunElevationDeg(1736913600, shenyang), 27, 1);  // 04:00 UTC, near noon in January
}

}  // namespace
}  // namespace thermoleak
