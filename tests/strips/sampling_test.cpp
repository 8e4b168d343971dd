// A picture whose temperature is a known function of the ground point, so that every sample can be
// checked by hand.
#include "thermoleak/strips/sampling.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thermoleak {
namespace {

constexpr double kHeight = 40;

RegisteredFrame Frame(double yaw_deg, double pitch_deg) {
  RegisteredFrame frame;
  frame.camera.lens = {640, 512, 800, {320, 256}};
  frame.camera.position = {5, -3, kHeight};
  frame.camera.map_from_camera = RotationFromAngles(yaw_deg, pitch_deg, 0);
  frame.footprint = frame.camera.Footprint(Terrain::Plane(0), 400);
  frame.gsd_m = kHeight / 800;
  return frame;
}

double GroundTemperature(const Vec2& p) { return 2 + 0.05 * p.x() - 0.03 * p.y(); }

cv::Mat Picture(const RegisteredFrame& frame) {
  cv::Mat picture(512, 640, CV_32FC1);
  for (int r = 0; r < 512; ++r) {
    for (int c = 0; c < 640; ++c) {
      const auto ground = frame.camera.Ground({c + 0.5, r + 0.5}, Terrain::Plane(0));
      picture.at<float>(r, c) = static_cast<float>(GroundTemperature(ground->head<2>()));
    }
  }
  return picture;
}

TEST(FrameSampler, StripCellsReadTheGroundUnderThem) {
  const Polyline axis({{-10, -10}, {15, 5}});
  const StripLayout layout{0, 0, 0.25, static_cast<int>(axis.Length() / 0.25), 41};
  const StripGrid grid(layout, axis, Terrain::Plane(0), 1.0);
  for (const double pitch : {-90.0, -75.0}) {
    const RegisteredFrame frame = Frame(33, pitch);
    const cv::Mat picture = Picture(frame);
    const FlatField flat;
    const FrameSampler sampler(picture, frame, flat, 0.5, 2);
    const auto samples = sampler.Sample(7, layout, grid);
    ASSERT_TRUE(samples);
    EXPECT_EQ(samples->strip, 7);
    int seen = 0;
    for (int r = 0; r < samples->celsius.rows; ++r) {
      for (int c = 0; c < samples->celsius.cols; ++c) {
        const float value = samples->celsius(r, c);
        if (!(value == value)) continue;
        const double chainage = layout.ChainageOf(samples->column0 + c);
        // Offset subtracted; bilinear on a nearly linear picture: 1e-3 K.
        EXPECT_NEAR(value, GroundTemperature(axis.At(chainage, layout.OffsetOf(r))) - 0.5, 1e-3);
        ++seen;
      }
    }
    EXPECT_GT(seen, 1000);
  }
}

TEST(FrameSampler, FlatFieldIsSubtractedWhereItBelongs) {
  const RegisteredFrame frame = Frame(0, -90);
  const cv::Mat picture(512, 640, CV_32FC1, cv::Scalar(1.0));
  FlatField flat;
  flat.width = 640;
  flat.height = 512;
  flat.nodes = (cv::Mat_<float>(2, 3) << 0, 1, 4, 0, 1, 8);  // columns at 0, 320, 640
  const FrameSampler sampler(picture, frame, flat, 0.5, 2);
  EXPECT_NEAR(sampler.At(320, 256), 0.5 - 1, 0.01);  // the bend: half a pixel on either side
  EXPECT_NEAR(sampler.At(160, 100), 0.5 - 0.5, 1e-4);
  EXPECT_NEAR(sampler.At(480, 256), 0.5 - 3.5, 1e-4);
  EXPECT_NEAR(sampler.At(480, 384), 0.5 - (1 + 0.5 * (3 + 3)), 1e-4);
  EXPECT_TRUE(std::isnan(sampler.At(1, 256)));
}

TEST(FrameSampler, MosaicPatchIsNorthUp) {
  const RegisteredFrame frame = Frame(120, -90);
  const cv::Mat picture = Picture(frame);
  const FlatField flat;
  const FrameSampler sampler(picture, frame, flat, 0, 2);
  const double cell = 0.2;
  const auto patch = sampler.Patch(cell, Terrain::Plane(0));
  ASSERT_TRUE(patch);
  int seen = 0;
  int inside = 0;
  for (int r = 0; r < patch->celsius.rows; r += 7) {
    for (int c = 0; c < patch->celsius.cols; c += 7) {
      if (!std::isfinite(patch->celsius(r, c))) continue;
      const Vec2 ground((static_cast<double>(patch->column) + c + 0.5) * cell,
                        -(static_cast<double>(patch->row) + r + 0.5) * cell);
      EXPECT_NEAR(patch->celsius(r, c), GroundTemperature(ground), 1e-3);
      const Vec2 lever = ground - frame.camera.position.head<2>();
      // Near the border a view counts less: the nearest point of the picture is 51 pixels inside.
      const auto pixel = frame.camera.Project({ground.x(), ground.y(), 0});
      if (frame.camera.InPicture(*pixel, 54)) {
        EXPECT_NEAR(patch->nadir(r, c), lever.norm() / kHeight, 1e-4);
        ++inside;
      } else {
        EXPECT_GE(patch->nadir(r, c), lever.norm() / kHeight - 1e-4);
      }
      ++seen;
    }
  }
  EXPECT_GT(seen, 100);
  EXPECT_GT(inside, 100);
}

}  // namespace
}  // namespace thermoleak
