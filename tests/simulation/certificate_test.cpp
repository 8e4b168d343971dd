#include "thermoleak/simulation/certificate.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "thermoleak/core/error.hpp"

namespace thermoleak::simulation {
namespace {

TEST(Proportion, WilsonByHand) {
  // z = 1.645: middle (0.8 + 0.1353) / 1.2706, half 1.645 / 1.2706 sqrt(0.016 + 0.00676).
  const Proportion eight = ProportionOf(8, 10);
  EXPECT_NEAR(eight.low, 0.5408, 1e-3);
  EXPECT_NEAR(eight.high, 0.9315, 1e-3);
  const Proportion none = ProportionOf(0, 10);
  EXPECT_NEAR(none.low, 0, 1e-12);
  EXPECT_NEAR(none.high, 2.7055 / 12.7055, 1e-3);
}

/// Twenty trials of each size, found as a logistic curve through `half` has it.
std::vector<Trial> Logistic(double half, double slope) {
  std::vector<Trial> trials;
  for (double size = half / 8; size <= half * 8.01; size *= std::sqrt(2.0)) {
    const double p = 1 / (1 + std::exp(-slope * std::log(size / half)));
    const auto found = static_cast<int>(std::lround(20 * p));
    for (int i = 0; i < 20; ++i) trials.push_back({size, i < found});
  }
  return trials;
}

TEST(Threshold, IsWhereTheCurveIs) {
  const std::vector<Trial> trials = Logistic(400, 2);
  const Threshold at80 = ThresholdAt(trials, 0.8);
  // ln(0.8 / 0.2) / 2 above the half: a factor of 2. Rounding to twentieths, and steps of 1.6 %.
  EXPECT_NEAR(at80.value, 800, 50);
  EXPECT_LT(at80.low, 800);
  EXPECT_GT(at80.low, 500);
  EXPECT_GT(at80.high, 800);
  EXPECT_LT(at80.high, 1300);
  EXPECT_NEAR(ThresholdAt(trials, 0.95).value, 400 * std::exp(std::log(19.0) / 2), 180);
}

TEST(Threshold, TrialsThatSeparateHaveOne) {
  std::vector<Trial> trials;
  for (const double size : {0.5, 0.7, 1.0, 1.4, 2.0}) trials.push_back({size, false});
  for (const double size : {4.0, 5.0, 6.0, 8.0, 10.0}) trials.push_back({size, true});
  const Threshold at80 = ThresholdAt(trials, 0.8);
  EXPECT_GT(at80.value, 2);
  EXPECT_LT(at80.value, 4.5);
  EXPECT_GT(at80.low, 1);
  EXPECT_LE(at80.low, at80.value);
  EXPECT_GE(at80.high, at80.value);
}

TEST(Threshold, BeyondTheTrialsNothingIsStated) {
  const std::vector<Trial> missed{{1, false}, {2, false}, {4, false}, {8, false}};
  EXPECT_TRUE(std::isnan(ThresholdAt(missed, 0.8).value));
  EXPECT_TRUE(std::isnan(ThresholdAt(missed, 0.8).high));
  const std::vector<Trial> found{{1, true}, {2, true}, {4, true}, {8, true}};
  EXPECT_DOUBLE_EQ(ThresholdAt(found, 0.8).value, 1);
  EXPECT_TRUE(std::isnan(ThresholdAt(found, 0.8).low));
  EXPECT_TRUE(std::isnan(ThresholdAt({}, 0.8).value));
}

/// Leaks 20 m apart of 0.5, 0.6 ... K where the run has stated 0.5 K; found from `least_k` on.
EvaluatedRun Injected(double least_k) {
  const LocalFrame frame = LocalFrame::Utm({123.43, 41.80});
  const Vec2 base = frame.LocalFromLonLat({123.43, 41.80});
  EvaluatedRun run;
  run.name = "run";
  for (int i = 0; i < 40; ++i) {
    TrueLeak leak;
    leak.id = fmt::format("I{}", i);
    leak.position = frame.LonLatFromLocal(base + Vec2(20 * i, 0));
    leak.delta_t_k = 0.5 + 0.1 * i;
    leak.heat_w = 100 * *leak.delta_t_k;
    leak.injected = true;
    leak.sight = i % 2 == 0 ? "seen" : "weak";
    leak.smallest_rise_k = 0.5;
    leak.wet_length_m = i % 4 == 0 ? 3 : 0;
    if (*leak.delta_t_k > least_k)
      run.candidates.push_back({fmt::format("C{}", i), 0.9, leak.position, std::nullopt});
    run.truth.leaks.push_back(std::move(leak));
  }
  // What was there before is neither found nor false.
  const LonLat before = frame.LonLatFromLocal(base + Vec2(0, 50));
  run.truth.existing.push_back({before});
  run.candidates.push_back({"before", 0.95, before, std::nullopt});
  run.truth.surface_coefficient = 12;
  run.truth.pieces = {{"A", 0, 5, "seen", 0.4, 1.2},
                      {"A", 5, 10, "weak", 0.8, 1.2},
                      {"A", 10, 13, "unseen", std::nullopt, 1.2},
                      {"B", 0, 5, "unseen", std::nullopt, 1.0}};
  return run;
}

TEST(Certificate, StatesEachPieceByWhatWasFound) {
  const std::vector<EvaluatedRun> runs{Injected(2.05)};
  ASSERT_TRUE(IsInjected(runs[0].truth));
  EXPECT_EQ(Evaluate(runs, {}).false_alarms, 0);
  EXPECT_EQ(Evaluate(runs, {}).neutral, 1);
  const Certificate c = Certify(runs, {});
  EXPECT_EQ(c.leaks, 40);
  EXPECT_EQ(c.found, 24);
  EXPECT_NEAR(c.rise_k[0].value, 2.1, 0.1);
  EXPECT_NEAR(c.heat_w[0].value, 210, 10);
  EXPECT_NEAR(c.factor[0].value, 4.2, 0.2);
  EXPECT_EQ(c.by_sight.at("seen").trials, 20);
  EXPECT_EQ(c.wet.trials, 10);
  EXPECT_EQ(c.point_like.trials, 30);
  ASSERT_EQ(c.by_rise.front().from, 0.5);
  EXPECT_EQ(c.by_rise.front().share.found, 0);
  ASSERT_EQ(c.pipes.size(), 2u);
  const CertifiedPipe& a = c.pipes[0];
  EXPECT_EQ(a.id, "A");
  EXPECT_DOUBLE_EQ(a.checked_m, 10);
  EXPECT_DOUBLE_EQ(a.blind_m, 3);
  EXPECT_DOUBLE_EQ(a.pieces[1].rise_k[0], 0.8 * c.factor[0].value);
  EXPECT_DOUBLE_EQ(a.pieces[1].heat_w[0], a.pieces[1].rise_k[0] * 2 * std::numbers::pi * 12 * 1.44);
  EXPECT_TRUE(std::isnan(a.pieces[2].rise_k[0]));
  EXPECT_DOUBLE_EQ(a.median_rise_k, a.pieces[0].rise_k[0]);
  EXPECT_DOUBLE_EQ(a.worst_rise_k, a.pieces[1].rise_k[0]);
  EXPECT_DOUBLE_EQ(c.pipes[1].checked_m, 0);
}

TEST(Certificate, PoolsInjectionsOfOneSurvey) {
  const std::vector<EvaluatedRun> runs{Injected(2.05), Injected(3.05)};
  const Certificate c = Certify(runs, {});
  EXPECT_EQ(c.runs, 2);
  EXPECT_EQ(c.leaks, 80);
  EXPECT_EQ(c.found, 38);
  EXPECT_EQ(c.pipes.size(), 2u);
}

TEST(Certificate, NeedsInjectedLeaks) {
  EvaluatedRun run = Injected(2);
  for (TrueLeak& leak : run.truth.leaks) leak.injected = false;
  EXPECT_THROW(Certify(std::vector{run}, {}), RunError);
}

}  // namespace
}  // namespace thermoleak::simulation
