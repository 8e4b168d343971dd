#include "thermoleak/registration/camera.hpp"

#include <cmath>
#include <numbers>

namespace thermoleak {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;

}  // namespace

Vec2 Lens::Distort(const Vec2& xy) const {
  const double x = xy.x();
  const double y = xy.y();
  const double r2 = x * x + y * y;
  const double radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3));
  return {x * radial + p1 * (r2 + 2 * x * x) + 2 * p2 * x * y,
          y * radial + p2 * (r2 + 2 * y * y) + 2 * p1 * x * y};
}

Vec2 Lens::Undistort(const Vec2& xy) const {
  if (!distorted()) return xy;
  Vec2 guess = xy;
  for (int i = 0; i < 50; ++i) {
    const Vec2 step = xy - Distort(guess);
    guess += step;
    if (step.squaredNorm() < 1e-22) break;
  }
  return guess;
}

Mat3 RotationFromAngles(double yaw_deg, double pitch_deg, double roll_deg) {
  const double yaw = yaw_deg * kDegree;
  const double pitch = pitch_deg * kDegree;
  const double roll = roll_deg * kDegree;
  const Vec3 forward(std::sin(yaw) * std::cos(pitch), std::cos(yaw) * std::cos(pitch),
                     std::sin(pitch));
  const Vec3 level_right(std::cos(yaw), -std::sin(yaw), 0);
  const Vec3 level_down = forward.cross(level_right);
  Mat3 rotation;
  rotation.col(0) = level_right * std::cos(roll) + level_down * std::sin(roll);
  rotation.col(1) = level_down * std::cos(roll) - level_right * std::sin(roll);
  rotation.col(2) = forward;
  return rotation;
}

Angles AnglesFromRotation(const Mat3& map_from_camera) {
  const Vec3 right = map_from_camera.col(0);
  const Vec3 down = map_from_camera.col(1);
  const Vec3 forward = map_from_camera.col(2);
  Angles angles;
  angles.pitch_deg = std::asin(std::clamp(forward.z(), -1.0, 1.0)) / kDegree;
  const double level = std::hypot(forward.x(), forward.y());
  constexpr double kNadir = 1e-6;
  if (level < kNadir) {
    angles.yaw_deg = std::atan2(-down.x(), -down.y()) / kDegree;  // the upper edge's direction
    return angles;
  }
  angles.yaw_deg = std::atan2(forward.x(), forward.y()) / kDegree;
  const Vec3 level_right(forward.y() / level, -forward.x() / level, 0);
  const Vec3 level_down = forward.cross(level_right);
  angles.roll_deg = std::atan2(right.dot(level_down), right.dot(level_right)) / kDegree;
  return angles;
}

std::optional<Vec2> Camera::Project(const Vec3& point) const {
  const Vec3 in_camera = map_from_camera.transpose() * (point - position);
  if (in_camera.z() <= 1e-6) return std::nullopt;
  Vec2 xy(in_camera.x() / in_camera.z(), in_camera.y() / in_camera.z());
  if (lens.distorted()) {
    // Brown's polynomial folds back far outside the picture; a point there is not seen.
    const double reach = std::hypot(lens.width, lens.height) / lens.focal_px;
    if (xy.squaredNorm() > reach * reach) return std::nullopt;
    xy = lens.Distort(xy);
  }
  return Vec2(lens.principal + lens.focal_px * xy);
}

Vec3 Camera::Ray(const Vec2& pixel) const {
  const Vec2 xy = lens.Undistort((pixel - lens.principal) / lens.focal_px);
  return (map_from_camera * Vec3(xy.x(), xy.y(), 1)).normalized();
}

std::optional<Vec3> Camera::Ground(const Vec2& pixel, const Terrain& terrain) const {
  const Vec3 ray = Ray(pixel);
  if (ray.z() > -0.02) return std::nullopt;  // within 1.1 degrees of the horizon
  Vec3 ground = position;
  double height = terrain.HeightAt(position.head<2>());
  // Fixed-point: the plane at the last height; two steps are exact on a plane, gentle terrain needs
  // a few.
  for (int i = 0; i < 20; ++i) {
    const double t = (height - position.z()) / ray.z();
    if (!(t > 0) || t > 1e5) return std::nullopt;
    ground = position + t * ray;
    const double next = terrain.HeightAt(ground.head<2>());
    if (std::abs(next - height) < 1e-4) break;
    height = next;
  }
  return ground;
}

std::vector<Vec2> Camera::Footprint(const Terrain& terrain, double max_range_m) const {
  const double w = lens.width;
  const double h = lens.height;
  std::vector<Vec2> pixels{{0, h}, {w, h}, {w, 0}, {0, 0}};
  if (lens.distorted()) {
    pixels = {{0, h}, {w / 2, h}, {w, h}, {w, h / 2}, {w, 0}, {w / 2, 0}, {0, 0}, {0, h / 2}};
  }
  std::vector<Vec2> ring;
  for (const Vec2& pixel : pixels) {
    const auto ground = Ground(pixel, terrain);
    if (!ground || (*ground - position).norm() > max_range_m) return {};
    ring.push_back(ground->head<2>());
  }
  return ring;
}

}  // namespace thermoleak
