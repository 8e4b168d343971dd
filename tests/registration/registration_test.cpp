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
