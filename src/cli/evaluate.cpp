// thermoleak evaluate DIR --truth FILE_or_DIR: a run against known truth.

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "thermoleak/simulation/evaluation.hpp"

namespace thermoleak::cli {
namespace {

using simulation::Evaluation;
using simulation::TrenchSource;
using Json = nlohmann::ordered_json;

struct Arguments {
  std::string run;
  std::string truth;
  simulation::EvaluationOptions options;
  bool json = false;
};

constexpr std::array<const char*, simulation::kSizeClasses> kClassNames{"below_1_k", "1_to_2_k",
                                                                        "from_2_k", "unknown"};

/// Null where there was nothing to divide by, and no more digits than mean something.
Json Number(double value) {
  if (!std::isfinite(value) || value < 0) return nullptr;
  return std::stod(fmt::format("{:.4f}", value));
}

const char* NameOf(TrenchSource source) {
  switch (source) {
    case TrenchSource::kScenario:
      return "scenario";
    case TrenchSource::kPipes:
      return "pipes";
    case TrenchSource::kUnknown:
      break;
  }
  return "unknown";
}

Json ToJson(const Evaluation& e) {
  Json classes;
  for (std::size_t i = 0; i < e.classes.size(); ++i) {
    classes[kClassNames[i]] = {{"leaks", e.classes[i].leaks}, {"found", e.classes[i].found}};
  }
  Json matches = Json::array();
  for (const simulation::LeakMatch& m : e.matches) {
    matches.push_back({{"candidate", m.candidate},
                       {"leak", m.leak},
                       {"distance_m", Number(m.distance_m)},
                       {"score", Number(m.score)}});
  }
  return {{"radius_m", e.options.radius_m},
          {"score", e.options.score},
          {"leaks", e.leaks},
          {"unobservable_leaks", e.unobservable_leaks},
          {"candidates", e.candidates},
          {"suspected", e.suspected},
          {"found", e.found},
          {"neutral", e.neutral},
          {"false_alarms", e.false_alarms},
          {"recall", Number(e.recall)},
          {"precision", Number(e.precision)},
          {"recall_by_delta_t", std::move(classes)},
          {"trench_km", Number(e.trench_km)},
          {"trench_source", NameOf(e.trench_source)},
          {"false_alarms_per_km", Number(e.false_alarms_per_km)},
          {"error_p50_m", Number(e.error_p50_m)},
          {"error_p95_m", Number(e.error_p95_m)},
          {"average_precision", Number(e.average_precision)},
          {"matches", std::move(matches)},
          {"missed", e.missed},
          {"false_alarm_ids", e.false_alarm_ids}};
}

/// Columns on a terminal: letters beyond Latin take two.
int DisplayWidth(const std::string& text) {
  int width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 || (byte >= 0xC0 && byte < 0xE0)) ++width;
    if (byte >= 0xE0) width += 2;
  }
  return width;
}

class Table {
 public:
  explicit Table(Lang lang) : lang_(lang) {}
  void Row(MessageId label, const std::string& value) {
    rows_.emplace_back(Text(label, lang_), value);
  }
  void Print() const {
    int width = 0;
    for (const auto& [label, value] : rows_) width = std::max(width, DisplayWidth(label));
    for (const auto& [label, value] : rows_) {
      fmt::print("{}{}  {}\n", label,
                 std::string(static_cast<std::size_t>(width - DisplayWidth(label)), ' '), value);
    }
  }

 private:
  Lang lang_;
  std::vector<std::pair<std::string, std::string>> rows_;
};

std::string Share(int part, int whole) {
  return whole > 0 ? fmt::format("{} / {} = {:.1f} %", part, whole, 100.0 * part / whole)
                   : std::string("-");
}

std::string Shown(double value, const char* unit, int digits) {
  return std::isfinite(value) && value >= 0 ? fmt::format("{:.{}f}{}", value, digits, unit)
                                            : std::string("-");
}

void Print(const Evaluation& e, Lang lang) {
  constexpr std::array<MessageId, simulation::kSizeClasses> kLabels{
      MessageId::kEvalBelow1K, MessageId::kEvalFrom1To2K, MessageId::kEvalFrom2K,
      MessageId::kEvalUnknownSize};
  Table table(lang);
  table.Row(MessageId::kEvalRecall, Share(e.found, e.leaks));
  for (std::size_t i = 0; i < e.classes.size(); ++i) {
    if (i + 1 < e.classes.size() || e.classes[i].leaks > 0) {
      table.Row(kLabels[i], Share(e.classes[i].found, e.classes[i].leaks));
    }
  }
  table.Row(MessageId::kEvalUnobservable, fmt::format("{}", e.unobservable_leaks));
  table.Row(MessageId::kEvalSuspected, fmt::format("{} / {}", e.suspected, e.candidates));
  table.Row(MessageId::kEvalNeutral, fmt::format("{}", e.neutral));
  table.Row(MessageId::kEvalFalseAlarms, fmt::format("{}", e.false_alarms));
  table.Row(MessageId::kEvalFalseAlarmsPerKm, Shown(e.false_alarms_per_km, " /km", 2));
  const MessageId source =
      e.trench_source == TrenchSource::kScenario ? MessageId::kEvalTrenchScenario
      : e.trench_source == TrenchSource::kPipes  ? MessageId::kEvalTrenchPipes
                                                 : MessageId::kEvalTrenchUnknown;
  table.Row(source, Shown(e.trench_km, " km", 3));
  table.Row(MessageId::kEvalPrecision, Share(e.found, e.found + e.false_alarms));
  table.Row(MessageId::kEvalErrorP50, Shown(e.error_p50_m, " m", 2));
  table.Row(MessageId::kEvalErrorP95, Shown(e.error_p95_m, " m", 2));
  table.Row(MessageId::kEvalAveragePrecision, Shown(e.average_precision, "", 3));
  table.Print();
  if (!e.missed.empty()) {
    fmt::print("{}", Text(MessageId::kEvalMissed, lang));
    for (const std::string& id : e.missed) fmt::print(" {}", id);
    fmt::print("\n");
  }
}

void RunEvaluate(const Arguments& arguments, const Shell& shell) {
  const Evaluation evaluation =
      simulation::Evaluate(simulation::ReadCandidates(arguments.run),
                           simulation::ReadTruth(arguments.truth), arguments.options);
  if (arguments.json) {
    fmt::print("{}\n", ToJson(evaluation).dump(1, ' ', false, Json::error_handler_t::replace));
  } else {
    Print(evaluation, shell.lang);
  }
}

}  // namespace

void AddEvaluate(CLI::App& app, Shell& shell) {
  const auto help = [&](MessageId id) { return Text(id, shell.lang); };
  CLI::App* command = app.add_subcommand("evaluate", help(MessageId::kHelpEvaluate));
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("run", arguments->run, help(MessageId::kHelpEvaluateRun))
      ->required()
      ->type_name("DIR");
  command->add_option("--truth", arguments->truth, help(MessageId::kHelpTruth))
      ->required()
      ->type_name("FILE");
  command->add_option("--radius", arguments->options.radius_m, help(MessageId::kHelpRadius))
      ->check(CLI::Range(0.01, 1000.0))
      ->capture_default_str()
      ->type_name("M");
  command->add_option("--score", arguments->options.score, help(MessageId::kHelpScore))
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str()
      ->type_name("P");
  command->add_flag("--json", arguments->json, help(MessageId::kHelpSummaryJson));
  command->callback([arguments, &shell] { RunEvaluate(*arguments, shell); });
}

}  // namespace thermoleak::cli
