#pragma once
// features.csv: every candidate of a run with what the score saw of it, to learn from.

#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "thermoleak/geo/local_frame.hpp"
#include "thermoleak/network/network.hpp"
#include "thermoleak/scoring/candidate.hpp"

namespace thermoleak {

struct FeatureRow {
  std::string id;  ///< as in candidates.geojson; empty when the candidate is not reported
  LonLat position;
  double sigma_m = 0;  ///< of the position, along the error ellipse's longer axis
  Laying laying = Laying::kBuried;
  std::array<double, 4> probability{};  ///< as the run scored it
  double heat_w = 0;                    ///< P50; NaN when unknown
  std::vector<float> values;            ///< of Features(), NaN = not known
};

/// One line a candidate: by rank, then those that are not reported.
void WriteFeatureTable(std::span<const LeakCandidate> candidates, const PipeNetwork& network,
                       const LocalFrame& frame, const std::filesystem::path& path);

/// Throws RunError kInputMissing or kFeaturesUnreadable (exit code 3); columns may stand in any
/// order, but every feature must be there.
std::vector<FeatureRow> ReadFeatureTable(const std::filesystem::path& path);

}  // namespace thermoleak
