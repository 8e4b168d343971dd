#include "thermoleak/detection/alignment.hpp"

#include <gtest/gtest.h>

namespace thermoleak {
namespace {

StripFindings Seen(double length, double offset) {
  StripFindings findings;
  findings.trace.step_m = 2;
  const auto entries = static_cast<std::size_t>(length / 2);
  findings.trace.offset_m.assign(entries, offset);
  findings.trace.seen.assign(entries, true);
  return findings;
}

PipeNetwork CrossingPipes() {
  Pipe east;
  east.id = "east";
  east.axis = Polyline({{0, 0}, {200, 0}});
  Pipe north;
  north.id = "north";
  north.axis = Polyline({{50, -100}, {50, 100}});
  return PipeNetwork({east, north}, {}, {}, {});
}

TEST(EstimateShift, TwoDirectionsGiveTheWholeShift) {
  // Pictures moved by (1.5, -2): the east-going pipe appears 2 m to its right, the north-going
  // one 1.5 m to its right.
  const PipeNetwork network = CrossingPipes();
  const std::vector<StripFindings> findings{Seen(200, -2.0), Seen(200, -1.5)};
  const std::vector<int> pipes{0, 1};
  const SurveyShift shift = EstimateShift(findings, pipes, network, 3.0);
  EXPECT_NEAR(shift.shift_m.x(), 1.5, 0.5);
  EXPECT_NEAR(shift.shift_m.y(), -2.0, 0.5);
  EXPECT_LT(shift.covariance(0, 0), 1.0);
  EXPECT_NEAR(shift.seen_length_m, 400, 1e-9);
}

TEST(EstimateShift, OneDirectionLeavesTheOtherToThePrior) {
  const PipeNetwork network = CrossingPipes();
  const std::vector<StripFindings> findings{Seen(200, -2.0)};
  const std::vector<int> pipes{0};
  const SurveyShift shift = EstimateShift(findings, pipes, network, 3.0);
  EXPECT_NEAR(shift.shift_m.x(), 0, 1e-9);
  EXPECT_NEAR(shift.covariance(0, 0), 9, 1e-9);
  EXPECT_LT(shift.covariance(1, 1), 2);
}

TEST(EstimateShift, NothingSeenIsThePrior) {
  const PipeNetwork network = CrossingPipes();
  const SurveyShift shift = EstimateShift({}, {}, network, 3.0);
  EXPECT_TRUE(shift.shift_m.isZero());
  EXPECT_EQ(shift.residual_m, -1);
}

TEST(CorrectPosition, AcrossThePipeBothSourcesCount) {
  const PipeNetwork network = CrossingPipes();
  HotSpot spot;
  spot.pipe = 0;
  spot.chainage_m = 100;
  spot.position = {100, -2};
  spot.trace_offset_m = -2;
  SurveyShift shift;
  shift.covariance = Mat2::Identity() * 9;
  const CorrectedPosition seen = CorrectPosition(spot, true, shift, network, 3.0);
  EXPECT_GT(seen.position.y(), -2);
  EXPECT_LE(seen.position.y(), 0);
  EXPECT_LT(seen.covariance(1, 1), seen.covariance(0, 0));
  const CorrectedPosition unseen = CorrectPosition(spot, false, shift, network, 3.0);
  EXPECT_EQ(unseen.position.y(), -2);
}

}  // namespace
}  // namespace thermoleak
