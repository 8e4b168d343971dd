#include "thermoleak/registration/adjust.hpp"

#include <ceres/ceres.h>
#include <ceres/rotation.h>

#include <cmath>
#include <numbers>

#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;
constexpr int kParameters = 6;  // east, north, up; small rotation about the camera's x, y, z axes

using Parameters = std::array<double, kParameters>;

/// Ground point of a ray of the corrected camera on the level through `height`.
template <class T>
void GroundPoint(const Vec3& position, const Vec3& ray, double height, const Mat3& map_from_camera,
                 const T* p, T* ground) {
  // The correction turns about the camera's own axes: R exp(w) d = exp(R w) R d.
  const T w[3] = {T(map_from_camera(0, 0)) * p[3] + T(map_from_camera(0, 1)) * p[4] +
                      T(map_from_camera(0, 2)) * p[5],
                  T(map_from_camera(1, 0)) * p[3] + T(map_from_camera(1, 1)) * p[4] +
                      T(map_from_camera(1, 2)) * p[5],
                  T(map_from_camera(2, 0)) * p[3] + T(map_from_camera(2, 1)) * p[4] +
                      T(map_from_camera(2, 2)) * p[5]};
  const T direction[3] = {T(ray.x()), T(ray.y()), T(ray.z())};
  T turned[3];
  ceres::AngleAxisRotatePoint(w, direction, turned);
  const T t = (T(height) - T(position.z()) - p[2]) / turned[2];
  ground[0] = T(position.x()) + p[0] + t * turned[0];
  ground[1] = T(position.y()) + p[1] + t * turned[1];
}

struct Side {
  Vec3 position;
  Vec3 ray;
  Mat3 rotation;
};

/// Two rays that should meet on the ground.
struct TieResidual {
  Side a;
  Side b;
  double height;
  double inverse_sigma;
  template <class T>
  bool operator()(const T* pa, const T* pb, T* residual) const {
    T ga[2];
    T gb[2];
    GroundPoint(a.position, a.ray, height, a.rotation, pa, ga);
    GroundPoint(b.position, b.ray, height, b.rotation, pb, gb);
    residual[0] = (ga[0] - gb[0]) * T(inverse_sigma);
    residual[1] = (ga[1] - gb[1]) * T(inverse_sigma);
    return true;
  }
};

/// A frame's correction is the survey's bias and its own noise.
struct PriorResidual {
  Parameters inverse_sigma;
  template <class T>
  bool operator()(const T* frame, const T* bias, T* residual) const {
    for (int k = 0; k < kParameters; ++k)
      residual[k] = (frame[k] - bias[k]) * T(inverse_sigma[static_cast<std::size_t>(k)]);
    return true;
  }
};

struct BiasResidual {
  Parameters inverse_sigma;
  template <class T>
  bool operator()(const T* bias, T* residual) const {
    for (int k = 0; k < kParameters; ++k)
      residual[k] = bias[k] * T(inverse_sigma[static_cast<std::size_t>(k)]);
    return true;
  }
};

double TieHeight(const TiePoint& tie, const Registration& registration) {
  const auto ground = registration.frames[static_cast<std::size_t>(tie.first)].camera.Ground(
      tie.pixel_first, registration.terrain);
  return ground ? ground->z() : 0.0;
}

double MedianTieDistance(const Registration& registration, std::span<const TiePoint> ties) {
  std::vector<double> distances;
  for (const TiePoint& tie : ties) {
    const auto a = registration.frames[static_cast<std::size_t>(tie.first)].camera.Ground(
        tie.pixel_first, registration.terrain);
    const auto b = registration.frames[static_cast<std::size_t>(tie.second)].camera.Ground(
        tie.pixel_second, registration.terrain);
    if (a && b) distances.push_back((*a - *b).head<2>().norm());
  }
  return distances.empty() ? -1 : MedianOf(std::span<const double>(distances));
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
  v.Visit("tie-sigma", tie_sigma_m,
          {0.005, 5, "m", "sigma of a tie point on the ground", "连接点的地面标准差"});
}

AdjustSummary AdjustCameras(Registration& registration, std::span<const TiePoint> ties,
                            const RegistrationOptions& recorded, const AdjustOptions& options) {
  AdjustSummary summary;
  summary.ties = static_cast<int>(ties.size());
  summary.residual_before_m = MedianTieDistance(registration, ties);
  if (ties.empty()) return summary;

  std::vector<RegisteredFrame>& frames = registration.frames;
  std::vector<Parameters> parameters(frames.size(), Parameters{});
  Parameters bias{};
  const Parameters noise{1 / options.position_noise_m,
                         1 / options.position_noise_m,
                         1 / options.height_noise_m,
                         1 / (options.tilt_noise_deg * kDegree),
                         1 / (options.tilt_noise_deg * kDegree),
                         1 / (options.yaw_noise_deg * kDegree)};
  const double tilt = 1 / (recorded.tilt_sigma_deg * kDegree);
  std::vector<double> height_sigmas;
  for (const RegisteredFrame& frame : frames)
    height_sigmas.push_back(std::sqrt(frame.covariance(2, 2)));
  const double height_sigma = MedianOf(std::span<const double>(height_sigmas));
  const Parameters bias_sigma{1 / recorded.gnss_sigma_m,
                              1 / recorded.gnss_sigma_m,
                              1 / height_sigma,
                              tilt,
                              tilt,
                              1 / (recorded.yaw_sigma_deg * kDegree)};

  ceres::Problem problem;
  problem.AddResidualBlock(new ceres::AutoDiffCostFunction<BiasResidual, kParameters, kParameters>(
                               new BiasResidual{bias_sigma}),
                           nullptr, bias.data());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    Parameters own = noise;
    // A frame with a better position than the options' noise (RTK) keeps it.
    const double sigma = std::sqrt(frames[i].covariance(0, 0));
    if (sigma < options.position_noise_m) own[0] = own[1] = 1 / sigma;
    problem.AddResidualBlock(
        new ceres::AutoDiffCostFunction<PriorResidual, kParameters, kParameters, kParameters>(
            new PriorResidual{own}),
        nullptr, parameters[i].data(), bias.data());
  }
  for (const TiePoint& tie : ties) {
    const auto first = static_cast<std::size_t>(tie.first);
    const auto second = static_cast<std::size_t>(tie.second);
    const Camera& a = frames[first].camera;
    const Camera& b = frames[second].camera;
    problem.AddResidualBlock(
        new ceres::AutoDiffCostFunction<TieResidual, 2, kParameters, kParameters>(
            new TieResidual{{a.position, a.Ray(tie.pixel_first), a.map_from_camera},
                            {b.position, b.Ray(tie.pixel_second), b.map_from_camera},
                            TieHeight(tie, registration),
                            1 / options.tie_sigma_m}),
        new ceres::CauchyLoss(2.0), parameters[first].data(), parameters[second].data());
  }
  ceres::Solver::Options solver;
  solver.linear_solver_type = ceres::SPARSE_NORMAL_CHOLESKY;
  solver.max_num_iterations = 30;
  solver.num_threads = 1;
  solver.logging_type = ceres::SILENT;
  ceres::Solver::Summary report;
  ceres::Solve(solver, &problem, &report);
  summary.converged = report.IsSolutionUsable();
  if (!summary.converged) return summary;

  std::vector<double> moves;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    RegisteredFrame& frame = frames[i];
    const Parameters& p = parameters[i];
    frame.camera.position += Vec3(p[0], p[1], p[2]);
    const Vec3 turn(p[3], p[4], p[5]);
    if (turn.norm() > 0)
      frame.camera.map_from_camera =
          frame.camera.map_from_camera *
          Eigen::AngleAxisd(turn.norm(), turn.normalized()).toRotationMatrix();
    const auto centre = frame.camera.Ground(
        {frame.camera.lens.width / 2.0, frame.camera.lens.height / 2.0}, registration.terrain);
    const std::vector<Vec2> footprint =
        frame.camera.Footprint(registration.terrain, recorded.max_range_m);
    if (!centre || footprint.empty()) continue;
    moves.push_back((centre->head<2>() - frame.centre).norm());
    frame.centre = centre->head<2>();
    frame.footprint = footprint;
    frame.gsd_m = (*centre - frame.camera.position).norm() / frame.camera.lens.focal_px;
    frame.height_above_ground_m =
        frame.camera.position.z() - registration.terrain.HeightAt(frame.camera.position.head<2>());
  }
  summary.residual_after_m = MedianTieDistance(registration, ties);
  summary.median_move_m = MedianOf(std::span<const double>(moves));
  summary.yaw_bias_deg = bias[5] / kDegree;
  registration.method = MessageId::kMethodTies;
  return summary;
}

}  // namespace thermoleak
