#include "thermoleak/geo/local_frame.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <random>
#include <sstream>
#include <thread>

#include "thermoleak/core/error.hpp"

namespace thermoleak {
namespace {

const LonLat kShenyang{123.43, 41.80};

Vec2 MapOf(const LocalFrame& frame, LonLat p) {
  return frame.MapFromLocal(frame.LocalFromLonLat(p));
}

// Gauss-Krueger (CGCS2000, three-degree zone 41 and the same meridian without the zone's prefix)
// and UTM 51N of one point in Shenyang, worked out by hand-written series; 1 cm because the vector
// has two decimals.
TEST(LocalFrame, ShenyangTestVector) {
  const Vec2 zone41 = MapOf(LocalFrame("EPSG:4529", kShenyang), kShenyang);
  EXPECT_NEAR(zone41.x(), 41535737.20, 0.01);
  EXPECT_NEAR(zone41.y(), 4629512.00, 0.01);
  const Vec2 meridian123 = MapOf(LocalFrame("EPSG:4550", kShenyang), kShenyang);
  EXPECT_NEAR(meridian123.x(), 535737.20, 0.01);
  EXPECT_NEAR(meridian123.y(), 4629512.00, 0.01);
  const Vec2 zone21 = MapOf(LocalFrame("EPSG:4499", kShenyang), kShenyang);
  EXPECT_NEAR(zone21.x(), 21535737.20, 0.01);
  const Vec2 utm = MapOf(LocalFrame::Utm(kShenyang), kShenyang);
  EXPECT_NEAR(utm.x(), 535722.91, 0.01);
  EXPECT_NEAR(utm.y(), 4627660.19, 0.01);
}

TEST(LocalFrame, KeepsAMetricMapAndReplacesTheOthers) {
  EXPECT_THAT(LocalFrame("EPSG:4550", kShenyang).Name(), testing::HasSubstr("CM 123E"));
  const std::string utm51 = "WGS 84 / UTM zone 51N";
  EXPECT_EQ(LocalFrame("EPSG:4326", kShenyang).Name(), utm51);
  EXPECT_EQ(LocalFrame("EPSG:4490", kShenyang).Name(), utm51);
  // Web Mercator's metre is 0.75 m of ground here.
  EXPECT_EQ(LocalFrame("EPSG:3857", kShenyang).Name(), utm51);
  // US survey feet.
  EXPECT_EQ(LocalFrame("EPSG:2263", {-73.98, 40.75}).Name(), "WGS 84 / UTM zone 18N");
  // A metric CRS of another end of the world.
  EXPECT_EQ(LocalFrame("EPSG:2056", kShenyang).Name(), utm51);
  EXPECT_EQ(LocalFrame::Utm({-179.99, -17.0}).Name(), "WGS 84 / UTM zone 1S");
  EXPECT_EQ(LocalFrame::Utm({180.0, 10.0}).Name(), "WGS 84 / UTM zone 60N");
  // Horizontal and vertical together: the horizontal part.
  EXPECT_EQ(LocalFrame("EPSG:32651+5773", kShenyang).Name(), utm51);
}

TEST(LocalFrame, OriginIsWholeKilometresNearThePoint) {
  const LocalFrame frame("EPSG:4550", kShenyang);
  EXPECT_EQ(frame.origin(), Vec2(536000, 4630000));
  EXPECT_LE(frame.LocalFromLonLat(kShenyang).cwiseAbs().maxCoeff(), 500.0);
}

TEST(LocalFrame, WhatProjDoesNotKnow) {
  for (const std::string crs :
       {"EPSG:1", "no such thing", "", "/etc/passwd", "http://localhost/x.wkt"}) {
    try {
      const LocalFrame frame(crs, kShenyang);
      FAIL() << crs << " gave " << frame.Name();
    } catch (const RunError& e) {
      EXPECT_EQ(e.message().id, MessageId::kCrsUnknown) << crs;
      EXPECT_EQ(e.code(), ExitCode::kInputMissing);
    }
  }
  EXPECT_THROW(LocalFrame::Utm({std::nan(""), 41}), RunError);
}

TEST(LocalFrame, ThereAndBackIsTheSamePlace) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> spread(-0.2, 0.2);
  for (const std::string crs : {"EPSG:4529", "EPSG:32651", "EPSG:4326"}) {
    const LocalFrame frame(crs, kShenyang);
    for (int i = 0; i < 200; ++i) {
      const LonLat p{kShenyang.lon_deg + spread(random), kShenyang.lat_deg + spread(random)};
      const LonLat back = frame.LonLatFromLocal(frame.LocalFromLonLat(p));
      EXPECT_NEAR(back.lon_deg, p.lon_deg, 1e-10);  // 0.01 mm
      EXPECT_NEAR(back.lat_deg, p.lat_deg, 1e-10);
    }
  }
}

// Spherical approximation dlon sin(lat); its error grows with dlon^3 (Snyder 1987, eq. 8-15 ff.):
// below 2e-3 degrees within 1.5 degrees of the meridian.
TEST(LocalFrame, ConvergenceFollowsTheMeridian) {
  for (const double lat : {-33.0, 5.0, 41.8, 55.0}) {
    for (const double dlon : {-1.5, -0.4, 0.0, 0.43, 1.5}) {
      const LonLat p{123.0 + dlon, lat};
      const double expected = dlon * std::sin(lat * std::numbers::pi / 180);
      EXPECT_NEAR(LocalFrame::Utm(p).ConvergenceDeg(p), expected, 2e-3) << lat << " " << dlon;
    }
  }
  // East of the meridian in the north, grid north lies east of true north: a heading along grid
  // north has a positive true heading.
  const LocalFrame frame("EPSG:4550", kShenyang);
  EXPECT_GT(frame.ConvergenceDeg(kShenyang), 0.28);
  const Vec2 here = frame.LocalFromLonLat(kShenyang);
  const LonLat grid_north = frame.LonLatFromLocal(here + Vec2(0, 100));
  EXPECT_GT(grid_north.lon_deg, kShenyang.lon_deg);
}

TEST(LocalFrame, ManyThreadsGetTheSameNumbers) {
  const LocalFrame frame("EPSG:4550", kShenyang);
  std::vector<Vec2> expected;
  for (int i = 0; i < 300; ++i) expected.push_back(frame.LocalFromLonLat({123.3 + i * 1e-3, 41.8}));
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&frame, &expected, &wrong, t] {
      for (int i = 0; i < 300; ++i) {
        const Vec2 p = frame.LocalFromLonLat({123.3 + i * 1e-3, 41.8});
        wrong[t] += p != expected[static_cast<std::size_t>(i)];
        wrong[t] += !std::isfinite(frame.LonLatFromLocal(p).lon_deg);
        wrong[t] += !(std::abs(frame.ConvergenceDeg(kShenyang) - 0.2866) < 1e-3);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, testing::Each(0));
}

TEST(ToLocal, TraditionalOrderForEverySource) {
  const LocalFrame frame("EPSG:4550", kShenyang);
  const Vec2 expected = frame.LocalFromLonLat(kShenyang);
  // EPSG:4326 and 4550 are defined with northing first; the house always has x = east.
  EXPECT_LT((ToLocal("EPSG:4326", frame)({123.43, 41.80}) - expected).norm(), 1e-6);
  EXPECT_LT((ToLocal("EPSG:4550", frame)({535737.20, 4629512.00}) - expected).norm(), 0.01);
  EXPECT_LT((ToLocal("EPSG:4529", frame)({41535737.20, 4629512.00}) - expected).norm(), 0.01);
  EXPECT_LT((ToLocal("EPSG:32651", frame)({535722.91, 4627660.19}) - expected).norm(), 0.02);
  EXPECT_LT((ToLocal("EPSG:3857", frame)({13740164.7, 5131067.3}) - expected).norm(), 0.1);
  EXPECT_LT((ToLocal("EPSG:3857", frame).Inverse(expected) - Vec2(13740164.7, 5131067.3)).norm(),
            0.1);
}

TEST(ToLocal, FailureIsNan) {
  const ToLocal transform("EPSG:4326", LocalFrame::Utm(kShenyang));
  EXPECT_TRUE(std::isnan(transform({535737, 4629512}).x()));
  EXPECT_TRUE(std::isnan(transform({std::nan(""), 41}).y()));
  EXPECT_TRUE(std::isnan(transform({std::numeric_limits<double>::infinity(), 41}).y()));
  EXPECT_THROW(ToLocal("nonsense", LocalFrame::Utm(kShenyang)), RunError);
}

TEST(LonLatFrom, AnyCrs) {
  const auto p = LonLatFrom("EPSG:4529", {41535737.20, 4629512.00});
  ASSERT_TRUE(p);
  EXPECT_NEAR(p->lon_deg, 123.43, 1e-7);
  EXPECT_NEAR(p->lat_deg, 41.80, 1e-7);
  EXPECT_FALSE(LonLatFrom("EPSG:4326", {535737.20, 4629512.00}));
}

// GDAL's own program as a witness of axis order and datum.
TEST(LocalFrame, AgreesWithGdaltransform) {
  if (std::system("command -v gdaltransform > /dev/null 2>&1") != 0) {
    GTEST_SKIP() << "gdaltransform is not installed";
  }
  FILE* pipe = ::popen(
      "echo 82.9843 55.0726 | gdaltransform -s_srs EPSG:4326 -t_srs EPSG:32644 -output_xy", "r");
  ASSERT_NE(pipe, nullptr);
  double x = 0;
  double y = 0;
  const int read = std::fscanf(pipe, "%lf %lf", &x, &y);
  ::pclose(pipe);
  ASSERT_EQ(read, 2);
  const LonLat p{82.9843, 55.0726};
  EXPECT_LT((MapOf(LocalFrame::Utm(p), p) - Vec2(x, y)).norm(), 1e-4);
}

}  // namespace
}  // namespace thermoleak
