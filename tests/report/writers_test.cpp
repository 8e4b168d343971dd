#include "thermoleak/report/writers.hpp"

#include <gdal_priv.h>
#include <gtest/gtest.h>
#include <ogrsf_frmts.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "report/plausible_survey.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string Slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

class WritersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(::testing::TempDir()) /
        ("report_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  Json GeoJson(const SurveyResult& result, Lang lang = Lang::kEnglish) {
    WriteCandidatesGeoJson(result, lang, folder_ / "c.geojson");
    return Json::parse(Slurp(folder_ / "c.geojson"));
  }
  Json RunJson(const SurveyResult& result) {
    WriteRunJson(result, Lang::kEnglish, folder_ / "run.json");
    return Json::parse(Slurp(folder_ / "run.json"));
  }
  /// Rows of RFC 4180 by an own little reader; strict about quotes.
  std::vector<std::vector<std::string>> Csv(const SurveyResult& result) {
    WriteFramesCsv(result, Lang::kEnglish, folder_ / "f.csv");
    const std::string text = Slurp(folder_ / "f.csv");
    EXPECT_EQ(text.substr(0, 3), "\xEF\xBB\xBF");
    std::vector<std::vector<std::string>> rows(1, {""});
    bool quoted = false;
    for (std::size_t i = 3; i < text.size(); ++i) {
      const char c = text[i];
      if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
        rows.back().back() += text[++i];
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == ',') {
        rows.back().emplace_back();
      } else if (!quoted && c == '\r') {
        EXPECT_EQ(text[++i], '\n');
        rows.push_back({""});
      } else {
        rows.back().back() += c;
      }
    }
    rows.pop_back();  // the file ends with a line end
    return rows;
  }

  fs::path folder_;
};

TEST_F(WritersTest, GeoJsonHasExactlyTheContractsProperties) {
  const PlausibleSurvey survey = MakePlausibleSurvey();
  const Json json = GeoJson(survey.result);
  ASSERT_EQ(json["features"].size(), 12u);
  std::string keys;
  for (const auto& [key, value] : json["features"][0]["properties"].items()) keys += key + " ";
  EXPECT_EQ(keys,
            "schema id rank score kind p_leak p_insulation p_installation p_confuser delta_t_k "
            "delta_t_sigma_k "
            "area_m2 length_m width_m heat_loss_w_p10 heat_loss_w_p50 heat_loss_w_p90 pipe_id "
            "chainage_m offset_m "
            "sigma_major_m sigma_minor_m sigma_azimuth_deg views frames reasons "
            "dn_mm depth_m laying level year_built unit district beside ");
  const Json& first = json["features"][0]["properties"];
  EXPECT_EQ(first["schema"], 1);
  EXPECT_EQ(first["kind"], "leak");
  EXPECT_EQ(first["pipe_id"], "一次网-供-12");
  EXPECT_DOUBLE_EQ(first["delta_t_k"].get<double>(), 6.4);
  EXPECT_DOUBLE_EQ(first["heat_loss_w_p50"].get<double>(), 1984);  // 310 x 6.4
  EXPECT_EQ(first["frames"][0], "DJI_0011_T.JPG");
  EXPECT_EQ(first["reasons"][2]["code"], "near_chamber");
  EXPECT_DOUBLE_EQ(first["reasons"][2]["contribution"].get<double>(), -0.9);
  EXPECT_TRUE(json["features"][4]["properties"]["heat_loss_w_p10"].is_null());  // unknown is null
  EXPECT_EQ(first["dn_mm"], 200);
  EXPECT_EQ(first["laying"], "buried");
  EXPECT_EQ(first["year_built"], 1998);
  EXPECT_TRUE(first["level"].is_null());
  EXPECT_EQ(first["beside"], Json::array({"一次网-回-12"}));  // 4 m aside along the whole way
  EXPECT_NE(
      GeoJson(survey.result, Lang::kChinese)["features"][0]["properties"]["reasons"][1]["text"],
      first["reasons"][1]["text"]);
}

TEST_F(WritersTest, GdalReadsTheSamePlacesFromTheGeoJson) {
  const PlausibleSurvey survey = MakePlausibleSurvey();
  GeoJson(survey.result);
  GDALAllRegister();
  const GDALDatasetUniquePtr data(
      GDALDataset::Open((folder_ / "c.geojson").c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY));
  ASSERT_TRUE(data);
  OGRLayer* layer = data->GetLayer(0);
  ASSERT_EQ(layer->GetFeatureCount(), 12);
  EXPECT_STREQ(layer->GetSpatialRef()->GetAuthorityCode(nullptr), "4326");
  for (const LeakCandidate& candidate : survey.result.candidates) {
    const OGRFeatureUniquePtr feature(layer->GetNextFeature());
    const auto* point = feature->GetGeometryRef()->toPoint();
    const Vec2 back = survey.result.frame.LocalFromLonLat({point->getX(), point->getY()});
    EXPECT_LT((back - candidate.spot.position).norm(), 0.02);  // 7 decimals are 1.1 cm of latitude
    EXPECT_EQ(feature->GetFieldAsInteger("rank"), candidate.rank);
  }
}

TEST_F(WritersTest, NumbersThatAreNotFiniteBecomeNull) {
  PlausibleSurvey survey = MakePlausibleSurvey();
  survey.result.candidates[0].spot.area_m2 = std::nan("");
  survey.result.candidates[0].reasons[0].contribution = INFINITY;
  survey.result.candidates[0].pipe_id = "bad \xFF byte";
  const Json json = GeoJson(survey.result);
  EXPECT_TRUE(json["features"][0]["properties"]["area_m2"].is_null());
  EXPECT_TRUE(json["features"][0]["properties"]["reasons"][0]["contribution"].is_null());
  EXPECT_EQ(json["features"][0]["properties"]["pipe_id"], "bad \xEF\xBF\xBD byte");
}

TEST_F(WritersTest, NoCandidatesIsAnEmptyCollection) {
  PlausibleSurvey survey = MakePlausibleSurvey();
  survey.result.candidates.clear();
  EXPECT_EQ(GeoJson(survey.result)["features"].size(), 0u);
}

TEST_F(WritersTest, FramesCsvHasOneCompleteRowAFrame) {
  PlausibleSurvey survey = MakePlausibleSurvey();
  survey.result.frames[1].meta.name = "=cmd|' /C calc'!A0,\"x\".jpg";
  const auto rows = Csv(survey.result);
  ASSERT_EQ(rows.size(), 61u);
  const auto column = [&](const std::string& name) {
    const auto at = std::find(rows[0].begin(), rows[0].end(), name);
    EXPECT_NE(at, rows[0].end()) << name;
    return static_cast<std::size_t>(at - rows[0].begin());
  };
  for (const auto& row : rows) ASSERT_EQ(row.size(), rows[0].size()) << row[0];

  const auto& first = rows[1];
  EXPECT_EQ(first[column("file")], "DJI_0001_T.JPG");
  EXPECT_EQ(first[column("time")], "2026-01-15T19:23:45.250Z");
  EXPECT_EQ(first[column("status")], "used");
  EXPECT_EQ(first[column("reason_code")], "");
  EXPECT_EQ(first[column("sigma_east_m")], "1.000");
  EXPECT_EQ(first[column("sigma_north_m")], "2.000");
  EXPECT_EQ(first[column("sigma_up_m")], "1.500");
  EXPECT_EQ(first[column("sigma_forward_deg")], "2.977");  // sqrt(0.0027) rad
  EXPECT_EQ(first[column("pitch_deg")], "-90.000");
  EXPECT_EQ(first[column("height_m")], "170.00");
  EXPECT_EQ(first[column("gsd_m")], "0.1300");
  EXPECT_EQ(first[column("mean_c")], "-8.00");
  EXPECT_EQ(first[column("flags")], "low_contrast");
  EXPECT_NE(first[column("flag_reasons")].find("0.2 K"), std::string::npos);
  EXPECT_EQ(first[column("warnings")], "NoCameraGeometry");
  // Grid yaw 0 is the convergence from true north: atan(tan(lon - 81) sin(lat)) in zone 44.
  const double lon = std::stod(first[column("lon_deg")]);
  const double lat = std::stod(first[column("lat_deg")]);
  const double rad = 3.14159265358979323846 / 180;
  const double convergence_deg = std::atan(std::tan((lon - 81) * rad) * std::sin(lat * rad)) / rad;
  EXPECT_GT(convergence_deg, 1.5);
  EXPECT_NEAR(std::stod(first[column("yaw_deg")]), convergence_deg, 1e-3);
  const Vec2 place = survey.result.frame.LocalFromLonLat({lon, lat});
  EXPECT_LT((place - Vec2(-150, 80)).norm(), 0.02);  // 7 decimals
  EXPECT_EQ(first[column("footprint_wkt")].substr(0, 10), "POLYGON((8");

  EXPECT_EQ(rows[2][0], "'=cmd|' /C calc'!A0,\"x\".jpg");
  const auto& lost = rows[8];
  EXPECT_EQ(lost[column("status")], "quarantined");
  EXPECT_EQ(lost[column("reason_code")], "NoPosition");
  EXPECT_EQ(lost[column("reason")], Text(MessageId::kNoPosition, Lang::kEnglish));
  EXPECT_EQ(lost[column("lon_deg")], "");
  EXPECT_EQ(lost[column("offset_k")], "");
}

TEST_F(WritersTest, FramesCsvSaysHowWellEachFrameIsPlaced) {
  PlausibleSurvey survey = MakePlausibleSurvey();
  SurveyResult& result = survey.result;
  result.frames[0].registered->filled_in.height_m = 2;
  result.frames[0].registered->filled_in.yaw_rad = 0.3;
  result.frames[2].registered.reset();
  result.frames[2].located = HandPicture{{12, -7}, 9.5, {2, 0}};
  const auto rows = Csv(result);
  const auto at = [&](std::size_t row, const std::string& name) {
    const auto found = std::find(rows[0].begin(), rows[0].end(), name);
    EXPECT_NE(found, rows[0].end()) << name;
    return rows[row][static_cast<std::size_t>(found - rows[0].begin())];
  };
  EXPECT_EQ(at(1, "ties"), "14");
  EXPECT_EQ(at(1, "filled_in"), "height;yaw");
  EXPECT_EQ(at(2, "filled_in"), "");
  // Grid north, and the convergence there; the ground's sigma by hand: position, and 0.001 rad of
  // tilt at 99.7 m.
  EXPECT_NEAR(std::stod(at(1, "heading_deg")), std::stod(at(1, "yaw_deg")), 0.006);
  EXPECT_NEAR(std::stod(at(1, "relative_sigma_ground_m")), std::hypot(0.2, 0.0997), 0.001);
  EXPECT_EQ(at(3, "status"), "located");
  EXPECT_EQ(at(3, "sigma_east_m"), "9.500");
  EXPECT_EQ(at(3, "pipes"), result.network->pipes()[2].id + ";" + result.network->pipes()[0].id);
  EXPECT_EQ(at(3, "heading_deg"), "");
  const LonLat place{std::stod(at(3, "lon_deg")), std::stod(at(3, "lat_deg"))};
  EXPECT_LT((result.frame.LocalFromLonLat(place) - Vec2(12, -7)).norm(), 0.02);
  EXPECT_EQ(at(8, "ties"), "");  // set aside
}

TEST_F(WritersTest, TheFootprintIsAClosedCounterClockwiseRing) {
  const PlausibleSurvey survey = MakePlausibleSurvey();
  const auto rows = Csv(survey.result);
  const auto column = static_cast<std::size_t>(
      std::find(rows[0].begin(), rows[0].end(), "footprint_wkt") - rows[0].begin());
  OGRGeometry* raw = nullptr;
  ASSERT_EQ(OGRGeometryFactory::createFromWkt(rows[1][column].c_str(), nullptr, &raw), OGRERR_NONE);
  const OGRGeometryUniquePtr geometry(raw);
  const OGRLinearRing* ring = geometry->toPolygon()->getExteriorRing();
  EXPECT_EQ(ring->getNumPoints(), 5);
  EXPECT_TRUE(ring->get_IsClosed());
  EXPECT_FALSE(ring->isClockwise());
}

TEST_F(WritersTest, RunJsonCountsAndNamesEverything) {
  const PlausibleSurvey survey = MakePlausibleSurvey();
  const Json run = RunJson(survey.result);
  EXPECT_EQ(run["schema"], 1);
  EXPECT_EQ(run["calibrated"], false);
  EXPECT_EQ(run["counts"]["frames"]["used"], 57);
  EXPECT_EQ(run["counts"]["frames"]["quarantined_by_reason"]["NoPosition"], 2);
  EXPECT_EQ(run["counts"]["candidates"]["suspected_leaks"], 3);
  EXPECT_EQ(run["counts"]["candidates"]["by_kind"]["confuser"], 4);
  EXPECT_EQ(run["counts"]["pipes"]["in_survey"], 6);
  EXPECT_EQ(run["inputs"].size(), 61u);
  EXPECT_EQ(run["inputs"][60]["sha256"], std::string(64, 'f'));
  EXPECT_EQ(run["options"]["strips"]["cell_m"], 0.1);
  EXPECT_TRUE(run["options"]["scene"]["air_c"].is_null());
  EXPECT_EQ(run["registration"]["median_sigma_m"], 2.63);
  EXPECT_EQ(run["quarantined"].size(), 3u);
  EXPECT_EQ(run["frame_warnings"][0]["frames"], 12);
  EXPECT_EQ(run["frame_flags"]["low_contrast"], 7);
  EXPECT_EQ(run["skipped_features"][0]["item"], "fid 17");
  EXPECT_EQ(run["warnings"][0]["code"], "NoCameraGeometry");
  EXPECT_EQ(run["alignment"]["found"], true);
  EXPECT_NEAR(run["alignment"]["east_m"].get<double>(), 1.2, 1e-9);
  EXPECT_NEAR(run["alignment"]["sigma_major_m"].get<double>(), 0.4, 1e-9);
  EXPECT_EQ(run["alignment"]["wrong_map_lines"], 1);
  EXPECT_EQ(run["alignment"]["doubtful_map_lines"], 1);
  EXPECT_NEAR(run["alignment"]["buildings"]["disagreement_sigma"].get<double>(), 0.6, 1e-9);
  EXPECT_EQ(run["times"][0]["wall_s"], 1.25);
  for (const char* name : {"thermoleak", "gdal", "proj", "opencv"}) {
    EXPECT_TRUE(
        std::isdigit(static_cast<unsigned char>(run["software"][name].get<std::string>()[0])))
        << name;
  }
}

TEST_F(WritersTest, RunJsonTellsHarmonisationBeforeAndAfter) {
  const Json facts = RunJson(MakePlausibleSurvey().result)["harmonisation"];
  EXPECT_EQ(facts["disagreement_before_k"], 1.42);
  EXPECT_EQ(facts["disagreement_before_p90_k"], 3.1);
  EXPECT_EQ(facts["disagreement_after_k"], 0.11);
  EXPECT_EQ(facts["disagreement_after_p90_k"], 0.4);
  ASSERT_EQ(facts["cameras"].size(), 2u);
  EXPECT_EQ(facts["cameras"][0]["flat_field"], "full");
  EXPECT_EQ(facts["cameras"][0]["pattern_p2_k"], -0.82);
  EXPECT_EQ(facts["cameras"][1]["flat_field"], "none");
  EXPECT_EQ(facts["offset_high_k"], 2.5);
  EXPECT_EQ(facts["shutter_steps"], 2);
  EXPECT_EQ(facts["shutter_steps_k"][1], -4.75);
}

TEST_F(WritersTest, RunJsonTellsTheWholeRegistration) {
  const PlausibleSurvey survey = MakePlausibleSurvey();
  const Json run = RunJson(survey.result);
  const Json& registration = run["registration"];
  EXPECT_EQ(registration["median_relative_sigma_m"], 0.22);
  EXPECT_EQ(registration["relative_sigma_m"]["p90"], 0.41);
  EXPECT_EQ(registration["pairs_tried"], 170);
  EXPECT_EQ(registration["pairs_dropped"], 3);
  EXPECT_EQ(registration["frames_untied"], 0);
  EXPECT_EQ(registration["median_move_m"], 2.2);
  EXPECT_EQ(registration["clock_lead_s"], 0.28);
  EXPECT_EQ(registration["focal_change"], -0.0125);
  EXPECT_EQ(registration["k1"], -0.231);
  EXPECT_EQ(registration["noise"]["position_m"], 1.1);  // one frame's own, not the weight
  EXPECT_EQ(registration["noise"]["tilt_deg"], 0.298);
  EXPECT_EQ(registration["noise"]["tie_px"], 0.42);
  ASSERT_FALSE(run["refly"].empty());
  const Json& piece = run["refly"][0];
  EXPECT_GE(piece["length_m"].get<double>(), run["refly"][1]["length_m"].get<double>());
  EXPECT_NEAR(piece["lat_deg"].get<double>(), 55.03, 0.01);
  EXPECT_FALSE(piece["reason"].get<std::string>().empty());
  EXPECT_FALSE(piece["metres_by_reason"].empty());
}

TEST_F(WritersTest, RunJsonSaysNullForWhatIsNotKnown) {
  PlausibleSurvey survey = MakePlausibleSurvey();
  survey.result.facts.registration.median_sigma_m = -1;
  survey.result.facts.harmonisation.before = {};
  survey.result.facts.options_json = "not json";
  survey.result.network = nullptr;
  const Json run = RunJson(survey.result);
  EXPECT_TRUE(run["registration"]["median_sigma_m"].is_null());
  EXPECT_TRUE(run["harmonisation"]["disagreement_before_k"].is_null());
  EXPECT_EQ(run["options"], "not json");
  EXPECT_EQ(run["counts"]["pipes"]["total"], 0);
}

TEST_F(WritersTest, AFolderThatIsNotThereIsARunsFault) {
  const PlausibleSurvey survey = MakePlausibleSurvey();
  EXPECT_THROW(WriteFramesCsv(survey.result, Lang::kEnglish, folder_ / "none" / "f.csv"), RunError);
}

}  // namespace
}  // namespace thermoleak
