// thermoleak ledger report.

#include <algorithm>

#include "cli/ledger.hpp"
#include "thermoleak/report/inspection_report.hpp"

namespace thermoleak::cli {
namespace {

int LatestInspected(const Ledger& ledger) {
  int latest = 0;
  for (const Inspection& i : ledger.Inspections()) latest = std::max(latest, i.season);
  return latest > 0 ? latest : SeasonYear(Today());
}

}  // namespace

void AddLedgerReport(CLI::App& ledger, Shell& shell) {
  struct Arguments {
    std::string out, unit, district, date, edition = "internal";
    std::vector<std::string> runs;
    int season = 0;
  };
  const auto flags = std::make_shared<LedgerFlags>();
  const auto a = std::make_shared<Arguments>();
  CLI::App* command =
      AddLedgerCommand(ledger, shell, "report", MessageId::kHelpLedgerReport, flags);
  const auto help = [&](MessageId id) { return Text(id, shell.lang); };
  command->add_option("out", a->out, help(MessageId::kHelpReportOut))
      ->required()
      ->type_name("FILE");
  command->add_option("--season", a->season, help(MessageId::kHelpReportSeason))->type_name("YEAR");
  command->add_option("--unit", a->unit, help(MessageId::kHelpLedgerFilter));
  command->add_option("--district", a->district, help(MessageId::kHelpLedgerFilter));
  command->add_option("--runs", a->runs, help(MessageId::kHelpReportRuns))->type_name("DIR ...");
  command->add_option("--date", a->date, help(MessageId::kHelpReportDate))->type_name("DATE");
  command->add_option("--edition", a->edition, help(MessageId::kHelpLedgerEdition))
      ->check(CLI::IsMember({"internal", "desensitised"}))
      ->capture_default_str();
  command->callback([=, &shell] {
    const Ledger file = Ledger::Open(flags->file);
    InspectionReport report;
    report.ledger = &file;
    report.season = a->season != 0 ? a->season : LatestInspected(file);
    report.unit = a->unit;
    report.district = a->district;
    report.runs = {a->runs.begin(), a->runs.end()};
    report.date = DateOrNothing(a->date).value_or(Today());
    report.lang = shell.lang;
    report.edition = a->edition == "internal" ? Edition::kInternal : Edition::kDesensitised;
    WriteInspectionReport(report, a->out);
    if (flags->json) {
      PrintJson({{"schema", 1}, {"written", a->out}, {"edition", a->edition}});
    } else {
      fmt::print("{}\n", Message{MessageId::kLedgerWritten, {a->out}}.In(shell.lang));
    }
  });
}

}  // namespace thermoleak::cli
