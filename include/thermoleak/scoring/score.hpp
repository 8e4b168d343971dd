#pragma once
// From hot spots to ranked candidates: a transparent first score. Each piece of evidence adds to
// the log-odds of one or more kinds; the sums go through a softmax. The weights are judgement from
// the physics and the published experience (detection.md 2.1, 2.6), not fitted: `run.json` says
// "calibrated": false.

#include <span>
#include <vector>

#include "thermoleak/core/options.hpp"
#include "thermoleak/detection/alignment.hpp"
#include "thermoleak/detection/hot_spot.hpp"
#include "thermoleak/scoring/candidate.hpp"

namespace thermoleak {

struct ScoringOptions {
  double h_relative_sigma = 0.3;  ///< of the surface coefficient, for the heat loss' range
  double keep_above =
      0.02;  ///< candidates with a smaller score of every kind but confuser are not reported

  void Describe(OptionVisitor& v);
};

struct ScoringContext {
  const PipeNetwork& network;
  const SurveyShift& shift;
  double surface_h_w_m2k = 12;
  bool absolute_temperatures = true;  ///< false: relative radiometry, no heat loss can be said
  double scale_sigma = 0;  ///< relative 1-sigma error of temperature differences, from the cameras
};

/// Kinds and reasons of one spot; probability sums to 1.
struct Verdict {
  std::array<double, 4> probability{};
  std::vector<Reason> reasons;
};
Verdict Judge(const HotSpot& spot, double equivalent_depth_m);

/// Excess heat through the surface: h times the surface integral, with the part of a conduction
/// pattern that lies outside its half-peak contour added (0.79 of a point source's, 0.5 of a
/// line's). P10 and P90 from h, extent and contrast as independent log-normal factors.
HeatLoss EstimateHeatLoss(const HotSpot& spot, double h_w_m2k, double h_relative_sigma);

/// Candidates by rank: suspected leaks by score, then the others by the heat that is likely lost.
/// Deterministic.
std::vector<LeakCandidate> ScoreSpots(std::span<const HotSpot> spots, const ScoringContext& context,
                                      const ScoringOptions& options);

}  // namespace thermoleak
