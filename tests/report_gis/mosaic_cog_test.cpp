#include <gdal_priv.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <ctime>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>

#include "thermoleak/report/writers.hpp"
#include "thermoleak/strips/mosaic.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
const LonLat kShenyang{123.43, 41.80};

cv::Mat_<float> Constant(int rows, int cols, float value) {
  return cv::Mat_<float>(rows, cols, value);
}

TEST(Mosaic, AloneAViewIsTakenAsItIs) {
  Mosaic mosaic(0.1);
  mosaic.Add(0, 0, Constant(2, 2, 1.25f), Constant(2, 2, 0.5f));
  const Mosaic::Tile& tile = *mosaic.Find(0, 0);
  EXPECT_EQ(tile.celsius(1, 1), 1.25f);
  EXPECT_EQ(tile.views(1, 1), 1.0f);
  EXPECT_TRUE(std::isnan(tile.spread_k(1, 1)));
  EXPECT_TRUE(std::isnan(tile.celsius(0, 2)));
  EXPECT_TRUE(std::isnan(tile.views(0, 2)));
}

TEST(Mosaic, NadirMostViewsCountMost) {
  // Two views, 0.1 K apart: one straight from above, one from the side by the feather of 0.1, which
  // halves its weight.
  Mosaic mosaic(0.1);
  mosaic.Add(0, 0, Constant(1, 1, 1.0f), Constant(1, 1, 0.0f));
  mosaic.Add(0, 0, Constant(1, 1, 1.1f), Constant(1, 1, 0.1f));
  EXPECT_NEAR(mosaic.Find(0, 0)->celsius(0, 0), 1.0 + 0.1 / 3, 1e-3);
  EXPECT_NEAR(mosaic.Find(0, 0)->spread_k(0, 0), 0.1 / std::sqrt(2.0), 1e-5);
}

TEST(Mosaic, MoversGo) {
  // A car of +12 K in the very nadir-most of four views; the others scatter by 0.1 K.
  Mosaic mosaic(0.1);
  mosaic.Add(0, 0, Constant(1, 1, 13.0f), Constant(1, 1, 0.01f));
  mosaic.Add(0, 0, Constant(1, 1, 1.0f), Constant(1, 1, 0.1f));
  mosaic.Add(0, 0, Constant(1, 1, 1.1f), Constant(1, 1, 0.2f));
  mosaic.Add(0, 0, Constant(1, 1, 0.9f), Constant(1, 1, 0.3f));
  EXPECT_NEAR(mosaic.Find(0, 0)->celsius(0, 0), 1.0, 0.1);
  EXPECT_GT(mosaic.Find(0, 0)->spread_k(0, 0), 5.0f);  // and leaves its mark in the spread
}

TEST(Mosaic, ManyViewsInAnyOrder) {
  struct View {
    float celsius;
    float nadir;
  };
  std::vector<View> views;
  std::mt19937 random(3);
  for (int i = 0; i < 9; ++i) {
    views.push_back({std::uniform_real_distribution<float>(-1, 1)(random),
                     0.1f * static_cast<float>(i / 2)});  // angles come in twos
  }
  cv::Mat_<float> first;
  for (int trial = 0; trial < 20; ++trial) {
    Mosaic mosaic(0.1);
    for (const View& view : views)
      mosaic.Add(0, 0, Constant(3, 3, view.celsius), Constant(3, 3, view.nadir));
    mosaic.Finish();
    const Mosaic::Tile& tile = *mosaic.Find(0, 0);
    EXPECT_EQ(tile.views(2, 2), 9.0f);
    if (trial == 0) first = tile.celsius.clone();
    EXPECT_EQ(tile.celsius(2, 2), first(2, 2));
    std::shuffle(views.begin(), views.end(), random);
  }
}

TEST(Mosaic, LooksBetweenAddingAreUpToDate) {
  Mosaic mosaic(0.1);
  mosaic.Add(0, 0, Constant(1, 1, 1.0f), Constant(1, 1, 0.1f));
  EXPECT_EQ(mosaic.Find(0, 0)->celsius(0, 0), 1.0f);
  mosaic.Add(0, 0, Constant(1, 1, 2.0f), Constant(1, 1, 0.1f));
  EXPECT_EQ(mosaic.Find(0, 0)->celsius(0, 0), 1.5f);
  mosaic.Finish();
  EXPECT_EQ(mosaic.Find(0, 0)->celsius(0, 0), 1.5f);
  EXPECT_TRUE(mosaic.Find(0, 0)->seen.empty());
}

TEST(Mosaic, PatchAcrossTilesAndBelowZero) {
  Mosaic mosaic(0.5);
  cv::Mat_<float> patch(300, 300);
  for (int r = 0; r < 300; ++r) {
    for (int c = 0; c < 300; ++c) patch(r, c) = static_cast<float>(r * 1000 + c);
  }
  mosaic.Add(-100, -290, patch, Constant(300, 300, 0.0f));
  const Mosaic::Extent extent = mosaic.TileExtent();
  EXPECT_EQ(extent.column0, -1);
  EXPECT_EQ(extent.column1, 1);
  EXPECT_EQ(extent.row0, -2);
  EXPECT_EQ(extent.row1, 1);
  for (const auto& [column, row] :
       {std::pair(-100, -290), std::pair(199, 9), std::pair(0, 0), std::pair(-1, -257)}) {
    const int tc = static_cast<int>(std::floor(column / 256.0));
    const int tr = static_cast<int>(std::floor(row / 256.0));
    const Mosaic::Tile* tile = mosaic.Find(tc, tr);
    ASSERT_NE(tile, nullptr);
    EXPECT_EQ(tile->celsius(row - tr * 256, column - tc * 256),
              static_cast<float>((row + 290) * 1000 + column + 100));
  }
  EXPECT_EQ(mosaic.UpperLeft(-1, -2), Vec2(-128, 256));
}

TEST(Mosaic, NothingSeenMakesNoTile) {
  Mosaic mosaic(0.1);
  mosaic.Add(5, 5, Constant(10, 10, kNan), Constant(10, 10, 0.1f));
  EXPECT_TRUE(mosaic.empty());
}

class MosaicCogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(::testing::TempDir()) /
        ("mosaic_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    GDALAllRegister();
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
  LocalFrame frame_{"EPSG:4550", kShenyang};
};

std::string Slurp(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Ground texture with noise of a real camera, 0.05 K.
cv::Mat_<float> Scene(int rows, int cols) {
  cv::Mat_<float> scene(rows, cols);
  std::mt19937 random(5);
  std::normal_distribution<float> noise(0, 0.05f);
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < cols; ++c) {
      scene(r, c) = -5.0f +
                    3.0f * std::sin(0.02f * static_cast<float>(r)) *
                        std::cos(0.015f * static_cast<float>(c)) +
                    noise(random);
    }
  }
  return scene;
}

TEST_F(MosaicCogTest, ValuesPlaceAndMetadata) {
  Mosaic mosaic(0.25);
  const cv::Mat_<float> scene = Scene(700, 900);
  mosaic.Add(-300, 120, scene, Constant(700, 900, 0.1f));
  // A second view of the upper left, 2 K more.
  const cv::Mat_<float> warmer(scene(cv::Rect(0, 0, 100, 100)) + 2);
  mosaic.Add(-300, 120, warmer, Constant(100, 100, 0.1f));
  const fs::path path = folder_ / "mosaic.tif";
  WriteMosaicCog(mosaic, frame_, path);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);

  const std::unique_ptr<GDALDataset> file(GDALDataset::Open(path.c_str()));
  ASSERT_NE(file, nullptr);
  GDALRasterBand& band = *file->GetRasterBand(1);
  ASSERT_EQ(file->GetRasterCount(), 3);
  for (const auto& [number, name] :
       {std::pair(1, "temperature_c"), std::pair(2, "view_count"), std::pair(3, "spread_k")}) {
    GDALRasterBand& each = *file->GetRasterBand(number);
    EXPECT_EQ(each.GetRasterDataType(), GDT_Float32);
    EXPECT_TRUE(std::isnan(each.GetNoDataValue()));
    EXPECT_STREQ(each.GetDescription(), name);
    EXPECT_EQ(each.GetOverviewCount(), band.GetOverviewCount());
  }
  EXPECT_EQ(band.GetRasterDataType(), GDT_Float32);
  EXPECT_TRUE(std::isnan(band.GetNoDataValue()));
  EXPECT_STREQ(band.GetDescription(), "temperature_c");
  EXPECT_STREQ(band.GetUnitType(), "degC");
  EXPECT_STREQ(file->GetMetadataItem("AREA_OR_POINT"), "Area");
  EXPECT_STREQ(file->GetMetadataItem("LAYOUT", "IMAGE_STRUCTURE"), "COG");
  EXPECT_STREQ(file->GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE"), "DEFLATE");
  OGRSpatialReference srs;
  srs.SetFromUserInput("EPSG:4550");
  const char* const any_axes[] = {"IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES", nullptr};
  EXPECT_TRUE(file->GetSpatialRef()->IsSame(&srs, any_axes));

  // Column -300 of the local frame's cells begins at x = -75 m, row 120 at y = -30 m.
  double gt[6];
  ASSERT_EQ(file->GetGeoTransform(gt), CE_None);
  for (const auto& [r, c] : {std::pair(0, 0), std::pair(699, 899), std::pair(350, 17)}) {
    const Vec2 map = frame_.MapFromLocal({-75 + (c + 0.5) * 0.25, -30 - (r + 0.5) * 0.25});
    const int column = static_cast<int>(std::floor((map.x() - gt[0]) / gt[1]));
    const int row = static_cast<int>(std::floor((map.y() - gt[3]) / gt[5]));
    float value = 0;
    ASSERT_EQ(band.RasterIO(GF_Read, column, row, 1, 1, &value, 1, 1, GDT_Float32, 0, 0), CE_None);
    const bool twice = r < 100 && c < 100;
    EXPECT_NEAR(value, scene(r, c) + (twice ? 1 : 0), 1.0 / 512 + 1e-5);  // rounded to 1/256 K
    float others[2] = {};
    for (const int other : {2, 3}) {
      ASSERT_EQ(file->GetRasterBand(other)->RasterIO(GF_Read, column, row, 1, 1, &others[other - 2],
                                                     1, 1, GDT_Float32, 0, 0),
                CE_None);
    }
    EXPECT_EQ(others[0], twice ? 2.0f : 1.0f);
    if (twice) {
      EXPECT_NEAR(others[1], std::sqrt(2.0), 1.0 / 64);
    } else {
      EXPECT_TRUE(std::isnan(others[1]));
    }
  }
  float outside = 0;
  ASSERT_EQ(band.RasterIO(GF_Read, 0, 0, 1, 1, &outside, 1, 1, GDT_Float32, 0, 0), CE_None);
  EXPECT_TRUE(std::isnan(outside));
  // Overviews: NaN is left out of the mean, so that edges do not fade.
  ASSERT_GE(band.GetOverviewCount(), 2);
  GDALRasterBand& half = *band.GetOverview(0);
  EXPECT_EQ(half.GetXSize(), band.GetXSize() / 2);
  std::vector<float> cells(static_cast<std::size_t>(half.GetXSize()) *
                           static_cast<std::size_t>(half.GetYSize()));
  ASSERT_EQ(half.RasterIO(GF_Read, 0, 0, half.GetXSize(), half.GetYSize(), cells.data(),
                          half.GetXSize(), half.GetYSize(), GDT_Float32, 0, 0),
            CE_None);
  int known = 0;
  for (const float cell : cells) {
    if (std::isnan(cell)) continue;
    ++known;
    EXPECT_GT(cell, -8.5f);
    EXPECT_LT(cell, -0.5f);  // one kelvin more where two views are
  }
  EXPECT_EQ(known, 350 * 450);
}

// GDAL's own program, started apart, finds a marked cell by its map coordinates.
TEST_F(MosaicCogTest, AgreesWithGdallocationinfo) {
  if (std::system("command -v gdallocationinfo > /dev/null 2>&1") != 0)
    GTEST_SKIP() << "gdallocationinfo is absent";
  Mosaic mosaic(0.1);
  cv::Mat_<float> scene = Constant(300, 300, 1.0f);
  scene(211, 123) = 77.0f;
  mosaic.Add(-50, -60, scene, Constant(300, 300, 0.0f));
  const fs::path path = folder_ / "m.tif";
  WriteMosaicCog(mosaic, frame_, path);
  const auto read = [&](double dx, double dy) {
    const Vec2 map =
        frame_.MapFromLocal({(-50 + 123 + 0.5) * 0.1 + dx, -(-60 + 211 + 0.5) * 0.1 + dy});
    std::ostringstream command;
    command.precision(12);
    command << "gdallocationinfo -valonly -b 1 -geoloc " << path << " " << map.x() << " "
            << map.y();
    FILE* pipe = ::popen(command.str().c_str(), "r");
    double value = -1;
    EXPECT_EQ(std::fscanf(pipe, "%lf", &value), 1);
    ::pclose(pipe);
    return value;
  };
  EXPECT_EQ(read(0, 0), 77);
  EXPECT_EQ(read(0.049, -0.049), 77);
  EXPECT_EQ(read(0.051, 0), 1);
  EXPECT_EQ(read(0, 0.051), 1);
  EXPECT_EQ(read(0, -0.051), 1);
}

TEST_F(MosaicCogTest, TheSameBytesTwice) {
  const cv::Mat_<float> scene = Scene(600, 600);
  for (const char* name : {"a.tif", "b.tif"}) {
    Mosaic mosaic(0.1);
    // In another order: hash maps must not show.
    const int first = name[0] == 'a' ? 0 : 2000;
    mosaic.Add(first, 0, scene, Constant(600, 600, 0.1f));
    mosaic.Add(2000 - first, 0, scene, Constant(600, 600, 0.1f));
    WriteMosaicCog(mosaic, frame_, folder_ / name);
  }
  EXPECT_EQ(Slurp(folder_ / "a.tif"), Slurp(folder_ / "b.tif"));
}

TEST_F(MosaicCogTest, EmptyAndFarApart) {
  WriteMosaicCog(Mosaic(0.1), frame_, folder_ / "empty.tif");
  const std::unique_ptr<GDALDataset> empty(GDALDataset::Open((folder_ / "empty.tif").c_str()));
  ASSERT_NE(empty, nullptr);
  EXPECT_EQ(empty->GetRasterXSize(), 256);

  Mosaic mosaic(0.1);
  mosaic.Add(0, 0, Constant(10, 10, 1.0f), Constant(10, 10, 0.0f));
  mosaic.Add(25000, 0, Constant(10, 10, 2.0f), Constant(10, 10, 0.0f));  // 2.5 km away
  mosaic.Add(1000000000, 50000000, Constant(10, 10, 2.0f),
             Constant(10, 10, 0.0f));  // a wrong position
  WriteMosaicCog(mosaic, frame_, folder_ / "far.tif");
  const std::unique_ptr<GDALDataset> far(GDALDataset::Open((folder_ / "far.tif").c_str()));
  ASSERT_NE(far, nullptr);
  EXPECT_EQ(far->GetRasterXSize(), (25000 / 256 + 1) * 256);
  EXPECT_EQ(far->GetRasterYSize(), 256);
  EXPECT_LT(fs::file_size(folder_ / "far.tif"), 100u << 10);  // empty tiles take no room
}

TEST_F(MosaicCogTest, FailedWriteLeavesNothing) {
  Mosaic mosaic(0.1);
  mosaic.Add(0, 0, Scene(1000, 1000), Constant(1000, 1000, 0.1f));
  try {
    WriteMosaicCog(mosaic, frame_, folder_ / "no/such/folder/m.tif");
    FAIL();
  } catch (const RunError& e) {
    EXPECT_EQ(e.message().id, MessageId::kOutputUnwritable);
  }
  // A limit on file size stops the write in the middle, as a full disk does.
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  rlimit small = old;
  small.rlim_cur = 300000;
  std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(WriteMosaicCog(mosaic, frame_, folder_ / "m.tif"), RunError);
  ::setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_TRUE(fs::is_empty(folder_));
}

// How much of the machine a survey's mosaic takes; printed, and bounded generously (loaded
// machines, debug builds).
TEST_F(MosaicCogTest, CostOfASurvey) {
  Mosaic mosaic(0.1);
  mosaic.Add(0, 0, Scene(3000, 3000), Constant(3000, 3000, 0.1f));
  const std::clock_t start = std::clock();
  constexpr int kWrites = 3;
  for (int i = 0; i < kWrites; ++i) WriteMosaicCog(mosaic, frame_, folder_ / "m.tif");
  const double cpu_s = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / kWrites;
  std::printf("3000 x 3000 cells: %.2f s CPU, %.1f MB\n", cpu_s,
              static_cast<double>(fs::file_size(folder_ / "m.tif")) / 1e6);
  EXPECT_LT(cpu_s, 3.0);
}

}  // namespace
}  // namespace thermoleak
