#include "thermoleak/simulation/inject.hpp"

#include <gtest/gtest.h>

#include <numbers>

#include "simulation/leak_shape.hpp"
#include "simulation/rewrite_frame.hpp"
#include "thermoleak/ingest/reader.hpp"
#include "thermoleak/simulation/ground.hpp"
#include "thermoleak/simulation/signature.hpp"

namespace thermoleak::simulation {
namespace {

constexpr double kH = 12;
constexpr double kDepth = 1.3;

/// One source without ragged edges: the closed form.
Leak PlainLeak(double delta_t_k, const Vec2& at) {
  Leak leak;
  leak.position = at;
  leak.delta_t_k = delta_t_k;
  leak.wet_length_m = 0;
  leak.depth_m = kDepth;
  leak.edge = 0;
  StrewSources(Polyline({{0, 0}, {10, 0}}), 1, leak);
  ScaleLeak(kH, leak);
  return leak;
}

/// 640 x 512, 13 mm, 30 m above the ground: 3.9 cm a pixel.
Camera TiltedCamera() {
  Camera camera;
  camera.lens.width = 640;
  camera.lens.height = 512;
  camera.lens.focal_px = 764.7;
  camera.lens.principal = {320, 256};
  camera.lens.k1 = -0.02;
  camera.position = {4, -3, 30};
  camera.map_from_camera = RotationFromAngles(30, -86, 2);
  return camera;
}

PlanckCalibration RealCalibration() {
  PlanckCalibration calibration;
  calibration.planck = {344449, 1428, 1, -515, 1};
  calibration.scene.emissivity = 0.93;
  calibration.scene.distance_m = 30;
  calibration.scene.reflected_c = -30;
  calibration.scene.air_c = -6;
  return calibration;
}

Vec2 Same(const Vec2& p) { return p; }

TEST(Inject, APointLeakIsOneSourceOfTheClosedForm) {
  const Leak leak = PlainLeak(6, {1, 2});
  ASSERT_EQ(leak.sources.size(), 1u);
  EXPECT_NEAR(HeatOf(leak), 6 * 2 * std::numbers::pi * kH * kDepth * kDepth, 1e-6);
  const LeakField field(leak, kH);
  for (const double r : {0.0, 0.33, 1.0, 2.7, 6.1}) {
    // A grid of 5 cm: 12 K over a source at 1.3 m bend by 3 * 12 / 1.3^2 K/m^2 in both directions.
    EXPECT_NEAR(field.At({1 + r, 2}), PointRise(HeatOf(leak), kH, kDepth, r), 0.01) << r;
  }
  EXPECT_EQ(field.At({500, 2}), 0);
}

TEST(Inject, AFlatFrameGetsThePointRiseAtItsGroundPoints) {
  const Leak leak = PlainLeak(8, {3, -1});
  const std::vector<LeakField> fields{LeakField(leak, kH)};
  const Camera camera = TiltedCamera();
  const Terrain terrain = Terrain::Plane(0);
  const Vec2 shift{0.7, -0.4};
  const cv::Mat rise = RiseSeen(camera, terrain, fields, [&](const Vec2& p) { return p - shift; });
  ASSERT_EQ(rise.size(), cv::Size(640, 512));

  const PlanckCalibration calibration = RealCalibration();
  const SinglePathModel model(calibration.planck, calibration.atmosphere, calibration.scene);
  const auto flat = static_cast<std::uint16_t>(std::lround(model.Raw(-4)));
  const double ground_c = model.Celsius(flat);
  const double count_k = model.Celsius(flat + 1) - ground_c;
  const cv::Mat stored(512, 640, CV_16UC1, cv::Scalar(flat));
  const cv::Mat counts = CountsWithRise(stored, calibration, rise, 7);
  const cv::Mat celsius = ToCelsius(counts, calibration);
  double sum = 0;
  double worst = 0;
  for (int r = 0; r < 512; ++r) {
    for (int c = 0; c < 640; ++c) {
      const Vec2 at = camera.Ground({c + 0.5, r + 0.5}, terrain).value().head<2>() - shift;
      const double expected = PointRise(HeatOf(leak), kH, kDepth, (at - leak.position).norm());
      const double error = static_cast<double>(celsius.at<float>(r, c)) - ground_c - expected;
      sum += error;
      worst = std::max(worst, std::abs(error));
    }
  }
  // A count of rounding, 0.01 K of the grid and 0.01 K of the blur of 0.6 pixels (2.4 cm).
  EXPECT_LT(worst, count_k + 0.02);
  EXPECT_NEAR(sum / (512 * 640), 0, 0.003);
}

TEST(Inject, WithoutARiseCountsStayAsTheyAre) {
  cv::Mat stored(40, 50, CV_16UC1);
  cv::randu(stored, 2000, 30000);
  const Calibration calibration = RealCalibration();
  EXPECT_EQ(cv::norm(CountsWithRise(stored, calibration, {}, 1), stored, cv::NORM_INF), 0);
  const cv::Mat none = cv::Mat::zeros(40, 50, CV_32FC1);
  EXPECT_EQ(cv::norm(CountsWithRise(stored, calibration, none, 1), stored, cv::NORM_INF), 0);
}

TEST(Inject, ARiseBelowOneCountIsRightInTheMean) {
  const PlanckCalibration calibration = RealCalibration();
  const SinglePathModel model(calibration.planck, calibration.atmosphere, calibration.scene);
  const cv::Mat stored(200, 200, CV_16UC1, cv::Scalar(std::round(model.Raw(2))));
  const double count_k = 1 / (model.Raw(3) - model.Raw(2));
  const cv::Mat rise(200, 200, CV_32FC1, cv::Scalar(0.3 * count_k));
  const cv::Mat counts = CountsWithRise(stored, calibration, rise, 3);
  cv::Mat difference = counts - stored;
  // 40,000 draws: 0.0023 of standard error.
  EXPECT_NEAR(cv::mean(difference)[0], 0.3, 0.01);
  EXPECT_EQ(cv::norm(CountsWithRise(stored, calibration, rise, 3), counts, cv::NORM_INF), 0);
  EXPECT_GT(cv::norm(CountsWithRise(stored, calibration, rise, 4), counts, cv::NORM_INF), 0);
}

TEST(Inject, OtherFormatsGoIntoAScaleOfOurOwn) {
  cv::Mat celsius(1, 191, CV_32FC1);
  for (int i = 0; i < 191; ++i) celsius.at<float>(0, i) = static_cast<float>(i - 40);
  const cv::Mat rise(1, 191, CV_32FC1, cv::Scalar(2));
  const cv::Mat counts = CountsWithRise(celsius, CelsiusCalibration{}, rise, 1);
  const cv::Mat back = ToCelsius(counts, OwnScale());
  for (int i = 0; i < 191; ++i)
    EXPECT_NEAR(back.at<float>(0, i), celsius.at<float>(0, i) + 2, 0.02F) << i - 40;
  // Counts of a T-linear file, 0.4 K each.
  const cv::Mat stored(1, 1, CV_16UC1, cv::Scalar(680));
  const LinearCalibration linear{0.4, -273.15};
  const cv::Mat kept = CountsWithRise(stored, linear, {}, 1);
  EXPECT_NEAR(ToCelsius(kept, OwnScale()).at<float>(0, 0), 0.4F * 680 - 273.15F, 0.02F);
}

TEST(Inject, FramesThatSeeNoLeakAreLeftAlone) {
  const std::vector<LeakField> fields{LeakField(PlainLeak(8, {300, -1}), kH)};
  EXPECT_TRUE(RiseSeen(TiltedCamera(), Terrain::Plane(0), fields, Same).empty());
}

FrameMeta SomeMeta() {
  FrameMeta meta;
  meta.name = "DJI_0001.jpg";
  meta.make = "DJI";
  meta.model = "FLIR";
  meta.serial = "A1";
  meta.width = 160;
  meta.height = 120;
  meta.focal_length_mm = 13;
  meta.pixel_pitch_um = 17;
  meta.time_utc_s = 1625147268.991;
  meta.calibration = RealCalibration();
  meta.pose.position = LonLat{6.23912345678, -46.3972987654};
  meta.pose.altitude_m = 398.123;
  meta.pose.height_above_takeoff_m = 40;
  meta.pose.yaw_deg = 126.25;
  meta.pose.pitch_deg = -91.3;
  meta.pose.roll_deg = -1.75;
  meta.pose.aircraft_yaw_deg = 359.5;
  return meta;
}

FrameMeta ReadBack(const FrameMeta& meta) {
  RjpegFrame described = DescribeFrame(meta);
  described.counts = cv::Mat(meta.height, meta.width, CV_16UC1, cv::Scalar(3000));
  const auto frame = ReadFrame(EncodeRjpeg(described), std::filesystem::path("DJI_0001.jpg"),
                               CameraTable::BuiltIn());
  EXPECT_TRUE(frame.has_value());
  return frame ? frame->meta : FrameMeta();
}

TEST(Inject, AFrameKeepsWhatItHasRecorded) {
  const FrameMeta meta = SomeMeta();
  EXPECT_EQ(UnlikeIn(meta, ReadBack(meta)), "");
}

TEST(Inject, AFrameKeepsWhatItLacks) {
  FrameMeta meta = SomeMeta();
  meta.time_is_local = true;
  meta.pose.yaw_deg.reset();
  meta.pose.roll_deg.reset();
  meta.pose.pitch_deg.reset();
  meta.pose.altitude_m.reset();
  meta.pose.aircraft_yaw_deg.reset();
  const FrameMeta back = ReadBack(meta);
  EXPECT_EQ(UnlikeIn(meta, back), "");
  EXPECT_FALSE(back.pose.pitch_deg);
  EXPECT_TRUE(back.time_is_local);
}

TEST(Inject, AFrameKeepsRtkAndRange) {
  FrameMeta meta = SomeMeta();
  meta.pose.rtk_flag = 50;
  meta.pose.sigma_horizontal_m = 0.0123;
  meta.pose.sigma_vertical_m = 0.0345;
  meta.pose.altitude_is_ellipsoidal = true;
  meta.pose.laser_range_m = 40.5;
  meta.pose.height_above_ground_m = 40.5 * std::sin(91.3 * std::numbers::pi / 180);
  EXPECT_EQ(UnlikeIn(meta, ReadBack(meta)), "");
}

TEST(Inject, WhatDiffersIsNamed) {
  const FrameMeta meta = SomeMeta();
  FrameMeta other = meta;
  other.pose.yaw_deg = 126.26;
  EXPECT_EQ(UnlikeIn(meta, other), "attitude");
  other = meta;
  other.time_utc_s = *meta.time_utc_s + 0.5;
  EXPECT_EQ(UnlikeIn(meta, other), "time");
  other = meta;
  std::get<PlanckCalibration>(other.calibration).scene.emissivity = 0.9;
  EXPECT_EQ(UnlikeIn(meta, other), "calibration");
}

}  // namespace
}  // namespace thermoleak::simulation
