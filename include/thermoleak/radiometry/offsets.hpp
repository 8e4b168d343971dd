#pragma once
// Drift and shutter jumps: one offset a frame.

#include <span>
#include <vector>

#include "thermoleak/radiometry/flat_field.hpp"

namespace thermoleak {

/// Median difference of two overlapping frames over the ground that both see.
struct OverlapDifference {
  int first = 0;
  int second = 0;
  double difference_k = 0;  ///< first - second
  int cells = 0;            ///< ground cells that agree to the median's making
  double sigma_k = 0.1;     ///< of the difference
};

/// Of every pair of frames with enough common ground, after `flat_of_frame` (parallel to the
/// frames; null = none) is taken out. Ascending by (first, second).
std::vector<OverlapDifference> OverlapDifferences(std::span<const GroundPair> pairs,
                                                  std::span<const FlatField* const> flat_of_frame);

/// A frame's place in time. Frames of one series (a camera on one flight) drift together.
struct OffsetFrame {
  int series = 0;
  double time_s = 0;  ///< NaN = not known: then the frames' order counts, a second each
};

/// A jump between two successive frames of a series.
struct ShutterStep {
  int frame = -1;  ///< the first one after it
  double step_k = 0;
};

struct OffsetSolution {
  std::vector<double> offset_k;  ///< to be subtracted; mean about 0 over each connected group
  std::vector<double> sigma_k;   ///< against the mean of all frames, 1 sigma
  std::vector<ShutterStep> steps;
  double drift_k = 0;  ///< found or assumed random walk in one second
};

/// Offsets that make overlaps agree and change little from frame to frame: robust sparse least
/// squares (iteratively reweighted, Cauchy) over the overlaps' differences, a random walk in time
/// whose links break at shutter steps, and a weak prior towards 0. Frames that overlap none are
/// carried by their neighbours in time, with the sigma that belongs to it. Deterministic.
OffsetSolution SolveOffsets(std::span<const OffsetFrame> frames,
                            std::span<const OverlapDifference> overlaps,
                            const HarmonisationOptions& options);

/// How far frames disagree about the same ground, K; -1 without common ground.
struct Disagreement {
  double median_k = -1;
  double p90_k = -1;
};
/// As read.
Disagreement DisagreementOf(std::span<const GroundPair> pairs);
/// With flat fields (parallel to the frames; null = none) and offsets taken out.
Disagreement DisagreementOf(std::span<const GroundPair> pairs,
                            std::span<const FlatField* const> flat_of_frame,
                            std::span<const double> offset_k);

}  // namespace thermoleak
