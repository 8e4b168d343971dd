#include "thermoleak/registration/registration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <tuple>

#include "registration/complete_poses.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;
constexpr int kRtkFixed = 50;
constexpr int kRtkFloatLow = 32;

/// Horizontal sigma of a recorded position, by its own statement or by the RTK flag.
double HorizontalSigma(const RecordedPose& pose, const RegistrationOptions& options) {
  if (pose.sigma_horizontal_m && *pose.sigma_horizontal_m > 0) {
    // Receivers state their noise, not the offset between antenna, camera and clock.
    return std::max(*pose.sigma_horizontal_m, options.gnss_fixed_sigma_m);
  }
  const int flag = pose.rtk_flag.value_or(0);
  if (flag >= kRtkFixed) return options.gnss_fixed_sigma_m;
  if (flag >= kRtkFloatLow) return options.gnss_float_sigma_m;
  return options.gnss_sigma_m;
}

/// Take-off height in the DEM's datum. The altitude's datum is unknown (errors of 62 and 114 m are
/// published), so the altitude is believed only where it is close to the terrain under the first
/// frame, and only with RTK.
double TakeoffHeight(std::span<const FrameMeta> frames, const LocalFrame& local,
                     const Terrain& terrain) {
  constexpr double kSameDatum = 10.0;
  std::optional<double> terrain_m;
  std::vector<double> recorded;
  for (const FrameMeta& frame : frames) {
    const RecordedPose& pose = frame.pose;
    if (!pose.position || !pose.height_above_takeoff_m) continue;
    if (!terrain_m) terrain_m = terrain.HeightAt(local.LocalFromLonLat(*pose.position));
    if (pose.altitude_m && pose.rtk_flag.value_or(0) >= kRtkFixed) {
      recorded.push_back(*pose.altitude_m - *pose.height_above_takeoff_m);
    }
  }
  if (!terrain_m) return 0;
  if (recorded.empty()) return *terrain_m;
  const double by_altitude = MedianOf(std::span<const double>(recorded));
  return std::abs(by_altitude - *terrain_m) < kSameDatum ? by_altitude : *terrain_m;
}

struct Heights {
  std::optional<double> above_takeoff_m;
  std::optional<double> above_ground_m;
};

Heights HeightsOf(const RecordedPose& pose) {
  Heights heights;
  if (pose.height_above_ground_m && *pose.height_above_ground_m > 1) {
    heights.above_ground_m = pose.height_above_ground_m;
  }
  if (pose.height_above_takeoff_m && *pose.height_above_takeoff_m > 1) {
    heights.above_takeoff_m = pose.height_above_takeoff_m;
  }
  return heights;
}

Mat6 CovarianceOf(const CompletedPose& completed, double height_m,
                  const RegistrationOptions& options) {
  const RecordedPose& pose = completed.pose;
  const FilledIn& filled_in = completed.sigma;
  const double horizontal = std::hypot(HorizontalSigma(pose, options), filled_in.position_m);
  const double recorded_vertical =
      pose.sigma_vertical_m && *pose.sigma_vertical_m > 0
          ? std::max(*pose.sigma_vertical_m, options.gnss_fixed_sigma_m)
          : std::hypot(options.height_sigma_m, options.height_sigma_share * height_m);
  const double vertical = std::hypot(recorded_vertical, filled_in.height_m);
  const double yaw = std::hypot(options.yaw_sigma_deg * kDegree, filled_in.yaw_rad);
  const double tilt = std::hypot(options.tilt_sigma_deg * kDegree, filled_in.tilt_rad);
  Eigen::Matrix<double, 6, 1> sigma;
  sigma << horizontal, horizontal, vertical, tilt, tilt, yaw;
  return sigma.cwiseAbs2().asDiagonal();
}

/// A picture from the hand shows something some metres away: ahead where the camera has a compass,
/// anywhere around where it has none.
LocatedFrame Locate(int frame, const CompletedPose& completed, const LocalFrame& local,
                    const RegistrationOptions& options) {
  LocatedFrame out;
  out.frame = frame;
  out.position = local.LocalFromLonLat(*completed.pose.position);
  double view = options.handheld_reach_m;
  if (completed.pose.yaw_deg && completed.sigma.yaw_rad == 0) {
    const double grid =
        (*completed.pose.yaw_deg - local.ConvergenceDeg(*completed.pose.position)) * kDegree;
    view = 0.5 * options.handheld_reach_m;
    out.position += view * Vec2(std::sin(grid), std::cos(grid));
  }
  const double receiver =
      std::max(completed.pose.sigma_horizontal_m.value_or(0), options.handheld_sigma_m);
  out.sigma_m = std::hypot(receiver, view, completed.sigma.position_m);
  return out;
}

}  // namespace

void RegistrationOptions::Describe(OptionVisitor& v) {
  v.Visit("gnss-sigma", gnss_sigma_m,
          {0.01, 50, "m", "sigma of a position without RTK", "无 RTK 定位的标准差"});
  v.Visit("gnss-float-sigma", gnss_float_sigma_m,
          {0.01, 10, "m", "sigma of a float RTK position", "RTK 浮点解的标准差"});
  v.Visit("gnss-fixed-sigma", gnss_fixed_sigma_m,
          {0.005, 5, "m", "sigma of a fixed RTK position", "RTK 固定解的标准差"});
  v.Visit("height-sigma", height_sigma_m,
          {0.05, 50, "m", "sigma of the height above ground", "离地高度的标准差"});
  v.Visit("height-sigma-share", height_sigma_share,
          {0, 1, "", "the same as a share of the height", "离地高度标准差的相对部分"});
  v.Visit("yaw-sigma", yaw_sigma_deg,
          {0.05, 180, "deg", "sigma of the camera's yaw", "相机航向角的标准差"});
  v.Visit("tilt-sigma", tilt_sigma_deg,
          {0.05, 45, "deg", "sigma of the camera's pitch and roll", "相机俯仰和横滚角的标准差"});
  v.Visit("max-tilt", max_tilt_deg,
          {1, 85, "deg", "frames tilted further from nadir are not used",
           "偏离铅垂超过此角度的影像不使用"});
  v.Visit("handheld-sigma", handheld_sigma_m,
          {0.1, 100, "m", "sigma of a handheld camera's position", "手持相机定位的标准差"});
  v.Visit(
      "handheld-reach", handheld_reach_m,
      {0, 100, "m", "distance from a handheld camera to what it shows", "手持相机到目标的距离"});
  v.Visit("max-range", max_range_m,
          {10, 5000, "m", "ground further away is not used", "超过此距离的地面不使用"});
}

namespace {

Mat2 OnGround(const Camera& camera, const Vec3& ground_point, const Mat6& covariance) {
  // The ground point g moves with the camera's position and, by the lever (g - c), with its small
  // rotations; a rotation or a change of height moves the ray, which meets the level ground
  // elsewhere.
  const Vec3 lever = ground_point - camera.position;
  Eigen::Matrix<double, 3, 6>
      shift;  // displacement of the ray's end before it is brought back to the ground
  shift.leftCols<3>().setIdentity();
  for (int axis = 0; axis < 3; ++axis) {
    shift.col(3 + axis) = camera.map_from_camera.col(axis).cross(lever);
  }
  if (std::abs(lever.z()) < 1e-6) return Mat2::Identity() * 1e6;
  Eigen::Matrix<double, 2, 6> on_ground;
  for (int k = 0; k < 6; ++k) {
    on_ground.col(k) = shift.col(k).head<2>() - lever.head<2>() / lever.z() * shift(2, k);
  }
  return on_ground * covariance * on_ground.transpose();
}

/// Numbers flights and cameras: frames of one camera within ten minutes of each other are one
/// flight.
class Grouping {
 public:
  void Assign(const FrameMeta& meta, RegisteredFrame& frame) {
    constexpr double kPauseS = 600;
    const Lens& lens = frame.camera.lens;
    const auto key = std::make_tuple(meta.serial, lens.width, lens.height, lens.focal_px);
    const auto [it, fresh] = cameras_.try_emplace(key);
    State& state = it->second;
    if (fresh) state.lens_id = static_cast<int>(cameras_.size()) - 1;
    // A frame without a time belongs to the flight at hand.
    const bool pause = std::abs(frame.time_s - state.last_s) > kPauseS;
    if (fresh || pause) state.flight = flights_++;
    if (std::isfinite(frame.time_s)) state.last_s = frame.time_s;
    frame.lens_id = state.lens_id;
    frame.flight = state.flight;
  }

 private:
  struct State {
    int lens_id = 0;
    int flight = 0;
    double last_s = NAN;
  };
  std::map<std::tuple<std::string, int, int, double>, State> cameras_;
  int flights_ = 0;
};

}  // namespace

Mat2 RegisteredFrame::GroundCovariance(const Vec3& ground_point) const {
  return OnGround(camera, ground_point, covariance);
}

Mat2 RegisteredFrame::RelativeGroundCovariance(const Vec3& ground_point) const {
  return OnGround(camera, ground_point, relative_covariance);
}

std::optional<RegisteredFrame> RegisteredFrame::With(const Camera& other, const Terrain& terrain,
                                                     double max_range_m) const {
  const auto ground = other.Ground({other.lens.width / 2.0, other.lens.height / 2.0}, terrain);
  std::vector<Vec2> outline = other.Footprint(terrain, max_range_m);
  if (!ground || outline.empty()) return std::nullopt;
  RegisteredFrame moved = *this;
  moved.camera = other;
  moved.footprint = std::move(outline);
  moved.centre = ground->head<2>();
  moved.gsd_m = (*ground - other.position).norm() / other.lens.focal_px;
  moved.height_above_ground_m = other.position.z() - terrain.HeightAt(other.position.head<2>());
  return moved;
}

void SummariseSigmas(Registration& registration) {
  std::vector<double> sigmas;
  std::vector<double> relative;
  for (const RegisteredFrame& frame : registration.frames) {
    const Vec3 centre(frame.centre.x(), frame.centre.y(),
                      registration.terrain.HeightAt(frame.centre));
    sigmas.push_back(std::sqrt(0.5 * frame.GroundCovariance(centre).trace()));
    relative.push_back(std::sqrt(0.5 * frame.RelativeGroundCovariance(centre).trace()));
  }
  if (sigmas.empty()) return;
  registration.median_sigma_m = MedianOf(std::span<const double>(sigmas));
  registration.median_relative_sigma_m = MedianOf(std::span<const double>(relative));
}

Result<Lens> LensOf(const FrameMeta& meta) {
  if (!meta.focal_length_mm || *meta.focal_length_mm <= 0) {
    return Fail(meta.name, MessageId::kNoCameraGeometry, {"focal length", meta.model});
  }
  if (!meta.pixel_pitch_um || *meta.pixel_pitch_um <= 0) {
    return Fail(meta.name, MessageId::kNoCameraGeometry, {"sensor pitch", meta.model});
  }
  Lens lens;
  lens.width = meta.width;
  lens.height = meta.height;
  lens.focal_px = *meta.focal_length_mm * 1000.0 / *meta.pixel_pitch_um;
  lens.principal = {meta.width / 2.0, meta.height / 2.0};
  return lens;
}

Registration RegisterFromMetadata(std::span<const FrameMeta> frames, const LocalFrame& local,
                                  const std::optional<std::filesystem::path>& dem,
                                  const RegistrationOptions& options) {
  Registration out;

  const std::vector<CompletedPose> poses = CompletePoses(frames, local);
  Box2 area;
  for (const CompletedPose& completed : poses) {
    if (completed.pose.position) area.Add(local.LocalFromLonLat(*completed.pose.position));
  }
  area.Grow(options.max_range_m);
  out.terrain = dem && !area.empty() ? Terrain::FromDem(*dem, local, area) : Terrain::Plane(0);
  const double takeoff_m = out.terrain.is_plane() ? 0 : TakeoffHeight(frames, local, out.terrain);

  Grouping grouping;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const FrameMeta& meta = frames[i];
    const RecordedPose& pose = poses[i].pose;
    const auto index = static_cast<int>(i);
    const auto fail = [&](Error error) { out.failed.emplace_back(index, std::move(error)); };
    if (!pose.position) {
      fail({meta.name, {MessageId::kNoPosition, {}}});
      continue;
    }
    const Heights heights = HeightsOf(pose);
    if (!heights.above_takeoff_m && !heights.above_ground_m) {
      if (!pose.pitch_deg) {
        out.located.push_back(Locate(index, poses[i], local, options));
        continue;
      }
      fail({meta.name, {MessageId::kNoHeight, {}}});
      continue;
    }
    const Result<Lens> lens = LensOf(meta);
    if (!lens) {
      fail(lens.error());
      continue;
    }
    const double pitch_deg = pose.pitch_deg.value_or(-90);
    if (std::abs(pitch_deg + 90) > options.max_tilt_deg) {
      fail({meta.name, {MessageId::kNotLookingDown, {fmt::format("{:.0f}", pitch_deg)}}});
      continue;
    }
    RegisteredFrame frame;
    frame.frame = index;
    frame.camera.lens = *lens;
    const Vec2 place = local.LocalFromLonLat(*pose.position);
    const double ground_m = out.terrain.HeightAt(place);
    const double height_m = heights.above_ground_m ? ground_m + *heights.above_ground_m
                                                   : takeoff_m + *heights.above_takeoff_m;
    frame.camera.position = {place.x(), place.y(), height_m};
    const double grid_yaw_deg = pose.yaw_deg.value_or(pose.aircraft_yaw_deg.value_or(0)) -
                                local.ConvergenceDeg(*pose.position);
    frame.camera.map_from_camera =
        RotationFromAngles(grid_yaw_deg, pitch_deg, pose.roll_deg.value_or(0));
    frame.covariance = CovarianceOf(poses[i], height_m - ground_m, options);
    frame.relative_covariance = frame.covariance;
    frame.filled_in = poses[i].sigma;
    frame.time_s = meta.time_utc_s.value_or(NAN);
    auto seeing = frame.With(frame.camera, out.terrain, options.max_range_m);
    if (!seeing) {
      fail({meta.name, {MessageId::kNotLookingDown, {fmt::format("{:.0f}", pitch_deg)}}});
      continue;
    }
    grouping.Assign(meta, *seeing);
    out.frames.push_back(std::move(*seeing));
  }
  SummariseSigmas(out);
  return out;
}

}  // namespace thermoleak
