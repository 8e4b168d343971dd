#include "simulation/rewrite_frame.hpp"

#include <cmath>

#include "thermoleak/simulation/inject.hpp"

namespace thermoleak::simulation {
namespace {

using Number = std::optional<double>;

/// Within what the file's decimals hold; both unset is alike.
bool Alike(const Number& a, const Number& b, double tolerance) {
  if (a.has_value() != b.has_value()) return false;
  return !a || std::abs(*a - *b) <= tolerance;
}

bool SameAngle(const Number& a, const Number& b) {
  if (a.has_value() != b.has_value()) return false;
  constexpr double kThousandth = 0.0011;  // degrees
  return !a || std::abs(std::remainder(*a - *b, 360.0)) <= kThousandth;
}

bool SameScene(const SceneParameters& a, const SceneParameters& b) {
  const auto same = [](double x, double y) { return std::abs(x - y) <= 1e-4; };
  return same(a.emissivity, b.emissivity) && same(a.distance_m, b.distance_m) &&
         same(a.reflected_c, b.reflected_c) && same(a.air_c, b.air_c) &&
         same(a.relative_humidity, b.relative_humidity) && same(a.window_c, b.window_c) &&
         same(a.window_transmission, b.window_transmission);
}

bool SamePlanck(const PlanckCalibration& a, const PlanckCalibration& b) {
  const auto same = [](double x, double y) { return std::abs(x - y) <= 1e-6 * std::abs(x); };
  return same(a.planck.r1, b.planck.r1) && same(a.planck.b, b.planck.b) &&
         same(a.planck.f, b.planck.f) && std::abs(a.planck.o - b.planck.o) < 0.5 &&
         same(a.planck.r2, b.planck.r2) && same(a.atmosphere.alpha1, b.atmosphere.alpha1) &&
         same(a.atmosphere.alpha2, b.atmosphere.alpha2) &&
         same(a.atmosphere.beta1, b.atmosphere.beta1) &&
         same(a.atmosphere.beta2, b.atmosphere.beta2) && same(a.atmosphere.x, b.atmosphere.x) &&
         SameScene(a.scene, b.scene);
}

}  // namespace

RjpegFrame DescribeFrame(const FrameMeta& meta) {
  RjpegFrame f;
  const auto* planck = std::get_if<PlanckCalibration>(&meta.calibration);
  f.calibration = planck != nullptr ? *planck : OwnScale();
  f.description = meta.name;
  f.make = meta.make;
  f.model = meta.model;
  f.serial = meta.serial;
  f.focal_mm = meta.focal_length_mm.value_or(0);
  f.pitch_um = meta.pixel_pitch_um.value_or(0);
  f.valid_min_c = meta.valid_min_c.value_or(f.valid_min_c);
  f.valid_max_c = meta.valid_max_c.value_or(f.valid_max_c);
  f.time_utc_s = meta.time_utc_s.value_or(0);
  f.zone_stated = !meta.time_is_local;
  const RecordedPose& pose = meta.pose;
  f.position = pose.position;
  f.altitude_m = pose.altitude_m;
  f.altitude_is_ellipsoidal = pose.altitude_is_ellipsoidal;
  f.height_above_takeoff_m = pose.height_above_takeoff_m;
  f.laser_range_m = pose.laser_range_m;
  // The reader makes a height of the range itself; nearer the horizon it does not.
  if (!pose.laser_range_m) f.height_above_ground_m = pose.height_above_ground_m;
  f.gimbal_yaw_deg = pose.yaw_deg;
  f.gimbal_pitch_deg = pose.pitch_deg;
  f.gimbal_roll_deg = pose.roll_deg;
  f.flight_yaw_deg = pose.aircraft_yaw_deg;
  f.angle_decimals = 3;
  f.rtk_flag = pose.rtk_flag;
  f.sigma_horizontal_m = pose.sigma_horizontal_m;
  f.sigma_vertical_m = pose.sigma_vertical_m;
  return f;
}

std::string UnlikeIn(const FrameMeta& original, const FrameMeta& written) {
  constexpr double kMillimetre = 1.1e-3;
  const RecordedPose& a = original.pose;
  const RecordedPose& b = written.pose;
  if (!Alike(original.time_utc_s, written.time_utc_s, kMillimetre) ||
      original.time_is_local != written.time_is_local)
    return "time";
  constexpr double kDegrees = 1e-9;  // a tenth of a millimetre
  if (a.position.has_value() != b.position.has_value() ||
      (a.position && (std::abs(a.position->lon_deg - b.position->lon_deg) > kDegrees ||
                      std::abs(a.position->lat_deg - b.position->lat_deg) > kDegrees)))
    return "position";
  if (!Alike(a.altitude_m, b.altitude_m, kMillimetre) ||
      a.altitude_is_ellipsoidal != b.altitude_is_ellipsoidal ||
      !Alike(a.height_above_takeoff_m, b.height_above_takeoff_m, kMillimetre) ||
      !Alike(a.height_above_ground_m, b.height_above_ground_m, 2 * kMillimetre))
    return "height";
  if (!SameAngle(a.yaw_deg, b.yaw_deg) || !SameAngle(a.pitch_deg, b.pitch_deg) ||
      !SameAngle(a.roll_deg, b.roll_deg) || !SameAngle(a.aircraft_yaw_deg, b.aircraft_yaw_deg))
    return "attitude";
  if (a.rtk_flag != b.rtk_flag || !Alike(a.sigma_horizontal_m, b.sigma_horizontal_m, 1e-4) ||
      !Alike(a.sigma_vertical_m, b.sigma_vertical_m, 1e-4))
    return "RTK";
  if (original.make != written.make || original.model != written.model ||
      original.width != written.width || original.height != written.height ||
      !Alike(original.focal_length_mm, written.focal_length_mm, 6e-4) ||
      !Alike(original.pixel_pitch_um, written.pixel_pitch_um, 1e-3))
    return "camera";
  const auto* own = std::get_if<PlanckCalibration>(&original.calibration);
  const auto* other = std::get_if<PlanckCalibration>(&written.calibration);
  if (other == nullptr || (own != nullptr && !SamePlanck(*own, *other))) return "calibration";
  return {};
}

}  // namespace thermoleak::simulation
