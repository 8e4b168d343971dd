#pragma once
// What candidates are in truth, to learn from.

#include <span>
#include <vector>

#include "thermoleak/simulation/evaluation.hpp"

namespace thermoleak::simulation {

/// The four kinds in the order of CandidateKind; kUnclear is not learned from.
enum class TrueKind { kLeak, kInsulation, kInstallation, kConfuser, kUnclear };

struct CandidatePlace {
  LonLat position;
  double sigma_m = 0;  ///< of the position
};

struct LabelOptions {
  /// A leak within it, or within twice the position's sigma but not beyond `unclear_m`.
  /// What an anomaly is does not depend on how far poses and map put it off: farther than what
  /// counts as found.
  double leak_m = 4;
  /// A candidate so near a leak that is not its own, or that no frame shows, is unclear.
  double unclear_m = 6;
  double insulation_m = 2.5;    ///< from the damaged stretch
  double installation_m = 2.5;  ///< from a chamber or house entry of the map
};

/// Leaks one-to-one, nearest pairs first; then what is unclear, on damaged insulation, at an
/// installation, and nothing of all that. Parallel to `places`.
std::vector<TrueKind> LabelCandidates(std::span<const CandidatePlace> places, const Truth& truth,
                                      const LabelOptions& options = {});

}  // namespace thermoleak::simulation
