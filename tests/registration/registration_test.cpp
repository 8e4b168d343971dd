#include "thermoleak/registration/registration.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thermoleak {
namespace {

const LonLat kShenyang{123.43, 41.80};

FrameMeta NadirFrame() {
  FrameMeta meta;
  meta.name = "DJI_0001_R.JPG";
  meta.width = 640;
  meta.height = 512;
  meta.focal_length_mm = 13;
  meta.pixel_pitch_um = 17;
  meta.pose.position = kShenyang;
  meta.pose.height_above_takeoff_m = 60;
  meta.pose.yaw_deg = 0;
  meta.pose.pitch_deg = -90;
  meta.pose.roll_deg = 0;
  return meta;
}

Registration Register(const FrameMeta& meta, const RegistrationOptions& options = {}) {
  return RegisterFromMetadata({&meta, 1}, LocalFrame::Utm(kShenyang), std::nullopt, options);
}

TEST(Registration, NadirFrameLiesUnderItsPosition) {
  const Registration r = Register(NadirFrame());
  ASSERT_EQ(r.frames.size(), 1u);
  const RegisteredFrame& frame = r.frames[0];
  EXPECT_NEAR(frame.gsd_m, 60 * 17e-6 / 13e-3, 1e-9);
  EXPECT_TRUE(frame.centre.isApprox(frame.camera.position.head<2>(), 1e-9));
  EXPECT_NEAR(RingArea(frame.footprint), 640 * 512 * frame.gsd_m * frame.gsd_m, 1e-3);
  // Grid yaw = true yaw - convergence; at nadir the yaw of the picture.
  const double convergence = LocalFrame::Utm(kShenyang).ConvergenceDeg(kShenyang);
  EXPECT_NEAR(AnglesFromRotation(frame.camera.map_from_camera).yaw_deg, -convergence, 1e-6);
}

TEST(Registration, GroundCovarianceByHand) {
  RegistrationOptions options;
  options.gnss_sigma_m = 2;
  options.tilt_sigma_deg = 1;
  options.yaw_sigma_deg = 3;
  options.height_sigma_m = 2;
  options.height_sigma_share = 0;
  const Registration r = Register(NadirFrame(), options);
  const RegisteredFrame& frame = r.frames.at(0);
  const double degree = M_PI / 180;
  // Under the camera: position and tilt times height.
  const double expected = 4 + std::pow(60 * 1 * degree, 2);
  const Mat2 centre = frame.GroundCovariance({frame.centre.x(), frame.centre.y(), 0});
  EXPECT_NEAR(centre(0, 0), expected, 1e-6);
  EXPECT_NEAR(centre(0, 1), 0, 1e-9);
  // 20 m east: yaw moves it north by 20 m * 3 deg, height moves it east by 20/60 of 2 m.
  const Mat2 east = frame.GroundCovariance({frame.centre.x() + 20, frame.centre.y(), 0});
  EXPECT_NEAR(east(1, 1), expected + std::pow(20 * 3 * degree, 2), 0.02);
  EXPECT_NEAR(east(0, 0),
              4 + std::pow(60 * (1 + 20.0 * 20 / 3600) * degree, 2) + std::pow(2 * 20.0 / 60, 2),
              0.02);
}

TEST(Registration, FramesThatCannotBePlacedSayWhy) {
  FrameMeta meta = NadirFrame();
  meta.pose.position.reset();
  EXPECT_EQ(Register(meta).failed.at(0).second.message.id, MessageId::kNoPosition);
  meta = NadirFrame();
  meta.pixel_pitch_um.reset();
  EXPECT_EQ(Register(meta).failed.at(0).second.message.id, MessageId::kNoCameraGeometry);
  meta = NadirFrame();
  meta.pose.height_above_takeoff_m.reset();
  EXPECT_EQ(Register(meta).failed.at(0).second.message.id, MessageId::kNoHeight);
  meta = NadirFrame();
  meta.pose.pitch_deg = -5;
  EXPECT_EQ(Register(meta).failed.at(0).second.message.id, MessageId::kNotLookingDown);
}

/// A flight due east, 4 m/s, a frame every 2 s.
std::vector<FrameMeta> EastwardFlight(int frames) {
  const LocalFrame local = LocalFrame::Utm(kShenyang);
  const Vec2 start = local.LocalFromLonLat(kShenyang);
  std::vector<FrameMeta> metas;
  for (int i = 0; i < frames; ++i) {
    FrameMeta meta = NadirFrame();
    meta.name = "DJI_" + std::to_string(i);
    meta.time_utc_s = 1.77e9 + 2 * i;
    meta.pose.position = local.LonLatFromLocal(start + Vec2(8.0 * i, 0));
    meta.pose.yaw_deg = 90 + i;
    metas.push_back(meta);
  }
  return metas;
}

Registration Register(const std::vector<FrameMeta>& metas) {
  return RegisterFromMetadata(metas, LocalFrame::Utm(kShenyang), std::nullopt, {});
}

TEST(Registration, WhatAFrameLacksComesFromItsNeighbours) {
  std::vector<FrameMeta> metas = EastwardFlight(5);
  const Registration whole = Register(metas);
  metas[2].pose = {};
  const Registration r = Register(metas);
  ASSERT_EQ(r.frames.size(), 5u);
  EXPECT_TRUE(r.failed.empty());
  const RegisteredFrame& frame = r.frames[2];
  EXPECT_LT((frame.camera.position - whole.frames[2].camera.position).norm(), 0.01);
  EXPECT_LT((frame.camera.map_from_camera - whole.frames[2].camera.map_from_camera).norm(), 1e-3);
  // 0.5 m/s^2 over two seconds to both sides: 1 m beside the receiver's 2 m.
  EXPECT_NEAR(frame.covariance(0, 0), 4 + 1, 1e-9);
  EXPECT_GT(frame.covariance(5, 5), whole.frames[2].covariance(5, 5));
  EXPECT_EQ(r.frames[1].filled_in.position_m, 0);
}

TEST(Registration, NothingIsFilledInOverAPauseOrAtTheEnd) {
  std::vector<FrameMeta> metas = EastwardFlight(5);
  metas[4].pose.position.reset();
  EXPECT_EQ(Register(metas).failed.at(0).second.message.id, MessageId::kNoPosition);
  metas = EastwardFlight(5);
  metas[2].pose.position.reset();
  for (std::size_t i = 3; i < 5; ++i) *metas[i].time_utc_s += 60;
  EXPECT_EQ(Register(metas).failed.at(0).second.message.id, MessageId::kNoPosition);
}

TEST(Registration, WithoutTimesTheOrderTells) {
  std::vector<FrameMeta> metas = EastwardFlight(5);
  for (FrameMeta& meta : metas) meta.time_utc_s.reset();
  metas[2].pose.position.reset();
  const Registration r = Register(metas);
  ASSERT_EQ(r.frames.size(), 5u);
  EXPECT_LT((r.frames[2].centre - Register(EastwardFlight(5)).frames[2].centre).norm(), 0.2);
  EXPECT_GT(r.frames[2].filled_in.position_m, 4);  // it could be anywhere between
}

TEST(Registration, WithoutHeadingTheCourseTells) {
  std::vector<FrameMeta> metas = EastwardFlight(5);
  for (FrameMeta& meta : metas) meta.pose.yaw_deg.reset();
  const Registration r = Register(metas);
  for (const RegisteredFrame& frame : r.frames) {
    EXPECT_NEAR(AnglesFromRotation(frame.camera.map_from_camera).yaw_deg, 90, 0.1);
    EXPECT_NEAR(std::sqrt(frame.covariance(5, 5)) * 180 / M_PI, std::hypot(20, 3), 0.01);
  }
}

TEST(Registration, APictureFromTheHandIsLocatedRoughly) {
  FrameMeta meta = NadirFrame();
  meta.pose = {};
  meta.pose.position = kShenyang;
  const LocalFrame local = LocalFrame::Utm(kShenyang);
  const Registration around = Register(meta);
  EXPECT_TRUE(around.frames.empty());
  EXPECT_TRUE(around.failed.empty());
  ASSERT_EQ(around.located.size(), 1u);
  EXPECT_LT((around.located[0].position - local.LocalFromLonLat(kShenyang)).norm(), 0.01);
  EXPECT_NEAR(around.located[0].sigma_m, std::hypot(5, 8), 1e-9);
  // A compass says where it looks: four metres ahead, and less around.
  meta.pose.yaw_deg = 90;
  const Registration ahead = Register(meta);
  ASSERT_EQ(ahead.located.size(), 1u);
  EXPECT_NEAR(ahead.located[0].position.x() - around.located[0].position.x(), 4, 0.1);
  EXPECT_NEAR(ahead.located[0].sigma_m, std::hypot(5, 4), 1e-9);
}

TEST(Registration, RtkFlagDecidesTheSigma) {
  FrameMeta meta = NadirFrame();
  meta.pose.rtk_flag = 50;
  RegistrationOptions options;
  EXPECT_NEAR(Register(meta, options).frames.at(0).covariance(0, 0),
              std::pow(options.gnss_fixed_sigma_m, 2), 1e-12);
  meta.pose.rtk_flag = 16;
  EXPECT_NEAR(Register(meta, options).frames.at(0).covariance(0, 0),
              std::pow(options.gnss_sigma_m, 2), 1e-12);
}

}  // namespace
}  // namespace thermoleak
