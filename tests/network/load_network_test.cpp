#include <cpl_string.h>
#include <fmt/format.h>
#include <gdal_priv.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogr_spatialref.h>
#include <ogrsf_frmts.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "thermoleak/network/network.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;
using testing::SizeIs;

class LoadNetworkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(::testing::TempDir()) /
        ("network_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    GDALAllRegister();
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path Text(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }
  /// A GeoJSON with these features (each a JSON text).
  fs::path Json(const std::vector<std::string>& features, const std::string& members = "") {
    std::string text = R"({"type":"FeatureCollection",)" + members + R"("features":[)";
    for (std::size_t i = 0; i < features.size(); ++i) text += (i ? "," : "") + features[i];
    return Text("map.geojson", text + "]}");
  }
  static std::string Feature(const std::string& geometry, const std::string& properties = "{}") {
    return R"({"type":"Feature","properties":)" + properties + R"(,"geometry":)" + geometry + "}";
  }

  fs::path folder_;
};

/// About 83 m to the east at Shenyang's latitude.
const std::string kLine =
    R"({"type":"LineString","coordinates":[[123.430,41.80],[123.431,41.80]]})";

MessageId FaultOf(const fs::path& map, const NetworkOptions& options = {},
                  const std::optional<fs::path>& buildings = {}) {
  try {
    LoadNetwork(map, buildings, options);
  } catch (const RunError& e) {
    EXPECT_EQ(e.code(), ExitCode::kInputMissing);
    return e.message().id;
  }
  ADD_FAILURE() << map << " was read";
  return MessageId::kCancelled;
}

TEST_F(LoadNetworkTest, GeoJsonWithChineseNames) {
  const LoadedNetwork map = LoadNetwork(
      Json({Feature(
          kLine,
          R"({"管线编号":"大东-7","管径":"D219×6","埋深":1.2,"供回水":"供水","网级":"一次网",)"
          R"("敷设方式":"直埋","建成年份":1998,"保温":"聚氨酯","供热单位":"某热力","行政区":"大东区"})")}),
      {}, {});
  ASSERT_THAT(map.network.pipes(), SizeIs(1));
  const Pipe& pipe = map.network.pipes()[0];
  EXPECT_EQ(pipe.id, "大东-7");
  EXPECT_EQ(pipe.dn_mm, 200);
  EXPECT_EQ(pipe.depth_m, 1.2);
  EXPECT_EQ(pipe.medium, Medium::kSupply);
  EXPECT_EQ(pipe.level, NetworkLevel::kPrimary);
  EXPECT_EQ(pipe.laying, Laying::kBuried);
  EXPECT_TRUE(pipe.laying_known);
  EXPECT_EQ(pipe.year_built, 1998);
  EXPECT_EQ(pipe.insulation, "聚氨酯");
  EXPECT_EQ(pipe.unit, "某热力");
  EXPECT_EQ(pipe.district, "大东区");
  // One thousandth of a degree of longitude: N cos(lat) = 6387666 x cos(41.8) x pi/180000 = 83.11
  // m, times UTM's scale 0.99961 there.
  EXPECT_NEAR(pipe.axis.Length(), 83.08, 0.02);
  EXPECT_EQ(map.frame.Name(), "WGS 84 / UTM zone 51N");
  EXPECT_THAT(map.skipped, IsEmpty());
}

TEST_F(LoadNetworkTest, NullsStayUnknown) {
  const LoadedNetwork map = LoadNetwork(
      Json(
          {Feature(kLine,
                   R"({"pipe_id":null,"dn":null,"depth_m":null,"medium":null,"laying":null})"),
           Feature(kLine,
                   R"({"pipe_id":"x","dn":"DN150","depth_m":1,"medium":"回水","laying":"地沟"})")}),
      {}, {});
  ASSERT_THAT(map.network.pipes(), SizeIs(2));
  const Pipe& pipe = map.network.pipes()[0];
  EXPECT_EQ(pipe.id, "pipe-0");
  EXPECT_FALSE(pipe.dn_mm);
  EXPECT_FALSE(pipe.depth_m);
  EXPECT_FALSE(pipe.laying_known);
  EXPECT_EQ(pipe.laying, Laying::kBuried);
  EXPECT_EQ(map.network.pipes()[1].laying, Laying::kDuct);
  EXPECT_EQ(map.network.pipes()[1].dn_mm, 150);
}

TEST_F(LoadNetworkTest, MultiLinesAndHeights) {
  const LoadedNetwork map = LoadNetwork(
      Json(
          {Feature(
               R"({"type":"MultiLineString","coordinates":[[[123.43,41.8,45.1],[123.431,41.8,45.2]],)"
               R"([[123.44,41.8,44],[123.441,41.8,44],[123.442,41.8,43]]]})",
               R"({"pipe_id":"A"})"),
           Feature(kLine, R"({"pipe_id":"A"})")}),
      {}, {});
  ASSERT_THAT(map.network.pipes(), SizeIs(3));
  EXPECT_EQ(map.network.pipes()[0].id, "A");
  EXPECT_EQ(map.network.pipes()[1].id, "A#2");
  EXPECT_EQ(map.network.pipes()[2].id, "A#3");  // another feature with a name that is taken
  EXPECT_THAT(map.network.pipes()[1].axis.vertices(), SizeIs(3));
}

// Maps whose numbers were never filled in have one id for all pipes; telling them apart must not
// take longer the more there are.
TEST_F(LoadNetworkTest, ManyPipesOfOneName) {
  constexpr int kPipes = 8000;
  const auto seconds = [&](bool same) {
    std::vector<std::string> features;
    for (int i = 0; i < kPipes; ++i)
      features.push_back(Feature(kLine, fmt::format(R"({{"id":"{:05}"}})", same ? 0 : i)));
    const fs::path path = Json(features);
    const auto start = std::chrono::steady_clock::now();
    const LoadedNetwork map = LoadNetwork(path, {}, {});
    EXPECT_THAT(map.network.pipes(), SizeIs(kPipes));
    if (same) {
      EXPECT_EQ(map.network.pipes()[1].id, "00000#2");
      EXPECT_EQ(map.network.pipes().back().id, fmt::format("00000#{}", kPipes));
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const double different_s = seconds(false);
  EXPECT_LT(seconds(true), 5 * different_s);
}

TEST_F(LoadNetworkTest, BadFeaturesAreSkippedWithIdAndReason) {
  const LoadedNetwork map = LoadNetwork(
      Json(
          {Feature(kLine, R"({"pipe_id":"good"})"), Feature("null", R"({"pipe_id":"none"})"),
           Feature(R"({"type":"LineString","coordinates":[]})", R"({"pipe_id":"empty"})"),
           Feature(R"({"type":"LineString","coordinates":[[123.43,41.8],[123.43,41.8]]})",
                   R"({"pipe_id":"dot"})"),
           Feature(R"({"type":"Point","coordinates":[123.43,41.8]})", R"({"pipe_id":"point"})"),
           Feature(R"({"type":"LineString","coordinates":[[123.43,41.8],[0,0]]})",
                   R"({"pipe_id":"zero"})"),
           Feature(R"({"type":"LineString","coordinates":[[123.43,41.8],[123.43,941.8]]})",
                   R"({"pipe_id":"wild"})"),
           Feature(
               R"({"type":"Polygon","coordinates":[[[123.43,41.8],[123.44,41.8],[123.44,41.9],[123.43,41.8]]]})")}),
      {}, {});
  ASSERT_THAT(map.network.pipes(), SizeIs(1));
  EXPECT_EQ(map.network.pipes()[0].id, "good");
  std::vector<std::pair<std::string, MessageId>> skipped;
  for (const Error& e : map.skipped) skipped.emplace_back(e.item, e.message.id);
  EXPECT_THAT(skipped,
              testing::ElementsAre(testing::Pair("none", MessageId::kFeatureNoGeometry),
                                   testing::Pair("empty", MessageId::kFeatureNoGeometry),
                                   testing::Pair("dot", MessageId::kFeatureDegenerate),
                                   testing::Pair("point", MessageId::kFeatureNotALine),
                                   testing::Pair("zero", MessageId::kFeatureFarAway),
                                   testing::Pair("wild", MessageId::kFeatureBadCoordinates),
                                   testing::Pair("pipe-7", MessageId::kFeatureNotALine)));
}

TEST_F(LoadNetworkTest, OldCrsMemberIsHonoured) {
  const std::string line =
      R"({"type":"LineString","coordinates":[[535737.20,4629512.00],[535837.20,4629512.00]]})";
  const LoadedNetwork map = LoadNetwork(
      Json({Feature(line)},
           R"("crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4550"}},)"),
      {}, {});
  EXPECT_THAT(map.frame.Name(), testing::HasSubstr("CM 123E"));
  EXPECT_NEAR(map.network.TotalLength(), 100, 1e-6);
  EXPECT_NEAR(map.frame.LonLatFromLocal(map.network.pipes()[0].axis.At(0)).lon_deg, 123.43, 1e-6);
}

TEST_F(LoadNetworkTest, MetresWithoutACrs) {
  const std::string line =
      R"({"type":"LineString","coordinates":[[535737.20,4629512.00],[535837.20,4629512.00]]})";
  const fs::path map = Json({Feature(line)});
  EXPECT_EQ(FaultOf(map), MessageId::kMapNoCrs);
  NetworkOptions options;
  options.map_crs = "EPSG:4550";
  const LoadedNetwork loaded = LoadNetwork(map, {}, options);
  EXPECT_NEAR(loaded.network.TotalLength(), 100, 1e-6);
  EXPECT_EQ(loaded.map_crs_name, "EPSG:4550");
  options.map_crs = "EPSG:4326";
  EXPECT_EQ(FaultOf(map, options), MessageId::kMapCrsMismatch);
  options.map_crs = "EPSG:nonsense";
  EXPECT_EQ(FaultOf(map, options), MessageId::kCrsUnknown);
}

TEST_F(LoadNetworkTest, RunFaults) {
  EXPECT_EQ(FaultOf(folder_ / "absent.gpkg"), MessageId::kInputMissing);
  EXPECT_EQ(FaultOf(Text("notes.txt", "no map")), MessageId::kMapUnreadable);
  EXPECT_EQ(FaultOf(Text("broken.geojson", R"({"type":"FeatureCollection","features":[{)")),
            MessageId::kMapUnreadable);
  EXPECT_EQ(FaultOf(Text("empty.gpkg", "")), MessageId::kMapUnreadable);
  EXPECT_EQ(FaultOf(Text("cut.gpkg", std::string("SQLite format 3\0", 16))),
            MessageId::kMapUnreadable);
  EXPECT_EQ(FaultOf(Json({})), MessageId::kMapNoPipes);
  EXPECT_EQ(FaultOf(Json({Feature(R"({"type":"Point","coordinates":[123.43,41.8]})")})),
            MessageId::kMapNoPipes);
  const fs::path good = Json({Feature(kLine)});
  EXPECT_EQ(FaultOf(good, {}, folder_ / "absent.geojson"), MessageId::kInputMissing);
  EXPECT_EQ(FaultOf(good, {}, folder_ / "notes.txt"), MessageId::kMapUnreadable);
}

TEST_F(LoadNetworkTest, BuildingsOfASecondFile) {
  const fs::path buildings = Text(
      "houses.geojson",
      R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"height":18.5},"geometry":{"type":)"
      R"("MultiPolygon","coordinates":[[[[123.430,41.801],[123.431,41.801],[123.431,41.802],[123.430,41.802],)"
      R"([123.430,41.801]]],[[[123.44,41.80],[123.441,41.80],[123.441,41.801],[123.44,41.80]]]]}}]})");
  const LoadedNetwork map = LoadNetwork(Json({Feature(kLine)}), buildings, {});
  ASSERT_THAT(map.network.buildings(), SizeIs(2));
  EXPECT_EQ(map.network.buildings()[0].height_m, 18.5);
  EXPECT_THAT(map.network.buildings()[0].ring, SizeIs(4));
  // A thousandth of a degree of latitude north of the pipe: 111.07 m.
  EXPECT_NEAR(map.network.BuildingDistance(map.network.pipes()[0].axis.At(40), 200), 111.07, 0.1);
}

// --- files written through OGR
// --------------------------------------------------------------------------------

struct Written {
  GDALDataset* dataset;
  OGRSpatialReference srs;

  Written(const std::string& driver, const fs::path& path)
      : dataset(GetGDALDriverManager()
                    ->GetDriverByName(driver.c_str())
                    ->Create(path.c_str(), 0, 0, 0, GDT_Unknown, nullptr)) {
    srs.SetFromUserInput("EPSG:4550");
    srs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  }
  ~Written() { GDALClose(dataset); }

  OGRLayer* Layer(const std::string& name, OGRwkbGeometryType type,
                  const std::vector<std::string>& fields, bool with_crs = true,
                  const char* encoding = nullptr) {
    CPLStringList options;
    if (encoding) options.SetNameValue("ENCODING", encoding);
    OGRLayer* layer =
        dataset->CreateLayer(name.c_str(), with_crs ? &srs : nullptr, type, options.List());
    for (const std::string& field : fields) {
      OGRFieldDefn definition(field.c_str(), OFTString);
      layer->CreateField(&definition);
    }
    return layer;
  }
  static void Row(OGRLayer* layer, const std::string& wkt, const std::vector<std::string>& values) {
    const OGRFeatureUniquePtr feature(OGRFeature::CreateFeature(layer->GetLayerDefn()));
    for (std::size_t i = 0; i < values.size(); ++i)
      feature->SetField(static_cast<int>(i), values[i].c_str());
    OGRGeometry* geometry = nullptr;
    OGRGeometryFactory::createFromWkt(wkt.c_str(), nullptr, &geometry);
    feature->SetGeometryDirectly(geometry);
    ASSERT_EQ(layer->CreateFeature(feature.get()), OGRERR_NONE);
  }
};

const std::string kMetricLine = "LINESTRING (535700 4629500, 535800 4629500)";

TEST_F(LoadNetworkTest, GeoPackageWithThreeLayers) {
  const fs::path path = folder_ / "city.gpkg";
  {
    Written file("GPKG", path);
    file.Row(file.Layer("道路", wkbLineString, {"name"}), kMetricLine, {"a road"});
    OGRLayer* pipes = file.Layer("供热管线", wkbUnknown, {"管段编号", "公称直径", "敷设方式"});
    file.Row(pipes, kMetricLine, {"一号", "DN300", "架空"});
    file.Row(pipes,
             "MULTILINESTRING ((535700 4629600, 535700 4629650), (535710 4629600, 535710 4629650))",
             {"二号"});
    file.Row(pipes,
             "COMPOUNDCURVE (CIRCULARSTRING (535700 4629700, 535710 4629710, 535720 4629700))",
             {"弧"});
    file.Row(file.Layer("阀门井", wkbPoint, {"类型"}), "POINT Z (535750 4629500 44)", {"阀门井"});
    file.Row(file.Layer("建筑物", wkbPolygon, {"高度"}),
             "POLYGON ((535700 4629520, 535720 4629520, 535720 4629540, 535700 4629540, 535700 "
             "4629520))",
             {"21"});
  }
  const LoadedNetwork map = LoadNetwork(path, {}, {});
  ASSERT_THAT(map.network.pipes(), SizeIs(4));
  EXPECT_EQ(map.network.pipes()[0].id, "一号");
  EXPECT_EQ(map.network.pipes()[0].laying, Laying::kOverhead);
  EXPECT_EQ(map.network.pipes()[2].id, "二号#2");
  // Half a circle of 10 m radius in chords of 4 degrees: pi r (1 - (4 deg)^2 / 24).
  EXPECT_NEAR(map.network.pipes()[3].axis.Length(), 31.4095, 0.001);
  ASSERT_THAT(map.network.chambers(), SizeIs(1));
  EXPECT_EQ(map.network.chambers()[0].kind, "阀门井");
  EXPECT_NEAR(
      (map.frame.MapFromLocal(map.network.chambers()[0].position) - Vec2(535750, 4629500)).norm(),
      0, 1e-6);
  ASSERT_THAT(map.network.buildings(), SizeIs(1));
  EXPECT_EQ(map.network.buildings()[0].height_m, 21);
  EXPECT_NEAR(map.network.BuildingDistance({map.network.pipes()[0].axis.At(10)}, 100), 20, 1e-6);
  EXPECT_THAT(map.frame.Name(), testing::HasSubstr("CM 123E"));
}

TEST_F(LoadNetworkTest, SeveralLineLayersWithoutAName) {
  const fs::path path = folder_ / "city.gpkg";
  {
    Written file("GPKG", path);
    file.Row(file.Layer("a", wkbLineString, {}), kMetricLine, {});
    file.Row(file.Layer("b", wkbLineString, {}), kMetricLine, {});
  }
  EXPECT_EQ(FaultOf(path), MessageId::kMapNoPipes);
}

TEST_F(LoadNetworkTest, LayerWithoutACrs) {
  const fs::path path = folder_ / "city.gpkg";
  {
    Written file("GPKG", path);
    file.Row(file.Layer("pipes", wkbLineString, {}, false), kMetricLine, {});
  }
  EXPECT_EQ(FaultOf(path), MessageId::kMapNoCrs);
  NetworkOptions options;
  options.map_crs = "EPSG:4550";
  EXPECT_NEAR(LoadNetwork(path, {}, options).network.TotalLength(), 100, 1e-6);
}

// dBase texts in GBK: with a .cpg, without any statement, and with one that is wrong.
TEST_F(LoadNetworkTest, ShapefileInGbk) {
  for (const std::string stated : {"GBK", "nothing", "UTF-8", "UTF-8 true"}) {
    const fs::path path = folder_ / "rl.shp";
    const std::string actual = stated == "UTF-8 true" ? "UTF-8" : "GBK";
    {
      Written file("ESRI Shapefile", path);
      OGRLayer* layer =
          file.Layer("rl", wkbLineString, {"管线编号", "供回水", "行政区"}, true, actual.c_str());
      file.Row(layer, kMetricLine, {"联通-1", "回水", "沈河区"});
      file.Row(layer, kMetricLine, {"2", "供水", ""});
    }
    if (stated == "nothing") {
      fs::remove(folder_ / "rl.cpg");
      std::fstream dbf(folder_ / "rl.dbf", std::ios::in | std::ios::out | std::ios::binary);
      dbf.seekp(29);  // language driver: "ANSI", as most programs write
      dbf.put('\x57');
    }
    if (stated == "UTF-8") Text("rl.cpg", "UTF-8");
    const LoadedNetwork map = LoadNetwork(path, {}, {});
    ASSERT_THAT(map.network.pipes(), SizeIs(2)) << stated;
    EXPECT_EQ(map.network.pipes()[0].id, "联通-1") << stated;
    EXPECT_EQ(map.network.pipes()[0].medium, Medium::kReturn) << stated;
    EXPECT_EQ(map.network.pipes()[0].district, "沈河区") << stated;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) fs::remove(entry);
  }
}

TEST_F(LoadNetworkTest, ShapefileCutsLongUtf8Names) {
  const fs::path path = folder_ / "rl.shp";
  {
    Written file("ESRI Shapefile", path);
    OGRLayer* layer = file.Layer("rl", wkbLineString, {"公称直径", "敷设方式"}, true, "UTF-8");
    file.Row(layer, kMetricLine, {"DN400", "地沟"});
  }
  const LoadedNetwork map = LoadNetwork(path, {}, {});
  EXPECT_EQ(map.network.pipes()[0].dn_mm, 400);
  EXPECT_EQ(map.network.pipes()[0].laying, Laying::kDuct);
}

TEST_F(LoadNetworkTest, ShapefileWithoutPrj) {
  const fs::path path = folder_ / "rl.shp";
  {
    Written file("ESRI Shapefile", path);
    file.Row(file.Layer("rl", wkbLineString, {"id"}, false), kMetricLine, {"7"});
  }
  EXPECT_EQ(FaultOf(path), MessageId::kMapNoCrs);
  NetworkOptions options;
  options.map_crs = "EPSG:4550";
  EXPECT_EQ(LoadNetwork(path, {}, options).network.pipes()[0].id, "7");
}

TEST_F(LoadNetworkTest, NothingIsPrinted) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  FaultOf(Text("cut.gpkg", std::string("SQLite format 3\0", 16)));
  FaultOf(Text("broken.geojson", "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

// Damaged maps give a network or a RunError, nothing else.
TEST_F(LoadNetworkTest, FlippedBytesNeverCrash) {
  const fs::path gpkg = folder_ / "whole.gpkg";
  {
    Written file("GPKG", gpkg);
    OGRLayer* pipes = file.Layer("pipes", wkbUnknown, {"pipe_id", "dn"});
    file.Row(pipes, kMetricLine, {"一号", "DN300"});
    file.Row(pipes,
             "MULTILINESTRING ((535700 4629600, 535700 4629650), (535710 4629600, 535710 4629650))",
             {"2"});
    file.Row(file.Layer("chambers", wkbPoint, {"kind"}), "POINT (535750 4629500)", {"valve"});
  }
  std::stringstream bytes;
  bytes << std::ifstream(gpkg, std::ios::binary).rdbuf();
  const std::string json =
      R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"pipe_id":"a","dn":"D219x6"},)"
      R"("geometry":)" +
      kLine + "}]}";
  std::mt19937 random(3);
  int read = 0;
  int refused = 0;
  const auto attempt = [&](std::string content, const std::string& name, int flips) {
    for (int f = 0; f < flips; ++f) {
      const std::size_t at =
          std::uniform_int_distribution<std::size_t>(0, content.size() - 1)(random);
      content[at] =
          static_cast<char>(static_cast<unsigned char>(content[at]) ^ (1u << (random() % 8)));
    }
    const fs::path path = Text(name, content);
    try {
      const LoadedNetwork map = LoadNetwork(path, {}, {});
      for (const Pipe& pipe : map.network.pipes()) EXPECT_TRUE(pipe.axis.valid());
      ++read;
    } catch (const RunError&) {
      ++refused;
    }
    fs::remove(path);
  };
  for (int i = 0; i < 400; ++i) attempt(json, "flipped.geojson", 1 + i % 4);
  for (int i = 0; i < 100; ++i) attempt(bytes.str(), "flipped.gpkg", 1 + (i % 10) * 20);
  EXPECT_GT(read, 10);
  EXPECT_GT(refused, 10);
}

}  // namespace
}  // namespace thermoleak
