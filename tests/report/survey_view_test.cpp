#include "report/survey_view.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "report/coverage_outline.hpp"
#include "report/plausible_survey.hpp"

namespace thermoleak {
namespace {

/// One straight pipe of 100 m and what was seen of it.
SurveyView ViewOfOnePipe(std::vector<PipeCoverage> coverage) {
  Pipe pipe;
  pipe.id = "p";
  pipe.axis = Polyline({{0, 0}, {100, 0}});
  const PipeNetwork network({pipe}, {}, {}, {});
  SurveyResult result{&network, LocalFrame::Utm({9, 48}), {}, {}, {}, {}, {}, {}, {}};
  result.coverage = std::move(coverage);
  return ViewOf(result);
}

TEST(SurveyView, FewViewsOrMuchNoiseIsWeakSight) {
  EXPECT_EQ(ObservedOf({0, 0, 1, 3, 0.6}), Observed::kSeen);  // 5 x 0.6 = 3.0 K, three views
  EXPECT_EQ(ObservedOf({0, 0, 1, 2, 0.1}), Observed::kWeak);
  EXPECT_EQ(ObservedOf({0, 0, 1, 9, 0.61}), Observed::kWeak);
  EXPECT_EQ(ObservedOf({0, 0, 1, 0, 0.1}), Observed::kUnseen);
  EXPECT_EQ(ObservedOf({0, 0, 1, 9, std::nan("")}), Observed::kUnseen);
}

TEST(SurveyView, StretchesCoverThePipeWithoutGapsOrOverlaps) {
  // Given out of order, overlapping (30 .. 40 belongs to the earlier piece) and beyond the end.
  const SurveyView view =
      ViewOfOnePipe({{0, 30, 50, 2, 0.1}, {0, 10, 40, 5, 0.1}, {0, 90, 130, 5, 0.2}});
  ASSERT_EQ(view.pipes.size(), 1u);
  const PipeView& pipe = view.pipes[0];
  const std::vector<Stretch> expected = {{0, 10, Observed::kUnseen},
                                         {10, 40, Observed::kSeen},
                                         {40, 50, Observed::kWeak},
                                         {50, 90, Observed::kUnseen},
                                         {90, 100, Observed::kSeen}};
  ASSERT_EQ(pipe.stretches.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_DOUBLE_EQ(pipe.stretches[i].from_m, expected[i].from_m);
    EXPECT_DOUBLE_EQ(pipe.stretches[i].to_m, expected[i].to_m);
    EXPECT_EQ(pipe.stretches[i].state, expected[i].state);
  }
  EXPECT_DOUBLE_EQ(pipe.metres[0], 40);
  EXPECT_DOUBLE_EQ(pipe.metres[1], 10);
  EXPECT_DOUBLE_EQ(pipe.metres[2], 50);
  EXPECT_NEAR(pipe.smallest_rise_k, 5 * (0.1 * 40 + 0.2 * 10) / 50, 1e-12);
}

TEST(SurveyView, TheSmallestHeatFollowsNoiseAndDepth) {
  const PipeCoverage piece{0, 0, 100, 5, 0.1, 80};
  EXPECT_DOUBLE_EQ(SmallestHeatW(piece), 5 * 0.1 * 80);
  EXPECT_DOUBLE_EQ(ViewOfOnePipe({piece}).pipes[0].smallest_heat_w, 40);
  // An overhead pipe has no such figure, and what tells nothing is not observed.
  EXPECT_EQ(ViewOfOnePipe({{0, 0, 100, 5, 0.1}}).pipes[0].smallest_heat_w, -1);
  EXPECT_EQ(ObservedOf({0, 0, 100, 5, std::nan(""), 80}), Observed::kUnseen);
}

TEST(SurveyView, NothingSeenIsSaidAsSuch) {
  const SurveyView view = ViewOfOnePipe({});
  EXPECT_EQ(view.pipes_in_survey, 0);
  EXPECT_EQ(view.pipes[0].smallest_rise_k, -1);
  ASSERT_EQ(view.pipes[0].stretches.size(), 1u);
  EXPECT_EQ(view.pipes[0].stretches[0].state, Observed::kUnseen);
}

TEST(SurveyView, CountsOfThePlausibleSurvey) {
  const PlausibleSurvey survey = MakePlausibleSurvey();
  const SurveyView view = ViewOf(survey.result);
  EXPECT_EQ(view.frames_used, 57);
  EXPECT_EQ(view.frames_quarantined, 3);
  EXPECT_EQ(view.quarantined_by_reason.at("NoPosition"), 2);
  EXPECT_EQ(view.quarantined_by_reason.at("FileTruncated"), 1);
  EXPECT_EQ(view.frame_flags.at(QualityMark::kLowContrast), 7);      // 0, 9, ... 54
  EXPECT_EQ(view.frame_warnings.at("NoCameraGeometry").frames, 12);  // 0, 5, ... 55
  EXPECT_EQ(view.suspected_leaks, 3);
  EXPECT_EQ(view.candidates_by_kind, (std::array<int, 4>{3, 3, 2, 4}));
  EXPECT_EQ(view.pipes_in_survey, 6);  // the seventh is five kilometres away
  EXPECT_EQ(view.pipes_seen, 5);
  EXPECT_NEAR(view.metres[0] + view.metres[1] + view.metres[2], view.survey_length_m, 1e-6);
  EXPECT_NEAR(view.network_length_m - view.survey_length_m, 1200, 1e-6);
}

/// A frame that looks at the given box.
FrameRecord Looking(Vec2 low, Vec2 high) {
  FrameRecord record;
  record.registered = RegisteredFrame{};
  record.registered->footprint = {low, {high.x(), low.y()}, high, {low.x(), high.y()}};
  return record;
}

TEST(CoverageOutline, OverlappingFramesBecomeOneRing) {
  std::vector<FrameRecord> frames = {Looking({0, 0}, {60, 40}), Looking({40, 0}, {100, 40})};
  frames.push_back(Looking({500, 500}, {600, 600}));
  frames.back().quarantined = Error{};  // not used, not drawn
  const auto rings = CoverageOutline(frames);
  ASSERT_EQ(rings.size(), 1u);
  EXPECT_NEAR(std::abs(RingArea(rings[0])), 100 * 40, 0.01 * 100 * 40);  // cells of 100 m / 1200
  EXPECT_TRUE(RingContains(rings[0], {50, 20}));
  EXPECT_FALSE(RingContains(rings[0], {101, 20}));
}

TEST(CoverageOutline, AHoleIsARingOfItsOwn) {
  const std::vector<FrameRecord> frames = {Looking({0, 0}, {100, 20}), Looking({0, 80}, {100, 100}),
                                           Looking({0, 0}, {20, 100}),
                                           Looking({80, 0}, {100, 100})};
  const auto rings = CoverageOutline(frames);
  ASSERT_EQ(rings.size(), 2u);
  const double outer = std::max(std::abs(RingArea(rings[0])), std::abs(RingArea(rings[1])));
  const double inner = std::min(std::abs(RingArea(rings[0])), std::abs(RingArea(rings[1])));
  EXPECT_NEAR(outer, 100 * 100, 100);
  EXPECT_NEAR(inner, 60 * 60, 100);
  EXPECT_TRUE(CoverageOutline({}).empty());
}

TEST(SurveyView, TheEllipseIsTurnedFromGridToTrueNorth) {
  const LocalFrame frame = LocalFrame::Utm({82.9, 55.0});
  LeakCandidate candidate;
  candidate.spot.position = {120, -340};
  candidate.position_covariance << 9, 0, 0, 1;  // long axis along grid east
  const Ellipse ellipse = TrueEllipse(candidate, frame);
  EXPECT_NEAR(ellipse.major, 3, 1e-12);
  EXPECT_NEAR(ellipse.minor, 1, 1e-12);
  // Witness: walk 200 m along the axis and take the azimuth on the ellipsoid (WGS 84 radii of
  // curvature).
  const LonLat a = frame.LonLatFromLocal(candidate.spot.position - Vec2(100, 0));
  const LonLat b = frame.LonLatFromLocal(candidate.spot.position + Vec2(100, 0));
  const double rad = 3.14159265358979323846 / 180;
  const double sin_lat = std::sin(a.lat_deg * rad);
  const double w2 = 1 - 0.00669437999014 * sin_lat * sin_lat;
  const double east = (b.lon_deg - a.lon_deg) * rad *
                      std::cos(0.5 * (a.lat_deg + b.lat_deg) * rad) * 6378137.0 / std::sqrt(w2);
  const double north =
      (b.lat_deg - a.lat_deg) * rad * 6378137.0 * (1 - 0.00669437999014) / (w2 * std::sqrt(w2));
  EXPECT_NEAR(ellipse.azimuth_deg, std::atan2(east, north) / rad, 0.01);
  EXPECT_GT(std::abs(ellipse.azimuth_deg - 90),
            1.0);  // two degrees off the zone's centre: it matters
}

}  // namespace
}  // namespace thermoleak
