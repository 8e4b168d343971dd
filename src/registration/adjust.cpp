#include "thermoleak/registration/adjust.hpp"

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "registration/adjust_problem.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

using adjust_internal::AdjustProblem;

constexpr double kDegree = std::numbers::pi / 180.0;

/// On the ground, ascending.
std::vector<double> TieDistances(const Registration& registration, std::span<const TiePoint> ties) {
  std::vector<double> distances;
  for (const TiePoint& tie : ties) {
    const auto a = registration.frames[static_cast<std::size_t>(tie.first)].camera.Ground(
        tie.pixel_first, registration.terrain);
    const auto b = registration.frames[static_cast<std::size_t>(tie.second)].camera.Ground(
        tie.pixel_second, registration.terrain);
    if (a && b) distances.push_back((*a - *b).head<2>().norm());
  }
  std::sort(distances.begin(), distances.end());
  return distances;
}

double MedianTieDistance(const std::vector<double>& distances) {
  return distances.empty() ? -1 : MedianOf(std::span<const double>(distances));
}

std::vector<int> TiesOfFrames(std::size_t frames, std::span<const TiePoint> ties) {
  std::vector<int> count(frames, 0);
  for (const TiePoint& tie : ties) {
    ++count[static_cast<std::size_t>(tie.first)];
    ++count[static_cast<std::size_t>(tie.second)];
  }
  return count;
}

/// The frame with corrected camera; nothing when it would no longer see the ground.
std::optional<RegisteredFrame> Moved(const RegisteredFrame& frame, const double* p,
                                     const double* lens, const Terrain& terrain,
                                     double max_range_m) {
  Camera camera = frame.camera;
  camera.position += Vec3(p[0], p[1], p[2]);
  const Vec3 turn(p[3], p[4], p[5]);
  if (turn.norm() > 0) {
    camera.map_from_camera = camera.map_from_camera *
                             Eigen::AngleAxisd(turn.norm(), turn.normalized()).toRotationMatrix();
  }
  camera.lens = adjust_internal::Corrected(camera.lens, lens);
  return frame.With(camera, terrain, max_range_m);
}

}  // namespace

void AdjustOptions::Describe(OptionVisitor& v) {
  v.Visit("enabled", enabled,
          {0, 1, "", "adjust the cameras by tie points", "用连接点平差相机位姿"});
  v.Visit("position-noise", position_noise_m,
          {0.01, 50, "m", "position error that changes from frame to frame", "逐帧变化的位置误差"});
  v.Visit("height-noise", height_noise_m,
          {0.01, 50, "m", "height error that changes from frame to frame", "逐帧变化的高度误差"});
  v.Visit("yaw-noise", yaw_noise_deg,
          {0.01, 90, "deg", "yaw error that changes from frame to frame", "逐帧变化的航向误差"});
  v.Visit("tilt-noise", tilt_noise_deg,
          {0.01, 45, "deg", "tilt error that changes from frame to frame", "逐帧变化的倾角误差"});
  v.Visit("clock-sigma", clock_sigma_s,
          {0.001, 10, "s", "sigma between position and exposure", "定位与曝光时刻之差的标准差"});
  v.Visit("tie-sigma", tie_sigma_px, {0.05, 20, "px", "sigma of a tie point", "连接点的标准差"});
  v.Visit(
      "ground-sigma", ground_sigma_m,
      {0.01, 20, "m", "sigma of the ground's height at a tie point", "连接点处地面高程的标准差"});
  v.Visit("focal-sigma", focal_sigma,
          {0.0001, 0.3, "", "relative sigma of the focal length", "焦距的相对标准差"});
  v.Visit("distortion-sigma", distortion_sigma,
          {0.0001, 2, "", "sigma of the lens' radial distortion", "镜头径向畸变系数的标准差"});
  v.Visit("noise-rounds", noise_rounds,
          {0, 10, "", "estimates of the noise from the residuals", "由残差估计噪声的次数"});
}

AdjustSummary AdjustCameras(Registration& registration, std::span<const TiePoint> ties,
                            const RegistrationOptions& recorded, const AdjustOptions& options,
                            const AdjustStart* start) {
  AdjustSummary summary;
  summary.ties = static_cast<int>(ties.size());
  summary.ties_of_frame = TiesOfFrames(registration.frames.size(), ties);
  summary.frames_untied =
      static_cast<int>(std::count(summary.ties_of_frame.begin(), summary.ties_of_frame.end(), 0));
  summary.tie_distances_before_m = TieDistances(registration, ties);
  summary.residual_before_m = MedianTieDistance(summary.tie_distances_before_m);
  if (ties.empty()) return summary;

  std::vector<RegisteredFrame>& frames = registration.frames;
  AdjustProblem problem(registration, ties, recorded, options);
  if (start) problem.StartFrom(*start);
  // Once with the noise that is usual, then with that of this survey.
  constexpr double kRoughly = 1e-3;
  constexpr double kFinely = 1e-4;
  const int rounds = start ? std::min(1, options.noise_rounds) : options.noise_rounds;
  constexpr std::array<double, 2> kFromRecords{32, 4};
  const std::span<const double> widenings(kFromRecords);
  summary.converged =
      problem.Solve(rounds > 0 ? kRoughly : kFinely, start ? widenings.last(1) : widenings);
  summary.pairs_dropped = 0;
  for (int round = 1; round <= rounds && summary.converged; ++round) {
    problem.EstimateNoise();
    summary.pairs_dropped += problem.DropContradictions();
    problem.HoldPositions(round < rounds);
    summary.converged = problem.Solve(kFinely);
  }
  if (!summary.converged) return summary;
  const std::vector<Mat6> relative = problem.RelativeCovariances();
  const std::vector<int> groups = problem.Groups();

  std::vector<double> moves;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    auto moved = Moved(frames[i], problem.frame(i), problem.lens_of(i), registration.terrain,
                       recorded.max_range_m);
    if (!moved) continue;
    moved->group = groups[i];
    moves.push_back((moved->centre - frames[i].centre).norm());
    if (!relative.empty()) {
      moved->relative_covariance = moved->covariance = relative[i];
      const double common = problem.common_sigma_m();
      moved->covariance.topLeftCorner<2, 2>().diagonal().array() += common * common;
    }
    frames[i] = std::move(*moved);
  }
  SummariseSigmas(registration);
  summary.tie_distances_after_m = TieDistances(registration, ties);
  summary.residual_after_m = MedianTieDistance(summary.tie_distances_after_m);
  summary.median_move_m = MedianOf(std::span<const double>(moves));
  summary.yaw_bias_deg = problem.main_flight()[5] / kDegree;
  summary.clock_lead_s = problem.main_flight()[6];
  summary.focal_change = problem.lens_of(0)[0];
  summary.k1 = problem.lens_of(0)[1];
  summary.noise = problem.noise();
  registration.method = MessageId::kMethodTies;
  return summary;
}

}  // namespace thermoleak
