#pragma once
// What a model file holds and how it is written.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scoring/booster.hpp"
#include "thermoleak/scoring/calibration.hpp"

namespace thermoleak::scoring {

/// The three classes of what is no leak, in the order of CandidateKind.
constexpr int kOtherKinds = 3;
constexpr int kModelSchema = 1;

/// One key a line. `facts` (recipe, data, scores) is for people and goes first; `check` is the hash
/// of all that decides a score, so that a damaged file is noticed.
std::string ModelText(const nlohmann::ordered_json& facts, const std::vector<std::string>& features,
                      const Calibration& calibration, const Booster& leak, const Booster& kinds);

/// The hash under the key `check`.
std::string ModelCheck(const nlohmann::ordered_json& model);

/// Built in at configuration; empty when models/leak_score.json is absent.
std::string BuiltInModel();

}  // namespace thermoleak::scoring
