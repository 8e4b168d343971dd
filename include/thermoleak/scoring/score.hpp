#pragma once
// From hot spots to ranked candidates. Spots of buried pipes are scored by the trained model
// (model.hpp); spots of overhead pipes, and all of them where there is no model, by rules: each
// piece of evidence adds to the log-odds of one or more kinds, the sums go through a softmax. The
// rules' weights are judgement from physics and published experience (detection.md 2.1, 2.6), not
// fitted.

#include <span>
#include <vector>

#include "thermoleak/core/options.hpp"
#include "thermoleak/detection/alignment.hpp"
#include "thermoleak/detection/hot_spot.hpp"
#include "thermoleak/scoring/candidate.hpp"
#include "thermoleak/scoring/features.hpp"

namespace thermoleak {

class LeakModel;

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
  const LeakModel* model = nullptr;  ///< null: by rules
};

/// Kinds and reasons of one spot; probability sums to 1.
struct Verdict {
  std::array<double, 4> probability{};
  std::vector<Reason> reasons;
};
/// By rules.
Verdict Judge(const HotSpot& spot, double equivalent_depth_m);

/// Reasons that add less to the log-odds are not told.
inline constexpr double kLeastContribution = 0.05;
/// Strongest first.
void SortReasons(std::vector<Reason>& reasons);

/// What is known of a spot of the network. `spot` must outlive it.
FeatureInput InputOf(const HotSpot& spot, const PipeNetwork& network);

/// Excess heat through the surface: h times the surface integral, with the part of a conduction
/// pattern that lies outside its half-peak contour added (0.79 of a point source's, 0.5 of a
/// line's). P10 and P90 from h, extent and contrast as independent log-normal factors.
HeatLoss EstimateHeatLoss(const HotSpot& spot, double h_w_m2k, double h_relative_sigma);

/// Candidates by rank: suspected leaks by score, then the others by the heat that is likely lost.
/// Last come those below options.keep_above, with rank 0 and no id: to learn from, not to report.
/// Deterministic.
std::vector<LeakCandidate> ScoreSpots(std::span<const HotSpot> spots, const ScoringContext& context,
                                      const ScoringOptions& options);

}  // namespace thermoleak
