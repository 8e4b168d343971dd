#pragma once
// The parts of `thermoleak train`: surveys made for it, and what was learned as a page to read.

#include <filesystem>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "thermoleak/scoring/train.hpp"
#include "thermoleak/simulation/evaluation.hpp"

namespace thermoleak::cli {

struct FamilyRequest {
  std::filesystem::path families;  ///< folder of scene files
  std::filesystem::path work;
  int seeds = 5;
  bool keep_frames = false;
};

/// Simulates and runs every scene file with seeds 1 .. N into work/<file>/<seed>/ (survey) and its
/// run/; gives the runs' folders. What this program has made from the same scene before is not made
/// again. Frames and pictures are removed after the run unless `keep_frames`.
std::vector<std::string> MakeSurveys(const FamilyRequest& request, const Shell& shell);

/// What was learned from, by family.
struct FamilySummary {
  std::string name;
  int surveys = 0;
  std::array<int, 5> kinds{};  ///< leak, insulation, installation, confuser, unclear
  simulation::Evaluation held_out;
};

/// models/leak_score.md. `before` is what the runs' own scores reach on the same candidates.
std::string ModelCard(const std::string& name, const scoring::TrainedModel& model,
                      const std::vector<FamilySummary>& families,
                      const simulation::Evaluation& held_out, const simulation::Evaluation& before);

}  // namespace thermoleak::cli
