// DXF and KML, written by hand.
#include "network/drawing.hpp"

#include <cpl_string.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "thermoleak/network/network.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string Gbk(const std::string& utf8) {
  char* converted = CPLRecode(utf8.c_str(), CPL_ENC_UTF8, "GB18030");
  std::string out = converted;
  CPLFree(converted);
  return out;
}

std::string Pair(int code, const std::string& value) {
  return std::to_string(code) + "\n" + value + "\n";
}
std::string Xy(int code, double x, double y) {
  return Pair(code, std::to_string(x)) + Pair(code + 10, std::to_string(y));
}
/// 100 m to the east, `north` metres up.
std::string Line(const std::string& handle, const std::string& layer, double north) {
  return Pair(0, "LINE") + Pair(5, handle) + Pair(8, layer) + Xy(10, 535700, 4629500 + north) +
         Xy(11, 535800, 4629500 + north);
}
std::string Closed(const std::string& handle, const std::string& layer) {
  return Pair(0, "LWPOLYLINE") + Pair(5, handle) + Pair(8, layer) + Pair(90, "4") + Pair(70, "1") +
         Xy(10, 535700, 4629520) + Xy(10, 535720, 4629520) + Xy(10, 535720, 4629540) +
         Xy(10, 535700, 4629540);
}
std::string Letters(const std::string& layer, const std::string& text) {
  return Pair(0, "TEXT") + Pair(5, "F0") + Pair(8, layer) + Xy(10, 535700, 4629500) +
         Pair(40, "2") + Pair(1, text);
}
std::string Circle(const std::string& handle, const std::string& layer) {
  return Pair(0, "CIRCLE") + Pair(5, handle) + Pair(8, layer) + Xy(10, 535750, 4629500) +
         Pair(40, "1.5");
}
std::string Dxf(const std::string& entities, const std::string& page,
                const std::string& version = "AC1015") {
  std::string text =
      Pair(0, "SECTION") + Pair(2, "HEADER") + Pair(9, "$ACADVER") + Pair(1, version);
  if (!page.empty()) text += Pair(9, "$DWGCODEPAGE") + Pair(3, page);
  return text + Pair(0, "ENDSEC") + Pair(0, "SECTION") + Pair(2, "ENTITIES") + entities +
         Pair(0, "ENDSEC") + Pair(0, "EOF");
}

class DrawingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(::testing::TempDir()) /
        ("drawing_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    options_.map_crs = "EPSG:4550";
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path Text(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }
  fs::path folder_;
  NetworkOptions options_;
};

const std::string kEntities =
    Line("A1", "热力一次网供水DN300-直埋", 0) + Line("A2", "热力一次网回水DN300-直埋", 1) +
    Line("A3", "RL_二次网_架空_D219×6", 30) + Line("B1", "道路中线", 60) +
    Line("B2", "给水DN600", 61) + Letters("热力标注", "直埋") + Circle("C1", "阀门井") +
    Letters("阀门井", "J-1") + Closed("D1", "建筑物");

// The encoding is stated, not stated, stated wrongly (a western default), or UTF-8 as since 2007.
TEST_F(DrawingTest, LayersTellWhatALineIs) {
  struct {
    const char* name;
    std::string content;
  } files[] = {{"gbk.dxf", Gbk(Dxf(kEntities, "ANSI_936"))},
               {"silent.dxf", Gbk(Dxf(kEntities, ""))},
               {"western.dxf", Gbk(Dxf(kEntities, "ANSI_1252"))},
               {"utf8.dxf", Dxf(kEntities, "ANSI_936", "AC1021")}};
  for (const auto& file : files) {
    const LoadedNetwork map = LoadNetwork(Text(file.name, file.content), {}, options_);
    ASSERT_THAT(map.network.pipes(), SizeIs(3)) << file.name;
    std::map<std::string, Pipe> pipes;
    for (const Pipe& pipe : map.network.pipes()) pipes[pipe.id] = pipe;
    const Pipe& supply = pipes.at("A1");
    EXPECT_EQ(supply.medium, Medium::kSupply);
    EXPECT_EQ(supply.level, NetworkLevel::kPrimary);
    EXPECT_EQ(supply.laying, Laying::kBuried);
    EXPECT_TRUE(supply.laying_known);
    EXPECT_EQ(supply.dn_mm, 300);
    EXPECT_NEAR(supply.axis.Length(), 100, 1e-6);
    EXPECT_EQ(pipes.at("A2").medium, Medium::kReturn);
    const Pipe& overhead = pipes.at("A3");
    EXPECT_EQ(overhead.laying, Laying::kOverhead);
    EXPECT_EQ(overhead.level, NetworkLevel::kSecondary);
    EXPECT_EQ(overhead.medium, Medium::kUnknown);
    EXPECT_EQ(overhead.dn_mm, 200);
    ASSERT_THAT(map.network.chambers(), SizeIs(1));
    EXPECT_NEAR(
        (map.frame.MapFromLocal(map.network.chambers()[0].position) - Vec2(535750, 4629500)).norm(),
        0, 0.01);
    ASSERT_THAT(map.network.buildings(), SizeIs(1));
    EXPECT_THAT(map.skipped, IsEmpty());
    ASSERT_THAT(map.notes, SizeIs(1));
    EXPECT_EQ(map.notes[0].id, MessageId::kMapDrawingLayers);
    EXPECT_THAT(map.notes[0].args[0], HasSubstr("架空"));
    EXPECT_THAT(map.notes[0].args[1], HasSubstr("道路中线"));
  }
}

TEST_F(DrawingTest, DxfNeedsASystem) {
  const fs::path path = Text("map.dxf", Dxf(Line("A1", "0", 0), ""));
  try {
    LoadNetwork(path, {}, {});
    FAIL();
  } catch (const RunError& e) {
    EXPECT_EQ(e.message().id, MessageId::kMapNoCrs);
    EXPECT_THAT(e.message().In(Lang::kEnglish), HasSubstr("--map-crs"));
    EXPECT_THAT(e.message().In(Lang::kChinese), HasSubstr("--map-control"));
  }
  EXPECT_EQ(LoadNetwork(path, {}, options_).network.pipes().at(0).id, "A1");
}

// No layer speaks of heating: all lines but those of other things.
TEST_F(DrawingTest, LayersWithoutASpeakingName) {
  const LoadedNetwork map = LoadNetwork(
      Text("map.dxf", Dxf(Line("A1", "0", 0) + Line("A2", "1", 5) + Line("A3", "ROAD", 9), "")), {},
      options_);
  EXPECT_THAT(map.network.pipes(), SizeIs(2));
  EXPECT_EQ(map.network.pipes()[1].level, NetworkLevel::kUnknown);
}

const std::string kKml =
    R"(<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>)"
    R"(<name>map</name><Folder><name>一次网供水</name><Placemark><name>DN300 东路</name>)"
    R"(<LineString><coordinates>123.43,41.80,0 123.431,41.80,0</coordinates></LineString></Placemark>)"
    R"(<Placemark><name>注</name><Point><coordinates>123.43,41.80</coordinates></Point></Placemark>)"
    R"(</Folder><Folder><name>架空回水</name><Placemark><name>b</name><ExtendedData>)"
    R"(<Data name="dn"><value>400</value></Data></ExtendedData><LineString><coordinates>)"
    R"(123.44,41.80 123.441,41.80</coordinates></LineString></Placemark></Folder><Folder>)"
    R"(<name>井室</name><Placemark><name>J1</name><Point><coordinates>123.43,41.80</coordinates>)"
    R"(</Point></Placemark></Folder></Document></kml>)";

TEST_F(DrawingTest, Kml) {
  const LoadedNetwork map = LoadNetwork(Text("map.kml", kKml), {}, {});
  ASSERT_THAT(map.network.pipes(), SizeIs(2));
  const Pipe& supply = map.network.pipes()[0];
  EXPECT_EQ(supply.id, "DN300 东路");
  EXPECT_EQ(supply.dn_mm, 300);
  EXPECT_EQ(supply.medium, Medium::kSupply);
  EXPECT_EQ(supply.level, NetworkLevel::kPrimary);
  EXPECT_NEAR(supply.axis.Length(), 83.08, 0.02);
  const Pipe& back = map.network.pipes()[1];
  EXPECT_EQ(back.medium, Medium::kReturn);
  EXPECT_EQ(back.laying, Laying::kOverhead);
  EXPECT_EQ(back.dn_mm, 400);
  ASSERT_THAT(map.network.chambers(), SizeIs(1));
  EXPECT_EQ(map.network.chambers()[0].id, "J1");
  EXPECT_THAT(map.skipped, IsEmpty());
}

TEST_F(DrawingTest, DiametersInNames) {
  using network_internal::DnIn;
  EXPECT_EQ(DnIn("供水DN300-直埋"), "dn300");
  EXPECT_EQ(DnIn("RL_D219×6"), "d219x6");
  EXPECT_EQ(DnIn("Φ325x8 回水"), "Φ325x8");
  EXPECT_EQ(DnIn("road 3"), "");
  EXPECT_EQ(DnIn("D区"), "");
  EXPECT_EQ(DnIn("300"), "");
}

TEST_F(DrawingTest, DamagedDrawingsNeverCrash) {
  const std::string whole = Gbk(Dxf(kEntities, "ANSI_936"));
  unsigned state = 7;
  for (int i = 0; i < 300; ++i) {
    std::string cut = i % 2 ? kKml : whole;
    for (int f = 0; f <= i % 5; ++f) {
      state = state * 1664525u + 1013904223u;
      cut[state % cut.size()] = static_cast<char>(state >> 24);
    }
    if (i % 7 == 0) cut.resize(state % cut.size());
    try {
      const LoadedNetwork map = LoadNetwork(Text(i % 2 ? "cut.kml" : "cut.dxf", cut), {}, options_);
      for (const Pipe& pipe : map.network.pipes()) EXPECT_TRUE(pipe.axis.valid());
    } catch (const RunError&) {
    }
  }
}

}  // namespace
}  // namespace thermoleak
