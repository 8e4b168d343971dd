#include "thermoleak/geo/terrain.hpp"

#include <gdal_priv.h>
#include <gtest/gtest.h>
#include <ogr_spatialref.h>

#include <cmath>
#include <filesystem>

#include "thermoleak/core/error.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;

const LonLat kShenyang{123.43, 41.80};

class TerrainTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(::testing::TempDir()) /
        ("terrain_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    GDALAllRegister();
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// A raster whose pixel (column, row) has height(column, row); `geotransform` as GDAL's.
  template <class Height>
  fs::path Write(const std::string& crs, std::array<double, 6> geotransform, int columns, int rows,
                 Height height, std::optional<double> nodata = {}) {
    const fs::path path = folder_ / "dem.tif";
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
    GDALDataset* dataset = driver->Create(path.c_str(), columns, rows, 1, GDT_Float32, nullptr);
    dataset->SetGeoTransform(geotransform.data());
    if (!crs.empty()) {
      OGRSpatialReference srs;
      srs.SetFromUserInput(crs.c_str());
      dataset->SetSpatialRef(&srs);
    }
    if (nodata) dataset->GetRasterBand(1)->SetNoDataValue(*nodata);
    for (int r = 0; r < rows; ++r) {
      for (int c = 0; c < columns; ++c) {
        auto value = static_cast<float>(height(c, r));
        EXPECT_EQ(dataset->GetRasterBand(1)->RasterIO(GF_Write, c, r, 1, 1, &value, 1, 1,
                                                      GDT_Float32, 0, 0),
                  CE_None);
      }
    }
    GDALClose(dataset);
    return path;
  }

  fs::path folder_;
};

Box2 Area(double min_x, double min_y, double max_x, double max_y) {
  Box2 box;
  box.Add(Vec2(min_x, min_y));
  box.Add(Vec2(max_x, max_y));
  return box;
}

TEST_F(TerrainTest, PlaneIsLevel) {
  const Terrain plane = Terrain::Plane(43.5);
  EXPECT_TRUE(plane.is_plane());
  EXPECT_EQ(plane.HeightAt({0, 0}), 43.5);
  EXPECT_EQ(plane.HeightAt({1e6, -1e6}), 43.5);
}

// A plane sloping in both directions, sampled at pixel centres: bilinear interpolation gives the
// slope exactly, and a shift by half a pixel would show as 0.5 x (0.2 + 0.1) x 2 m.
TEST_F(TerrainTest, SlopeInAMetricCrsIsExact) {
  const LocalFrame frame("EPSG:4550", kShenyang);
  const Vec2 origin = frame.origin();
  const auto slope = [](double x, double y) { return 100 + 0.2 * x + 0.1 * y; };  // local metres
  const fs::path dem =
      Write("EPSG:4550", {origin.x() - 200, 2, 0, origin.y() + 150, 0, -2}, 200, 150,
            [&](int c, int r) { return slope(-200 + (c + 0.5) * 2, 150 - (r + 0.5) * 2); });
  const Terrain terrain = Terrain::FromDem(dem, frame, Area(-150, -100, 150, 100));
  EXPECT_FALSE(terrain.is_plane());
  for (const Vec2& p : {Vec2(0, 0), Vec2(-149.3, 99.1), Vec2(33.33, -71.7), Vec2(149.9, -99.9)}) {
    EXPECT_NEAR(terrain.HeightAt(p), slope(p.x(), p.y()), 1e-3);
  }
  // Outside: the nearest edge.
  EXPECT_NEAR(terrain.HeightAt({-500, 0}), slope(-150, 0), 1e-3);
}

TEST_F(TerrainTest, SlopeInAGeographicCrs) {
  const LocalFrame frame("EPSG:4550", kShenyang);
  // Height by latitude: 1 m per 1e-4 degree (11.1 m), so a swap of the axes cannot pass.
  constexpr double kCell = 2e-5;
  const double west = 123.42;
  const double north = 41.81;
  const fs::path dem = Write("EPSG:4326", {west, kCell, 0, north, 0, -kCell}, 1000, 1000,
                             [&](int, int r) { return (north - (r + 0.5) * kCell - 41.79) * 1e4; });
  const Vec2 centre = frame.LocalFromLonLat(kShenyang);
  const Terrain terrain = Terrain::FromDem(
      dem, frame, Area(centre.x() - 300, centre.y() - 300, centre.x() + 300, centre.y() + 300));
  for (const LonLat p : {kShenyang, LonLat{123.4318, 41.8021}, LonLat{123.4279, 41.7985}}) {
    EXPECT_NEAR(terrain.HeightAt(frame.LocalFromLonLat(p)), (p.lat_deg - 41.79) * 1e4, 5e-3);
  }
}

TEST_F(TerrainTest, HolesTakeTheNearestHeight) {
  const LocalFrame frame("EPSG:4550", kShenyang);
  const Vec2 o = frame.origin();
  // Left third 10 m, right third 30 m, a hole between; also NaN, -32768 unmarked and a wild value.
  const auto height = [](int c, int r) -> double {
    if (r == 10 && c == 10) return std::nan("");
    if (r == 20 && c == 10) return -32768;
    if (r == 30 && c == 10) return 1e30;
    return c < 30 ? 10 : c >= 60 ? 30 : -9999;
  };
  const fs::path dem = Write("EPSG:4550", {o.x(), 1, 0, o.y(), 0, -1}, 90, 90, height, -9999.0);
  const Terrain terrain = Terrain::FromDem(dem, frame, Area(0, -90, 90, 0));
  EXPECT_NEAR(terrain.HeightAt({5, -45}), 10, 1e-6);
  EXPECT_NEAR(terrain.HeightAt({40, -45}), 10, 1e-6);
  EXPECT_NEAR(terrain.HeightAt({52, -45}), 30, 1e-6);
  for (const double y : {-10.5, -20.5, -30.5}) EXPECT_NEAR(terrain.HeightAt({10.5, y}), 10, 1e-6);
}

TEST_F(TerrainTest, AreaLargerThanTheDem) {
  const LocalFrame frame("EPSG:4550", kShenyang);
  const Vec2 o = frame.origin();
  const fs::path dem =
      Write("EPSG:4550", {o.x(), 1, 0, o.y(), 0, -1}, 20, 20, [](int c, int) { return c; });
  const Terrain terrain = Terrain::FromDem(dem, frame, Area(-100, -100, 100, 100));
  EXPECT_NEAR(terrain.HeightAt({-80, -10}), 0, 0.51);
  EXPECT_NEAR(terrain.HeightAt({80, -10}), 19, 0.51);
  EXPECT_NEAR(terrain.HeightAt({10, -10}), 9.5, 0.01);
}

TEST_F(TerrainTest, WhatCannotBeUsedSaysWhy) {
  const LocalFrame frame("EPSG:4550", kShenyang);
  const Vec2 o = frame.origin();
  const auto id_of = [&](const fs::path& path, const Box2& area) {
    try {
      Terrain::FromDem(path, frame, area);
    } catch (const RunError& e) {
      EXPECT_EQ(e.code(), ExitCode::kInputMissing);
      return e.message().id;
    }
    ADD_FAILURE() << "no error";
    return MessageId::kCancelled;
  };
  const Box2 area = Area(0, -50, 50, 0);
  EXPECT_EQ(id_of(folder_ / "absent.tif", area), MessageId::kInputMissing);
  EXPECT_EQ(id_of(THERMOLEAK_SOURCE_DIR "/CMakeLists.txt", area), MessageId::kDemUnreadable);
  const auto flat = [](int, int) { return 1.0; };
  EXPECT_EQ(id_of(Write("", {o.x(), 1, 0, o.y(), 0, -1}, 20, 20, flat), area),
            MessageId::kDemNoCrs);
  const fs::path far = Write("EPSG:4550", {o.x() + 5000, 1, 0, o.y(), 0, -1}, 20, 20, flat);
  EXPECT_EQ(id_of(far, area), MessageId::kDemNoCover);
  const fs::path void_dem = Write(
      "EPSG:4550", {o.x(), 1, 0, o.y(), 0, -1}, 60, 60, [](int, int) { return -9999.0; }, -9999.0);
  EXPECT_EQ(id_of(void_dem, area), MessageId::kDemNoCover);
}

TEST_F(TerrainTest, TheSurveysDem) {
  const fs::path dem = fs::path(THERMOLEAK_SHARED_DATA) / "independent_survey/dem.tif";
  if (!fs::exists(dem)) GTEST_SKIP() << "shared data absent: " << dem;
  const LonLat near{9.514, 47.157};
  const LocalFrame frame("EPSG:32632", near);
  const Box2 area = Area(538700 - frame.origin().x(), 5222600 - frame.origin().y(),
                         538900 - frame.origin().x(), 5222900 - frame.origin().y());
  const Terrain terrain = Terrain::FromDem(dem, frame, area);
  GDALDataset* dataset = GDALDataset::Open(dem.c_str());
  ASSERT_NE(dataset, nullptr);
  // Pixel centres of the file, read independently.
  for (const auto& [c, r] : {std::pair(200, 200), std::pair(300, 350), std::pair(250, 411)}) {
    float expected = 0;
    ASSERT_EQ(dataset->GetRasterBand(1)->RasterIO(GF_Read, c, r, 1, 1, &expected, 1, 1, GDT_Float32,
                                                  0, 0),
              CE_None);
    const Vec2 map(538530 + c + 0.5, 5223070 - r - 0.5);
    // The grid's nodes lie half a cell from the DEM's: bilinear twice, good to its roughness.
    EXPECT_NEAR(terrain.HeightAt(frame.LocalFromMap(map)), static_cast<double>(expected), 0.1);
  }
  GDALClose(dataset);
}

}  // namespace
}  // namespace thermoleak
