// thermoleak ledger ...: what its commands share, and the list of them.

#include "cli/ledger.hpp"

namespace thermoleak::cli {

std::optional<Date> DateOrNothing(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto date = ParseDate(text);
  if (!date) throw RunError(ExitCode::kUsage, MessageId::kCellNoDate, {text});
  return date;
}

void ActFlags::AddTo(CLI::App& command, Lang lang, const std::string& default_role) {
  role = default_role;
  command.add_option("--by", by, Text(MessageId::kHelpLedgerBy, lang))->required();
  command.add_option("--role", role, Text(MessageId::kHelpLedgerRole, lang))->capture_default_str();
  command.add_option("--date", date, Text(MessageId::kHelpLedgerDate, lang))->type_name("DATE");
  command.add_option("--reason", reason, Text(MessageId::kHelpLedgerReason, lang));
}

Act ActFlags::Get(Lang lang) const {
  return {by, MustBe<Role>(role, lang), DateOrNothing(date).value_or(Today()), reason};
}

void FilterFlags::AddTo(CLI::App& command, Lang lang) {
  const std::string help = Text(MessageId::kHelpLedgerFilter, lang);
  command.add_option("--season", season, help)->type_name("YEAR");
  command.add_option("--state", states, help)->delimiter(',');
  command.add_option("--unit", unit, help);
  command.add_option("--district", district, help);
  command.add_option("--source", source, help);
  command.add_option("--kind", kind, help);
  command.add_option("--grade", grade, help);
  command.add_option("--text", text, help);
  command.add_flag("--open", open, help);
  command.add_flag("--overdue", overdue, help);
}

HazardFilter FilterFlags::Get(Lang lang) const {
  HazardFilter filter;
  if (season != 0) filter.season = season;
  for (const std::string& state : states) filter.states.push_back(MustBe<HazardState>(state, lang));
  filter.unit = unit;
  filter.district = district;
  filter.source = MayBe<HazardSource>(source, lang);
  filter.kind = MayBe<HazardKind>(kind, lang);
  filter.grade = MayBe<Grade>(grade, lang);
  filter.text = text;
  filter.open_only = open;
  if (overdue) filter.overdue_on = Today();
  return filter;
}

CLI::App* AddLedgerCommand(CLI::App& ledger, const Shell& shell, const char* name, MessageId help,
                           const std::shared_ptr<LedgerFlags>& flags) {
  CLI::App* command = ledger.add_subcommand(name, Text(help, shell.lang));
  command->add_option("--ledger", flags->file, Text(MessageId::kHelpLedgerFile, shell.lang))
      ->capture_default_str()
      ->type_name("FILE");
  command->add_flag("--json", flags->json, Text(MessageId::kHelpSummaryJson, shell.lang));
  return command;
}

Hazard MustFind(const Ledger& ledger, const std::string& id) {
  auto hazard = ledger.Find(id);
  if (!hazard) {
    std::string ending;  // several hazards' last figures: which is meant?
    for (const Hazard& other : ledger.Hazards()) {
      if (id.size() >= 5 && other.id.ends_with(id))
        ending += (ending.empty() ? "" : ", ") + other.id;
    }
    if (!ending.empty()) throw RunError(ExitCode::kUsage, MessageId::kLedgerNotAmong, {id, ending});
    throw RunError(ExitCode::kUsage, MessageId::kHazardUnknown, {id});
  }
  return std::move(*hazard);
}

void PrintJson(const nlohmann::ordered_json& json) {
  fmt::print("{}\n", json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void AddLedger(CLI::App& app, Shell& shell) {
  CLI::App* ledger = app.add_subcommand("ledger", Text(MessageId::kHelpLedger, shell.lang));
  ledger->require_subcommand(1);
  AddLedgerSetup(*ledger, shell);
  AddLedgerIntake(*ledger, shell);
  AddLedgerReading(*ledger, shell);
  AddLedgerChanges(*ledger, shell);
  AddLedgerStatistics(*ledger, shell);
  AddLedgerReport(*ledger, shell);
}

}  // namespace thermoleak::cli
