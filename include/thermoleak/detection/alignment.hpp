#pragma once
// Where map and pictures disagree as a whole. Recorded positions are metres off; the pipes that are
// seen warm tell by how much.

#include <span>

#include "thermoleak/detection/hot_spot.hpp"
#include "thermoleak/network/network.hpp"
#include "thermoleak/strips/mosaic.hpp"
#include "thermoleak/strips/strip.hpp"

namespace thermoleak {

struct SurveyShift {
  Vec2 shift_m{0, 0};  ///< pictures minus map, local metres; subtract it from measured positions
  Mat2 covariance = Mat2::Identity();
  double local_sigma_m = 1;  ///< of poses against each other, which the shift does not take out
  double evidence = 0;       ///< mean ridge response under the best shift over its standard error
  bool found = false;  ///< the evidence was enough; else shift 0 with the poses' own covariance
};

struct AlignmentOptions {
  double search_sigmas = 2.5;  ///< of the poses' uncertainty
  double step_m = 0.5;         ///< at most; a fifth of the narrowest trace where that is less
  double min_evidence = 3.0;   ///< standard errors; a wrong shift is worse than none

  void Describe(OptionVisitor& v);
};

/// The translation under which the pipes' axes lie on warm ridges of the mosaic: for every shift on
/// a grid the mean ridge response (centre minus the warmer shoulder, each averaged over a quarter
/// of the trace's width) over all seen stretches, with a Gaussian prior of `pose_sigma_m`; result
/// and covariance are the mean and second moments of the posterior, so that a direction that no
/// pipe crosses stays as uncertain as it was. `width_of_pipe` is each pipe's expected trace width.
/// Deterministic.
SurveyShift AlignToMap(const Mosaic& mosaic, const PipeNetwork& network,
                       std::span<const StripLayout> strips, std::span<const double> width_of_strip,
                       double pose_sigma_m, double local_sigma_m, const AlignmentOptions& options);

/// The best statement of where a spot really is: measured position minus the survey's shift; across
/// the pipe, the local pose error's share of the trace offset that is left is taken out too.
struct CorrectedPosition {
  Vec2 position{0, 0};
  Mat2 covariance = Mat2::Identity();
};
CorrectedPosition CorrectPosition(const HotSpot& spot, bool trace_seen, const SurveyShift& shift,
                                  const PipeNetwork& network);

}  // namespace thermoleak
