// A textured plane seen by cameras whose recorded poses are wrong: the adjustment must find the
// cameras back.
#include "thermoleak/registration/adjust.hpp"

#include <gtest/gtest.h>

#include <algorithm>
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
  frame.centre =
      camera.Ground({camera.lens.width / 2.0, camera.lens.height / 2.0}, plane)->head<2>();
  frame.gsd_m = kHeight / camera.lens.focal_px;
  frame.covariance = Mat6::Identity() * 4;
  return frame;
}

cv::Mat Render(const Camera& camera) {
  cv::Mat picture(camera.lens.height, camera.lens.width, CV_32FC1);
  const Terrain plane = Terrain::Plane(0);
  for (int r = 0; r < picture.rows; ++r) {
    for (int c = 0; c < picture.cols; ++c) {
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

/// The same ground on another night by another camera, from a little higher: warmer, less contrast,
/// other biases.
Flight MakeSecondNight() {
  Flight flight;
  std::mt19937 random(6);
  std::normal_distribution<double> normal;
  for (int i = 0; i < 6; ++i) {
    Camera camera;
    camera.lens = {512, 384, 540, {256, 192}};
    camera.position = {-3 + 8.0 * i, 6, kHeight + 3};
    camera.map_from_camera = RotationFromAngles(100, -90 + 0.5 * normal(random), 0);
    flight.truth.push_back(camera);
    Camera wrong = camera;
    wrong.position += Vec3(1.0 + 0.5 * normal(random), -1.4 + 0.5 * normal(random), 0.5);
    wrong.map_from_camera = RotationFromAngles(102.5, -90, 0);
    RegisteredFrame frame = Place(i, wrong);
    frame.flight = frame.lens_id = 1;
    flight.recorded.frames.push_back(frame);
    flight.images.push_back(MatchingImage(MakeOverview(0.6 * Render(camera) + 8)));
  }
  return flight;
}

std::vector<TiePoint> Tie(const Flight& flight, double sigma_m, const TieOptions& options) {
  std::vector<TiePoint> ties;
  for (const auto& [a, b] : OverlappingPairs(flight.recorded.frames, options)) {
    const auto pair =
        MatchPair(a, b, flight.recorded.frames, flight.images[static_cast<std::size_t>(a)],
                  flight.images[static_cast<std::size_t>(b)], Terrain::Plane(0), sigma_m,
                  TiePatches::kMany, options);
    ties.insert(ties.end(), pair.begin(), pair.end());
  }
  return ties;
}

TEST(TiePoints, SeeTheSameGround) {
  const Flight flight = MakeFlight();
  const auto ties = Tie(flight, 2, {});
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
  const auto ties = Tie(flight, 2, {});
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

TEST(Adjust, TwoNightsAndTwoCamerasAgree) {
  Flight both = MakeFlight();
  Flight second = MakeSecondNight();
  const std::size_t first_frames = both.truth.size();
  for (std::size_t i = 0; i < second.truth.size(); ++i) {
    both.truth.push_back(second.truth[i]);
    both.recorded.frames.push_back(second.recorded.frames[i]);
    both.recorded.frames.back().frame = static_cast<int>(first_frames + i);
    both.images.push_back(second.images[i]);
  }
  // Each night by itself first, which finds its yaw bias; then pictures of both are alike enough.
  const Registration recorded = both.recorded;
  ASSERT_TRUE(AdjustCameras(both.recorded, Tie(both, 2, {}), {}, {}).converged);
  const auto ties = Tie(both, 3, {});
  const auto across = std::count_if(ties.begin(), ties.end(), [&](const TiePoint& tie) {
    return tie.first < static_cast<int>(first_frames) &&
           tie.second >= static_cast<int>(first_frames);
  });
  EXPECT_GT(across, 30);
  both.recorded = recorded;
  ASSERT_TRUE(AdjustCameras(both.recorded, ties, {}, {}).converged);
  // Against the first night's mean error, the second night's is small: 3.7 m apart before.
  const Terrain plane = Terrain::Plane(0);
  Vec2 mean[2]{{0, 0}, {0, 0}};
  for (std::size_t i = 0; i < both.truth.size(); ++i) {
    const Lens& lens = both.truth[i].lens;
    const auto truth = both.truth[i].Ground({lens.width / 2.0, lens.height / 2.0}, plane);
    const std::size_t night = i < first_frames ? 0 : 1;
    mean[night] += (both.recorded.frames[i].centre - truth->head<2>()) /
                   static_cast<double>(night == 0 ? first_frames : second.truth.size());
  }
  EXPECT_LT((mean[0] - mean[1]).norm(), 0.3);
}

TEST(Adjust, BlankPicturesDoNotTieAndNothingMoves) {
  Flight flight = MakeFlight();
  for (auto& image : flight.images)
    image = MatchingImage(MakeOverview(cv::Mat(512, 640, CV_32FC1, cv::Scalar(-5))));
  const auto ties = Tie(flight, 2, {});
  EXPECT_TRUE(ties.empty());
  const Vec3 before = flight.recorded.frames[3].camera.position;
  const AdjustSummary summary = AdjustCameras(flight.recorded, ties, {}, {});
  EXPECT_FALSE(summary.converged);
  EXPECT_EQ(flight.recorded.frames[3].camera.position, before);
}

}  // namespace
}  // namespace thermoleak
