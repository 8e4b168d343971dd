// thermoleak train and evaluate as a user starts them, on runs made by hand.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "scoring/synthetic_spots.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/scoring/feature_table.hpp"
#include "thermoleak/scoring/score.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::HasSubstr;

std::string Content(const fs::path& path) {
  const auto bytes = ReadFile(path);
  return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size())
               : std::string();
}

class TrainTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) /
            fmt::format("thermoleak_train_{}_{}", ::getpid(),
                        testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  /// A survey's truth, and below it a run whose candidates lie 10 m apart on one pipe: all leaks
  /// are found, with as many other things.
  fs::path MakeRun(const std::string& family, std::uint64_t seed) {
    const fs::path survey = root_ / family;
    fs::create_directories(survey / "truth");
    fs::create_directories(survey / "run");
    const LocalFrame frame = LocalFrame::Utm({123.43, 41.80});
    Pipe pipe;
    pipe.id = "P";
    pipe.axis = Polyline({{0, 0}, {2000, 0}});
    const PipeNetwork network({pipe}, {}, {}, {});
    Dice dice(seed);
    std::vector<HotSpot> spots;
    Json leaks = Json::array();
    Json insulation = Json::array();
    for (int i = 0; i < 120; ++i) {
      const auto kind = static_cast<CandidateKind>(i % 3 == 2 ? 3 : i % 3);
      spots.push_back(SyntheticSpot(kind, dice));
      spots.back().chainage_m = 10.0 * i;
      spots.back().position = {10.0 * i, 0};
      const LonLat at = frame.LonLatFromLocal(spots.back().position);
      Json feature{
          {"type", "Feature"},
          {"properties", {{"id", fmt::format("L{}", i)}, {"delta_t_k", spots.back().delta_t_k}}},
          {"geometry", {{"type", "Point"}, {"coordinates", {at.lon_deg, at.lat_deg}}}}};
      if (kind == CandidateKind::kLeak) leaks.push_back(feature);
      if (kind == CandidateKind::kInsulation) insulation.push_back(feature);
    }
    const auto collection = [](const Json& features) {
      return Json{{"type", "FeatureCollection"}, {"features", features}}.dump();
    };
    WriteFileAtomically(survey / "truth" / "leaks.geojson", collection(leaks));
    WriteFileAtomically(survey / "truth" / "insulation.geojson", collection(insulation));
    WriteFileAtomically(survey / "scenario.json",
                        Json{{"name", family}, {"trench_km", 1.2}}.dump());
    const SurveyShift shift;
    WriteFeatureTable(ScoreSpots(spots, {network, shift, 12, true}, {}), network, frame,
                      survey / "run" / "features.csv");
    return survey / "run";
  }
  int Run(const std::string& arguments) {
    const std::string command = fmt::format("{} {} > {}/out 2> {}/err", THERMOLEAK_COMMAND,
                                            arguments, root_.string(), root_.string());
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::string Out() { return Content(root_ / "out"); }
  std::string Err() { return Content(root_ / "err"); }
  fs::path root_;
};

TEST_F(TrainTest, LearnsWritesACardAndGivesTheSameBytesAgain) {
  const std::string a = MakeRun("alpha", 1).string();
  const std::string b = MakeRun("beta", 2).string();
  const std::string out = (root_ / "m.json").string();
  ASSERT_EQ(Run(fmt::format("train {} {} --out {} --json", a, b, out)), 0) << Err();
  const Json scores = Json::parse(Out());
  EXPECT_EQ(scores.at("leaks"), 80);
  EXPECT_GT(scores.at("average_precision"), 0.9);
  EXPECT_LT(scores.at("calibration_error"), 0.1);
  const Json model = Json::parse(Content(out));
  EXPECT_EQ(model.at("data").at("families"), (std::vector<std::string>{"alpha", "beta"}));
  EXPECT_EQ(model.at("scores").at("average_precision"), scores.at("average_precision"));
  const std::string card = Content(root_ / "m.md");
  EXPECT_THAT(card, HasSubstr("| alpha | 1 | 40 | 40 | 0 | 40 | 0 |"));
  EXPECT_THAT(card, HasSubstr("edge_steepness"));
  // The other way round, with the truth named.
  const std::string again = (root_ / "n.json").string();
  ASSERT_EQ(Run(fmt::format("train {0} --truth {0}/../truth {1} --truth {1}/../truth --out {2}", b,
                            a, again)),
            0)
      << Err();
  EXPECT_EQ(Content(again), Content(out));
  EXPECT_THAT(Out(), HasSubstr("Average precision"));
}

TEST_F(TrainTest, OneFamilyIsHeldOutSurveyBySurvey) {
  const fs::path a = MakeRun("alpha", 1);
  const fs::path b = MakeRun("beta", 2);
  WriteFileAtomically(root_ / "beta" / "scenario.json",
                      Json{{"name", "alpha"}, {"trench_km", 1.2}}.dump());
  ASSERT_EQ(Run(fmt::format("train {} {} --out {}/m.json", a.string(), b.string(), root_.string())),
            0)
      << Err();
  EXPECT_EQ(Json::parse(Content(root_ / "m.json")).at("data").at("families"),
            (std::vector<std::string>{"alpha 001", "alpha 002"}));
}

TEST_F(TrainTest, SaysWhatIsMissing) {
  EXPECT_EQ(Run(fmt::format("train --out {}/m.json", root_.string())), 2);
  EXPECT_THAT(Err(), HasSubstr("--families"));
  const std::string a = MakeRun("alpha", 1).string();
  EXPECT_EQ(Run(fmt::format("train {} --out {}/m.json", a, root_.string())), 3);
  EXPECT_THAT(Err(), HasSubstr("two surveys"));
  EXPECT_EQ(
      Run(fmt::format("train {0} {0} --truth {0}/../truth --out {1}/m.json", a, root_.string())),
      2);
  fs::remove_all(root_ / "alpha" / "truth");
  EXPECT_EQ(Run(fmt::format("train {0} {0} --out {1}/m.json", a, root_.string())), 3);
  EXPECT_THAT(Err(), HasSubstr("--truth"));
}

TEST_F(TrainTest, RunRefusesABrokenModel) {
  WriteFileAtomically(root_ / "broken.json", "{\"schema\": 1");
  EXPECT_EQ(
      Run(fmt::format("run {0} --network {0}/map.gpkg --out {0}/result --model {0}/broken.json",
                      root_.string())),
      3);
  EXPECT_THAT(Err(), HasSubstr("broken.json"));
  EXPECT_THAT(Err(), HasSubstr("thermoleak train"));
  EXPECT_FALSE(fs::exists(root_ / "result"));
}

TEST_F(TrainTest, EvaluatePoolsRunsAndDraws) {
  const std::string truth =
      R"({"features": [{"properties": {"id": "L1"}, "geometry": {"type": "Point", "coordinates": [123.43, 41.8]}}]})";
  const std::string candidates =
      R"({"features": [{"properties": {"id": "a", "score": 0.9}, "geometry": {"type": "Point", "coordinates": [123.43, 41.8]}}]})";
  for (const char* name : {"one", "two"}) {
    fs::create_directories(root_ / name);
    WriteFileAtomically(root_ / name / "leaks.geojson", truth);
    WriteFileAtomically(root_ / name / "candidates.geojson", candidates);
    WriteFileAtomically(root_ / name / "scenario.json", R"({"trench_km": 0.5})");
  }
  const std::string pairs =
      fmt::format("{0}/one --truth {0}/one {0}/two --truth {0}/two", root_.string());
  ASSERT_EQ(Run(fmt::format("evaluate {} --plot {}/plot.svg --json", pairs, root_.string())), 0)
      << Err();
  const Json report = Json::parse(Out());
  EXPECT_EQ(report.at("surveys"), 2);
  EXPECT_EQ(report.at("found"), 2);
  EXPECT_EQ(report.at("trench_km"), 1.0);
  EXPECT_EQ(report.at("froc").at(0).at("recall"), 1.0);
  EXPECT_THAT(Content(root_ / "plot.svg"), HasSubstr("</svg>"));
  ASSERT_EQ(Run("evaluate --lang zh " + pairs), 0);
  EXPECT_THAT(Out(), HasSubstr("校准误差"));
}

}  // namespace
}  // namespace thermoleak
