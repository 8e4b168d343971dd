#include "thermoleak/scoring/score.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "thermoleak/scoring/evidence.hpp"

namespace thermoleak {
namespace {

constexpr double kDepth = 1.2;

/// What a 3 K leak on its pipe looks like.
HotSpot Leak() {
  HotSpot spot;
  spot.pipe = 0;
  spot.chainage_m = 100;
  spot.position = {100, 0};
  spot.delta_t_k = 3;
  spot.delta_t_sigma_k = 0.2;
  spot.snr = spot.plain_snr = 25;
  spot.expected_width_m = 2 * 0.766 * kDepth;
  spot.width_m = 1.9;
  spot.length_m = 2.4;
  spot.area_m2 = 3.5;
  spot.integral_k_m2 = 7;
  spot.trace_k = 1.2;
  spot.aside_sigma_m = 0.72;
  spot.edge_k_per_m = 0.86 * 3 / kDepth;
  spot.views = 6;
  spot.view_persistence = 0.9;
  return spot;
}

double PLeak(const HotSpot& spot) { return Judge(spot, kDepth).probability[0]; }

double Logit(double p) { return std::log(p / (1 - p)); }

TEST(Judge, ProbabilitiesSumToOneAndReasonsAreSorted) {
  const Verdict verdict = Judge(Leak(), kDepth);
  EXPECT_NEAR(std::accumulate(verdict.probability.begin(), verdict.probability.end(), 0.0), 1,
              1e-12);
  EXPECT_GT(verdict.probability[0], 0.8);
  ASSERT_GT(verdict.reasons.size(), 2u);
  for (std::size_t i = 1; i < verdict.reasons.size(); ++i) {
    EXPECT_GE(std::abs(verdict.reasons[i - 1].contribution),
              std::abs(verdict.reasons[i].contribution));
  }
}

TEST(Judge, EachPhysicalFactMovesTheScoreTheRightWay) {
  const double base = PLeak(Leak());
  HotSpot spot = Leak();
  spot.delta_t_k = 1;
  EXPECT_LT(PLeak(spot), base) << "weaker";
  spot = Leak();
  spot.width_m = spot.length_m = 0.6;
  EXPECT_LT(PLeak(spot), kSuspected) << "narrower than conduction allows";
  spot = Leak();
  spot.aside_m = 2.5;
  EXPECT_LT(PLeak(spot), 0.5) << "beside the pipe";
  spot = Leak();
  spot.view_persistence = 0.0;
  EXPECT_LT(Logit(PLeak(spot)), Logit(base) - 0.8) << "seen by some views only";
  spot = Leak();
  spot.views = 1;
  EXPECT_LT(PLeak(spot), base) << "one view";
  spot = Leak();
  spot.building_distance_m = 0;
  EXPECT_LT(PLeak(spot), base) << "on a building";
  spot = Leak();
  spot.overhead_distance_m = 0.5;
  EXPECT_LT(PLeak(spot), 0.3) << "the overhead pipe itself";
}

TEST(Judge, LongEvenRiseIsInsulation) {
  HotSpot spot = Leak();
  spot.length_m = 16;
  spot.width_m = 2.2;
  spot.delta_t_k = 1.5;
  const Verdict verdict = Judge(spot, kDepth);
  EXPECT_GT(verdict.probability[1], verdict.probability[0]);
}

TEST(Judge, SmallSpotAtAChamberIsInstallation) {
  HotSpot spot = Leak();
  spot.width_m = spot.length_m = 0.9;
  spot.chamber_distance_m = 0.3;
  const Verdict verdict = Judge(spot, kDepth);
  EXPECT_GT(verdict.probability[2], verdict.probability[0]);
}

TEST(Judge, StrippedOverheadPipeIsInsulationNotLeak) {
  HotSpot spot = Leak();
  spot.laying = Laying::kOverhead;
  spot.delta_t_k = 60;
  spot.length_m = 18;
  const Verdict verdict = Judge(spot, kDepth);
  EXPECT_GT(verdict.probability[1], 0.8);
  EXPECT_LT(verdict.probability[0], kSuspected);
}

TEST(Judge, AWarmSpotOfAnOverheadPipeIsAFittingAndAHotOneIsBare) {
  HotSpot spot = Leak();
  spot.laying = Laying::kOverhead;
  const auto likeliest = [](const HotSpot& s) {
    const auto p = Judge(s, kDepth).probability;
    return std::max_element(p.begin(), p.end()) - p.begin();
  };
  spot.length_m = 0.8;
  spot.delta_t_k = 10;  // a support's foot conducts
  EXPECT_EQ(likeliest(spot), 2) << "installation";
  spot.delta_t_k = 60;
  EXPECT_EQ(likeliest(spot), 1) << "insulation";
  spot.length_m = 5;
  spot.delta_t_k = 10;  // wet or thin insulation
  EXPECT_EQ(likeliest(spot), 1) << "insulation";
}

TEST(HeatLoss, PointSourceWithinItsRange) {
  // A point source of Q watts: the integral within its half-peak contour is 0.206 Q / h.
  const double q = 3300;
  const double h = 12;
  HotSpot spot = Leak();
  spot.length_m = spot.width_m;
  spot.integral_k_m2 = 0.206 * q / h;
  const HeatLoss loss = EstimateHeatLoss(spot, h, 0.3);
  EXPECT_NEAR(loss.p50_w, q, 1);
  EXPECT_LT(loss.p10_w, q);
  EXPECT_GT(loss.p90_w, q);
  EXPECT_NEAR(loss.p10_w * loss.p90_w, q * q, 1e-6 * q * q);  // log-normal
}

TEST(SpotOutline, FollowsTheBendOfAPipe) {
  Pipe pipe;
  pipe.id = "bent";
  pipe.axis = Polyline({{0, 0}, {20, 0}, {20, 20}});
  const PipeNetwork network({pipe}, {}, {}, {});
  HotSpot spot;
  spot.pipe = 0;
  spot.chainage_m = 20;
  spot.length_m = 20;
  spot.width_m = 2;
  const auto ring = SpotOutline(spot, network, {20, 0});
  for (const Vec2& corner : ring) EXPECT_LT(pipe.axis.Locate(corner).distance, 1.01);
  EXPECT_TRUE(RingContains(ring, {14, 0}));
  EXPECT_TRUE(RingContains(ring, {20, 6}));
  EXPECT_FALSE(RingContains(ring, {15, 5}));
  EXPECT_GT(RingArea(ring), 0);
}

TEST(ScoreSpots, RanksNamesAndKeepsUnknownHeatUnknown) {
  Pipe pipe;
  pipe.id = "P-7";
  pipe.axis = Polyline({{0, 0}, {200, 0}});
  const PipeNetwork network({pipe}, {}, {}, {});
  HotSpot weak = Leak();
  weak.delta_t_k = 0.6;
  weak.snr = weak.plain_snr = 6;
  weak.chainage_m = 31;
  const std::vector<HotSpot> spots{weak, Leak()};
  const SurveyShift shift;
  const auto candidates = ScoreSpots(spots, {network, shift, 12, false}, {});
  ASSERT_EQ(candidates.size(), 2u);
  EXPECT_EQ(candidates[0].id, "P-7@0100");
  EXPECT_EQ(candidates[1].id, "P-7@0030");
  EXPECT_EQ(candidates[0].rank, 1);
  EXPECT_GT(candidates[0].score, candidates[1].score);
  EXPECT_FALSE(candidates[0].heat_loss.has_value());
  EXPECT_GT(RingArea(candidates[0].outline), 0);
  const auto again =
      ScoreSpots(std::vector<HotSpot>{Leak(), Leak()}, {network, shift, 12, true}, {});
  EXPECT_EQ(again[1].id, "P-7@0100b");
  EXPECT_TRUE(again[0].heat_loss.has_value());
}

}  // namespace
}  // namespace thermoleak
