#pragma once
// The sensitivity certificate: what a survey would have found, checked with leaks that were put
// into its own frames (inject.hpp), and from that the smallest leak for each metre of pipe.
//
// The chain: a run states for every 5 m of pipe the smallest rise that stands out of its noise (5
// sigma of the matched filter). Whether a leak of such a rise is really found depends on all that
// the noise does not know: shape, background, alignment, score. The injected leaks say by what
// factor the stated figure must be multiplied until 80 % (95 %) are found.

#include <array>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "thermoleak/simulation/evaluation.hpp"

namespace thermoleak::simulation {

/// Found of tried, with Wilson's interval (1927) of 90 %.
struct Proportion {
  int trials = 0;
  int found = 0;
  double low = 0;
  double high = 1;
};
Proportion ProportionOf(int found, int trials);

/// A leak of some size (heat, rise, or rise over the stated figure; above 0), found or not.
struct Trial {
  double size = 0;
  bool found = false;
};

/// A size with its interval of 90 %; not a number = beyond what was tried.
struct Threshold {
  static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  double value = kNaN;
  double low = kNaN;
  double high = kNaN;
};

/// The size found with `probability`: logistic in the size's logarithm, by maximum likelihood with
/// slopes of 0.3 to 25; the interval from the profile likelihood (chi-square of one degree of
/// freedom), which holds for few trials and for ones that separate completely, where the usual fit
/// has no finite slope. If even the smallest are found, the value is the smallest that was tried.
/// Deterministic.
Threshold ThresholdAt(std::span<const Trial> trials, double probability);

/// The probabilities that are certified.
constexpr std::array kCertified{0.8, 0.95};
using Thresholds = std::array<Threshold, kCertified.size()>;

struct SizeBin {
  double from = 0;
  double to = 0;  ///< infinite for the last
  Proportion share;
};

struct CertifiedPiece {
  TruePiece piece;
  /// Smallest leak above a point source at the pipe's depth; not a number where nothing can be
  /// said.
  std::array<double, kCertified.size()> rise_k{Threshold::kNaN, Threshold::kNaN};
  std::array<double, kCertified.size()> heat_w{Threshold::kNaN, Threshold::kNaN};
};

struct CertifiedPipe {
  std::string id;
  double checked_m = 0;
  double blind_m = 0;  ///< the run saw nothing there
  /// Over the checked metres, at kCertified[0]; the worst is exceeded on a tenth of them.
  double median_rise_k = Threshold::kNaN;
  double median_heat_w = Threshold::kNaN;
  double worst_rise_k = Threshold::kNaN;
  std::vector<CertifiedPiece> pieces;
};

struct Certificate {
  EvaluationOptions options;
  int runs = -1;
  int leaks = -1;  ///< injected and in some frame
  int found = -1;
  std::vector<SizeBin> by_rise;                ///< K; bins without leaks are left out
  std::vector<SizeBin> by_heat;                ///< W
  std::map<std::string, Proportion> by_sight;  ///< seen, weak
  Proportion point_like;
  Proportion wet;
  Thresholds heat_w;
  Thresholds rise_k;
  Thresholds factor;  ///< rise over the run's stated figure
  std::vector<CertifiedPipe> pipes;
};

/// Whether a truth is of injected leaks.
bool IsInjected(const Truth& truth);

/// Runs of one survey with different injections, pooled; the pieces of pipe are the first truth's.
/// Leaks are matched as Evaluate() does. Throws RunError kCertNotInjected (exit code 3).
Certificate Certify(std::span<const EvaluatedRun> runs, const EvaluationOptions& options);

}  // namespace thermoleak::simulation
