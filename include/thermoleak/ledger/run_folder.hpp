#pragma once
// A survey's output folder, as the ledger takes it in.

#include <filesystem>
#include <string>
#include <vector>

#include "thermoleak/ledger/records.hpp"

namespace thermoleak {

struct RunCandidate {
  Sighting sighting;  ///< without the ids of hazard and inspection
  double score = 0;
  bool confuser = false;  ///< most likely nothing of the pipe's
  AssetFacts asset;
  std::string unit, district;
  std::vector<std::string> beside;  ///< pipes that run beside its own here
  bool beside_known = false;        ///< older runs do not say
};

struct SurveyRun {
  /// Over the candidates and all of run.json but its times: the same results have the same hash.
  std::string hash;
  /// Of the inputs: another run over the same frames is the same survey.
  std::string survey;
  std::string folder;
  Inspection inspection;  ///< without season and persons; id = first digits of survey
  std::vector<RunCandidate> candidates;  ///< by rank
};

/// A stretch of pipe that a survey could not judge.
struct UncoveredStretch {
  std::string pipe_id;
  double from_m = 0, to_m = 0;  ///< chainage
  std::string reason;           ///< a code of run.json's re-fly list: "noisy", "no_view", ...
};
/// What Inspection::uncovered says, which is for people who look at the table; what a person wrote
/// there in other words is left out.
std::vector<UncoveredStretch> UncoveredOf(const Inspection& inspection);

/// Reads candidates.geojson, run.json and the frames' times. Throws RunError (kInputMissing,
/// kRunUnreadable, kRunUnfinished).
SurveyRun ReadRun(const std::filesystem::path& folder);

}  // namespace thermoleak
