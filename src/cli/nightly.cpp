// thermoleak nightly: the night batch; thermoleak job: what its queue starts.

#include "thermoleak/batch/nightly.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "thermoleak/batch/jobs.hpp"
#include "thermoleak/ledger/dates.hpp"

namespace thermoleak::cli {
namespace {

struct Flags {
  batch::NightlyRequest request;
  std::string date;
  bool watch = false, init = false, json = false;
};

std::string OutcomeJson(const batch::NightlyOutcome& o, Lang lang) {
  nlohmann::ordered_json problems = nlohmann::ordered_json::array();
  for (const batch::NightProblem& problem : o.problems)
    problems.push_back({{"item", problem.item}, {"text", problem.text.In(lang)}});
  const nlohmann::ordered_json json{{"schema", 1},
                                    {"day", o.day},
                                    {"taken_in", o.taken_in},
                                    {"done", o.done},
                                    {"failed", o.failed},
                                    {"parked", o.parked},
                                    {"opened", o.opened},
                                    {"seen_again", o.updated},
                                    {"plan_items", o.plan_items},
                                    {"removed", o.removed},
                                    {"summary", o.summary.string()},
                                    {"problems", std::move(problems)}};
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void Print(const batch::NightlyOutcome& outcome, const Flags& flags, const Shell& shell) {
  shell.EndProgress();
  if (outcome.took_over) fmt::print(stderr, "{}\n", outcome.took_over->In(shell.lang));
  for (const batch::NightProblem& problem : outcome.problems)
    fmt::print(stderr, "  {}: {}\n", problem.item, problem.text.In(shell.lang));
  if (flags.json) {
    fmt::print("{}\n", OutcomeJson(outcome, shell.lang));
  } else {
    fmt::print("{}\n", outcome.Line().In(shell.lang));
  }
  std::fflush(stdout);
}

void Nightly(Flags& flags, Shell& shell) {
  flags.request.program = ThisProgram();
  flags.request.lang = shell.lang;
  if (!flags.date.empty()) {
    flags.request.date = ParseDate(flags.date);
    if (!flags.request.date) throw RunError(ExitCode::kUsage, MessageId::kCellNoDate, {flags.date});
  }
  if (flags.init) {
    const auto folder = batch::DataFolder::Create(flags.request.data);
    fmt::print("{}\n", Message{MessageId::kDataMade,
                               {folder.root().string(), (folder.root() / "config.toml").string()}}
                           .In(shell.lang));
    return;
  }
  if (flags.watch) {
    batch::WatchInbox(
        flags.request, shell.work,
        [&](const batch::NightlyOutcome& outcome) { Print(outcome, flags, shell); },
        [&](const Message& why) {
          shell.EndProgress();
          fmt::print(stderr, "{}\n", why.In(shell.lang));
        });
    return;
  }
  const batch::NightlyOutcome outcome = batch::RunNight(flags.request, shell.work);
  Print(outcome, flags, shell);
  if (!outcome.good()) shell.exit_code = ExitCode::kDoneWithQuarantine;
}

}  // namespace

void AddNightly(CLI::App& app, Shell& shell) {
  const auto help = [&shell](MessageId id) { return Text(id, shell.lang); };
  CLI::App* nightly = app.add_subcommand("nightly", help(MessageId::kHelpNightly));
  const auto flags = std::make_shared<Flags>();
  nightly->add_option("--data", flags->request.data, help(MessageId::kHelpNightlyData))
      ->required()
      ->type_name("DIR");
  nightly->add_option("--date", flags->date, help(MessageId::kHelpNightlyDate))->type_name("DAY");
  nightly->add_option("--wait", flags->request.wait_min, help(MessageId::kHelpNightlyWait))
      ->check(CLI::NonNegativeNumber)
      ->type_name("MIN");
  nightly->add_flag("--watch", flags->watch, help(MessageId::kHelpNightlyWatch));
  nightly->add_flag("--init", flags->init, help(MessageId::kHelpNightlyInit));
  nightly->add_flag("--json", flags->json, help(MessageId::kHelpJson));
  nightly->callback([flags, &shell] { Nightly(*flags, shell); });

  // Not for people: an empty group hides it from the help.
  struct JobFlags {
    std::string data, job;
  };
  CLI::App* job = app.add_subcommand("job", help(MessageId::kHelpJob))->group("");
  const auto job_flags = std::make_shared<JobFlags>();
  job->add_option("--data", job_flags->data)->required();
  job->add_option("--job", job_flags->job)->required();
  job->callback([job_flags, &shell] {
    shell.exit_code = static_cast<ExitCode>(
        batch::RunJobChild(job_flags->data, job_flags->job, ThisProgram(), shell.lang, shell.work));
  });
}

}  // namespace thermoleak::cli
