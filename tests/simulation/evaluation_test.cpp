#include "thermoleak/simulation/evaluation.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "thermoleak/core/error.hpp"
#include "thermoleak/simulation/labels.hpp"

namespace thermoleak::simulation {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

/// A folder of hand-made GeoJSON whose positions are metres east and north of one point.
class Evaluation_ : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              ("thermoleak-evaluation-" +
               std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "truth");
  }
  void TearDown() override { fs::remove_all(folder_); }

  static Json At(double east, double north) {
    const LocalFrame frame = LocalFrame::Utm({123.43, 41.80});
    const Vec2 base = frame.LocalFromLonLat({123.43, 41.80});
    const LonLat p = frame.LonLatFromLocal(base + Vec2(east, north));
    return Json::array({p.lon_deg, p.lat_deg});
  }
  static Json Feature(Json properties, const char* type, Json coordinates) {
    return {{"type", "Feature"},
            {"properties", std::move(properties)},
            {"geometry", {{"type", type}, {"coordinates", std::move(coordinates)}}}};
  }
  static Json Point(Json properties, double east, double north) {
    return Feature(std::move(properties), "Point", At(east, north));
  }
  static Json Line(Json properties, double east0, double north0, double east1, double north1) {
    return Feature(std::move(properties), "LineString",
                   Json::array({At(east0, north0), At(east1, north1)}));
  }
  void Write(const fs::path& name, const std::vector<Json>& features) {
    std::ofstream(folder_ / name) << Json{{"type", "FeatureCollection"}, {"features", features}};
  }
  Evaluation Run(const EvaluationOptions& options = {}) {
    return Evaluate(std::vector{Read()}, options);
  }
  EvaluatedRun Read() {
    return {folder_.filename().string(), ReadCandidates(folder_), ReadTruth(folder_)};
  }
  std::vector<TrueKind> Label(const std::vector<CandidatePlace>& places) {
    return LabelCandidates(places, ReadTruth(folder_));
  }
  static CandidatePlace Place(double east, double north, double sigma = 0.2) {
    const Json p = At(east, north);
    return {{p[0].get<double>(), p[1].get<double>()}, sigma};
  }
  fs::path folder_;
};

TEST_F(Evaluation_, CountsByHand) {
  Write("truth/leaks.geojson",
        {Point({{"id", "L1"}, {"kind", "leak"}, {"delta_t_k", 0.8}}, 0, 0),
         Point({{"id", "L2"}, {"class", "leak"}, {"delta_t_k", 1.5}}, 50, 0),
         Point({{"id", "L3"}, {"kind", "leak"}, {"delta_t_k", 4.0}}, 100, 0),
         Point({{"id", "L4"}, {"kind", "leak"}, {"delta_t_k", 4.0}, {"observable", false}}, 150, 0),
         Point({{"id", "L5"}, {"kind", "leak"}, {"delta_t_k", 4.0}, {"views", 0}}, 200, 0)});
  Write("truth/insulation.geojson", {Line({{"class", "insulation"}}, 300, 0, 320, 0)});
  std::ofstream(folder_ / "scenario.json") << R"({"pipe_km": 0.5})";
  Write("candidates.geojson",
        {Point({{"id", "a"}, {"score", 0.9}}, 51, 0),     // L2, 1 m
         Point({{"id", "b"}, {"score", 0.8}}, 103.5, 0),  // 3.5 m from L3: false
         Point({{"id", "c"}, {"score", 0.7}}, 100, 2),    // L3, 2 m
         Point({{"id", "d"}, {"score", 0.6}}, 150, 1),    // unobservable: neutral
         Point({{"id", "e"}, {"score", 0.6}}, 310, 2.5),  // insulation: neutral
         Point({{"id", "f"}, {"score", 0.3}}, 0, 1)});    // L1, below the threshold
  const Evaluation e = Run();
  EXPECT_EQ(e.leaks, 3);
  EXPECT_EQ(e.unobservable_leaks, 2);
  EXPECT_EQ(e.suspected, 5);
  EXPECT_EQ(e.candidates, 6);
  EXPECT_EQ(e.found, 2);
  EXPECT_EQ(e.neutral, 2);
  EXPECT_EQ(e.false_alarms, 1);
  EXPECT_EQ(e.false_alarm_ids, std::vector<std::string>{"b"});
  EXPECT_EQ(e.missed, std::vector<std::string>{"L1"});
  EXPECT_NEAR(e.recall, 2.0 / 3, 1e-12);
  EXPECT_NEAR(e.precision, 2.0 / 3, 1e-12);
  EXPECT_NEAR(e.false_alarms_per_km, 2, 1e-12);
  EXPECT_EQ(e.trench_source, TrenchSource::kScenario);
  EXPECT_EQ(e.classes[0].found, 0);
  EXPECT_EQ(e.classes[1].found, 1);
  EXPECT_EQ(e.classes[2].found, 1);
  EXPECT_EQ(e.classes[2].leaks, 1);
  // 1 m and 2 m, linear between ranks.
  EXPECT_NEAR(e.error_p50_m, 1.5, 0.002);
  EXPECT_NEAR(e.error_p95_m, 1.95, 0.002);
  // Found at 1 of 1, 2 of 3 and 3 of 4 counted candidates.
  EXPECT_NEAR(e.average_precision, (1.0 + 2.0 / 3 + 3.0 / 4) / 3, 1e-12);
}

TEST_F(Evaluation_, IsOneToOneAndTheBetterScoreChoosesFirst) {
  Write("truth/leaks.geojson", {Point({{"id", "L1"}}, 0, 0), Point({{"id", "L2"}}, 4, 0)});
  Write("candidates.geojson", {Point({{"id", "late"}, {"score", 0.6}}, 0.5, 0),
                               Point({{"id", "best"}, {"score", 0.9}}, 1.5, 0),
                               Point({{"id", "third"}, {"score", 0.55}}, 0, 0.5)});
  const Evaluation e = Run();
  // best takes L1 (1.5 m, nearer than L2), late finds L1 taken and L2 3.5 m away.
  ASSERT_EQ(e.matches.size(), 1u);
  EXPECT_EQ(e.matches[0].candidate, "best");
  EXPECT_EQ(e.matches[0].leak, "L1");
  EXPECT_EQ(e.false_alarms, 2);
  EXPECT_EQ(e.classes[3].leaks, 2);
}

TEST_F(Evaluation_, RadiusAndScoreAreOptions) {
  Write("truth/leaks.geojson", {Point({{"id", "L1"}}, 0, 0)});
  Write("candidates.geojson", {Point({{"id", "a"}, {"score", 0.4}}, 4, 0)});
  EXPECT_EQ(Run().suspected, 0);
  EXPECT_EQ(Run({5, 0.4}).found, 1);
  EXPECT_EQ(Run({3, 0.4}).false_alarms, 1);
}

TEST_F(Evaluation_, ScoreBelowThresholdDoesNotChangeTheSuspected) {
  Write("truth/leaks.geojson", {Point({{"id", "L1"}}, 0, 0)});
  Write("candidates.geojson", {Point({{"id", "near"}, {"score", 0.2}}, 0.1, 0),
                               Point({{"id", "suspect"}, {"score", 0.8}}, 2, 0)});
  const Evaluation e = Run();
  EXPECT_EQ(e.found, 1);
  EXPECT_EQ(e.matches[0].candidate, "suspect");
}

TEST_F(Evaluation_, TrenchFromPipesCountsPairsOnce) {
  Write("truth/leaks.geojson", {Point({{"id", "L1"}}, 0, 0)});
  Write("truth/pipes.geojson",
        {Line({{"pipe_id", "S"}}, 0, 0, 100, 0),
         Line({{"pipe_id", "R"}}, 100, 0.6, 0, 0.6),                     // one trench of 100 m
         Line({{"pipe_id", "X"}}, 50, -40, 50, 40),                      // crosses it: 80 m
         Line({{"pipe_id", "far"}}, 0, 30, 40, 30),                      // alone: 40 m
         Line({{"pipe_id", "G"}, {"kind", "ghost"}}, 0, 90, 500, 90)});  // on the map only
  Write("candidates.geojson", {});
  const Evaluation e = Run();
  EXPECT_EQ(e.trench_source, TrenchSource::kPipes);
  // UTM's scale (0.9996 .. 1.001) and one metre of steps.
  EXPECT_NEAR(e.trench_km, 0.220, 0.001);
  EXPECT_NEAR(e.false_alarms_per_km, 0, 1e-12);
}

TEST_F(Evaluation_, NothingToDivideByIsNotANumber) {
  Write("truth/leaks.geojson", {});
  Write("candidates.geojson", {Point({{"id", "a"}, {"score", 0.9}}, 0, 0)});
  const Evaluation e = Run();
  EXPECT_EQ(e.false_alarms, 1);
  EXPECT_TRUE(std::isnan(e.recall));
  EXPECT_TRUE(std::isnan(e.false_alarms_per_km));
  EXPECT_TRUE(std::isnan(e.error_p50_m));
  EXPECT_EQ(e.trench_source, TrenchSource::kUnknown);
}

TEST_F(Evaluation_, CurvesByHand) {
  Write("truth/leaks.geojson",
        {Point({{"id", "L1"}, {"cover", "grass"}}, 0, 0),
         Point({{"id", "L2"}, {"cover", "grass"}}, 50, 0),
         Point({{"id", "L3"}, {"cover", "asphalt"}}, 100, 0),
         Point({{"id", "L4"}, {"cover", "asphalt"}, {"observable", false}}, 150, 0)});
  std::ofstream(folder_ / "scenario.json") << R"({"name": "hand", "trench_km": 1.0})";
  Write("candidates.geojson", {Point({{"id", "a"}, {"score", 0.95}}, 0, 0),      // L1
                               Point({{"id", "b"}, {"score", 0.85}}, 20, 0),     // false
                               Point({{"id", "c"}, {"score", 0.85}}, 50, 0),     // L2, same score
                               Point({{"id", "n"}, {"score", 0.80}}, 150, 0),    // neutral
                               Point({{"id", "d"}, {"score", 0.30}}, 30, 0),     // false
                               Point({{"id", "e"}, {"score", 0.15}}, 100, 0)});  // L3
  const Evaluation e = Run();
  EXPECT_EQ(e.covers.at("grass").leaks, 2);
  EXPECT_EQ(e.covers.at("grass").found, 2);
  EXPECT_EQ(e.covers.at("asphalt").leaks, 1);
  EXPECT_EQ(e.covers.at("asphalt").found, 0);
  // Thresholds 0.95, 0.85 (two at once), 0.80, 0.30, 0.15.
  ASSERT_EQ(e.froc.size(), 5u);
  EXPECT_NEAR(e.froc[0].recall, 1.0 / 3, 1e-12);
  EXPECT_NEAR(e.froc[0].false_alarms_per_km, 0, 1e-12);
  EXPECT_NEAR(e.froc[1].recall, 2.0 / 3, 1e-12);
  EXPECT_NEAR(e.froc[1].false_alarms_per_km, 1, 1e-12);
  EXPECT_NEAR(e.froc[4].recall, 1, 1e-12);
  EXPECT_NEAR(e.froc[4].false_alarms_per_km, 2, 1e-12);
  const std::array<double, 8> recall{1.0 / 3, 1.0 / 3, 1.0 / 3, 1.0 / 3, 2.0 / 3, 1, 1, 1};
  for (std::size_t k = 0; k < recall.size(); ++k) EXPECT_NEAR(e.recall_at[k], recall[k], 1e-12);
  EXPECT_EQ(e.reliability[8].candidates, 2);  // the neutral one is left out
  EXPECT_EQ(e.reliability[8].leaks, 1);
  EXPECT_NEAR(e.reliability[8].mean_score, 0.85, 1e-12);
  // Bins 0.9: |0.95 - 1|; 0.8: |1.7 - 1|; 0.3: 0.3; 0.1: |0.15 - 1|; of five candidates.
  EXPECT_NEAR(e.calibration_error, (0.05 + 0.7 + 0.3 + 0.85) / 5, 1e-12);
}

TEST_F(Evaluation_, PoolsSurveysAndTellsTheirIdsApart) {
  Write("truth/leaks.geojson", {Point({{"id", "L1"}}, 0, 0), Point({{"id", "L2"}}, 50, 0)});
  std::ofstream(folder_ / "scenario.json") << R"({"trench_km": 0.5})";
  Write("candidates.geojson",
        {Point({{"id", "a"}, {"score", 0.9}}, 0, 0), Point({{"id", "b"}, {"score", 0.7}}, 20, 0)});
  EvaluatedRun one = Read();
  one.name = "one";
  EvaluatedRun two = Read();
  two.name = "two";
  two.candidates[0].score = 0.6;
  const Evaluation e = Evaluate(std::vector{one, two}, {});
  EXPECT_EQ(e.surveys, 2);
  EXPECT_EQ(e.leaks, 4);
  EXPECT_EQ(e.found, 2);
  EXPECT_NEAR(e.trench_km, 1, 1e-12);
  EXPECT_NEAR(e.false_alarms_per_km, 2, 1e-12);
  EXPECT_EQ(e.missed, (std::vector<std::string>{"one:L2", "two:L2"}));
  // By score: found 0.9, false 0.7, false 0.7, found 0.6.
  EXPECT_NEAR(e.average_precision, (1.0 + 2.0 / 4) / 4, 1e-12);
  two.truth.trench_km = -1;
  EXPECT_TRUE(std::isnan(Evaluate(std::vector{one, two}, {}).false_alarms_per_km));
}

TEST_F(Evaluation_, HeatLossIsComparedByItsLogarithm) {
  Write("truth/leaks.geojson",
        {Point({{"id", "L1"}, {"heat_w", 1000}}, 0, 0),
         Point({{"id", "L2"}, {"heat_w", 500}}, 50, 0), Point({{"id", "L3"}}, 100, 0)});
  Write("candidates.geojson",
        {Point({{"id", "a"}, {"score", 0.9}, {"heat_loss_w_p50", 2000}}, 0, 0),
         Point({{"id", "b"}, {"score", 0.8}, {"heat_loss_w_p50", 400}}, 50, 0),
         Point({{"id", "c"}, {"score", 0.7}, {"heat_loss_w_p50", 400}}, 100, 0)});
  const Evaluation e = Run();
  EXPECT_EQ(e.heats, 2);
  EXPECT_NEAR(e.heat_log_error, (std::log(2.0) + std::log(1.25)) / 2, 1e-9);
  EXPECT_NEAR(e.heat_log_bias, (std::log(2.0) - std::log(1.25)) / 2, 1e-9);
}

TEST_F(Evaluation_, LabelsCandidatesToLearnFrom) {
  Write("truth/leaks.geojson",
        {Point({{"id", "L1"}}, 0, 0), Point({{"id", "L2"}, {"views", 0}}, 50, 0)});
  Write("truth/insulation.geojson", {Line({{"kind", "insulation"}}, 100, 0, 120, 0)});
  Write("truth/decoys.geojson",
        {Point({{"kind", "chamber"}, {"on_map", true}}, 200, 0),
         Point({{"kind", "chamber"}, {"on_map", false}}, 220, 0),
         Point({{"kind", "manhole"}}, 240, 0), Point({{"kind", "house_entry"}}, 260, 0)});
  using K = TrueKind;
  EXPECT_EQ(
      Label({Place(1.5, 0), Place(0.5, 0), Place(2.5, 0), Place(50, 1), Place(110, 2),
             Place(201, 0), Place(220, 0), Place(240, 0), Place(260, 1), Place(400, 0)}),
      (std::vector{K::kUnclear, K::kLeak, K::kUnclear, K::kUnclear, K::kInsulation,
                   K::kInstallation, K::kConfuser, K::kConfuser, K::kInstallation, K::kConfuser}));
  // Beyond 4 m only where the position is that uncertain.
  EXPECT_EQ(Label({Place(4.7, 0)}), std::vector{K::kUnclear});
  EXPECT_EQ(Label({Place(4.7, 0, 2.4)}), std::vector{K::kLeak});
  EXPECT_TRUE(Label({}).empty());
}

TEST_F(Evaluation_, ReadsLeaksAndInsulationOfOneFile) {
  Write("truth/leaks.geojson",
        {Point({{"kind", "leak"}}, 0, 0), Line({{"kind", "insulation"}}, 10, 0, 20, 0),
         Point({{"kind", "manhole"}}, 5, 0)});
  const Truth truth = ReadTruth(folder_ / "truth" / "leaks.geojson");
  EXPECT_EQ(truth.leaks.size(), 1u);
  EXPECT_EQ(truth.insulation.size(), 1u);
}

TEST_F(Evaluation_, RefusesWhatItCannotRead) {
  Write("truth/leaks.geojson", {Point({{"id", "L1"}}, 0, 0)});
  EXPECT_THROW(ReadCandidates(folder_), RunError);
  const auto refuses = [&](const std::string& content) {
    std::ofstream(folder_ / "candidates.geojson") << content;
    EXPECT_THROW(ReadCandidates(folder_), RunError) << content;
  };
  refuses("");
  refuses("{\"features\": [");
  refuses("[]");
  refuses(R"({"features": [1]})");
  refuses(R"({"features": [{"properties": {"score": "x"}, "geometry": null}]})");
  refuses(
      R"({"features": [{"properties": {"score": 1}, "geometry": {"type": "Point", "coordinates": [540000, 4600000]}}]})");
  refuses(
      R"({"features": [{"properties": {"score": 1}, "geometry": {"type": "Point", "coordinates": []}}]})");
  refuses(
      R"({"features": [{"properties": {"score": 1}, "geometry": {"type": "Point", "coordinates": {"a": 1}}}]})");
}

/// Truth that other simulators wrote.
TEST(EvaluationOfOthers, ReadsSharedTruth) {
  const fs::path data = THERMOLEAK_SHARED_DATA;
  if (!fs::exists(data)) GTEST_SKIP() << "shared data are absent: " << data;
  const Truth survey = ReadTruth(data / "independent_survey");
  EXPECT_EQ(survey.leaks.size(), 10u);
  EXPECT_EQ(survey.insulation.size(), 3u);
  EXPECT_NEAR(survey.trench_km, 1.0, 0.02);  // its README: 1.0 km of pipe
  const Truth field = ReadTruth(data / "field_injected" / "truth");
  EXPECT_EQ(field.leaks.size(), 8u);
  EXPECT_EQ(field.insulation.size(), 4u);
  EXPECT_EQ(field.trench_source, TrenchSource::kScenario);
  const Truth other = ReadTruth(data / "field_injected_b" / "truth" / "leaks.geojson");
  EXPECT_EQ(other.leaks.size(), 10u);
  EXPECT_EQ(other.insulation.size(), 2u);
  EXPECT_NEAR(other.trench_km, 0.116 + 0.060 + 0.060, 0.001);  // single lines
}

}  // namespace
}  // namespace thermoleak::simulation
