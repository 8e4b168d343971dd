#include <gdal_priv.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogr_geometry.h>
#include <ogrsf_frmts.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "report/plausible_survey.hpp"
#include "thermoleak/report/writers.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string Slurp(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

class CandidatesGpkgTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(::testing::TempDir()) /
        ("gpkg_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    GDALAllRegister();
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::unique_ptr<GDALDataset> WriteAndOpen(Lang lang = Lang::kChinese) {
    WriteCandidatesGeoPackage(survey_.result, lang, path_());
    return std::unique_ptr<GDALDataset>(GDALDataset::Open(path_().c_str(), GDAL_OF_VECTOR));
  }
  fs::path path_() const { return folder_ / "candidates.gpkg"; }

  fs::path folder_;
  PlausibleSurvey survey_ = MakePlausibleSurvey();
};

TEST_F(CandidatesGpkgTest, SaysWhatTheGeoJsonSays) {
  for (const Lang lang : {Lang::kChinese, Lang::kEnglish}) {
    const auto file = WriteAndOpen(lang);
    WriteCandidatesGeoJson(survey_.result, lang, folder_ / "candidates.geojson");
    const Json json = Json::parse(Slurp(folder_ / "candidates.geojson"));
    OGRLayer* layer = file->GetLayerByName("candidates");
    ASSERT_NE(layer, nullptr);
    ASSERT_EQ(static_cast<std::size_t>(layer->GetFeatureCount()), json.at("features").size());
    ASSERT_GT(layer->GetFeatureCount(), 5);
    const Json& first = json.at("features")[0].at("properties");
    EXPECT_EQ(static_cast<std::size_t>(layer->GetLayerDefn()->GetFieldCount()), first.size());
    for (const Json& expected : json.at("features")) {
      const OGRFeatureUniquePtr row(layer->GetNextFeature());
      ASSERT_NE(row, nullptr);
      for (const auto& [name, value] : expected.at("properties").items()) {
        const int field = row->GetFieldIndex(name.c_str());
        ASSERT_GE(field, 0) << name;
        if (value.is_null() || value == "") {
          EXPECT_FALSE(row->IsFieldSetAndNotNull(field)) << name;
        } else if (value.is_number()) {
          EXPECT_EQ(row->GetFieldAsDouble(field), value.get<double>()) << name;
        } else if (value.is_string()) {
          EXPECT_EQ(row->GetFieldAsString(field), value.get<std::string>()) << name;
        } else {
          EXPECT_EQ(Json::parse(row->GetFieldAsString(field)), value) << name;
        }
      }
      // The same place, in the frame's CRS here and in degrees there (7 decimals: 1 cm).
      const OGRPoint& point = *row->GetGeometryRef()->toPoint();
      const LonLat there{expected.at("geometry").at("coordinates")[0],
                         expected.at("geometry").at("coordinates")[1]};
      const LocalFrame& frame = survey_.result.frame;
      EXPECT_LT(
          (frame.MapFromLocal(frame.LocalFromLonLat(there)) - Vec2(point.getX(), point.getY()))
              .norm(),
          0.02);
    }
  }
}

TEST_F(CandidatesGpkgTest, LayersPlacesAndCrs) {
  const auto file = WriteAndOpen();
  const PipeNetwork& network = *survey_.result.network;
  const LocalFrame& frame = survey_.result.frame;
  ASSERT_EQ(file->GetLayerCount(), 8);
  const char* const any_axes[] = {"IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES", nullptr};
  OGRSpatialReference srs;
  srs.SetFromUserInput(frame.wkt().c_str());
  for (const char* name :
       {"candidates", "footprints", "pipes", "coverage", "corrected_traces", "frames"}) {
    OGRLayer* layer = file->GetLayerByName(name);
    ASSERT_NE(layer, nullptr) << name;
    EXPECT_GT(layer->GetFeatureCount(), 0) << name;
    EXPECT_TRUE(layer->GetSpatialRef()->IsSame(&srs, any_axes)) << name;
    EXPECT_TRUE(layer->TestCapability(OLCFastSpatialFilter)) << name;  // has an R-tree
  }

  OGRLayer* pipes = file->GetLayerByName("pipes");
  ASSERT_EQ(static_cast<std::size_t>(pipes->GetFeatureCount()), network.pipes().size());
  for (const Pipe& pipe : network.pipes()) {
    const OGRFeatureUniquePtr row(pipes->GetNextFeature());
    EXPECT_EQ(row->GetFieldAsString("pipe_id"), pipe.id);
    const OGRLineString& line = *row->GetGeometryRef()->toLineString();
    EXPECT_NEAR(line.get_Length(), pipe.axis.Length(), 1e-6);
    EXPECT_NEAR(row->GetFieldAsDouble("length_m"), pipe.axis.Length(), 0.006);
    EXPECT_NEAR(line.getX(0), frame.MapFromLocal(pipe.axis.At(0)).x(), 1e-6);
    EXPECT_EQ(row->IsFieldSetAndNotNull(row->GetFieldIndex("dn_mm")), pipe.dn_mm.has_value());
    const double share = row->GetFieldAsDouble("seen_share") + row->GetFieldAsDouble("weak_share");
    EXPECT_GE(share, 0);
    EXPECT_LE(share, 1.0001);
  }
  // Pieces of coverage are as long as they say.
  OGRLayer* coverage = file->GetLayerByName("coverage");
  while (const OGRFeatureUniquePtr row{coverage->GetNextFeature()}) {
    EXPECT_NEAR(row->GetGeometryRef()->toLineString()->get_Length(),
                row->GetFieldAsDouble("to_m") - row->GetFieldAsDouble("from_m"), 0.02);
    EXPECT_THAT(
        row->GetFieldAsString("status"),
        testing::AnyOf(testing::StrEq("seen"), testing::StrEq("weak"), testing::StrEq("unseen")));
    // Whatever was not seen well says why.
    EXPECT_EQ(std::string(row->GetFieldAsString("status")) == "seen",
              std::string(row->GetFieldAsString("why")).empty());
  }
  // Corrected traces lie where they say, beside the map's lines.
  OGRLayer* traces = file->GetLayerByName("corrected_traces");
  ASSERT_EQ(static_cast<std::size_t>(traces->GetFeatureCount()),
            survey_.result.alignment.traces.size());
  for (const TraceStretch& stretch : survey_.result.alignment.traces) {
    const OGRFeatureUniquePtr row(traces->GetNextFeature());
    const Pipe& pipe = network.pipes()[static_cast<std::size_t>(stretch.pipe)];
    EXPECT_EQ(row->GetFieldAsString("pipe_id"), pipe.id);
    EXPECT_EQ(row->GetFieldAsString("status"), ToString(stretch.status));
    EXPECT_NEAR(row->GetFieldAsDouble("offset_m"), stretch.offset_m, 0.006);
    EXPECT_NEAR(row->GetFieldAsDouble("confidence"), stretch.confidence, 0.006);
    const OGRLineString& line = *row->GetGeometryRef()->toLineString();
    const Vec2 first(line.getX(0), line.getY(0));
    const double offset = pipe.axis.Locate(frame.LocalFromMap(first)).offset;
    EXPECT_NEAR(offset, stretch.offset_m, 0.01);
  }
  OGRLayer* footprints = file->GetLayerByName("footprints");
  while (const OGRFeatureUniquePtr row{footprints->GetNextFeature()}) {
    EXPECT_GT(row->GetGeometryRef()->toPolygon()->get_Area(), 0);
    EXPECT_TRUE(row->GetGeometryRef()->toPolygon()->getExteriorRing()->get_IsClosed());
  }
  OGRLayer* frames = file->GetLayerByName("frames");
  ASSERT_EQ(static_cast<std::size_t>(frames->GetFeatureCount()), survey_.result.frames.size());
  for (const FrameRecord& record : survey_.result.frames) {
    const OGRFeatureUniquePtr row(frames->GetNextFeature());
    EXPECT_EQ(row->GetFieldAsString("name"), record.meta.name);
    EXPECT_STREQ(row->GetFieldAsString("status"), record.quarantined ? "quarantined" : "used");
    EXPECT_EQ(row->GetGeometryRef() != nullptr, record.registered.has_value());
    if (record.quarantined) {
      EXPECT_EQ(row->GetFieldAsString("reason"), record.quarantined->message.In(Lang::kChinese));
    }
  }
}

TEST_F(CandidatesGpkgTest, ReflyLinesLieOnTheirPipesAndReachAsFarAsTheySay) {
  const auto file = WriteAndOpen(Lang::kEnglish);
  OGRLayer* layer = file->GetLayerByName("refly");
  ASSERT_NE(layer, nullptr);
  ASSERT_GT(layer->GetFeatureCount(), 2);
  double longest_m = 1e9;
  int rank = 0;
  while (const OGRFeatureUniquePtr row{layer->GetNextFeature()}) {
    EXPECT_EQ(row->GetFieldAsInteger("rank"), ++rank);
    const double length_m = row->GetFieldAsDouble("length_m");
    EXPECT_LE(length_m, longest_m);
    longest_m = length_m;
    EXPECT_GE(length_m, 5);
    EXPECT_NEAR(row->GetGeometryRef()->toLineString()->get_Length(), length_m, 0.2);
    EXPECT_STRNE(row->GetFieldAsString("text"), "");
    // The midpoint in degrees is the middle of the line.
    OGRPoint middle;
    const OGRLineString& line = *row->GetGeometryRef()->toLineString();
    line.Value(0.5 * line.get_Length(), &middle);
    const LonLat place{row->GetFieldAsDouble("lon_deg"), row->GetFieldAsDouble("lat_deg")};
    const Vec2 map = survey_.result.frame.MapFromLocal(survey_.result.frame.LocalFromLonLat(place));
    EXPECT_LT((map - Vec2(middle.getX(), middle.getY())).norm(), 0.1);
  }
}

TEST_F(CandidatesGpkgTest, PicturesFromTheHandArePoints) {
  FrameRecord& record = survey_.result.frames[3];
  record.registered.reset();
  record.located = HandPicture{{12, -7}, 9.5, {2, 0}};
  const auto file = WriteAndOpen();
  OGRLayer* layer = file->GetLayerByName("located_frames");
  ASSERT_EQ(layer->GetFeatureCount(), 1);
  const OGRFeatureUniquePtr row(layer->GetNextFeature());
  EXPECT_EQ(row->GetFieldAsString("name"), record.meta.name);
  EXPECT_EQ(row->GetFieldAsDouble("sigma_m"), 9.5);
  const auto& pipes = survey_.result.network->pipes();
  EXPECT_EQ(row->GetFieldAsString("pipes"), pipes[2].id + ";" + pipes[0].id);
  const Vec2 map = survey_.result.frame.MapFromLocal({12, -7});
  EXPECT_NEAR(row->GetGeometryRef()->toPoint()->getX(), map.x(), 1e-6);
  OGRLayer* frames = file->GetLayerByName("frames");
  frames->SetNextByIndex(3);
  const OGRFeatureUniquePtr frame(frames->GetNextFeature());
  EXPECT_STREQ(frame->GetFieldAsString("status"), "located");
  EXPECT_EQ(frame->GetGeometryRef(), nullptr);
}

TEST_F(CandidatesGpkgTest, TheSameBytesTwice) {
  WriteCandidatesGeoPackage(survey_.result, Lang::kChinese, folder_ / "a.gpkg");
  ::usleep(1100000);  // another second: a clock inside would show
  WriteCandidatesGeoPackage(survey_.result, Lang::kChinese, folder_ / "b.gpkg");
  EXPECT_EQ(Slurp(folder_ / "a.gpkg"), Slurp(folder_ / "b.gpkg"));
  // Over an older file as well.
  WriteCandidatesGeoPackage(survey_.result, Lang::kChinese, folder_ / "a.gpkg");
  EXPECT_EQ(Slurp(folder_ / "a.gpkg"), Slurp(folder_ / "b.gpkg"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2);
}

TEST_F(CandidatesGpkgTest, NothingFound) {
  survey_.result.candidates.clear();
  survey_.result.evidence.clear();
  survey_.result.frames.clear();
  survey_.result.coverage.clear();
  const auto file = WriteAndOpen();
  ASSERT_EQ(file->GetLayerCount(), 8);
  EXPECT_EQ(file->GetLayerByName("refly")->GetFeatureCount(), 0);
  EXPECT_EQ(file->GetLayerByName("located_frames")->GetFeatureCount(), 0);
  EXPECT_EQ(file->GetLayerByName("candidates")->GetFeatureCount(), 0);
  EXPECT_EQ(file->GetLayerByName("candidates")->GetLayerDefn()->GetFieldCount(), 34);
  const OGRFeatureUniquePtr row(file->GetLayerByName("pipes")->GetNextFeature());
  EXPECT_EQ(row->GetFieldAsDouble("seen_share"), 0);
  EXPECT_FALSE(row->IsFieldSetAndNotNull(row->GetFieldIndex("median_views")));
}

TEST_F(CandidatesGpkgTest, OgrinfoReadsIt) {
  if (std::system("command -v ogrinfo > /dev/null 2>&1") != 0) GTEST_SKIP() << "ogrinfo is absent";
  WriteCandidatesGeoPackage(survey_.result, Lang::kChinese, path_());
  FILE* pipe = ::popen(("ogrinfo -al -so '" + path_().string() + "' 2>&1").c_str(), "r");
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  EXPECT_EQ(::pclose(pipe), 0);
  EXPECT_THAT(text, testing::HasSubstr("Layer name: candidates"));
  EXPECT_THAT(text, testing::HasSubstr("reasons: String"));
  EXPECT_THAT(text, testing::HasSubstr("Layer name: refly"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("ERROR")));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("Warning")));
}

TEST_F(CandidatesGpkgTest, FailedWriteLeavesNothing) {
  EXPECT_THROW(
      WriteCandidatesGeoPackage(survey_.result, Lang::kEnglish, folder_ / "no/such/c.gpkg"),
      RunError);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  rlimit small = old;
  small.rlim_cur = 120000;
  std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(WriteCandidatesGeoPackage(survey_.result, Lang::kEnglish, path_()), RunError);
  ::setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_TRUE(fs::is_empty(folder_));
}

}  // namespace
}  // namespace thermoleak
