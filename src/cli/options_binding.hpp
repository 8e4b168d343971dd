#pragma once
// Options of all rooms on the command line, from their one declaration. The configuration file is
// read before (batch/options_file.hpp), so that flags win.

#include <CLI/CLI.hpp>
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

}  // namespace thermoleak::cli
