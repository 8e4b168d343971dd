// Corrections that the user asks for, and what the program says without being asked.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "thermoleak/network/map_check.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const LonLat kCentre{123.43, 41.80};

/// An L of 400 m and 300 m; metres from the centre.
const std::vector<Vec2> kBend = {{-200, 0}, {200, 10}, {205, 310}};

LonLat At(const Vec2& metres) {
  static const LocalFrame frame = LocalFrame::Utm(kCentre);
  static const Vec2 origin = frame.LocalFromLonLat(kCentre);
  return frame.LonLatFromLocal(origin + metres);
}

class MapShiftTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(::testing::TempDir()) /
        ("shift_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// The bend, a chamber's table and a building in the numbers of `reading`; stating `stated` ("" =
  /// the default of GeoJSON, which is WGS 84).
  fs::path Map(const MapReading& reading, const std::string& stated) {
    return Write("map.geojson", reading, stated, "LineString", kBend);
  }
  fs::path Write(const std::string& name, const MapReading& reading, const std::string& stated,
                 const std::string& type, const std::vector<Vec2>& points) {
    const MapReader reader(reading, kCentre);
    std::string coordinates;
    for (const Vec2& p : points) {
      const Vec2 q = reader.MapFromLonLat(At(p));
      coordinates += fmt::format("{}[{:.9f},{:.9f}]", coordinates.empty() ? "" : ",", q.x(), q.y());
    }
    if (type == "Polygon") coordinates = "[" + coordinates + "]";
    const std::string crs =
        stated.empty() ? ""
                       : R"("crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::)" +
                             stated + R"("}},)";
    std::ofstream(folder_ / name)
        << R"({"type":"FeatureCollection",)" << crs
        << R"("features":[{"type":"Feature","properties":{"id":"a"},"geometry":{"type":")" << type
        << R"(","coordinates":[)" << coordinates << "]}}]}";
    return folder_ / name;
  }

  fs::path folder_;
};

/// Largest distance of the map's vertices from where they belong.
double Error_m(const LoadedNetwork& map) {
  const auto vertices = map.network.pipes().at(0).axis.vertices();
  EXPECT_EQ(vertices.size(), kBend.size());
  double worst = 0;
  for (std::size_t i = 0; i < kBend.size(); ++i)
    worst = std::max(worst, (vertices[i] - map.frame.LocalFromLonLat(At(kBend[i]))).norm());
  return worst;
}

std::vector<LonLat> Flight() {
  std::vector<LonLat> frames;
  const Polyline bend(kBend);
  for (double at = 0; at < bend.Length(); at += 10) frames.push_back(At(bend.At(at, 3)));
  return frames;
}

NetworkOptions Options(const std::string& shift, const std::string& crs = "") {
  NetworkOptions options;
  options.map_shift = shift;
  options.map_crs = crs;
  return options;
}

RunError FaultOf(const fs::path& map, const NetworkOptions& options) {
  try {
    LoadNetwork(map, {}, options);
  } catch (const RunError& e) {
    return e;
  }
  ADD_FAILURE() << "was read";
  return {ExitCode::kDone, MessageId::kCancelled};
}

// 2 mm: nine decimals of a degree are 0.1 mm, and the shifts are inverted to 1 mm.
TEST_F(MapShiftTest, EachCorrectionPutsTheMapWhereItBelongs) {
  constexpr double kClose_m = 0.002;
  EXPECT_LT(Error_m(LoadNetwork(Map({"EPSG:4550"}, "4550"), {}, Options("none"))), kClose_m);
  const WebShift gcj = WebShift::kGcj02;
  const WebShift bd = WebShift::kBd09;
  const fs::path traced = Map({"EPSG:4550", false, gcj}, "4550");
  EXPECT_GT(Error_m(LoadNetwork(traced, {}, {})), 500);
  const LoadedNetwork map = LoadNetwork(traced, {}, Options("gcj02"));
  EXPECT_LT(Error_m(map), kClose_m);
  EXPECT_EQ(map.notes.at(0).id, MessageId::kMapShiftApplied);
  EXPECT_THAT(map.frame.Name(), HasSubstr("CM 123E"));
  EXPECT_LT(Error_m(LoadNetwork(Map({"EPSG:4326", false, bd}, ""), {}, Options("bd09"))), kClose_m);
  EXPECT_LT(Error_m(LoadNetwork(Map({"EPSG:4550", true}, "4550"), {}, Options("swap"))), kClose_m);
  EXPECT_LT(Error_m(LoadNetwork(Map({"EPSG:4326", true}, ""), {}, Options("swap"))), kClose_m);
  EXPECT_LT(Error_m(LoadNetwork(Map({"EPSG:32651"}, "4550"), {}, Options("crs", "EPSG:32651"))),
            kClose_m);
  EXPECT_LT(Error_m(LoadNetwork(Map({"EPSG:4529", true, gcj}, "4550"), {},
                                Options("crs, swap,GCJ-02", "EPSG:4529"))),
            kClose_m);
}

TEST_F(MapShiftTest, WordsThatMakeNoSense) {
  const fs::path map = Map({"EPSG:4550"}, "4550");
  for (const char* words : {"gcj", "gcj02,bd09", "none,swap", "swap;crs", "1"}) {
    const RunError fault = FaultOf(map, Options(words, "EPSG:4550"));
    EXPECT_EQ(fault.code(), ExitCode::kUsage) << words;
    EXPECT_EQ(fault.message().id, MessageId::kMapShiftUnknown) << words;
  }
  EXPECT_EQ(FaultOf(map, Options("crs")).message().id, MessageId::kMapShiftNeedsCrs);
  NetworkOptions both = Options("gcj02");
  both.map_control = "points.csv";
  EXPECT_EQ(FaultOf(map, both).message().id, MessageId::kMapShiftWithControl);
}

// A second file that states its own system is not corrected; one that states none lies in the
// map's.
TEST_F(MapShiftTest, BuildingsOfASecondFile) {
  const MapReading traced{"EPSG:4550", false, WebShift::kGcj02};
  const fs::path map = Map(traced, "4550");
  const std::vector<Vec2> square = {{0, 50}, {20, 50}, {20, 70}, {0, 70}, {0, 50}};
  const fs::path right = Write("right.geojson", {"EPSG:4326"}, "", "Polygon", square);
  const auto position = [&](const LoadedNetwork& loaded) {
    return (loaded.network.buildings().at(0).ring.at(0) -
            loaded.frame.LocalFromLonLat(At(square[0])))
        .norm();
  };
  EXPECT_LT(position(LoadNetwork(map, right, Options("gcj02"))), 0.01);
  // GeoJSON of metres counts as stating none.
  const fs::path same = Write("same.geojson", traced, "", "Polygon", square);
  EXPECT_LT(position(LoadNetwork(map, same, Options("gcj02", "EPSG:4550"))), 0.01);
}

struct Case {
  MapReading truth;
  const char* stated;  ///< by the file
  NetworkOptions options;
  const char* give;
};

// What is proposed is what helps: with the options of the proposal the map lies right.
TEST_F(MapShiftTest, ProposedOptionsPutTheMapRight) {
  const WebShift gcj = WebShift::kGcj02;
  const Case cases[] = {
      {{"EPSG:4550", false, gcj}, "4550", {}, "--map-shift gcj02"},
      {{"EPSG:4326", false, WebShift::kBd09}, "", {}, "--map-shift bd09"},
      {{"EPSG:4550"}, "4550", Options("gcj02"), "--map-shift none"},
      {{"EPSG:4550", true}, "4550", {}, "--map-shift swap"},
      {{"EPSG:32651"}, "4550", {}, "--map-crs EPSG:32651 --map-shift crs"},
      {{"EPSG:4550"}, "4549", {}, "--map-crs EPSG:4550 --map-shift crs"},
  };
  for (const Case& c : cases) {
    const LoadedNetwork map = LoadNetwork(Map(c.truth, c.stated), {}, c.options);
    const CrsTraps traps = CheckMap(map.source, Flight());
    ASSERT_THAT(traps.proposals, Not(IsEmpty())) << c.give;
    EXPECT_EQ(OptionsFor(map.source, traps.proposals.front()), c.give);
    for (const Lang lang : {Lang::kEnglish, Lang::kChinese}) {
      const std::string advice = Advice(map.source, traps, lang);
      EXPECT_THAT(advice, HasSubstr(c.give));
      EXPECT_THAT(advice, HasSubstr("100 %"));
    }
  }
}

TEST_F(MapShiftTest, MapsThatCannotBePlacedGetTheSameAdvice) {
  const Case cases[] = {
      {{"EPSG:4490", true}, "4490", {}, "--map-shift swap"},
      {{"EPSG:4529"}, "4550", {}, "--map-crs EPSG:4529 --map-shift crs"},
      {{"EPSG:4550"}, "4529", {}, "--map-crs EPSG:4550 --map-shift crs"},
      {{"EPSG:4499"}, "4529", {}, "--map-crs EPSG:4499 --map-shift crs"},
      {{"EPSG:4529"}, "", {}, "--map-crs EPSG:4529 --map-shift crs"},
      {{"EPSG:4529"}, "", Options("none", "EPSG:4550"), "--map-crs EPSG:4529 --map-shift crs"},
  };
  for (const Case& c : cases) {
    const fs::path path = Map(c.truth, c.stated);
    const RunError fault = FaultOf(path, c.options);
    const MapSource source = ReadMapSource(path, c.options);
    const CrsTraps traps = CheckMap(source, Flight());
    ASSERT_THAT(traps.proposals, Not(IsEmpty())) << c.give;
    EXPECT_EQ(OptionsFor(source, traps.proposals.front()), c.give);
    const RunError advised = WithAdvice(fault, source, traps, Lang::kEnglish);
    EXPECT_EQ(advised.code(), ExitCode::kInputMissing);
    EXPECT_THAT(advised.message().In(Lang::kEnglish), HasSubstr(c.give));
    EXPECT_THAT(advised.message().In(Lang::kEnglish), Not(HasSubstr("?")));
  }
}

TEST_F(MapShiftTest, ARightMapIsLeftInPeace) {
  for (const char* code : {"4529", "4550", "4490", "32651"}) {
    const LoadedNetwork map = LoadNetwork(Map({std::string("EPSG:") + code}, code), {}, {});
    const CrsTraps traps = CheckMap(map.source, Flight());
    EXPECT_THAT(traps.proposals, IsEmpty()) << code;
    EXPECT_FALSE(OffsetWarning(map.source, traps, Lang::kEnglish));
    EXPECT_EQ(Advice(map.source, traps, Lang::kEnglish), "");
    EXPECT_THAT(MapNotes(map, Lang::kEnglish), IsEmpty());
  }
}

TEST_F(MapShiftTest, AWarningTellsTheOffset) {
  const LoadedNetwork map =
      LoadNetwork(Map({"EPSG:4550", false, WebShift::kGcj02}, "4550"), {}, {});
  const auto warning = OffsetWarning(map.source, CheckMap(map.source, Flight()), Lang::kChinese);
  ASSERT_TRUE(warning);
  EXPECT_NEAR(std::stod(warning->args.at(0)), 510, 10);
  EXPECT_NEAR(std::stod(warning->args.at(1)), 270, 10);
  EXPECT_THAT(warning->In(Lang::kChinese), HasSubstr("GCJ-02"));
}

}  // namespace
}  // namespace thermoleak
