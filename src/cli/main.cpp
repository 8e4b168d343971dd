// thermoleak: the command. Parses, hands over to one command, maps every way of ending to an exit
// code.

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <new>
#include <stop_token>
#include <thread>

#include "cli/commands.hpp"
#include "cli/progress_bar.hpp"
#include "thermoleak/core/memory.hpp"
#include "thermoleak/ingest/dji_sdk.hpp"

namespace thermoleak::cli {

std::filesystem::path ThisProgram() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored);
}

namespace {

/// The value of a flag before the command line is parsed: the language of the help and the
/// configuration file must be known first. Empty when absent.
std::string EarlyFlag(int argc, char** argv, std::string_view flag) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == flag && i + 1 < argc) return argv[i + 1];
    if (arg.size() > flag.size() + 1 && arg.substr(0, flag.size()) == flag &&
        arg[flag.size()] == '=') {
      return std::string(arg.substr(flag.size() + 1));
    }
  }
  return {};
}

Lang ChooseLang(const std::string& asked) {
  if (!asked.empty()) return asked == "zh" ? Lang::kChinese : Lang::kEnglish;
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const char* value = std::getenv(variable); value != nullptr && *value != '\0') {
      return std::strncmp(value, "zh", 2) == 0 ? Lang::kChinese : Lang::kEnglish;
    }
  }
  return Lang::kEnglish;
}

/// Turns Ctrl-C and SIGTERM into a stop request; the second one ends the process at once. Signals
/// are blocked in every thread and taken by one that waits for them, so that no work is done in a
/// handler.
class SignalWatch {
 public:
  SignalWatch() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    thread_ = std::jthread([this](const std::stop_token& ended) {
      const timespec tick{0, 200'000'000};
      while (!ended.stop_requested()) {
        if (sigtimedwait(&set_, nullptr, &tick) < 0) continue;
        if (stop_.stop_requested()) ::_exit(static_cast<int>(ExitCode::kCancelled));
        stop_.request_stop();
      }
    });
  }
  std::stop_token token() const { return stop_.get_token(); }

 private:
  sigset_t set_{};
  std::stop_source stop_;
  std::jthread thread_;
};

int Main(int argc, char** argv) {
  Shell shell;
  shell.lang = ChooseLang(EarlyFlag(argc, argv, "--lang"));
  shell.config = EarlyFlag(argc, argv, "--config");
  ProgressBar bar(shell.lang, ::isatty(STDERR_FILENO) != 0);
  shell.work.progress = [&bar](const ProgressEvent& event) { bar(event); };
  shell.end_progress = [&bar] { bar.Clear(); };

  const auto fail = [&](ExitCode code, const std::string& sentence) {
    bar.Clear();
    fmt::print(stderr, "thermoleak: {}\n", sentence);
    return static_cast<int>(code);
  };
  try {
    const SignalWatch signals;
    shell.work.stop = signals.token();
    CLI::App app(Text(MessageId::kHelpApp, shell.lang), "thermoleak");
    app.set_version_flag("--version", "thermoleak " THERMOLEAK_VERSION);
    std::string lang;
    app.add_option("--lang", lang, Text(MessageId::kHelpLang, shell.lang))
        ->check(CLI::IsMember({"zh", "en"}));
    app.require_subcommand(1);
    app.fallthrough();
    AddRun(app, shell);
    AddInspect(app, shell);
    AddSimulate(app, shell);
    AddEvaluate(app, shell);
    AddTrain(app, shell);
    AddLedger(app, shell);
    AddPlan(app, shell);
    AddServe(app, shell);
    AddUpload(app, shell);
    AddNightly(app, shell);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
      if (e.get_exit_code() == 0) return app.exit(e);  // --help, --version
      const auto used = app.get_subcommands();
      return fail(ExitCode::kUsage,
                  Message{MessageId::kUsageError,
                          {e.what(), used.empty() ? std::string() : used.front()->get_name()}}
                      .In(shell.lang));
    }
    return static_cast<int>(shell.exit_code);
  } catch (const RunError& e) {
    return fail(e.code(), e.message().In(shell.lang));
  } catch (const Cancelled&) {
    return fail(ExitCode::kCancelled, Text(MessageId::kCancelled, shell.lang));
  } catch (const std::bad_alloc&) {
    return fail(ExitCode::kOutOfResources, Text(MessageId::kOutOfMemory, shell.lang));
  } catch (const std::exception& e) {
    return fail(ExitCode::kOutOfResources,
                Message{MessageId::kInternalError, {e.what()}}.In(shell.lang));
  }
}

}  // namespace
}  // namespace thermoleak::cli

int main(int argc, char** argv) {
  // Not for people: the process in which the survey lets a vendor's library run.
  if (argc == 3 && std::string_view(argv[1]) == "dji-sdk-helper") {
    return thermoleak::RunDjiSdkHelper(argv[2]);
  }
  thermoleak::KeepFrameBuffers();
  return thermoleak::cli::Main(argc, argv);
}
