#pragma once
// The commands of `thermoleak`, one file each. Each Add...() declares its flags on `app` and stores
// the process' exit code in `shell.exit_code` from its callback. RunError and Cancelled are caught
// once, in main.cpp.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "thermoleak/core/error.hpp"
#include "thermoleak/core/message.hpp"
#include "thermoleak/core/progress.hpp"

namespace thermoleak::cli {

/// What all commands share.
struct Shell {
  Lang lang = Lang::kEnglish;
  ExitCode exit_code = ExitCode::kDone;
  WorkContext work;    ///< progress bar on a terminal, plain lines otherwise; stops on Ctrl-C
  std::string config;  ///< --config, found before the command line is parsed
  std::function<void()> end_progress;

  /// Removes the progress bar before a command prints.
  void EndProgress() const {
    if (end_progress) end_progress();
  }
};

/// The running executable, to be started again as a helper.
std::filesystem::path ThisProgram();

void AddRun(CLI::App& app, Shell& shell);
void AddInspect(CLI::App& app, Shell& shell);
void AddSimulate(CLI::App& app, Shell& shell);
void AddEvaluate(CLI::App& app, Shell& shell);
void AddTrain(CLI::App& app, Shell& shell);
void AddLedger(CLI::App& app, Shell& shell);
void AddPlan(CLI::App& app, Shell& shell);
void AddServe(CLI::App& app, Shell& shell);
void AddUpload(CLI::App& app, Shell& shell);
void AddNightly(CLI::App& app, Shell& shell);

}  // namespace thermoleak::cli
