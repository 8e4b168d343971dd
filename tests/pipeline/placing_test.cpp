// Surveys that cannot be placed as usual: pictures from the hand, one frame, frames without
// overlap, the same picture again and again, the sky. Each ends with a clear statement.
#include <gdal_priv.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogrsf_frmts.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "pipeline/street_scene.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/pipeline/run.hpp"
#include "thermoleak/simulation/scene.hpp"
#include "thermoleak/simulation/survey.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kOutputs[] = {"candidates.geojson", "candidates.gpkg", "mosaic.tif",
                                    "frames.csv",         "report.html",     "run.json"};

std::string Text(const fs::path& path) {
  const auto bytes = ReadFile(path);
  return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size())
               : std::string();
}

/// The same length keeps the file's structure.
void Replace(std::string& text, const std::string& from, const std::string& to) {
  ASSERT_EQ(from.size(), to.size());
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

class PlacingTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = fs::path(::testing::TempDir()) / ("thermoleak_placing_" + std::to_string(::getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_);
    std::ofstream(root_ / "scene.toml") << kScene;
    simulation::WriteSurvey(simulation::LoadScene(root_ / "scene.toml", std::nullopt),
                            root_ / "survey", {}, {});
    for (const auto& entry : fs::directory_iterator(root_ / "survey" / "frames"))
      frames_.push_back(entry.path());
    std::sort(frames_.begin(), frames_.end());
  }
  static void TearDownTestSuite() { fs::remove_all(root_); }

  /// A request for a fresh folder of frames.
  RunRequest Request(const std::string& name) {
    RunRequest request;
    request.inputs = {root_ / name};
    fs::create_directories(root_ / name);
    request.network = root_ / "survey" / "network.geojson";
    request.out = root_ / (name + "_out");
    request.threads = 2;
    return request;
  }
  /// Copies a frame, without height and angles, as a handheld camera would have written it.
  static void FromTheHand(const fs::path& frame, const fs::path& copy) {
    std::string content = Text(frame);
    Replace(content, "RelativeAltitude", "RelativeAltituXX");
    for (const char* axis : {"Roll", "Yaw", "Pitch"}) {
      Replace(content, std::string("Gimbal") + axis + "Degree",
              std::string("Gimbal") + axis + "DegrXX");
      Replace(content, std::string("Flight") + axis + "Degree",
              std::string("Flight") + axis + "DegrXX");
    }
    WriteFileAtomically(copy, content);
  }
  static nlohmann::json RunJson(const RunRequest& request) {
    return nlohmann::json::parse(Text(request.out / "run.json"));
  }
  static std::vector<std::string> WarningsOf(const RunRequest& request) {
    std::vector<std::string> codes;
    const auto run = RunJson(request);
    for (const auto& warning : run.at("warnings")) codes.push_back(warning.at("code"));
    return codes;
  }
  static void ExpectAllOutputs(const RunRequest& request) {
    for (const char* name : kOutputs) EXPECT_TRUE(fs::exists(request.out / name)) << name;
  }

  static fs::path root_;
  static std::vector<fs::path> frames_;
};
fs::path PlacingTest::root_;
std::vector<fs::path> PlacingTest::frames_;

TEST_F(PlacingTest, OnlyPicturesFromTheHandCompleteWithoutCandidates) {
  for (const Lang lang : {Lang::kEnglish, Lang::kChinese}) {
    RunRequest request = Request(lang == Lang::kEnglish ? "hand" : "hand_zh");
    request.lang = lang;
    for (std::size_t i = 0; i < 3; ++i)
      FromTheHand(frames_[i], request.inputs[0] / ("hand" + std::to_string(i) + ".jpg"));
    const RunOutcome outcome = RunSurvey(request, {});
    EXPECT_EQ(outcome.frames, 3);
    EXPECT_EQ(outcome.quarantined, 0);
    EXPECT_EQ(outcome.located, 3);
    EXPECT_EQ(outcome.candidates, 0);
    ASSERT_FALSE(outcome.notes.empty());
    EXPECT_EQ(outcome.notes[0].id, MessageId::kOnlyLocated);
    ExpectAllOutputs(request);
    const std::string report = Text(request.out / "report.html");
    EXPECT_THAT(report, HasSubstr("id=\"hand\""));
    EXPECT_THAT(report, HasSubstr(lang == Lang::kEnglish ? "Pictures from the hand" : "手持影像"));
    EXPECT_THAT(Text(request.out / "frames.csv"), HasSubstr(",located,"));
    EXPECT_THAT(Text(request.out / "frames.csv"), HasSubstr("T-S"));
    const auto run = RunJson(request);
    EXPECT_EQ(run.at("counts").at("frames").at("located"), 3);
    EXPECT_TRUE(run.at("refly").empty());
    EXPECT_TRUE(run.at("registration").at("noise").at("position_m").is_null());
    EXPECT_TRUE(RunSurvey(request, {}).already_complete);
  }
  GDALAllRegister();
  const GDALDatasetUniquePtr file(GDALDataset::Open(
      (root_ / "hand_out" / "candidates.gpkg").c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY));
  ASSERT_TRUE(file);
  OGRLayer* layer = file->GetLayerByName("located_frames");
  ASSERT_NE(layer, nullptr);
  EXPECT_EQ(layer->GetFeatureCount(), 3);
  const OGRFeatureUniquePtr row(layer->GetNextFeature());
  EXPECT_GT(row->GetFieldAsDouble("sigma_m"), 5);
  EXPECT_NE(row->GetGeometryRef(), nullptr);
}

TEST_F(PlacingTest, PicturesFromTheHandBesideAFlightChangeNoCandidate) {
  RunRequest request = Request("both");
  for (const fs::path& frame : frames_) fs::copy_file(frame, request.inputs[0] / frame.filename());
  RunSurvey(request, {});
  RunRequest with_hand = request;
  with_hand.out = root_ / "both_hand_out";
  // The picture is another one than all of the flight's, or it would be set aside as frozen.
  const fs::path other = root_ / "hand_source";
  fs::create_directories(other);
  std::ofstream(root_ / "other.toml")
      << std::string(kScene).replace(std::string(kScene).find("seed = 7"), 8, "seed = 8");
  simulation::WriteSurvey(simulation::LoadScene(root_ / "other.toml", std::nullopt), other, {}, {});
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(other / "frames")) files.push_back(entry.path());
  FromTheHand(*std::min_element(files.begin(), files.end()), request.inputs[0] / "zz_hand.jpg");
  const RunOutcome outcome = RunSurvey(with_hand, {});
  EXPECT_EQ(outcome.located, 1);
  EXPECT_EQ(outcome.quarantined, 0);
  EXPECT_EQ(outcome.suspected, 1);
  EXPECT_EQ(Text(request.out / "candidates.geojson"), Text(with_hand.out / "candidates.geojson"));
}

TEST_F(PlacingTest, OneFrameAloneSaysSo) {
  RunRequest request = Request("one");
  fs::copy_file(frames_[frames_.size() / 2], request.inputs[0] / "one.jpg");
  const RunOutcome outcome = RunSurvey(request, {});
  EXPECT_EQ(outcome.frames, 1);
  EXPECT_EQ(outcome.quarantined, 0);
  EXPECT_THAT(WarningsOf(request), testing::Contains("OneFramePlaced"));
  EXPECT_THAT(WarningsOf(request), testing::Not(testing::Contains("FramesNotTied")));
  ExpectAllOutputs(request);
}

TEST_F(PlacingTest, TheSamePictureAgainAndAgainIsOneFrame) {
  RunRequest request = Request("frozen");
  const std::string content = Text(frames_[frames_.size() / 2]);
  for (int i = 0; i < 5; ++i) {
    std::string copy = content;
    Replace(copy, "FlightPitchDegree>-3.0", "FlightPitchDegree>-" + std::to_string(i) + ".0");
    WriteFileAtomically(request.inputs[0] / ("frozen" + std::to_string(i) + ".jpg"), copy);
  }
  const RunOutcome outcome = RunSurvey(request, {});
  EXPECT_EQ(outcome.quarantined, 4);
  for (const Error& problem : outcome.problems)
    EXPECT_EQ(problem.message.id, MessageId::kFrozenFrame);
  EXPECT_THAT(WarningsOf(request), testing::Contains("OneFramePlaced"));
  ExpectAllOutputs(request);
}

TEST_F(PlacingTest, FramesWithoutOverlapSaySo) {
  RunRequest request = Request("apart");
  for (const fs::path& frame : {frames_.front(), frames_.back()})
    fs::copy_file(frame, request.inputs[0] / frame.filename());
  const RunOutcome outcome = RunSurvey(request, {});
  EXPECT_EQ(outcome.quarantined, 0);
  EXPECT_THAT(WarningsOf(request), testing::Contains("NothingTied"));
  const auto registration = RunJson(request).at("registration");
  EXPECT_EQ(registration.at("ties"), 0);
  EXPECT_EQ(registration.at("frames_untied"), 2);
  EXPECT_TRUE(registration.at("tie_residual_after_m").is_null());
  ExpectAllOutputs(request);
}

TEST_F(PlacingTest, TheSkyIsNoSurvey) {
  RunRequest request = Request("sky");
  for (std::size_t i = 0; i < 4; ++i) {
    std::string content = Text(frames_[i]);
    const std::string tag = "<drone-dji:GimbalPitchDegree>";
    const std::size_t at = content.find(tag);
    ASSERT_NE(at, std::string::npos);
    content.replace(at + tag.size(), 5, "+30.0");
    WriteFileAtomically(request.inputs[0] / frames_[i].filename(), content);
  }
  try {
    RunSurvey(request, {});
    FAIL() << "a survey of the sky was accepted";
  } catch (const RunError& e) {
    EXPECT_EQ(e.code(), ExitCode::kInputMissing);
    EXPECT_EQ(e.message().id, MessageId::kNoUsableFrames);
    EXPECT_THAT(e.message().In(Lang::kEnglish), HasSubstr("4 files"));
  }
  EXPECT_FALSE(fs::exists(request.out / "run.json"));
}

TEST_F(PlacingTest, AnOrdinarySurveySaysHowItWasPlaced) {
  RunRequest request = Request("full");
  for (const fs::path& frame : frames_) fs::copy_file(frame, request.inputs[0] / frame.filename());
  RunSurvey(request, {});
  const auto registration = RunJson(request).at("registration");
  for (const char* key :
       {"method", "median_sigma_m", "median_relative_sigma_m", "pairs_tried", "pairs_tied",
        "pairs_dropped", "ties", "frames_untied", "tie_residual_before_m", "tie_residual_after_m",
        "median_move_m", "yaw_bias_deg", "clock_lead_s", "focal_change", "k1"})
    EXPECT_FALSE(registration.at(key).is_null()) << key;
  EXPECT_LE(registration.at("relative_sigma_m").at("p50"),
            registration.at("relative_sigma_m").at("p90"));
}

}  // namespace
}  // namespace thermoleak
