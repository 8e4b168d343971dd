#pragma once
// Where map and pictures disagree as a whole. Recorded positions are metres off; the pipes that are
// seen warm tell by how much.

#include <span>

#include "thermoleak/detection/hot_spot.hpp"
#include "thermoleak/network/network.hpp"
#include "thermoleak/strips/mosaic.hpp"
#include "thermoleak/strips/strip.hpp"

namespace thermoleak {

/// One shift, rotation and stretch for all pictures that the adjustment tied together. Flights are
/// tied to each other where they overlap, so one is enough for a survey; what frames that are not
/// tied differ from it stays in the traces' own offsets.
struct SurveyShift {
  Vec2 shift_m{0, 0};  ///< pictures minus map at `centre`, local metres; subtract it from measured
                       ///< positions
  double rotation_rad = 0;  ///< of the pictures against the map about `centre`, counter-clockwise
  double stretch = 0;       ///< of the pictures against the map, relative: long chains of frames
  Vec2 centre{0, 0};        ///< middle of the pipes that were seen
  Mat2 covariance = Mat2::Identity();  ///< of shift_m
  double rotation_sigma_rad = 0;
  double stretch_sigma = 0;
  double local_sigma_m = 1;  ///< of poses against each other, which the shift does not take out
  double evidence = 0;       ///< for pipes that are warm on the map's lines, standard deviations
  bool found = false;        ///< the evidence was enough; else the poses' own shift and covariance

  /// Pictures minus map at a point, and its covariance.
  Vec2 At(const Vec2& point) const;
  Mat2 CovarianceAt(const Vec2& point) const;
};

/// What the poses say of the shift before the pipes are looked at.
struct PosePrior {
  Vec2 shift_m{0, 0};
  Mat2 covariance = Mat2::Identity();
  double local_sigma_m = 1;  ///< of poses against each other

  /// Poses that are right but for `sigma_m` in any direction.
  static PosePrior Around(double sigma_m, double local_sigma_m) {
    return {{0, 0}, Mat2::Identity() * sigma_m * sigma_m, local_sigma_m};
  }
};

struct AlignmentOptions {
  double search_sigmas = 2.5;  ///< of the poses' uncertainty
  double step_m = 0.5;         ///< at most; a fifth of the narrowest trace where that is less
  double min_evidence = 1.3;   ///< standard deviations; 1.3 is odds of 2.3 to 1. Low, as the
                               ///< covariance says how sure a shift is

  void Describe(OptionVisitor& v);
};

/// The shift, rotation and stretch under which the pipes' axes lie on warm ridges of the mosaic, as
/// a posterior over a grid of shifts and a few rotations and stretches.
///
/// A segment (some 12 widths of the trace) has, for every shift, a mean ridge response (centre
/// minus the warmer shoulder, each averaged over a quarter of the trace's width). What the other
/// shifts show is its noise; a pipe adds an unknown positive amount (exponential prior), which
/// gives the segment's likelihood ratio. Another warm line could outshine the pipe, beside a
/// segment or the whole trench, so the height of each ridge is limited, its shape kept. The map's
/// lines are wrong by map_sigma_m, half of the variance from segment to segment, half for the whole
/// trench: likelihoods are blurred by that before they are multiplied (pipes of one trench count
/// once). What one long pipe says is then no surer than the map, and a direction that no pipe
/// crosses keeps the prior. The priors of rotation and stretch move the pipes by its local_sigma_m
/// (RMS).
///
/// `width_of_strip` is each strip's expected trace width. Deterministic.
SurveyShift AlignToMap(const Mosaic& mosaic, const PipeNetwork& network,
                       std::span<const StripLayout> strips, std::span<const double> width_of_strip,
                       const PosePrior& prior, const AlignmentOptions& options);

/// The best statement of where a spot really is: measured position minus the survey's shift; across
/// the pipe, the local pose error's share of the trace offset that is left is taken out too.
struct CorrectedPosition {
  Vec2 position{0, 0};
  Mat2 covariance = Mat2::Identity();
};
CorrectedPosition CorrectPosition(const HotSpot& spot, bool trace_seen, const SurveyShift& shift,
                                  const PipeNetwork& network);

}  // namespace thermoleak
