#pragma once
// Where map and pictures disagree. Pipes that are seen warm tell by how much the survey's poses are
// shifted as a whole; what is left is shared between local pose error and map error by their
// sigmas.

#include <span>

#include "thermoleak/detection/detect.hpp"

namespace thermoleak {

struct SurveyShift {
  Vec2 shift_m{0, 0};  ///< pictures minus map, local metres; subtract it from measured positions
  Mat2 covariance = Mat2::Identity();
  double seen_length_m = 0;  ///< length of pipe whose trace was seen
  double residual_m =
      -1;  ///< median |trace offset| left across the pipes after the shift; -1 unknown
};

/// One translation for the survey from the lateral offsets of all traces that were seen: n . shift
/// = b(s), with a Gaussian prior of the pose's sigma and observation noise of the map's sigma, one
/// observation for every 30 m of pipe (map errors are smooth along a line). Directions that no pipe
/// crosses keep the prior.
SurveyShift EstimateShift(std::span<const StripFindings> findings,
                          std::span<const int> pipe_of_strip, const PipeNetwork& network,
                          double pose_sigma_m);

/// The best statement of where a spot really is: measured position minus the survey's shift, minus
/// the pose's share of the trace offset that is left.
struct CorrectedPosition {
  Vec2 position{0, 0};
  Mat2 covariance = Mat2::Identity();
};
CorrectedPosition CorrectPosition(const HotSpot& spot, bool trace_seen, const SurveyShift& shift,
                                  const PipeNetwork& network, double pose_sigma_m);

}  // namespace thermoleak
