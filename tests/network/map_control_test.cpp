// Maps in a city's own grid, placed by control points whose numbers must not show anywhere.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "network/control_points.hpp"
#include "thermoleak/network/map_check.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
using network_internal::ControlRow;
using network_internal::ReadControlPoints;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

/// A made-up city grid: Gauss-Krueger about 123.4 E, turned a little and moved.
const LocalFrame& Projection() {
  static const LocalFrame frame("+proj=tmerc +lat_0=0 +lon_0=123.4 +k=1 +datum=WGS84 +type=crs",
                                {123.43, 41.80});
  return frame;
}
Vec2 GridOf(LonLat p) {
  constexpr double kTurn = 0.01;
  const Vec2 q = Projection().MapFromLocal(Projection().LocalFromLonLat(p)) - Vec2(0, 4600000);
  return {61000 + std::cos(kTurn) * q.x() - std::sin(kTurn) * q.y(),
          std::sin(kTurn) * q.x() + std::cos(kTurn) * q.y()};
}

const std::vector<LonLat> kPlaces = {{123.36, 41.74}, {123.52, 41.75}, {123.50, 41.86},
                                     {123.37, 41.85}, {123.44, 41.79}, {123.41, 41.81}};

class MapControlTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(::testing::TempDir()) /
        ("control_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path Text(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }
  /// Points of the test grid; `noise_m` on the grid's numbers, 5 m on the third point if `wrong`.
  fs::path Points(double noise_m = 0, bool wrong = false, bool northing_first = false) {
    std::mt19937 random(4);
    std::normal_distribution<double> noise(0, 1);
    std::string text = "点号,城建X,城建Y,经度,纬度\n";
    for (std::size_t i = 0; i < kPlaces.size(); ++i) {
      Vec2 grid = GridOf(kPlaces[i]) + noise_m * Vec2(noise(random), noise(random));
      if (wrong && i == 2) grid.x() += 5;
      if (northing_first) std::swap(grid.x(), grid.y());
      text += fmt::format("K{},{:.4f},{:.4f},{:.9f},{:.9f}\n", i + 1, grid.x(), grid.y(),
                          kPlaces[i].lon_deg, kPlaces[i].lat_deg);
    }
    return Text("points.csv", text);
  }
  /// A pipe of the test grid, without a CRS.
  fs::path Map() {
    const Vec2 a = GridOf({123.43, 41.80});
    const Vec2 b = GridOf({123.44, 41.80});
    return Text("map.geojson",
                fmt::format(R"({{"type":"FeatureCollection","features":[{{"type":"Feature",)"
                            R"("properties":{{"id":"a"}},"geometry":{{"type":"LineString",)"
                            R"("coordinates":[[{:.4f},{:.4f}],[{:.4f},{:.4f}]]}}}}]}})",
                            a.x(), a.y(), b.x(), b.y()));
  }
  NetworkOptions With(const fs::path& points) {
    NetworkOptions options;
    options.map_control = points.string();
    return options;
  }
  RunError FaultOf(const NetworkOptions& options) {
    try {
      LoadNetwork(Map(), {}, options);
    } catch (const RunError& e) {
      EXPECT_EQ(e.code(), ExitCode::kInputMissing);
      return e;
    }
    ADD_FAILURE() << "was read";
    return {ExitCode::kDone, MessageId::kCancelled};
  }

  fs::path folder_;
};

double Error_m(const LoadedNetwork& map) {
  const Polyline& axis = map.network.pipes().at(0).axis;
  return std::max((axis.At(0) - map.frame.LocalFromLonLat({123.43, 41.80})).norm(),
                  (axis.At(axis.Length()) - map.frame.LocalFromLonLat({123.44, 41.80})).norm());
}

// 1 cm: the two projections differ by that over 10 km.
TEST_F(MapControlTest, PlacesTheMap) {
  for (const bool northing_first : {false, true}) {
    const LoadedNetwork map = LoadNetwork(Map(), {}, With(Points(0, false, northing_first)));
    EXPECT_LT(Error_m(map), 0.01);
    EXPECT_EQ(map.frame.Name(), "WGS 84 / UTM zone 51N");
    EXPECT_EQ(map.map_crs_name, "WGS 84 / UTM zone 51N");
    ASSERT_TRUE(map.control);
    EXPECT_EQ(map.control->points, 6);
    EXPECT_FALSE(map.control->affine);
    EXPECT_LT(map.control->leave_one_out_rms_m, 0.02);
    EXPECT_TRUE(map.source.lines.empty());
    EXPECT_TRUE(CheckMap(map.source, kPlaces).proposals.empty());
  }
}

TEST_F(MapControlTest, ErrorsAreShownAsMetres) {
  const LoadedNetwork map = LoadNetwork(Map(), {}, With(Points(0.05)));
  const std::vector<Message> notes = MapNotes(map, Lang::kEnglish);
  ASSERT_THAT(notes, SizeIs(2));
  EXPECT_THAT(notes[0].In(Lang::kEnglish),
              HasSubstr("6 control points (similarity, 4 parameters)"));
  EXPECT_THAT(notes[1].In(Lang::kEnglish), HasSubstr("K1 0.0"));
  EXPECT_LT(Error_m(map), 0.15);
}

TEST_F(MapControlTest, PointsThatDoNotFitAreRefusedWithTheWorstNamed) {
  NetworkOptions options = With(Points(0.02, true));
  const RunError fault = FaultOf(options);
  EXPECT_EQ(fault.message().id, MessageId::kMapControlPoor);
  EXPECT_EQ(fault.message().args.at(3), "K3");
  options.map_control_limit_m = 20;
  EXPECT_EQ(LoadNetwork(Map(), {}, options).control->worst, "K3");
}

TEST_F(MapControlTest, TablesOfManyKinds) {
  const auto read = [&](const std::string& text, const std::string& crs = "") {
    return ReadControlPoints(Text("table.csv", text), crs);
  };
  const auto expect_first = [](const std::vector<ControlRow>& rows, const std::string& name) {
    ASSERT_THAT(rows, SizeIs(2));
    EXPECT_EQ(rows[0].name, name);
    EXPECT_EQ(rows[0].grid, Vec2(50001.5, 20002.5));
    EXPECT_NEAR(rows[0].place.lon_deg, 123.43, 1e-7);
    EXPECT_NEAR(rows[0].place.lat_deg, 41.80, 1e-7);
  };
  expect_first(read("50001.5,20002.5,123.43,41.8\n2,3,123.44,41.8\n"), "1");
  expect_first(read("K1,50001.5,20002.5,123.43,41.8\r\nK2,2,3,123.44,41.8\r\n"), "K1");
  expect_first(read("\xEF\xBB\xBFname;grid_x;grid_y;lon;lat\nA;50001.5;20002.5;123.43;41.8\n"
                    "B;2;3;123.44;41.8"),
               "A");
  expect_first(read("# survey of 2023\nlat\tlon\tx\ty\n41.8\t123.43\t50001.5\t20002.5\n\n"
                    "41.8\t123.44\t2\t3\n"),
               "1");
  // 点名,城建X(m),城建Y(m),经度,纬度 in GBK.
  expect_first(read("\xB5\xE3\xC3\xFB,\xB3\xC7\xBD\xA8X(m),\xB3\xC7\xBD\xA8Y(m),\xBE\xAD\xB6\xC8,"
                    "\xCE\xB3\xB6\xC8\nK1,50001.5,20002.5,123.43,41.8\nK2,2,3,123.44,41.8\n"),
               "K1");
  expect_first(read("点名,城建X,城建Y,国家X,国家Y\nK1,50001.5,20002.5,4629512.000,535737.200\n"
                    "K2,2,3,4629512.0,535800\n",
                    "EPSG:4550"),
               "K1");
  expect_first(read("id,x,y,east,north\nK1,50001.5,20002.5,41535737.200,4629512.000\n"
                    "K2,2,3,41535800,4629512.0\n",
                    "EPSG:4529"),
               "K1");
  // A column that is no name: its numbers are not shown.
  const auto rows = read("50001.5,20002.5,123.43,41.8,7\n3,4,123.44,41.8,7\n", "");
  EXPECT_EQ(rows.at(0).name, "1");
}

TEST_F(MapControlTest, TablesThatCannotBeUsed) {
  const auto fault = [&](const std::string& text) {
    return FaultOf(With(Text("bad.csv", text))).message().id;
  };
  EXPECT_EQ(FaultOf(With(folder_ / "absent.csv")).message().id, MessageId::kMapControlUnreadable);
  EXPECT_EQ(fault("hello\nworld\n"), MessageId::kMapControlColumns);
  EXPECT_EQ(fault("x,y,lon\n1,2,123\n"), MessageId::kMapControlColumns);
  EXPECT_EQ(fault("x,y,east,north\n1,2,535737,4629512\n"), MessageId::kMapControlNeedsCrs);
  EXPECT_EQ(fault("x,y,lon,lat\n1,2,123.4,41.8\n1,2,123.4\n"), MessageId::kMapControlLine);
  EXPECT_EQ(fault("x,y,lon,lat\n1,2,535737,4629512\n"), MessageId::kMapControlLine);
  EXPECT_EQ(fault("x,y,lon,lat\n1,2,123°25',41°48'\n"), MessageId::kMapControlLine);
  EXPECT_EQ(fault("x,y,lon,lat\n1,2,123.4,41.8\n900,2,123.5,41.8\n"), MessageId::kMapControlFew);
  EXPECT_EQ(fault("x,y,lon,lat\n"), MessageId::kMapControlFew);
}

// The secret: no number of the table, nor what follows from them, in any text or option.
TEST_F(MapControlTest, NothingOfTheTableShows) {
  std::vector<std::string> texts;
  const auto collect = [&](const Message& message) {
    for (const Lang lang : {Lang::kEnglish, Lang::kChinese}) texts.push_back(message.In(lang));
  };
  const LoadedNetwork map = LoadNetwork(Map(), {}, With(Points(0.03)));
  for (const Lang lang : {Lang::kEnglish, Lang::kChinese}) {
    for (const Message& note : MapNotes(map, lang)) collect(note);
  }
  texts.push_back(map.frame.wkt());
  texts.push_back(map.map_crs_name);
  collect(FaultOf(With(Points(0.02, true))).message());
  collect(FaultOf(With(Text("bad.csv", "x,y,lon,lat\n51234.5,29876.5,123.456,foo\n"))).message());
  collect(FaultOf(With(Text("bad.csv", "51234.5,29876.5,123.456,41.789\n"))).message());
  collect(FaultOf(With(Text("bad.csv", "51234.5,29876.5,bar,41.789\n"))).message());
  for (const std::string& text : texts) {
    for (const char* secret : {"51234", "29876", "123.4", "123.3", "123.5", "41.7", "41.8", "6100"})
      EXPECT_THAT(text, Not(HasSubstr(secret)));
    for (const LonLat& p : kPlaces) {
      const Vec2 grid = GridOf(p);
      EXPECT_THAT(text, Not(HasSubstr(fmt::format("{:.0f}", grid.x()))));
      EXPECT_THAT(text, Not(HasSubstr(fmt::format("{:.0f}", grid.y()))));
    }
    EXPECT_THAT(text, Not(HasSubstr(folder_.string())));
  }
}

TEST_F(MapControlTest, DamagedTablesNeverCrash) {
  std::ifstream file(Points(0.02));
  const std::string whole((std::istreambuf_iterator<char>(file)), {});
  std::mt19937 random(9);
  int read = 0;
  for (int i = 0; i < 400; ++i) {
    std::string table = whole;
    for (int f = 0; f <= i % 6; ++f) {
      char& c = table[random() % table.size()];
      // Every third table keeps its shape: digits become other digits.
      if (i % 3 > 0)
        c = static_cast<char>(random());
      else if (c >= '0' && c <= '9')
        c = static_cast<char>('0' + random() % 10);
    }
    if (i % 5 == 0) table.resize(random() % table.size());
    try {
      for (const ControlRow& row : ReadControlPoints(Text("damaged.csv", table), "")) {
        EXPECT_TRUE(row.grid.allFinite());
        EXPECT_LE(std::abs(row.place.lat_deg), 90);
      }
      ++read;
    } catch (const RunError&) {
    }
  }
  EXPECT_GT(read, 50);
}

// Leave-one-out takes the square of their number: a table of thousands would take for ever.
TEST_F(MapControlTest, ATableOfThousandsIsRefused) {
  std::string text = "grid_x,grid_y,lon,lat\n";
  for (int i = 0; i < 20000; ++i)
    text += fmt::format("{:.4f},{:.4f},{:.9f},{:.9f}\n", 61000 + 0.5 * i, 23000 + 0.1 * (i % 7),
                        123.36 + 1e-6 * i, 41.74 + 1e-6 * (i % 7));
  EXPECT_EQ(FaultOf(With(Text("points.csv", text))).message().id, MessageId::kConfigUnreadable);
}

TEST_F(MapControlTest, AMapFarFromItsPointsIsToldSo) {
  std::string text = "x,y,lon,lat\n";
  for (const LonLat& p : {LonLat{123.6, 41.9}, LonLat{123.65, 41.9}, LonLat{123.62, 41.93}}) {
    const Vec2 grid = GridOf(p);
    text += fmt::format("{:.4f},{:.4f},{:.9f},{:.9f}\n", grid.x(), grid.y(), p.lon_deg, p.lat_deg);
  }
  const LoadedNetwork map = LoadNetwork(Map(), {}, With(Text("far.csv", text)));
  EXPECT_EQ(map.notes.back().id, MessageId::kMapControlAway);
}

}  // namespace
}  // namespace thermoleak
