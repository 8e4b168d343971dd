#pragma once
// Options of all rooms on the command line and in the configuration file, from their one
// declaration.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "thermoleak/core/message.hpp"
#include "thermoleak/core/options.hpp"
#include "thermoleak/pipeline/run.hpp"

namespace thermoleak::cli {

/// Adds "--section.name VALUE" for every option, in a help group of its own a section. Values are
/// written into `options` when the command line is parsed.
void BindOptions(CLI::App& app, RunOptions& options, Lang lang);

/// "--section.name VALUE" for one struct's options: `options.Describe(*FlagVisitor(...))`.
std::unique_ptr<OptionVisitor> FlagVisitor(CLI::App& app, const std::string& section, Lang lang);

/// Sets options from a TOML file of tables [section] with name = value. Called before the command
/// line is applied, so that flags win. Throws RunError (kConfigUnreadable, kConfigUnknownKey; exit
/// code 2).
void ReadConfig(const std::filesystem::path& file, RunOptions& options);

}  // namespace thermoleak::cli
