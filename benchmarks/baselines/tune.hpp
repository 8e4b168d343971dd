#pragma once
// Parameters by average precision on surveys with known truth; the forest's training.

#include <filesystem>
#include <span>

#include "methods.hpp"

namespace thermoleak::baselines {

/// Tunes every method on `surveys` (folders as surveys.sh makes them: family-seed), one parameter
/// after the other, those that matter most first, and prints the values that it chose. Average
/// precision and F1 are those of all surveys pooled, as thermoleak evaluate counts. The forest is
/// judged on each family by trees that have not seen it; then it learns from all and is written to
/// `forest`.
void Tune(std::span<const std::filesystem::path> surveys, Poses poses,
          const std::filesystem::path& forest);

/// The registered or the recorded run of a survey, under its map.
Picture LoadSurvey(const std::filesystem::path& survey, Poses poses);

}  // namespace thermoleak::baselines
