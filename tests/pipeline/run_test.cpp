// Whole runs on a small simulated survey: what it finds, that threads do not matter, that it goes
// on after an interruption, and that bad inputs are named and never stop it.
#include "thermoleak/pipeline/run.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/street_scene.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/scoring/model.hpp"
#include "thermoleak/simulation/scene.hpp"
#include "thermoleak/simulation/survey.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;

std::string Text(const fs::path& path) {
  const auto bytes = ReadFile(path);
  return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size())
               : std::string();
}

/// run.json without what may differ between two runs.
nlohmann::json Facts(const fs::path& out) {
  auto json = nlohmann::json::parse(Text(out / "run.json"));
  for (const char* key : {"started_utc", "started", "times", "timings", "stages", "threads"})
    json.erase(key);
  return json;
}

class RunTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = fs::path(::testing::TempDir()) / ("thermoleak_run_test_" + std::to_string(::getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_);
    std::ofstream(root_ / "scene.toml") << kScene;
    simulation::WriteSurvey(simulation::LoadScene(root_ / "scene.toml", std::nullopt),
                            root_ / "survey", {}, {});
  }
  static void TearDownTestSuite() { fs::remove_all(root_); }

  static RunRequest Request(const std::string& out, int threads = 2) {
    RunRequest request;
    request.inputs = {root_ / "survey" / "frames"};
    request.network = root_ / "survey" / "network.geojson";
    request.out = root_ / out;
    request.threads = threads;
    return request;
  }
  static ExitCode CodeOf(const RunRequest& request) {
    try {
      RunSurvey(request, {});
    } catch (const RunError& e) {
      return e.code();
    }
    return ExitCode::kDone;
  }
  static fs::path root_;
};
fs::path RunTest::root_;

constexpr const char* kDeterministic[] = {"candidates.geojson", "candidates.gpkg", "mosaic.tif",
                                          "frames.csv",         "features.csv",    "report.html"};

TEST_F(RunTest, FindsTheLeakAndWritesEverything) {
  const RunOutcome outcome = RunSurvey(Request("one"), {});
  EXPECT_GT(outcome.frames, 5);
  EXPECT_EQ(outcome.quarantined, 0);
  EXPECT_EQ(outcome.suspected, 1);
  const auto candidates = nlohmann::json::parse(Text(root_ / "one" / "candidates.geojson"));
  const auto& best = candidates.at("features").at(0).at("properties");
  EXPECT_EQ(best.at("kind"), "leak");
  EXPECT_NEAR(best.at("chainage_m").get<double>(), 45, 2);
  // The simulation's peak is of the undisturbed surface; emissivity, pixel and cell take some of
  // it.
  EXPECT_NEAR(best.at("delta_t_k").get<double>(), 5, 1.25);
  const auto facts = nlohmann::json::parse(Text(root_ / "one" / "run.json"));
  EXPECT_EQ(facts.at("calibrated"), LeakModel::BuiltIn() != nullptr);
  EXPECT_EQ(facts.at("model").is_null(), LeakModel::BuiltIn() == nullptr);
  for (const char* name : kDeterministic) EXPECT_TRUE(fs::exists(root_ / "one" / name)) << name;
  for (const auto& entry : fs::directory_iterator(root_ / "one")) {
    EXPECT_EQ(entry.path().filename().string().find(".tmp"), std::string::npos) << entry.path();
  }
}

TEST_F(RunTest, OneTwoAndEightThreadsGiveTheSameBytes) {
  RunSurvey(Request("threads1", 1), {});
  for (const int threads : {2, 8}) {
    const std::string out = "threads" + std::to_string(threads);
    RunSurvey(Request(out, threads), {});
    for (const char* name : kDeterministic) {
      EXPECT_TRUE(Text(root_ / "threads1" / name) == Text(root_ / out / name))
          << name << " differs with " << threads << " threads";
    }
    EXPECT_EQ(Facts(root_ / "threads1"), Facts(root_ / out));
  }
}

TEST_F(RunTest, CancelledRunLeavesNothingHalfAndGoesOn) {
  std::stop_source stop;
  WorkContext work;
  work.stop = stop.get_token();
  work.progress = [&](const ProgressEvent& event) {
    if (event.stage == MessageId::kStageRead && event.done == 4) stop.request_stop();
  };
  EXPECT_THROW(RunSurvey(Request("cancelled"), work), Cancelled);
  for (const char* name : kDeterministic)
    EXPECT_FALSE(fs::exists(root_ / "cancelled" / name)) << name;
  RunSurvey(Request("cancelled"), {});
  RunSurvey(Request("uncancelled"), {});
  for (const char* name : kDeterministic) {
    EXPECT_TRUE(Text(root_ / "cancelled" / name) == Text(root_ / "uncancelled" / name)) << name;
  }
}

TEST_F(RunTest, SecondRunOverUnchangedInputsChangesNothing) {
  RunSurvey(Request("twice"), {});
  const auto before = fs::last_write_time(root_ / "twice" / "report.html");
  EXPECT_TRUE(RunSurvey(Request("twice"), {}).already_complete);
  EXPECT_EQ(fs::last_write_time(root_ / "twice" / "report.html"), before);
  fs::remove(root_ / "twice" / "mosaic.tif");
  EXPECT_FALSE(RunSurvey(Request("twice"), {}).already_complete);
  EXPECT_TRUE(fs::exists(root_ / "twice" / "mosaic.tif"));
}

TEST_F(RunTest, SmallMemoryGivesTheSameCandidates) {
  RunSurvey(Request("roomy"), {});
  RunRequest request = Request("tight");
  request.memory_gib = 0.01;  // nothing is kept, strips go in several passes
  RunSurvey(request, {});
  EXPECT_EQ(Text(root_ / "roomy" / "candidates.geojson"),
            Text(root_ / "tight" / "candidates.geojson"));
}

TEST_F(RunTest, BadFilesAreNamedAndTheRunGoesOn) {
  const fs::path mixed = root_ / "mixed";
  fs::create_directories(mixed);
  std::vector<fs::path> good;
  for (const auto& entry : fs::directory_iterator(root_ / "survey" / "frames"))
    good.push_back(entry.path());
  std::sort(good.begin(), good.end());
  for (const fs::path& file : good) fs::copy_file(file, mixed / file.filename());
  const std::string content = Text(good[0]);
  WriteFileAtomically(mixed / "cut.jpg", content.substr(0, content.size() / 3));
  std::ofstream(mixed / "empty.jpg").close();
  WriteFileAtomically(mixed / "text.jpg", "this is not a picture\n");
  fs::copy_file(good[1], mixed / "zz_copy.jpg");
  RunRequest request = Request("mixed_out");
  request.inputs = {mixed};
  const RunOutcome outcome = RunSurvey(request, {});
  std::map<std::string, MessageId> reasons;
  for (const Error& e : outcome.problems)
    reasons[fs::path(e.item).filename().string()] = e.message.id;
  EXPECT_EQ(outcome.quarantined, 4);
  EXPECT_EQ(reasons.at("cut.jpg"), MessageId::kFileTruncated);
  EXPECT_EQ(reasons.at("empty.jpg"), MessageId::kFileEmpty);
  EXPECT_EQ(reasons.at("text.jpg"), MessageId::kNotAnImage);
  EXPECT_EQ(reasons.at("zz_copy.jpg"), MessageId::kDuplicateFrame);
  EXPECT_EQ(outcome.suspected, 1);
}

TEST_F(RunTest, FaultsOfTheWholeRunHaveTheirExitCode) {
  RunRequest request = Request("faults");
  request.network = root_ / "absent.gpkg";
  EXPECT_EQ(CodeOf(request), ExitCode::kInputMissing);

  WriteFileAtomically(root_ / "junk.gpkg", "not a map");
  request.network = root_ / "junk.gpkg";
  EXPECT_EQ(CodeOf(request), ExitCode::kInputMissing);

  request = Request("faults");
  request.inputs = {root_ / "absent"};
  EXPECT_EQ(CodeOf(request), ExitCode::kInputMissing);

  request = Request("faults");
  WriteFileAtomically(root_ / "file", "x");
  request.out = root_ / "file";
  EXPECT_EQ(CodeOf(request), ExitCode::kUsage);

  request = Request("faults");
  request.options.strips.cell_m = -1;
  EXPECT_EQ(CodeOf(request), ExitCode::kUsage);
}

/// The survey's map with every position changed.
template <class Change>
fs::path ChangedMap(const fs::path& map, const fs::path& changed, Change change) {
  auto json = nlohmann::json::parse(Text(map));
  for (auto& feature : json.at("features")) {
    for (auto& p : feature.at("geometry").at("coordinates")) {
      const Vec2 q = change(LonLat{p.at(0), p.at(1)});
      p = {q.x(), q.y()};
    }
  }
  WriteFileAtomically(changed, json.dump());
  return changed;
}

Message FaultOf(const RunRequest& request) {
  try {
    RunSurvey(request, {});
  } catch (const RunError& e) {
    return e.message();
  }
  return {MessageId::kRunDone, {}};
}

// The map was traced on a shifted web map: the run says so, and is right with the option it names.
TEST_F(RunTest, MapTracedOnAWebMapIsNamed) {
  RunRequest request = Request("traced");
  request.network =
      ChangedMap(root_ / "survey" / "network.geojson", root_ / "traced.geojson", [](LonLat p) {
        const LonLat q = Shifted(p, WebShift::kGcj02);
        return Vec2(q.lon_deg, q.lat_deg);
      });
  const Message fault = FaultOf(request);
  EXPECT_EQ(fault.id, MessageId::kMapFarTry);
  EXPECT_THAT(fault.In(Lang::kEnglish), testing::HasSubstr("--map-shift gcj02"));
  request.options.network.map_shift = "gcj02";
  const RunOutcome outcome = RunSurvey(request, {});
  EXPECT_EQ(outcome.suspected, 1);
  ASSERT_FALSE(outcome.notes.empty());
  EXPECT_EQ(outcome.notes[0].id, MessageId::kMapShiftApplied);
}

TEST_F(RunTest, SwappedAxesAreNamedBeforeAnyFrameIsDecoded) {
  RunRequest request = Request("swapped");
  request.network = ChangedMap(root_ / "survey" / "network.geojson", root_ / "swapped.geojson",
                               [](LonLat p) { return Vec2(p.lat_deg, p.lon_deg); });
  const Message fault = FaultOf(request);
  EXPECT_EQ(fault.id, MessageId::kMapNoCrsTry);
  EXPECT_THAT(fault.In(Lang::kChinese), testing::HasSubstr("--map-shift swap"));
  EXPECT_FALSE(fs::exists(root_ / "swapped"));
}

// A map in a city's own grid (turned, moved) and its control points, whose numbers show nowhere.
TEST_F(RunTest, ControlPointsStayOutOfEveryResult) {
  const auto json = nlohmann::json::parse(Text(root_ / "survey" / "network.geojson"));
  const auto& first = json.at("features").at(0).at("geometry").at("coordinates").at(0);
  const LonLat here{first.at(0), first.at(1)};
  const LocalFrame frame = LocalFrame::Utm(here);
  const Vec2 origin = frame.LocalFromLonLat(here);
  const auto grid = [&](LonLat p) {
    const Vec2 q = frame.LocalFromLonLat(p) - origin;
    return Vec2(71777.25 + 0.999 * q.x() - 0.0447 * q.y(),
                28333.75 + 0.0447 * q.x() + 0.999 * q.y());
  };
  std::string table = "name,grid_x,grid_y,lon,lat\n";
  int n = 0;
  for (const Vec2& at : {Vec2(-900, -700), Vec2(800, -750), Vec2(850, 900), Vec2(-800, 820)}) {
    const LonLat p = frame.LonLatFromLocal(origin + at);
    const Vec2 g = grid(p);
    table +=
        fmt::format("P{},{:.3f},{:.3f},{:.9f},{:.9f}\n", ++n, g.x(), g.y(), p.lon_deg, p.lat_deg);
  }
  fs::create_directories(root_ / "keep_secret");
  WriteFileAtomically(root_ / "keep_secret" / "points.csv", table);
  RunRequest request = Request("control");
  request.network = ChangedMap(root_ / "survey" / "network.geojson", root_ / "city.geojson", grid);
  request.options.network.map_control = (root_ / "keep_secret" / "points.csv").string();
  EXPECT_EQ(RunSurvey(request, {}).suspected, 1);
  EXPECT_TRUE(RunSurvey(request, {}).already_complete);
  const auto run = nlohmann::json::parse(Text(root_ / "control" / "run.json"));
  EXPECT_EQ(run.at("options").at("network").at("map-control"), "points.csv");
  for (const auto& entry : fs::recursive_directory_iterator(root_ / "control")) {
    if (!entry.is_regular_file()) continue;
    const std::string content = Text(entry.path());
    for (const char* secret : {"71777", "28333", "70877", "72577", "0.0447", "keep_secret"})
      EXPECT_EQ(content.find(secret), std::string::npos) << entry.path() << " " << secret;
    EXPECT_EQ(content.find(Sha256(std::as_bytes(std::span(table)))), std::string::npos);
  }
  // Other points make another run.
  WriteFileAtomically(root_ / "keep_secret" / "points.csv", table + "\n");
  EXPECT_FALSE(RunSurvey(request, {}).already_complete);
}

TEST_F(RunTest, MapElsewhereIsSaid) {
  WriteFileAtomically(root_ / "elsewhere.geojson",
                      R"({"type":"FeatureCollection","features":[{"type":"Feature",
    "properties":{"id":"X"},"geometry":{"type":"LineString","coordinates":[[123.6,41.8],[123.61,41.8]]}}]})");
  RunRequest request = Request("elsewhere");
  request.network = root_ / "elsewhere.geojson";
  EXPECT_EQ(CodeOf(request), ExitCode::kInputMissing);
}

}  // namespace
}  // namespace thermoleak
