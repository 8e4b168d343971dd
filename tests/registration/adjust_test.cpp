// A textured plane seen by cameras whose recorded poses are wrong: the adjustment must find the
// cameras back.
#include "thermoleak/registration/adjust.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace thermoleak {
namespace {

constexpr double kHeight = 40;

/// Smooth random texture: value noise of three octaves on a hash, 0.3 K.
double Texture(const Vec2& p) {
  double sum = 0;
  double amplitude = 0.3;
  for (double grain : {3.0, 1.2, 0.5}) {
    const double x = p.x() / grain + 1000;
    const double y = p.y() / grain + 1000;
    const auto hash = [](std::int64_t a, std::int64_t b) {
      auto h = static_cast<std::uint64_t>(a * 374761393 + b * 668265263);
      h = (h ^ (h >> 13)) * 1274126177u;
      return static_cast<double>((h ^ (h >> 16)) & 0xffff) / 65535.0 - 0.5;
    };
    const auto ix = static_cast<std::int64_t>(std::floor(x));
    const auto iy = static_cast<std::int64_t>(std::floor(y));
    const double fx = x - static_cast<double>(ix);
    const double fy = y - static_cast<double>(iy);
    const double top = hash(ix, iy) * (1 - fx) + hash(ix + 1, iy) * fx;
    const double bottom = hash(ix, iy + 1) * (1 - fx) + hash(ix + 1, iy + 1) * fx;
    sum += 2 * amplitude * (top * (1 - fy) + bottom * fy);
    amplitude *= 0.6;
  }
  return sum;
}

RegisteredFrame Place(int index, const Camera& camera) {
  RegisteredFrame frame;
  frame.frame = index;
  frame.camera = camera;
  const Terrain plane = Terrain::Plane(0);
  frame.footprint = camera.Footprint(plane, 400);
  frame.centre = camera.Ground({320, 256}, plane)->head<2>();
  frame.gsd_m = kHeight / camera.lens.focal_px;
  frame.covariance = Mat6::Identity() * 4;
  return frame;
}

cv::Mat Render(const Camera& camera) {
  cv::Mat picture(512, 640, CV_32FC1);
  const Terrain plane = Terrain::Plane(0);
  for (int r = 0; r < 512; ++r) {
    for (int c = 0; c < 640; ++c) {
      picture.at<float>(r, c) =
          static_cast<float>(-5 + Texture(camera.Ground({c + 0.5, r + 0.5}, plane)->head<2>()));
    }
  }
  return picture;
}

struct Flight {
  std::vector<Camera> truth;
  Registration recorded;
  std::vector<cv::Mat_<float>> images;
};

/// Two lines of five frames, 70 % overlap; poses recorded with a common bias and noise of their
/// own.
Flight MakeFlight() {
  Flight flight;
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  for (int line = 0; line < 2; ++line) {
    for (int i = 0; i < 5; ++i) {
      Camera camera;
      camera.lens = {640, 512, 760, {320, 256}};
      camera.position = {8.0 * i, 14.0 * line, kHeight};
      camera.map_from_camera = RotationFromAngles(90, -90 + 0.8 * normal(random), 0);
      flight.truth.push_back(camera);
      Camera wrong = camera;
      wrong.position +=
          Vec3(-2.0 + 0.6 * normal(random), 0.7 + 0.6 * normal(random), 0.3 * normal(random));
      wrong.map_from_camera = RotationFromAngles(86, -90, 0);
      flight.recorded.frames.push_back(Place(line * 5 + i, wrong));
      flight.images.push_back(MatchingImage(MakeOverview(Render(camera))));
    }
  }
  return flight;
}

std::vector<TiePoint> Tie(const Flight& flight, const TieOptions& options) {
  std::vector<TiePoint> ties;
  for (const auto& [a, b] : OverlappingPairs(flight.recorded.frames, options)) {
    const auto pair =
        MatchPair(a, b, flight.recorded.frames, flight.images[static_cast<std::size_t>(a)],
                  flight.images[static_cast<std::size_t>(b)], Terrain::Plane(0), 2.0, options);
    ties.insert(ties.end(), pair.begin(), pair.end());
  }
  return ties;
}

TEST(TiePoints, SeeTheSameGround) {
  const Flight flight = MakeFlight();
  const auto ties = Tie(flight, {});
  ASSERT_GT(ties.size(), 60u);
  const Terrain plane = Terrain::Plane(0);
  std::vector<double> distances;
  for (const TiePoint& tie : ties) {
    const auto a = flight.truth[static_cast<std::size_t>(tie.first)].Ground(tie.pixel_first, plane);
    const auto b =
        flight.truth[static_cast<std::size_t>(tie.second)].Ground(tie.pixel_second, plane);
    distances.push_back((*a - *b).norm());
  }
  std::sort(distances.begin(), distances.end());
  EXPECT_LT(distances[distances.size() / 2], 0.05);  // a pixel
  EXPECT_LT(distances[distances.size() * 95 / 100], 0.2);
}

TEST(Adjust, FramesFitEachOtherAndTheYawBiasIsFound) {
  Flight flight = MakeFlight();
  const auto ties = Tie(flight, {});
  const AdjustSummary summary = AdjustCameras(flight.recorded, ties, {}, {});
  ASSERT_TRUE(summary.converged);
  EXPECT_LT(summary.residual_after_m, 0.05);
  EXPECT_GT(summary.residual_before_m, 0.3);
  EXPECT_NEAR(summary.yaw_bias_deg, 4, 0.8);
  // After one translation, picture centres are where they should be.
  std::vector<double> dx;
  std::vector<double> dy;
  for (std::size_t i = 0; i < flight.truth.size(); ++i) {
    const Vec2 error = flight.recorded.frames[i].centre -
                       flight.truth[i].Ground({320, 256}, Terrain::Plane(0))->head<2>();
    dx.push_back(error.x());
    dy.push_back(error.y());
  }
  std::sort(dx.begin(), dx.end());
  std::sort(dy.begin(), dy.end());
  EXPECT_LT(dx.back() - dx.front(), 1.0);
  EXPECT_LT(dy.back() - dy.front(), 1.0);
}

TEST(Adjust, BlankPicturesDoNotTieAndNothingMoves) {
  Flight flight = MakeFlight();
  for (auto& image : flight.images)
    image = MatchingImage(MakeOverview(cv::Mat(512, 640, CV_32FC1, cv::Scalar(-5))));
  const auto ties = Tie(flight, {});
  EXPECT_TRUE(ties.empty());
  const Vec3 before = flight.recorded.frames[3].camera.position;
  const AdjustSummary summary = AdjustCameras(flight.recorded, ties, {}, {});
  EXPECT_FALSE(summary.converged);
  EXPECT_EQ(flight.recorded.frames[3].camera.position, before);
}

}  // namespace
}  // namespace thermoleak
