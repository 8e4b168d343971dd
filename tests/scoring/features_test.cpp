#include "thermoleak/scoring/features.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <set>

#include "scoring/synthetic_spots.hpp"
#include "thermoleak/scoring/feature_table.hpp"
#include "thermoleak/scoring/score.hpp"

namespace thermoleak {
namespace {

float ValueOf(std::string_view name, const FeatureInput& input) {
  return Measure(input).at(FindFeature(name).value());
}

TEST(Features, TableIsSound) {
  std::set<std::string_view> names;
  for (const Feature& feature : Features()) {
    EXPECT_TRUE(names.insert(feature.name).second) << feature.name;
    EXPECT_FALSE(feature.meaning.empty());
    EXPECT_LE(std::abs(feature.leak_sign), 1);
    EXPECT_LT(static_cast<std::size_t>(feature.group), kReasonGroups);
    EXPECT_EQ(feature.name.find_first_of(", \"\\"), std::string_view::npos);
  }
  EXPECT_FALSE(FindFeature("colour"));
}

TEST(Features, ByHand) {
  HotSpot spot;
  spot.delta_t_k = 15;
  spot.width_m = 2;
  spot.length_m = 1;
  spot.expected_width_m = 1.6;
  spot.edge_k_per_m = 5;
  spot.views = 3;
  spot.view_spread_k = 3;
  spot.view_persistence = 0.5;
  spot.aside_m = 1;
  spot.aside_sigma_m = 0.5;
  const FeatureInput input{spot, 1.5};
  EXPECT_FLOAT_EQ(ValueOf("log_delta_t", input), std::log(12.0F));
  EXPECT_FLOAT_EQ(ValueOf("too_hot", input), 3);
  EXPECT_FLOAT_EQ(ValueOf("across_ratio", input), 1 / 1.6F);
  EXPECT_FLOAT_EQ(ValueOf("width_ratio", input), 1.25F);
  EXPECT_FLOAT_EQ(ValueOf("elongation", input), 0.5F);
  EXPECT_FLOAT_EQ(ValueOf("edge_steepness", input), 0.5F);
  EXPECT_FLOAT_EQ(ValueOf("aside_sigmas", input), 2);
  EXPECT_FLOAT_EQ(ValueOf("view_spread", input), 0.2F);
  EXPECT_FLOAT_EQ(ValueOf("building", input), 30);
}

TEST(Features, UnknownIsNotANumber) {
  HotSpot spot;
  spot.delta_t_k = 2;
  spot.views = 1;
  const FeatureInput input{spot, 1.2};
  for (const char* name : {"chamber", "overhead", "supply", "view_persistence", "view_spread"})
    EXPECT_TRUE(std::isnan(ValueOf(name, input))) << name;
  Pipe pipe;
  pipe.medium = Medium::kSupply;
  EXPECT_EQ(ValueOf("supply", {spot, 1.2, &pipe}), 1);
  pipe.medium = Medium::kReturn;
  EXPECT_EQ(ValueOf("supply", {spot, 1.2, &pipe}), 0);
}

TEST(Reasons, EveryGroupHasASentenceForBothSidesInBothLanguages) {
  Dice dice(1);
  for (std::size_t g = 0; g < kReasonGroups; ++g) {
    for (const CandidateKind kind : {CandidateKind::kLeak, CandidateKind::kInstallation}) {
      const HotSpot spot = SyntheticSpot(kind, dice);
      for (const double contribution : {0.7, -0.7}) {
        const Reason reason = ReasonOf(static_cast<ReasonGroup>(g), contribution, {spot, 1.2});
        EXPECT_FALSE(reason.code.empty());
        EXPECT_EQ(reason.contribution, contribution);
        for (const Lang lang : {Lang::kEnglish, Lang::kChinese}) {
          const std::string text = reason.text.In(lang);
          EXPECT_FALSE(text.empty());
          EXPECT_EQ(text.find('?'), std::string::npos) << text;
        }
      }
    }
  }
}

TEST(FeatureTable, ComesBackFromItsFile) {
  Pipe pipe;
  pipe.id = "P, \"7\"";
  pipe.axis = Polyline({{0, 0}, {200, 0}});
  pipe.medium = Medium::kReturn;
  const PipeNetwork network({pipe}, {}, {}, {});
  Dice dice(4);
  std::vector<HotSpot> spots;
  for (int i = 0; i < 12; ++i) {
    spots.push_back(SyntheticSpot(static_cast<CandidateKind>(i % 4), dice));
    spots.back().chainage_m = 10.0 * i;
    spots.back().position = {10.0 * i, 0};
  }
  const SurveyShift shift;
  ScoringOptions options;
  options.keep_above = 0.5;  // so that some are not reported
  const auto candidates = ScoreSpots(spots, {network, shift, 12, true}, options);
  ASSERT_EQ(candidates.size(), spots.size());
  EXPECT_EQ(candidates.front().rank, 1);
  EXPECT_EQ(candidates.back().rank, 0);
  EXPECT_TRUE(candidates.back().id.empty());

  const LocalFrame frame = LocalFrame::Utm({123.43, 41.80});
  const auto path = std::filesystem::path(testing::TempDir()) / "feature_table_test.csv";
  WriteFeatureTable(candidates, network, frame, path);
  const auto rows = ReadFeatureTable(path);
  ASSERT_EQ(rows.size(), candidates.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].id, candidates[i].id);
    EXPECT_NEAR(rows[i].probability[0], candidates[i].score, 1e-6);
    const Vec2 back = frame.LocalFromLonLat(rows[i].position);
    EXPECT_NEAR((back - candidates[i].spot.position).norm(), 0, 0.002);  // 8 decimals
    const auto values = Measure(InputOf(candidates[i].spot, network));
    ASSERT_EQ(rows[i].values.size(), values.size());
    for (std::size_t f = 0; f < values.size(); ++f) {
      EXPECT_TRUE(rows[i].values[f] == values[f] ||
                  (std::isnan(rows[i].values[f]) && std::isnan(values[f])))
          << Features()[f].name;
    }
  }
  const auto refuses = [&](const std::string& content) {
    std::ofstream(path) << content;
    EXPECT_THROW(ReadFeatureTable(path), RunError) << content;
  };
  refuses("");
  refuses("id,lon_deg\nx\n");
  refuses("id,lon_deg\nx,1\n");
  std::filesystem::remove(path);
  EXPECT_THROW(ReadFeatureTable(path), RunError);
}

}  // namespace
}  // namespace thermoleak
