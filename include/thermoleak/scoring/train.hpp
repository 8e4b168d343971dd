#pragma once
// Learns the score from labelled candidates, and scores each of them by a model that has not seen
// its family.

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "thermoleak/scoring/calibration.hpp"
#include "thermoleak/scoring/candidate.hpp"

namespace thermoleak::scoring {

struct TrainingRow {
  std::vector<float> values;  ///< of Features()
  /// What it is in truth; nothing: scored, but not learned from.
  std::optional<CandidateKind> kind;
  std::string family;
};

struct TrainedModel {
  /// The model file's text. `scores` is not in it yet: WithScores adds it.
  std::string text;
  /// Of each row, by a model and a calibration that saw nothing of its family.
  std::vector<std::array<double, 4>> held_out;
  Calibration calibration;
  double platt_log_loss = 0;     ///< of families that the fit has not seen
  double isotonic_log_loss = 0;  ///< likewise; the smaller one decides
  std::string data_sha256;       ///< of rows, kinds and families
  int leaks = 0;
  int others = 0;
  std::vector<std::string> families;
  std::string recipe;  ///< for people
};

/// Least number of leaks and of other candidates.
constexpr int kLeastExamples = 20;

/// Leave one family out: as many models as families, then one of all rows whose calibration is
/// fitted on the held-out margins. The same rows give the same bytes. Throws RunError kTrainTooFew,
/// kTrainGroups (exit code 3).
TrainedModel Train(const std::vector<TrainingRow>& rows);

/// The model file's text with what it reaches on held-out families.
std::string WithScores(const TrainedModel& model, const nlohmann::ordered_json& scores);

}  // namespace thermoleak::scoring
