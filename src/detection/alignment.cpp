#include "thermoleak/detection/alignment.hpp"

#include <Eigen/Dense>
#include <cmath>

#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

constexpr double kIndependentLength = 30.0;  // map errors are smooth over about this length, m
constexpr double kLocalPoseShare = 0.5;  // part of the pose's sigma that changes within a survey

struct Sample {
  Vec2 normal;
  double offset = 0;
  double weight = 0;
};

}  // namespace

SurveyShift EstimateShift(std::span<const StripFindings> findings,
                          std::span<const int> pipe_of_strip, const PipeNetwork& network,
                          double pose_sigma_m) {
  SurveyShift out;
  out.covariance = Mat2::Identity() * pose_sigma_m * pose_sigma_m;
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Trace& trace = findings[i].trace;
    const Polyline& axis = network.pipes()[static_cast<std::size_t>(pipe_of_strip[i])].axis;
    for (std::size_t e = 0; e < trace.size(); ++e) {
      if (!trace.seen[e]) continue;
      const double chainage = trace.chainage0_m + static_cast<double>(e) * trace.step_m;
      const Vec2 direction = axis.Direction(chainage, 1.0);
      samples.push_back({Vec2(-direction.y(), direction.x()), trace.offset_m[e],
                         trace.step_m / kIndependentLength});
      out.seen_length_m += trace.step_m;
    }
  }
  if (samples.empty()) return out;
  const double map_sigma =
      std::hypot(network.options().map_sigma_m, kLocalPoseShare * pose_sigma_m);
  Vec2 shift(0, 0);
  Mat2 normal_matrix = Mat2::Identity();
  constexpr int kRounds = 6;
  for (int round = 0; round < kRounds; ++round) {
    normal_matrix = Mat2::Identity() / (pose_sigma_m * pose_sigma_m);
    Vec2 right(0, 0);
    for (const Sample& s : samples) {
      const double residual = std::abs(s.offset - s.normal.dot(shift));
      const double huber = residual <= map_sigma ? 1.0 : map_sigma / residual;
      const double weight = huber * s.weight / (map_sigma * map_sigma);
      normal_matrix += weight * s.normal * s.normal.transpose();
      right += weight * s.offset * s.normal;
    }
    shift = normal_matrix.ldlt().solve(right);
  }
  out.shift_m = shift;
  out.covariance = normal_matrix.inverse();
  std::vector<double> left;
  for (const Sample& s : samples) left.push_back(std::abs(s.offset - s.normal.dot(shift)));
  out.residual_m = MedianOf(std::span<const double>(left));
  return out;
}

CorrectedPosition CorrectPosition(const HotSpot& spot, bool trace_seen, const SurveyShift& shift,
                                  const PipeNetwork& network, double pose_sigma_m) {
  const Polyline& axis = network.pipes()[static_cast<std::size_t>(spot.pipe)].axis;
  const Vec2 direction = axis.Direction(spot.chainage_m, 1.0);
  const Vec2 normal(-direction.y(), direction.x());
  const double local = kLocalPoseShare * pose_sigma_m;
  const double map = network.options().map_sigma_m;
  constexpr double kMeasured = 0.3;  // of the spot's centre in the strip, m

  CorrectedPosition out;
  out.position = spot.position - shift.shift_m;
  Mat2 pose = shift.covariance + Mat2::Identity() * local * local;
  if (trace_seen) {
    const double left = spot.trace_offset_m - normal.dot(shift.shift_m);
    const double share = local * local / (local * local + map * map);
    out.position -= normal * (left * share);
    // Across the pipe, pictures and map together: the product of two Gaussians.
    const double across = normal.dot(pose * normal);
    const double fused = across * map * map / (across + map * map);
    pose += (fused - across) * normal * normal.transpose();
  }
  out.covariance = pose + Mat2::Identity() * kMeasured * kMeasured;
  return out;
}

}  // namespace thermoleak
