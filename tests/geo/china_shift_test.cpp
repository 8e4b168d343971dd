#include "thermoleak/geo/china_shift.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace thermoleak {
namespace {

constexpr double kMetresPerDegree = 111320;
constexpr double kMillimetre_deg = 1e-3 / kMetresPerDegree;

void ExpectAt(LonLat p, double lon, double lat, double tolerance_deg) {
  EXPECT_NEAR(p.lon_deg, lon, tolerance_deg);
  EXPECT_NEAR(p.lat_deg, lat, tolerance_deg);
}

// Test vectors of eviltransform (github.com/googollee/eviltransform): Shanghai, Shenzhen, Beijing.
// It uses 6378137 m for the axis in its later versions, hence 0.01 m.
TEST(ChinaShift, PublishedPairsOfGcj02) {
  constexpr double kTolerance = 0.01 / kMetresPerDegree;
  ExpectAt(Gcj02FromWgs84({121.5272106, 31.1774276}), 121.531541859215, 31.17530398364597,
           kTolerance);
  ExpectAt(Gcj02FromWgs84({113.912316, 22.543847}), 113.9171764808363, 22.540796131694766,
           kTolerance);
  ExpectAt(Gcj02FromWgs84({116.377817, 39.911954}), 116.38404722455657, 39.91334545536069,
           kTolerance);
}

// Test vectors of coordtransform (github.com/wandergis/coordtransform, test/app.js).
TEST(ChinaShift, PublishedPairsOfBd09) {
  ExpectAt(Gcj02FromWgs84({116.404, 39.915}), 116.41024449916938, 39.91640428150164, 1e-9);
  ExpectAt(Bd09FromGcj02({116.404, 39.915}), 116.41036949371029, 39.92133699351021, 1e-9);
  // Its way back is an approximation: half a metre.
  ExpectAt(Gcj02FromBd09({116.404, 39.915}), 116.39762729119315, 39.90865673957631, 5e-6);
  ExpectAt(Wgs84FromGcj02({116.404, 39.915}), 116.39775550083061, 39.91359571849836, 5e-6);
}

TEST(ChinaShift, Shenyang) {
  const LonLat here{123.43, 41.80};
  ExpectAt(Shifted(here, WebShift::kGcj02), 123.4361368, 41.8024298, 1e-7);
  ExpectAt(Shifted(here, WebShift::kBd09), 123.4427351, 41.8081891, 1e-7);
  ExpectAt(Shifted(here, WebShift::kNone), 123.43, 41.80, 0);
}

TEST(ChinaShift, ThereAndBackIsTheSamePlace) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> lon(74, 135);
  std::uniform_real_distribution<double> lat(18, 53);
  for (int i = 0; i < 5000; ++i) {
    const LonLat p{lon(random), lat(random)};
    for (const WebShift shift : {WebShift::kGcj02, WebShift::kBd09}) {
      const LonLat shifted = Shifted(p, shift);
      const LonLat back = Unshifted(shifted, shift);
      EXPECT_NEAR(back.lon_deg, p.lon_deg, kMillimetre_deg);
      EXPECT_NEAR(back.lat_deg, p.lat_deg, kMillimetre_deg);
      const double moved_m =
          std::hypot((shifted.lon_deg - p.lon_deg) * std::cos(p.lat_deg * std::numbers::pi / 180),
                     shifted.lat_deg - p.lat_deg) *
          kMetresPerDegree;
      EXPECT_LT(moved_m, 2500);
    }
  }
}

TEST(ChinaShift, OutsideChinaNothingMoves) {
  for (const LonLat p : {LonLat{82.98, 60.0}, LonLat{10.0, 56.0}, LonLat{-104.99, 39.74}}) {
    for (const WebShift shift : {WebShift::kGcj02, WebShift::kBd09}) {
      ExpectAt(Shifted(p, shift), p.lon_deg, p.lat_deg, 0);
      ExpectAt(Unshifted(p, shift), p.lon_deg, p.lat_deg, 0);
    }
  }
}

}  // namespace
}  // namespace thermoleak
