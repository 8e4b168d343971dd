// A small heating network in Shenyang, misread in every usual way.
#include "thermoleak/geo/crs_traps.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogr_spatialref.h>

#include <cmath>
#include <random>

#include "thermoleak/geo/gdal_session.hpp"

namespace thermoleak {
namespace {

using Line = std::vector<Vec2>;

const LonLat kCentre{123.43, 41.80};

/// Streets at uneven distances, some 9 km of pipe; metres east and north of the centre.
std::vector<Line> Streets() {
  return {{{-1100, 310}, {-420, 330}, {260, 300}, {1050, 345}},
          {{-420, 330}, {-440, -560}, {-150, -900}},
          {{260, 300}, {255, 1010}, {610, 1180}},
          {{1050, 345}, {1065, -240}, {700, -610}, {705, -1050}},
          {{-440, -560}, {-1190, -545}},
          {{255, 1010}, {-710, 1035}}};
}

LonLat At(const Vec2& metres) {
  static const LocalFrame frame = LocalFrame::Utm(kCentre);
  static const Vec2 origin = frame.LocalFromLonLat(kCentre);
  return frame.LonLatFromLocal(origin + metres);
}

/// The network in the numbers of a reading.
std::vector<Line> MapIn(const MapReading& reading) {
  const MapReader reader(reading, kCentre);
  std::vector<Line> lines;
  for (const Line& street : Streets()) {
    Line& line = lines.emplace_back();
    for (const Vec2& p : street) line.push_back(reader.MapFromLonLat(At(p)));
  }
  return lines;
}

/// A flight along the streets: a frame every 20 m, a few metres off the pipe; `aside_m` more to the
/// side.
std::vector<LonLat> Flight(double aside_m = 0, int streets = 6) {
  std::mt19937 random(2);
  std::normal_distribution<double> noise(0, 4);
  std::vector<LonLat> frames;
  const std::vector<Line> lines = Streets();
  for (int s = 0; s < streets; ++s) {
    const Polyline street(lines[static_cast<std::size_t>(s)]);
    for (double at = 0; at <= street.Length(); at += 20) {
      frames.push_back(At(street.At(at, aside_m) + Vec2(noise(random), noise(random))));
    }
  }
  return frames;
}

std::vector<MessageId> Names(const CrsProposal& proposal) {
  std::vector<MessageId> names;
  for (const Message& m : proposal.differences) names.push_back(m.id);
  return names;
}

struct Trap {
  const char* what;
  MapReading truth;
  MapReading read_as;
  MessageId name;
  std::string crs;  ///< expected in the proposal
};

constexpr MessageId kCrsOnly = MessageId::kTrapCrs;

const Trap kTraps[] = {
    {"GCJ-02 in a projected system",
     {"EPSG:4529", false, WebShift::kGcj02},
     {"EPSG:4529"},
     MessageId::kTrapGcj02,
     "EPSG:4529"},
    {"GCJ-02 in degrees",
     {"EPSG:4326", false, WebShift::kGcj02},
     {"EPSG:4326"},
     MessageId::kTrapGcj02,
     "EPSG:4326"},
    {"BD-09 in degrees",
     {"EPSG:4326", false, WebShift::kBd09},
     {"EPSG:4326"},
     MessageId::kTrapBd09,
     "EPSG:4326"},
    {"BD-09, projected",
     {"EPSG:4550", false, WebShift::kBd09},
     {"EPSG:4550"},
     MessageId::kTrapBd09,
     "EPSG:4550"},
    {"a shift given that is not there",
     {"EPSG:4550"},
     {"EPSG:4550", false, WebShift::kGcj02},
     MessageId::kTrapNoWebShift,
     "EPSG:4550"},
    {"UTM said to be Gauss-Krueger",
     {"EPSG:32651"},
     {"EPSG:4550"},
     MessageId::kTrapUtmAsGk,
     "EPSG:32651"},
    {"Gauss-Krueger said to be UTM",
     {"EPSG:4550"},
     {"EPSG:32651"},
     MessageId::kTrapGkAsUtm,
     "EPSG:4550"},
    {"northing first", {"EPSG:4550", true}, {"EPSG:4550"}, MessageId::kTrapSwapped, "EPSG:4550"},
    {"northing first, with prefix",
     {"EPSG:4529", true},
     {"EPSG:4529"},
     MessageId::kTrapSwapped,
     "EPSG:4529"},
    {"latitude first", {"EPSG:4490", true}, {"EPSG:4490"}, MessageId::kTrapSwapped, "EPSG:4490"},
    {"prefix where none is said",
     {"EPSG:4529"},
     {"EPSG:4550"},
     MessageId::kTrapPrefixExtra,
     "EPSG:4529"},
    {"no prefix where one is said",
     {"EPSG:4550"},
     {"EPSG:4529"},
     MessageId::kTrapPrefixMissing,
     "EPSG:4550"},
    {"prefix of the 6-degree zone",
     {"EPSG:4499"},
     {"EPSG:4529"},
     MessageId::kTrapPrefixOther,
     "EPSG:4499"},
    {"prefix of the 3-degree zone",
     {"EPSG:4529"},
     {"EPSG:4499"},
     MessageId::kTrapPrefixOther,
     "EPSG:4529"},
    {"the neighbouring zone", {"EPSG:4550"}, {"EPSG:4549"}, MessageId::kTrapOtherZone, "EPSG:4550"},
    {"the neighbouring 6-degree zone",
     {"EPSG:4550"},
     {"EPSG:4509"},
     MessageId::kTrapOtherZone,
     "EPSG:4550"},
    {"degrees said to be metres",
     {"EPSG:4490"},
     {"EPSG:4550"},
     MessageId::kTrapDegrees,
     "EPSG:4490"},
    {"metres said to be degrees",
     {"EPSG:4550"},
     {"EPSG:4326"},
     MessageId::kTrapMetres,
     "EPSG:4550"},
    {"Beijing 1954 said to be CGCS2000",
     {"EPSG:2438"},
     {"EPSG:4550"},
     MessageId::kTrapOtherDatum,
     "EPSG:2438"},
    {"nothing said", {"EPSG:4529"}, {""}, kCrsOnly, "EPSG:4529"},
    {"nothing said, UTM", {"EPSG:32651"}, {""}, kCrsOnly, "EPSG:32651"},
    {"nothing said, degrees", {"EPSG:4490"}, {""}, kCrsOnly, "EPSG:4490"},
};

TEST(CrsTraps, EachIsDetectedAndNamed) {
  const std::vector<LonLat> frames = Flight();
  for (const Trap& trap : kTraps) {
    const CrsTraps traps = FindCrsTraps(MapIn(trap.truth), trap.read_as, frames);
    ASSERT_FALSE(traps.proposals.empty()) << trap.what;
    const CrsProposal& best = traps.proposals.front();
    EXPECT_THAT(Names(best), testing::ElementsAre(trap.name))
        << trap.what << ": " << best.differences.front().In(Lang::kEnglish);
    EXPECT_EQ(best.reading.crs, trap.crs) << trap.what;
    EXPECT_EQ(best.reading.swap_axes, trap.truth.swap_axes) << trap.what;
    EXPECT_EQ(best.reading.shift, trap.truth.shift) << trap.what;
    EXPECT_EQ(best.other_crs, trap.crs != trap.read_as.crs) << trap.what;
    EXPECT_GT(best.share, 0.95) << trap.what;
    EXPECT_LT(best.nearest_m, 10) << trap.what;
    EXPECT_LT(traps.share, 0.4) << trap.what;
  }
}

TEST(CrsTraps, TwoMistakesAtOnce) {
  const CrsTraps traps =
      FindCrsTraps(MapIn({"EPSG:4529", true, WebShift::kNone}), {"EPSG:4550"}, Flight());
  ASSERT_FALSE(traps.proposals.empty());
  EXPECT_THAT(Names(traps.proposals.front()),
              testing::ElementsAre(MessageId::kTrapPrefixExtra, MessageId::kTrapSwapped));
  const CrsTraps traced =
      FindCrsTraps(MapIn({"EPSG:4326", true, WebShift::kGcj02}), {"EPSG:4326"}, Flight());
  ASSERT_FALSE(traced.proposals.empty());
  EXPECT_THAT(Names(traced.proposals.front()),
              testing::ElementsAre(MessageId::kTrapSwapped, MessageId::kTrapGcj02));
}

// GCJ-02 moves Shenyang's centre by 510 m east and 270 m north. UTM's numbers are 0.04 % smaller
// than Gauss-Krueger's: 1852 m of the northing and 14 m of the easting; grid north lies 0.287
// degrees east of true north here, which turns another 9 m of the 1852 to the west.
TEST(CrsTraps, TheOffsetIsTold) {
  const CrsTraps gcj =
      FindCrsTraps(MapIn({"EPSG:4550", false, WebShift::kGcj02}), {"EPSG:4550"}, Flight());
  ASSERT_FALSE(gcj.proposals.empty());
  EXPECT_NEAR(gcj.proposals.front().offset_m.x(), 510, 10);
  EXPECT_NEAR(gcj.proposals.front().offset_m.y(), 270, 10);
  const CrsTraps utm = FindCrsTraps(MapIn({"EPSG:32651"}), {"EPSG:4550"}, Flight());
  ASSERT_FALSE(utm.proposals.empty());
  EXPECT_NEAR(utm.proposals.front().offset_m.x(), -23.6, 1);
  EXPECT_NEAR(utm.proposals.front().offset_m.y(), -1852, 5);
}

TEST(CrsTraps, ARightMapRaisesNone) {
  for (const char* crs : {"EPSG:4529", "EPSG:4550", "EPSG:4499", "EPSG:4490", "EPSG:4326",
                          "EPSG:32651", "EPSG:2438", "EPSG:2386", "EPSG:3857"}) {
    const std::vector<Line> map = MapIn({crs});
    for (const int streets : {1, 3, 6}) {
      const CrsTraps traps = FindCrsTraps(map, {crs}, Flight(0, streets));
      EXPECT_TRUE(traps.placeable) << crs;
      EXPECT_FALSE(traps.far) << crs;
      EXPECT_GT(traps.share, 0.95) << crs;
      EXPECT_TRUE(traps.proposals.empty()) << crs << " " << streets;
    }
  }
}

// Flown beside the pipes, or over another quarter.
TEST(CrsTraps, FramesBesideARightMapRaiseNone) {
  for (const char* crs : {"EPSG:4529", "EPSG:4490"}) {
    const std::vector<Line> map = MapIn({crs});
    for (const double aside_m : {-200.0, -120.0, 60.0, 200.0, 350.0}) {
      for (const int streets : {1, 2, 3, 6}) {
        const CrsTraps traps = FindCrsTraps(map, {crs}, Flight(aside_m, streets));
        EXPECT_TRUE(traps.proposals.empty())
            << crs << " " << aside_m << " " << streets << ": "
            << traps.proposals.front().differences.front().In(Lang::kEnglish);
      }
    }
  }
}

// Grid flights see a pipe now and then.
TEST(CrsTraps, AGridFlightOverARightMapRaisesNone) {
  std::vector<LonLat> frames;
  for (double y = -1000; y <= 1200; y += 70) {
    for (double x = -1100; x <= 1100; x += 40) frames.push_back(At({x, y}));
  }
  const CrsTraps traps = FindCrsTraps(MapIn({"EPSG:4529"}), {"EPSG:4529"}, frames);
  EXPECT_LT(traps.share, 0.5);
  EXPECT_TRUE(traps.proposals.empty());
}

TEST(CrsTraps, NothingToSay) {
  EXPECT_TRUE(FindCrsTraps({}, {"EPSG:4550"}, Flight()).proposals.empty());
  EXPECT_TRUE(FindCrsTraps(MapIn({"EPSG:4550"}), {""}, {}).proposals.empty());
  // A map of Beijing stays one, however it is read.
  const std::vector<Line> beijing = {{{442000, 4417000}, {442500, 4417000}, {442500, 4417900}}};
  const CrsTraps traps = FindCrsTraps(beijing, {"EPSG:4548"}, Flight());
  EXPECT_TRUE(traps.placeable);
  EXPECT_TRUE(traps.far);
  EXPECT_GT(traps.nearest_m, 400e3);
  EXPECT_TRUE(traps.proposals.empty());
  const double nan = std::nan("");
  EXPECT_FALSE(FindCrsTraps(std::vector<Line>{{{nan, 1}, {2, nan}}}, {""}, Flight()).placeable);
}

// EPSG's series as PROJ has them: what the proposals rely on.
TEST(CrsTraps, CodesOfTheSeries) {
  const auto facts = [](int code) {
    const GdalSession session;
    OGRSpatialReference srs;
    EXPECT_EQ(srs.importFromEPSG(code), OGRERR_NONE) << code;
    return std::pair(srs.GetProjParm(SRS_PP_CENTRAL_MERIDIAN),
                     srs.GetProjParm(SRS_PP_FALSE_EASTING));
  };
  for (int zone = 25; zone <= 45; ++zone) {
    for (const int first : {4513, 2349, 2401}) {
      EXPECT_EQ(facts(first + zone - 25), std::pair(3.0 * zone, zone * 1e6 + 5e5)) << zone;
    }
    for (const int first : {4534, 2370, 2422}) {
      EXPECT_EQ(facts(first + zone - 25), std::pair(3.0 * zone, 5e5)) << zone;
    }
  }
  for (int zone = 13; zone <= 23; ++zone) {
    for (const int first : {4491, 2327, 21413}) {
      EXPECT_EQ(facts(first + zone - 13), std::pair(6.0 * zone - 3, zone * 1e6 + 5e5)) << zone;
    }
    for (const int first : {4502, 2338, 21453}) {
      EXPECT_EQ(facts(first + zone - 13), std::pair(6.0 * zone - 3, 5e5)) << zone;
    }
  }
}

}  // namespace
}  // namespace thermoleak
