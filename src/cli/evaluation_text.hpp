#pragma once
// How an evaluation is shown: as rows of a table, as JSON, as a plot. And which truth belongs to
// which run.

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "thermoleak/core/message.hpp"
#include "thermoleak/simulation/evaluation.hpp"

namespace thermoleak::cli {

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows EvaluationRows(const simulation::Evaluation& evaluation, Lang lang);
void PrintRows(const Rows& rows);
nlohmann::ordered_json EvaluationJson(const simulation::Evaluation& evaluation);

/// FROC and reliability side by side.
std::string EvaluationSvg(const simulation::Evaluation& evaluation, Lang lang);

struct RunAndTruth {
  std::filesystem::path run;
  std::filesystem::path truth;
};
/// Each run with the truth of the same place in `truths`; without any, with truth/ of its folder or
/// of the folder above. Throws RunError kTruthCount (exit code 2), kTruthMissing (3).
std::vector<RunAndTruth> PairWithTruth(const std::vector<std::string>& runs,
                                       const std::vector<std::string>& truths);

}  // namespace thermoleak::cli
