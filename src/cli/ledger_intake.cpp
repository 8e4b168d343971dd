// thermoleak ledger import, template, findings: what comes into the ledger in bulk.

#include "cli/ledger.hpp"
#include "cli/options_binding.hpp"
#include "thermoleak/batch/options_file.hpp"
#include "thermoleak/ledger/findings.hpp"
#include "thermoleak/ledger/run_folder.hpp"

namespace thermoleak::cli {
namespace {

struct ImportFlags {
  LedgerFlags ledger;
  std::vector<std::string> runs;
  int season = 0;
  std::string by = "import", role = "inspector", date;
  std::string performed_by, agency, instrument, calibrated, snow;
  std::optional<double> supply_c, return_c;
  std::string config;
  ImportOptions options;
};

nlohmann::ordered_json SummaryJson(const ImportSummary& s, const std::string& run, Lang lang) {
  nlohmann::ordered_json notes = nlohmann::ordered_json::array();
  for (const Message& note : s.notes)
    notes.push_back({{"code", std::string(MessageName(note.id))}, {"text", note.In(lang)}});
  return {{"run", run},
          {"inspection", s.inspection},
          {"already_there", s.already_there},
          {"candidates", s.candidates},
          {"opened", s.opened},
          {"updated", s.updated},
          {"reopened", s.reopened},
          {"known_false", s.known_false},
          {"merged", s.merged},
          {"below_threshold", s.below_threshold},
          {"opened_ids", s.opened_ids},
          {"reopened_ids", s.reopened_ids},
          {"notes", std::move(notes)}};
}

void Import(const ImportFlags& flags, const Shell& shell) {
  for (const Message& violation : CheckOptions(flags.options, "match"))
    throw RunError(ExitCode::kUsage, violation.id, violation.args);
  Ledger ledger = Ledger::Open(flags.ledger.file);
  // All folders are read before the first is taken in: a damaged one stops the command early.
  std::vector<SurveyRun> runs;
  for (const std::string& folder : flags.runs) {
    SurveyRun run = ReadRun(folder);
    Inspection& inspection = run.inspection;
    inspection.season = flags.season;
    if (const auto day = DateOrNothing(flags.date)) inspection.from = inspection.to = *day;
    inspection.inspector = flags.by;
    inspection.performed_by = MayBe<PerformedBy>(flags.performed_by, shell.lang);
    inspection.agency = flags.agency;
    inspection.instrument_serial = flags.instrument;
    inspection.calibrated_until = DateOrNothing(flags.calibrated);
    inspection.snow = flags.snow;
    inspection.supply_c = flags.supply_c;
    inspection.return_c = flags.return_c;
    runs.push_back(std::move(run));
  }
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    shell.work.CheckStop();
    const Act act{flags.by, MustBe<Role>(flags.role, shell.lang), Today(), ""};
    const ImportSummary s = ledger.Import(runs[i], flags.options, act);
    const std::string& run = flags.runs[i];
    if (flags.ledger.json) {
      list.push_back(SummaryJson(s, run, shell.lang));
      continue;
    }
    const auto n = [](int number) { return fmt::format("{}", number); };
    const Message message = s.already_there
                                ? Message{MessageId::kLedgerImportedBefore, {run}}
                                : Message{MessageId::kLedgerImported,
                                          {run, n(s.candidates), n(s.opened), n(s.updated),
                                           n(s.reopened), n(s.known_false), n(s.below_threshold)}};
    fmt::print("{}\n", message.In(shell.lang));
    for (const Message& note : s.notes) fmt::print(stderr, "  {}\n", note.In(shell.lang));
  }
  if (flags.ledger.json) PrintJson({{"schema", 1}, {"imports", std::move(list)}});
}

void AddImport(CLI::App& ledger, Shell& shell) {
  const auto flags = std::make_shared<ImportFlags>();
  const auto common = std::shared_ptr<LedgerFlags>(flags, &flags->ledger);
  CLI::App* command =
      AddLedgerCommand(ledger, shell, "import", MessageId::kHelpLedgerImport, common);
  const auto help = [&shell](MessageId id) { return Text(id, shell.lang); };
  command->add_option("run", flags->runs, help(MessageId::kHelpLedgerRuns))
      ->required()
      ->type_name("DIR");
  command->add_option("--season", flags->season, help(MessageId::kHelpLedgerSeason))
      ->check(CLI::Range(1990, 2200));
  command->add_option("--by", flags->by, help(MessageId::kHelpLedgerBy))->capture_default_str();
  command->add_option("--role", flags->role, help(MessageId::kHelpLedgerRole))
      ->capture_default_str();
  command->add_option("--date", flags->date, help(MessageId::kHelpLedgerDate))->type_name("DATE");
  command->add_option("--performed-by", flags->performed_by, help(MessageId::kHelpLedgerPerformed));
  command->add_option("--agency", flags->agency, help(MessageId::kHelpLedgerAgency));
  command->add_option("--instrument", flags->instrument, help(MessageId::kHelpLedgerInstrument));
  command->add_option("--calibrated-until", flags->calibrated,
                      help(MessageId::kHelpLedgerCalibrated));
  command->add_option("--snow", flags->snow, help(MessageId::kHelpLedgerSnow));
  command->add_option("--supply-temp", flags->supply_c, help(MessageId::kHelpLedgerSupply));
  command->add_option("--return-temp", flags->return_c, help(MessageId::kHelpLedgerReturn));
  if (!shell.config.empty()) {
    ProgramOptions stated;
    ReadOptionsFile(shell.config, stated);
    flags->options = stated.match;
  }
  command->add_option("--config", flags->config, help(MessageId::kHelpConfig))->type_name("TOML");
  flags->options.Describe(*FlagVisitor(*command, "match", shell.lang));
  command->callback([flags, &shell] { Import(*flags, shell); });
}

void AddTemplate(CLI::App& ledger, Shell& shell) {
  const auto kind = std::make_shared<std::string>();
  const auto out = std::make_shared<std::string>();
  CLI::App* command =
      ledger.add_subcommand("template", Text(MessageId::kHelpLedgerTemplate, shell.lang));
  command->add_option("kind", *kind, Text(MessageId::kHelpLedgerTemplateKind, shell.lang))
      ->required()
      ->check(CLI::IsMember({"boilers", "auxiliaries"}));
  command->add_option("out", *out, Text(MessageId::kHelpLedgerValue, shell.lang))
      ->required()
      ->type_name("FILE");
  command->callback([=, &shell] {
    WriteFindingsTemplate(
        *kind == "boilers" ? FindingsTemplate::kBoilers : FindingsTemplate::kAuxiliaries,
        shell.lang, *out);
    fmt::print("{}\n", Message{MessageId::kLedgerWritten, {*out}}.In(shell.lang));
  });
}

void Findings(const LedgerFlags& flags, const std::string& file, const Act& act, Shell& shell) {
  Ledger ledger = Ledger::Open(flags.file);
  const auto unusable = [](const Error& error) {
    return RunError(
        ExitCode::kInputMissing, MessageId::kLedgerMoved,
        {error.item, InBoth(error.message.In(Lang::kEnglish), error.message.In(Lang::kChinese))});
  };
  const Result<Sheet> sheet = ReadSheet(file);
  if (!sheet) throw unusable(sheet.error());
  const Result<FindingsSheet> findings = ParseFindings(*sheet);
  if (!findings) throw unusable(findings.error());
  const FindingsSummary s = ledger.AddFindings(*findings, act);
  if (findings->bad_rows > 0) shell.exit_code = ExitCode::kDoneWithQuarantine;
  if (flags.json) {
    nlohmann::ordered_json bad = nlohmann::ordered_json::array();
    for (const BadCell& cell : findings->bad) {
      bad.push_back({{"row", cell.row},
                     {"column", cell.column},
                     {"reason", std::string(MessageName(cell.reason.id))},
                     {"text", cell.reason.In(shell.lang)}});
    }
    PrintJson({{"schema", 1},
               {"file", file},
               {"rows", s.rows},
               {"added", s.added},
               {"changed", s.changed},
               {"unchanged", s.unchanged},
               {"without_defect", s.without_defect},
               {"bad_rows", findings->bad_rows},
               {"opened_ids", s.opened_ids},
               {"bad", std::move(bad)}});
    return;
  }
  for (const BadCell& cell : findings->bad) {
    fmt::print(stderr, "  {}\n",
               Message{MessageId::kLedgerBadCell,
                       {fmt::format("{}", cell.row), cell.column, cell.reason.In(shell.lang)}}
                   .In(shell.lang));
  }
  const auto n = [](auto number) { return fmt::format("{}", number); };
  fmt::print("{}\n", Message{MessageId::kLedgerFindingsDone,
                             {file, n(s.rows), n(s.added), n(s.changed), n(s.unchanged),
                              n(s.without_defect), n(findings->bad_rows), n(s.opened_ids.size())}}
                         .In(shell.lang));
}

void AddFindings(CLI::App& ledger, Shell& shell) {
  const auto flags = std::make_shared<LedgerFlags>();
  const auto file = std::make_shared<std::string>();
  const auto act = std::make_shared<ActFlags>();
  CLI::App* command =
      AddLedgerCommand(ledger, shell, "findings", MessageId::kHelpLedgerFindings, flags);
  command->add_option("file", *file, Text(MessageId::kHelpLedgerFindings, shell.lang))
      ->required()
      ->type_name("FILE");
  act->AddTo(*command, shell.lang, "unit_engineer");
  command->callback([=, &shell] { Findings(*flags, *file, act->Get(shell.lang), shell); });
}

}  // namespace

void AddLedgerIntake(CLI::App& ledger, Shell& shell) {
  AddImport(ledger, shell);
  AddTemplate(ledger, shell);
  AddFindings(ledger, shell);
}

}  // namespace thermoleak::cli
