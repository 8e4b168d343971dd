#pragma once
// The file behind --config and behind a data folder's `options`: tables [section] with name =
// value, of every option that a command's help lists as --section.name. One file serves all
// commands.

#include <filesystem>

#include "thermoleak/ledger/ledger.hpp"
#include "thermoleak/pipeline/run.hpp"
#include "thermoleak/planning/generate.hpp"

namespace thermoleak {

struct ProgramOptions {
  RunOptions run;
  ImportOptions match;
  planning::PlanOptions plan;

  template <class Visit>
  void ForEachSection(Visit&& visit) {
    run.ForEachSection(visit);
    visit("match", match);
    visit("plan", plan);
    visit("loss", plan.loss);
  }
};

/// Sets what the file states and leaves the rest. Ranges are not looked at here. Throws RunError
/// (kConfigUnreadable, kConfigUnknownKey; exit code 2).
void ReadOptionsFile(const std::filesystem::path& file, ProgramOptions& options);

}  // namespace thermoleak
