#include "thermoleak/registration/camera.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>

namespace thermoleak {
namespace {

Camera Nadir(double yaw_deg) {
  Camera camera;
  camera.lens = {640, 512, 1000, {320, 256}};
  camera.position = {100, 200, 50};
  camera.map_from_camera = RotationFromAngles(yaw_deg, -90, 0);
  return camera;
}

TEST(Rotation, IsARotationForAllAngles) {
  for (double yaw : {-170.0, 0.0, 33.0, 180.0}) {
    for (double pitch : {-90.0, -60.0, 0.0}) {
      for (double roll : {-20.0, 0.0, 45.0}) {
        const Mat3 r = RotationFromAngles(yaw, pitch, roll);
        EXPECT_TRUE((r * r.transpose()).isIdentity(1e-12));
        EXPECT_NEAR(r.determinant(), 1, 1e-12);
        const Angles a = AnglesFromRotation(r);
        EXPECT_TRUE(RotationFromAngles(a.yaw_deg, a.pitch_deg, a.roll_deg).isApprox(r, 1e-9));
      }
    }
  }
}

TEST(Camera, NadirFacingNorthHasUpperEdgeNorth) {
  // 50 m above ground, 1000 px focal length: 5 cm a pixel; the pixel 100 px above the centre is 5 m
  // north.
  const auto ground = Nadir(0).Ground({320, 156}, Terrain::Plane(0));
  ASSERT_TRUE(ground);
  EXPECT_TRUE(ground->isApprox(Vec3(100, 205, 0), 1e-9));
}

TEST(Camera, YawTurnsClockwise) {
  const auto ground = Nadir(90).Ground({320, 156}, Terrain::Plane(0));
  ASSERT_TRUE(ground);
  EXPECT_TRUE(ground->isApprox(Vec3(105, 200, 0), 1e-9));
}

TEST(Camera, PositiveRollPutsTheRightSideDown) {
  Camera camera = Nadir(0);
  camera.map_from_camera = RotationFromAngles(0, 0, 30);
  EXPECT_LT(camera.map_from_camera.col(0).z(), 0);
}

TEST(Camera, PitchTiltsTowardsTheUpperEdge) {
  Camera camera = Nadir(0);
  camera.map_from_camera = RotationFromAngles(0, -80, 0);
  const auto ground = camera.Ground({320, 256}, Terrain::Plane(0));
  ASSERT_TRUE(ground);
  EXPECT_NEAR(ground->y() - 200, 50 * std::tan(10 * 3.14159265358979 / 180), 1e-9);
}

TEST(Camera, ProjectInvertsGroundWithDistortion) {
  Camera camera = Nadir(25);
  camera.map_from_camera = RotationFromAngles(25, -83, 2);
  camera.lens.k1 = -0.026;
  camera.lens.k2 = 0.234;
  camera.lens.k3 = 0.183;
  camera.lens.p1 = 0.0087;
  camera.lens.p2 = 0.0039;
  const Terrain plane = Terrain::Plane(3);
  for (double u : {0.0, 17.0, 320.0, 640.0}) {
    for (double v : {0.0, 200.0, 512.0}) {
      const auto ground = camera.Ground({u, v}, plane);
      ASSERT_TRUE(ground);
      EXPECT_NEAR(ground->z(), 3, 1e-6);
      const auto pixel = camera.Project(*ground);
      ASSERT_TRUE(pixel);
      EXPECT_NEAR(pixel->x(), u, 1e-6);
      EXPECT_NEAR(pixel->y(), v, 1e-6);
    }
  }
}

TEST(Camera, SkyAndBehindSeeNothing) {
  Camera camera = Nadir(0);
  camera.map_from_camera = RotationFromAngles(0, 5, 0);
  EXPECT_FALSE(camera.Ground({320, 256}, Terrain::Plane(0)));
  EXPECT_TRUE(camera.Footprint(Terrain::Plane(0), 400).empty());
  EXPECT_FALSE(Nadir(0).Project({100, 200, 60}));
}

TEST(Camera, FootprintIsCounterClockwiseAndHasTheRightArea) {
  const auto ring = Nadir(140).Footprint(Terrain::Plane(0), 400);
  EXPECT_NEAR(RingArea(ring), 32.0 * 25.6, 1e-6);
}

}  // namespace
}  // namespace thermoleak
