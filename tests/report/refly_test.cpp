// A pipe of 400 m along the x axis under a line of frames, 40 m x 40 m each: what each metre got.
#include "report/refly.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "report/frame_facts.hpp"
#include "report/survey_area.hpp"

namespace thermoleak {
namespace {

FrameRecord FrameAt(double x, double y = 0) {
  FrameRecord record;
  RegisteredFrame frame;
  frame.camera.lens = {640, 512, 640, {320, 256}, 0, 0, 0, 0, 0};
  frame.camera.position = {x, y, 40};
  frame.camera.map_from_camera = RotationFromAngles(0, -90, 0);
  frame.gsd_m = 40.0 / 640;
  frame.centre = {x, y};
  frame.relative_covariance.diagonal() << 0.01, 0.01, 0.01, 1e-8, 1e-8, 1e-8;
  frame.footprint = {{x - 20, y - 20}, {x + 20, y - 20}, {x + 20, y + 20}, {x - 20, y + 20}};
  record.registered = frame;
  record.ties = 9;
  return record;
}

class ReflyTest : public ::testing::Test {
 protected:
  ReflyTest() {
    Pipe pipe;
    pipe.id = "p";
    pipe.axis = Polyline({{0, 0}, {400, 0}});
    network_ = std::make_unique<PipeNetwork>(std::vector<Pipe>{pipe}, std::vector<Chamber>{},
                                             std::vector<Building>{}, NetworkOptions{});
    result_.network = network_.get();
    result_.facts.registration.method = MessageId::kMethodTies;
    for (int i = 0; i <= 10; ++i) result_.frames.push_back(FrameAt(100 + 20 * i));
  }
  SurveySight Sights() const { return SightOf(result_, ViewOf(result_)); }
  /// The sight at a chainage.
  Sight At(double chainage) const {
    const SurveySight sight = Sights();
    for (const SightStretch& stretch : sight.pipes.at(0)) {
      if (chainage >= stretch.from_m && chainage < stretch.to_m) return stretch.sight;
    }
    ADD_FAILURE() << chainage;
    return Sight::kOutside;
  }

  std::unique_ptr<PipeNetwork> network_;
  SurveyResult result_{nullptr, LocalFrame::Utm({9, 48}), {}, {}, {}, {}, {}, {}, {}};
};

TEST_F(ReflyTest, EachMetreHasItsReason) {
  // Seen 80 .. 150, two views 150 .. 180, noise 180 .. 200, nothing 200 .. 230, seen to 320.
  result_.coverage = {{0, 80, 150, 6, 0.1},
                      {0, 150, 180, 2, 0.1},
                      {0, 180, 200, 6, 0.9},
                      {0, 200, 230, 0, 0},
                      {0, 230, 320, 6, 0.1}};
  EXPECT_EQ(At(40), Sight::kOutside);
  EXPECT_EQ(At(100), Sight::kGood);
  EXPECT_EQ(At(160), Sight::kFewViews);
  EXPECT_EQ(At(190), Sight::kNoisy);
  EXPECT_EQ(At(215), Sight::kNoView);
  EXPECT_EQ(At(300), Sight::kGood);
  EXPECT_EQ(At(390), Sight::kOutside);

  const SurveySight sight = Sights();
  ASSERT_EQ(sight.refly.size(), 1u);  // one piece: its parts touch
  const ReflyPiece& piece = sight.refly[0];
  EXPECT_NEAR(piece.from_m, 150, 0.01);
  EXPECT_NEAR(piece.to_m, 230, 0.01);
  EXPECT_EQ(piece.reason, Sight::kFewViews);  // 30 m; as many have no view, the milder one is named
  EXPECT_NEAR(piece.metres[static_cast<std::size_t>(Sight::kNoisy)], 20, 0.01);
  EXPECT_NEAR(piece.middle.x(), 190, 0.01);
  EXPECT_NEAR(sight.refly_m, 80, 0.01);
}

TEST_F(ReflyTest, ShortGapsAreBridgedAndShortPiecesLeftOut) {
  result_.coverage = {{0, 80, 120, 6, 0.1},  {0, 120, 124, 1, 0.1}, {0, 124, 160, 6, 0.1},
                      {0, 160, 170, 1, 0.1}, {0, 170, 174, 6, 0.1}, {0, 174, 184, 1, 0.1},
                      {0, 184, 240, 6, 0.1}, {0, 240, 246, 1, 0.1}, {0, 246, 320, 6, 0.1}};
  const SurveySight sight = Sights();
  ASSERT_EQ(sight.refly.size(), 2u);
  EXPECT_NEAR(sight.refly[0].from_m, 160, 0.01);  // longest first, bridging 170 .. 174
  EXPECT_NEAR(sight.refly[0].to_m, 184, 0.01);
  EXPECT_NEAR(sight.refly[1].from_m, 240, 0.01);
}

TEST_F(ReflyTest, AGapInsideTheAreaCountsAndTheOutsideDoesNot) {
  // Two frames of the line are missing: 20 m of ground between the footprints' ends.
  std::erase_if(result_.frames, [](const FrameRecord& record) {
    return std::abs(record.registered->centre.x() - 200) < 25;
  });
  result_.coverage = {{0, 80, 180, 6, 0.1}, {0, 220, 320, 6, 0.1}};
  EXPECT_EQ(At(200), Sight::kNoView);
  EXPECT_EQ(At(70), Sight::kOutside);
  ASSERT_EQ(Sights().refly.size(), 1u);
  EXPECT_EQ(Sights().refly[0].reason, Sight::kNoView);
}

TEST_F(ReflyTest, FramesThatWereSetAsideAreNamed) {
  std::erase_if(result_.frames, [](const FrameRecord& record) {
    return std::abs(record.registered->centre.x() - 200) < 25;
  });
  FrameRecord lost;
  lost.quarantined = Error{"lost", {MessageId::kNoHeight, {}}};
  lost.meta.pose.position = result_.frame.LonLatFromLocal({200, 0});
  result_.frames.push_back(lost);
  // One with a senseless position must not blow up the area.
  lost.meta.pose.position = LonLat{0, 0};
  result_.frames.push_back(lost);
  result_.coverage = {{0, 80, 180, 6, 0.1}, {0, 220, 320, 6, 0.1}};
  EXPECT_EQ(At(200), Sight::kSetAside);
  EXPECT_EQ(At(390), Sight::kOutside);
}

TEST_F(ReflyTest, LooseFramesDoNotCountWhereTheRestIsTied) {
  result_.coverage = {{0, 80, 320, 3, 0.1}};
  EXPECT_EQ(At(200), Sight::kGood);
  for (FrameRecord& record : result_.frames) {
    if (record.registered->centre.x() > 195) record.ties = 0;
  }
  EXPECT_EQ(At(120), Sight::kGood);
  EXPECT_EQ(At(260), Sight::kLoose);
  // A large sigma says the same ...
  for (FrameRecord& record : result_.frames) {
    record.ties = 9;
    if (record.registered->centre.x() > 195)
      record.registered->relative_covariance.topLeftCorner<2, 2>().diagonal().setConstant(2.0);
  }
  EXPECT_EQ(At(260), Sight::kLoose);
  // ... but a survey that is not tied at all says it once, as a whole.
  result_.facts.registration.method = MessageId::kMethodRecorded;
  EXPECT_EQ(At(260), Sight::kGood);
}

TEST_F(ReflyTest, WithoutFramesThereIsNoArea) {
  result_.frames.clear();
  EXPECT_TRUE(SurveyArea(result_).empty());
  EXPECT_TRUE(Sights().refly.empty());
  EXPECT_EQ(At(200), Sight::kOutside);
}

TEST(FrameFacts, HeadingIsWhereTheUpperEdgeLies) {
  RegisteredFrame frame = *FrameAt(0).registered;
  for (const double yaw : {-120.0, 0.0, 35.0, 90.0}) {
    for (const double pitch : {-90.0, -70.0, -40.0}) {
      frame.camera.map_from_camera = RotationFromAngles(yaw, pitch, 0);
      EXPECT_NEAR(HeadingDeg(frame), yaw, 1e-6) << pitch;
    }
  }
  // With roll the witness is the footprint: from the middle to the upper edge's middle.
  frame.camera.map_from_camera = RotationFromAngles(20, -60, 15);
  const Terrain plane = Terrain::Plane(0);
  const auto middle = frame.camera.Ground({320, 256}, plane);
  const auto above = frame.camera.Ground({320, 255.9}, plane);
  const Vec2 step = (*above - *middle).head<2>();
  EXPECT_NEAR(HeadingDeg(frame), std::atan2(step.x(), step.y()) * 57.29577951, 0.01);
}

TEST(FrameFacts, GroundSigmasAreOfTheCentre) {
  RegisteredFrame frame = *FrameAt(0).registered;
  frame.covariance.diagonal() << 4, 4, 0, 0, 0, 0;
  frame.relative_covariance.setZero();
  frame.relative_covariance(3, 3) = 1e-4;  // 0.01 rad about the right axis: 0.4 m along y at 40 m
  EXPECT_NEAR(GroundSigmasOf(frame).absolute_m, 2, 1e-9);
  EXPECT_NEAR(GroundSigmasOf(frame).relative_m, 0.4 / std::sqrt(2.0), 1e-6);
}

}  // namespace
}  // namespace thermoleak
