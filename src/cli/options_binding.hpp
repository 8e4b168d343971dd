#pragma once
// Options of all rooms on the command line and in the configuration file, from their one
// declaration.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "thermoleak/core/message.hpp"
#include "thermoleak/core/options.hpp"
#include "thermoleak/ledger/ledger.hpp"
#include "thermoleak/pipeline/run.hpp"
#include "thermoleak/planning/generate.hpp"

namespace thermoleak::cli {

/// All that a configuration file may set: one file serves all commands.
struct Settings {
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

/// Adds "--section.name VALUE" for every option, in a help group of its own a section. Values are
/// written into `options` when the command line is parsed.
void BindOptions(CLI::App& app, RunOptions& options, Lang lang);

/// "--section.name VALUE" for one struct's options: `options.Describe(*FlagVisitor(...))`.
std::unique_ptr<OptionVisitor> FlagVisitor(CLI::App& app, const std::string& section, Lang lang);

/// Sets options from a TOML file of tables [section] with name = value. Called before the command
/// line is applied, so that flags win. Throws RunError (kConfigUnreadable, kConfigUnknownKey; exit
/// code 2).
void ReadConfig(const std::filesystem::path& file, Settings& settings);

}  // namespace thermoleak::cli
