#include "report/frame_facts.hpp"

#include <cmath>
#include <numbers>

namespace thermoleak {

std::string_view StatusOf(const FrameRecord& record) {
  return record.quarantined ? "quarantined" : record.located ? "located" : "used";
}

double HeadingDeg(const RegisteredFrame& frame) {
  const Vec3 up = -frame.camera.map_from_camera.col(1);
  const Vec3 ahead = frame.camera.map_from_camera.col(2);
  if (std::abs(ahead.z()) < 1e-9) return std::nan("");
  // A step up in the picture, brought back to the ground along the ray.
  const Vec3 step = up - ahead * (up.z() / ahead.z());
  return std::atan2(step.x(), step.y()) * 180.0 / std::numbers::pi;
}

GroundSigmas GroundSigmasOf(const RegisteredFrame& frame) {
  const Lens& lens = frame.camera.lens;
  const Vec3 ray = frame.camera.Ray({lens.width / 2.0, lens.height / 2.0});
  const Vec3 centre = frame.camera.position + ray * (frame.gsd_m * lens.focal_px);
  return {std::sqrt(0.5 * frame.GroundCovariance(centre).trace()),
          std::sqrt(0.5 * frame.RelativeGroundCovariance(centre).trace())};
}

}  // namespace thermoleak
