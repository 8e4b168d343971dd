#include "thermoleak/scoring/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "scoring/model_file.hpp"
#include "scoring/synthetic_spots.hpp"
#include "thermoleak/scoring/train.hpp"

namespace thermoleak {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

constexpr double kDepth = 1.2;

std::vector<scoring::TrainingRow> Rows(int each) {
  Dice dice(7);
  std::vector<scoring::TrainingRow> rows;
  for (const char* family : {"east", "north", "west"}) {
    for (int i = 0; i < each; ++i) {
      for (const CandidateKind kind : {CandidateKind::kLeak, CandidateKind::kInsulation,
                                       CandidateKind::kInstallation, CandidateKind::kConfuser}) {
        rows.push_back({Measure({SyntheticSpot(kind, dice), kDepth}), kind, family});
      }
    }
    rows.push_back({rows.front().values, std::nullopt, family});  // scored, not learned from
  }
  return rows;
}

const scoring::TrainedModel& Trained() {
  // Never destroyed: XGBoost's own statics may be gone before ours.
  static const auto& model = *new scoring::TrainedModel(scoring::Train(Rows(40)));
  return model;
}

std::shared_ptr<const LeakModel> Model() {
  static const auto& model =
      *new std::shared_ptr<const LeakModel>(LeakModel::Parse(Trained().text, "folder/test.json"));
  return model;
}

/// The sentence with which a model is refused; its exit code is that of unusable inputs.
std::string Refusal(const std::string& text) {
  try {
    LeakModel::Parse(text, "mine.json");
  } catch (const RunError& e) {
    EXPECT_EQ(e.code(), ExitCode::kInputMissing);
    return e.message().In(Lang::kEnglish);
  }
  return {};
}

TEST(LeakModel, TellsTheKindsApart) {
  Dice dice(99);
  std::array<int, 4> right{};
  for (int i = 0; i < 50; ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      const HotSpot spot = SyntheticSpot(static_cast<CandidateKind>(k), dice);
      const Verdict verdict = Model()->Judge({spot, kDepth});
      EXPECT_NEAR(std::accumulate(verdict.probability.begin(), verdict.probability.end(), 0.0), 1,
                  1e-9);
      const auto best = std::max_element(verdict.probability.begin(), verdict.probability.end());
      right[k] += best - verdict.probability.begin() == static_cast<long>(k) ? 1 : 0;
    }
  }
  for (const int count : right) EXPECT_GE(count, 38) << "of 50";
}

TEST(LeakModel, TrainingAgainGivesTheSameBytes) {
  EXPECT_EQ(scoring::Train(Rows(40)).text, Trained().text);
}

TEST(LeakModel, FileGivesTheSameScores) {
  const auto path = std::filesystem::path(testing::TempDir()) / "leak_model_test.json";
  const std::string text = scoring::WithScores(Trained(), {{"average_precision", 0.9}});
  std::ofstream(path) << text;
  const auto read = LeakModel::Read(path);
  std::filesystem::remove(path);
  EXPECT_EQ(read->name(), "leak_model_test.json");
  EXPECT_EQ(read->sha256().size(), 64u);
  EXPECT_EQ(Json::parse(text).at("scores").at("average_precision"), 0.9);
  Dice dice(3);
  for (int i = 0; i < 20; ++i) {
    const HotSpot spot = SyntheticSpot(CandidateKind::kLeak, dice);
    EXPECT_EQ(read->Judge({spot, kDepth}).probability, Model()->Judge({spot, kDepth}).probability);
  }
}

TEST(LeakModel, HeldOutScoresAreOfEveryRow) {
  const auto rows = Rows(40);
  ASSERT_EQ(Trained().held_out.size(), rows.size());
  double leaks = 0;
  double others = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].kind) continue;
    (*rows[i].kind == CandidateKind::kLeak ? leaks : others) += Trained().held_out[i][0];
  }
  EXPECT_GT(leaks / 120, 0.7);
  EXPECT_LT(others / 360, 0.12);
}

TEST(LeakModel, ObeysTheSignsOfTheTable) {
  const Json json = Json::parse(Trained().text);
  const std::size_t columns = Features().size();
  const auto booster = scoring::Booster::FromJson(json.at("leak").dump(), columns);
  Dice dice(5);
  int moved = 0;
  for (int i = 0; i < 40; ++i) {
    const auto kind = static_cast<CandidateKind>(i % 4);
    const std::vector<float> base = Measure({SyntheticSpot(kind, dice), kDepth});
    for (std::size_t f = 0; f < columns; ++f) {
      const int sign = Features()[f].leak_sign;
      if (sign == 0) continue;
      scoring::Samples sweep{columns, {}};
      for (int step = 0; step <= 60; ++step) {
        std::vector<float> row = base;
        row[f] = static_cast<float>(-2 + 0.7 * step);
        sweep.Add(row);
      }
      const std::vector<float> margins = booster.Margins(sweep);
      for (std::size_t k = 1; k < margins.size(); ++k) {
        EXPECT_GE(static_cast<float>(sign) * (margins[k] - margins[k - 1]), -1e-5F)
            << Features()[f].name;
        moved += margins[k] != margins[k - 1] ? 1 : 0;
      }
    }
  }
  EXPECT_GT(moved, 100) << "the sweep must reach the trees' thresholds";
}

TEST(LeakModel, ContributionsAddUpToTheMargin) {
  Dice dice(11);
  for (int i = 0; i < 20; ++i) {
    const HotSpot spot = SyntheticSpot(static_cast<CandidateKind>(i % 4), dice);
    const FeatureInput input{spot, kDepth};
    const std::vector<double> parts = Model()->Contributions(input);
    ASSERT_EQ(parts.size(), Features().size() + 1);
    // Sums of some hundred floats.
    EXPECT_NEAR(std::accumulate(parts.begin(), parts.end(), 0.0), Model()->Margin(input), 1e-4);
    double told = 0;
    for (const Reason& reason : Model()->Judge(input).reasons) told += reason.contribution;
    // What the reasons leave out: the start and groups below the least contribution.
    EXPECT_NEAR(told, Model()->Margin(input) - parts.back(),
                kLeastContribution * static_cast<double>(kReasonGroups));
  }
}

TEST(LeakModel, ReasonsAreStrongestFirst) {
  Dice dice(12);
  const HotSpot spot = SyntheticSpot(CandidateKind::kLeak, dice);
  const Verdict verdict = Model()->Judge({spot, kDepth});
  ASSERT_GE(verdict.reasons.size(), 3u);
  for (std::size_t i = 1; i < verdict.reasons.size(); ++i) {
    EXPECT_GE(std::abs(verdict.reasons[i - 1].contribution),
              std::abs(verdict.reasons[i].contribution));
  }
}

TEST(LeakModel, RefusesWhatIsNoModelInOneSentence) {
  const std::string good = Trained().text;
  EXPECT_THAT(Refusal(""), HasSubstr("mine.json"));
  EXPECT_THAT(Refusal("{}"), HasSubstr("thermoleak train"));
  EXPECT_THAT(Refusal("[1, 2]"), HasSubstr("JSON"));
  for (const double part : {0.1, 0.5, 0.99}) {
    EXPECT_THAT(
        Refusal(good.substr(0, static_cast<std::size_t>(part * static_cast<double>(good.size())))),
        HasSubstr("JSON"));
  }
  std::string damaged = good;
  damaged.replace(damaged.find("\"split_indices\":[") + 17, 1, "9");
  EXPECT_THAT(Refusal(damaged), HasSubstr("mine.json"));
  Json other = Json::parse(good);
  other["schema"] = 99;
  EXPECT_THAT(Refusal(other.dump()), HasSubstr("schema 99"));
}

TEST(LeakModel, NamesTheFeatureThatThisVersionDoesNotMeasure) {
  Json json = Json::parse(Trained().text);
  json["features"][1] = "colour";
  json["check"] = scoring::ModelCheck(json);
  EXPECT_THAT(Refusal(json.dump()), HasSubstr("colour"));
}

TEST(LeakModel, StaysUsableWhenFeaturesAreAddedOrMoved) {
  // A model of an earlier table: fewer features, in another order.
  Json json = Json::parse(Trained().text);
  std::vector<std::string> names = json.at("features");
  std::reverse(names.begin(), names.end());
  json["features"] = names;
  json["check"] = scoring::ModelCheck(json);
  EXPECT_NO_THROW(LeakModel::Parse(json.dump(), "older.json"));
}

TEST(LeakModel, BuiltInOneIsUsable) { EXPECT_NO_THROW(LeakModel::BuiltIn()); }

TEST(Train, NeedsExamplesOfBothAndTwoFamilies) {
  EXPECT_THROW(scoring::Train({}), RunError);
  EXPECT_THROW(scoring::Train(Rows(3)), RunError);
  auto rows = Rows(30);
  for (auto& row : rows) row.family = "one";
  EXPECT_THROW(scoring::Train(rows), RunError);
}

}  // namespace
}  // namespace thermoleak
