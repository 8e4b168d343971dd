#pragma once
// What the files of `thermoleak ledger` share. Commands that many look at, one file a kind of work.

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/ledger.hpp"
#include "thermoleak/ledger/vocabulary.hpp"

namespace thermoleak::cli {

/// Stops with exit code 2 and names what is possible, where `text` is none of E's words.
template <class E>
E MustBe(const std::string& text, Lang lang) {
  if (const auto value = FromText<E>(text)) return *value;
  std::string list;
  for (const Term& term : TermsOf<E>()) {
    list += list.empty() ? "" : ", ";
    list += term.code;
    if (lang == Lang::kChinese) list += fmt::format("({})", term.zh);
  }
  throw RunError(ExitCode::kUsage, MessageId::kLedgerNotAmong, {text, list});
}
template <class E>
std::optional<E> MayBe(const std::string& text, Lang lang) {
  if (text.empty()) return std::nullopt;
  return MustBe<E>(text, lang);
}
std::optional<Date> DateOrNothing(const std::string& text);

/// --by, --role, --date, --reason.
struct ActFlags {
  std::string by, role, date, reason;
  void AddTo(CLI::App& command, Lang lang, const std::string& default_role);
  Act Get(Lang lang) const;
};

struct FilterFlags {
  int season = 0;
  std::vector<std::string> states;
  std::string unit, district, source, kind, grade, text;
  bool open = false, overdue = false;
  void AddTo(CLI::App& command, Lang lang);
  HazardFilter Get(Lang lang) const;
};

/// Of all ledger commands: where the ledger is, and how to answer.
struct LedgerFlags {
  std::string file = "ledger.gpkg";
  bool json = false;
};

/// A command with --ledger and --json.
CLI::App* AddLedgerCommand(CLI::App& ledger, const Shell& shell, const char* name, MessageId help,
                           const std::shared_ptr<LedgerFlags>& flags);

/// The hazard that the user means. Throws RunError.
Hazard MustFind(const Ledger& ledger, const std::string& id);
/// A refusal becomes exit code 2 with its sentence.
template <class T>
T MustDo(Result<T> result) {
  if (result) return std::move(*result);
  const Message& message = result.error().message;
  throw RunError(ExitCode::kUsage, message.id, message.args);
}
void PrintJson(const nlohmann::ordered_json& json);

// The groups of commands.
void AddLedgerSetup(CLI::App& ledger, Shell& shell);
void AddLedgerIntake(CLI::App& ledger, Shell& shell);
void AddLedgerReading(CLI::App& ledger, Shell& shell);
void AddLedgerChanges(CLI::App& ledger, Shell& shell);
void AddLedgerStatistics(CLI::App& ledger, Shell& shell);
void AddLedgerReport(CLI::App& ledger, Shell& shell);

}  // namespace thermoleak::cli
