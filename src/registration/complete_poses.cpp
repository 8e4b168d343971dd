#include "registration/complete_poses.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <tuple>

namespace thermoleak {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;
constexpr double kMostS = 20;
constexpr std::size_t kMostFrames = 4;
constexpr double kAcceleration = 0.5;  // m/s^2, of a drone that flies lines

/// What lies on both sides of a frame that lacks something.
struct Between {
  std::size_t before;
  std::size_t after;
  double share;    ///< 0 at `before`, 1 at `after`
  double sigma_m;  ///< of a position in between
};

/// Frames of one camera, in survey order.
class Line {
 public:
  Line(std::span<const FrameMeta> frames, const LocalFrame& local)
      : frames_(frames), local_(local) {}
  void Add(std::size_t frame) { order_.push_back(frame); }

  void Complete(std::vector<CompletedPose>& poses) const {
    for (std::size_t k = 0; k < order_.size(); ++k) {
      CompletedPose& out = poses[order_[k]];
      CompletePosition(k, out);
      CompleteHeight(k, out);
      CompleteTilt(k, out);
    }
    // Courses look at positions on both sides.
    for (std::size_t k = 0; k < order_.size(); ++k) CompleteYaw(k, poses);
  }

 private:
  const RecordedPose& Pose(std::size_t k) const { return frames_[order_[k]].pose; }

  template <class Has>
  std::optional<Between> Neighbours(std::size_t k, const Has& has) const {
    std::size_t before = k;
    while (before > 0 && k - before < kMostFrames && (before == k || !has(Pose(before)))) --before;
    std::size_t after = k;
    while (after + 1 < order_.size() && after - k < kMostFrames &&
           (after == k || !has(Pose(after))))
      ++after;
    if (before == k || after == k || !has(Pose(before)) || !has(Pose(after))) return std::nullopt;
    const auto& from = frames_[order_[before]].time_utc_s;
    const auto& at = frames_[order_[k]].time_utc_s;
    const auto& to = frames_[order_[after]].time_utc_s;
    if (from && at && to && *to > *from && *at >= *from && *at <= *to) {
      if (*to - *from > kMostS) return std::nullopt;
      return Between{before, after, (*at - *from) / (*to - *from),
                     std::max(1.0, 0.5 * kAcceleration * (*at - *from) * (*to - *at))};
    }
    if (after - before > kMostFrames) return std::nullopt;
    const double steps = static_cast<double>(after - before);
    double sigma = 0;
    if (Pose(before).position && Pose(after).position) {
      sigma = 1 + 0.5 *
                      (local_.LocalFromLonLat(*Pose(before).position) -
                       local_.LocalFromLonLat(*Pose(after).position))
                          .norm() /
                      steps;
    }
    return Between{before, after, static_cast<double>(k - before) / steps, sigma};
  }

  void CompletePosition(std::size_t k, CompletedPose& out) const {
    if (out.pose.position) return;
    const auto near =
        Neighbours(k, [](const RecordedPose& pose) { return pose.position.has_value(); });
    if (!near) return;
    const LonLat& a = *Pose(near->before).position;
    const LonLat& b = *Pose(near->after).position;
    out.pose.position = LonLat{std::lerp(a.lon_deg, b.lon_deg, near->share),
                               std::lerp(a.lat_deg, b.lat_deg, near->share)};
    out.sigma.position_m = near->sigma_m;
  }

  void CompleteHeight(std::size_t k, CompletedPose& out) const {
    constexpr double kSigma = 1.0;
    const auto complete = [&](std::optional<double> RecordedPose::*height) {
      const auto near =
          Neighbours(k, [&](const RecordedPose& pose) { return (pose.*height).has_value(); });
      if (!near) return false;
      out.pose.*height =
          std::lerp(*(Pose(near->before).*height), *(Pose(near->after).*height), near->share);
      out.sigma.height_m = kSigma;
      return true;
    };
    if (out.pose.height_above_takeoff_m || out.pose.height_above_ground_m) return;
    if (!complete(&RecordedPose::height_above_takeoff_m))
      complete(&RecordedPose::height_above_ground_m);
  }

  void CompleteTilt(std::size_t k, CompletedPose& out) const {
    constexpr double kSigma = 3.0;
    constexpr double kUnknownTilt = 10.0;
    if (out.pose.pitch_deg) return;
    out.sigma.tilt_rad = kUnknownTilt * kDegree;
    const auto near =
        Neighbours(k, [](const RecordedPose& pose) { return pose.pitch_deg.has_value(); });
    if (!near) return;
    const RecordedPose& a = Pose(near->before);
    const RecordedPose& b = Pose(near->after);
    out.pose.pitch_deg = std::lerp(*a.pitch_deg, *b.pitch_deg, near->share);
    out.pose.roll_deg = std::lerp(a.roll_deg.value_or(0), b.roll_deg.value_or(0), near->share);
    out.sigma.tilt_rad = kSigma * kDegree;
  }

  void CompleteYaw(std::size_t k, std::vector<CompletedPose>& poses) const {
    constexpr double kSigma = 3.0;
    constexpr double kCourseSigma = 20.0;
    constexpr double kMoved = 3.0;  // m; less is the receiver's noise
    CompletedPose& out = poses[order_[k]];
    if (out.pose.yaw_deg || out.pose.aircraft_yaw_deg) return;
    out.sigma.yaw_rad = 90 * kDegree;
    const auto near =
        Neighbours(k, [](const RecordedPose& pose) { return pose.yaw_deg.has_value(); });
    if (near) {
      const double a = *Pose(near->before).yaw_deg;
      const double turn = std::remainder(*Pose(near->after).yaw_deg - a, 360.0);
      out.pose.yaw_deg = std::remainder(a + near->share * turn, 360.0);
      out.sigma.yaw_rad = (kSigma + 0.5 * std::abs(turn)) * kDegree;
      return;
    }
    const auto& a = poses[order_[k > 0 ? k - 1 : k]].pose.position;
    const auto& b = poses[order_[std::min(k + 1, order_.size() - 1)]].pose.position;
    if (!a || !b) return;
    const Vec2 course = local_.LocalFromLonLat(*b) - local_.LocalFromLonLat(*a);
    if (course.norm() < kMoved) return;
    out.pose.yaw_deg = std::atan2(course.x(), course.y()) / kDegree + local_.ConvergenceDeg(*a);
    out.sigma.yaw_rad = kCourseSigma * kDegree;
  }

  std::span<const FrameMeta> frames_;
  const LocalFrame& local_;
  std::vector<std::size_t> order_;
};

}  // namespace

std::vector<CompletedPose> CompletePoses(std::span<const FrameMeta> frames,
                                         const LocalFrame& local) {
  std::vector<CompletedPose> poses(frames.size());
  std::map<std::tuple<std::string, std::string, int, int>, Line> lines;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const FrameMeta& meta = frames[i];
    poses[i].pose = meta.pose;
    lines.try_emplace({meta.model, meta.serial, meta.width, meta.height}, frames, local)
        .first->second.Add(i);
  }
  for (const auto& [camera, line] : lines) line.Complete(poses);
  return poses;
}

}  // namespace thermoleak
