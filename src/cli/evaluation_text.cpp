#include "cli/evaluation_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "thermoleak/core/error.hpp"

namespace thermoleak::cli {
namespace {

using simulation::Evaluation;
using simulation::TrenchSource;
using Json = nlohmann::ordered_json;

constexpr std::array<const char*, simulation::kSizeClasses> kClassNames{"below_1_k", "1_to_2_k",
                                                                        "from_2_k", "unknown"};

/// Null where there was nothing to divide by, and no more digits than mean something.
Json Number(double value) {
  if (!std::isfinite(value)) return nullptr;
  return std::stod(fmt::format("{:.4f}", value));
}

/// Likewise; -1 stands for unknown.
Json Positive(double value) { return value < 0 ? Json(nullptr) : Number(value); }

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

Json ClassJson(const simulation::ClassRecall& recall) {
  return {{"leaks", recall.leaks}, {"found", recall.found}};
}

std::string Share(int part, int whole) {
  return whole > 0 ? fmt::format("{} / {} = {:.1f} %", part, whole, 100.0 * part / whole)
                   : std::string("-");
}

std::string Shown(double value, const char* unit, int digits) {
  return std::isfinite(value) && value >= 0 ? fmt::format("{:.{}f}{}", value, digits, unit)
                                            : std::string("-");
}

std::string BinName(std::size_t bin) {
  return fmt::format("{:.1f}-{:.1f}", 0.1 * static_cast<double>(bin),
                     0.1 * static_cast<double>(bin + 1));
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

}  // namespace

Json EvaluationJson(const Evaluation& e) {
  Json classes;
  for (std::size_t i = 0; i < e.classes.size(); ++i)
    classes[kClassNames[i]] = ClassJson(e.classes[i]);
  Json covers = Json::object();
  for (const auto& [cover, recall] : e.covers) covers[cover] = ClassJson(recall);
  Json froc = Json::array();
  for (std::size_t k = 0; k < simulation::kFrocAt.size(); ++k) {
    froc.push_back(
        {{"false_alarms_per_km", simulation::kFrocAt[k]}, {"recall", Number(e.recall_at[k])}});
  }
  Json reliability = Json::array();
  for (std::size_t k = 0; k < e.reliability.size(); ++k) {
    const simulation::ReliabilityBin& bin = e.reliability[k];
    reliability.push_back({{"from", Number(0.1 * static_cast<double>(k))},
                           {"candidates", bin.candidates},
                           {"mean_score", bin.candidates > 0 ? Number(bin.mean_score) : nullptr},
                           {"leaks", bin.leaks}});
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
          {"surveys", e.surveys},
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
          {"recall_by_cover", std::move(covers)},
          {"trench_km", Positive(e.trench_km)},
          {"trench_source", NameOf(e.trench_source)},
          {"false_alarms_per_km", Number(e.false_alarms_per_km)},
          {"error_p50_m", Number(e.error_p50_m)},
          {"error_p95_m", Number(e.error_p95_m)},
          {"average_precision", Number(e.average_precision)},
          {"froc", std::move(froc)},
          {"calibration_error", Number(e.calibration_error)},
          {"reliability", std::move(reliability)},
          {"heat_loss",
           {{"compared", e.heats},
            {"log_error_p50", Number(e.heat_log_error)},
            {"log_bias_p50", Number(e.heat_log_bias)}}},
          {"matches", std::move(matches)},
          {"missed", e.missed},
          {"false_alarm_ids", e.false_alarm_ids}};
}

Rows EvaluationRows(const Evaluation& e, Lang lang) {
  constexpr std::array<MessageId, simulation::kSizeClasses> kLabels{
      MessageId::kEvalBelow1K, MessageId::kEvalFrom1To2K, MessageId::kEvalFrom2K,
      MessageId::kEvalUnknownSize};
  Rows rows;
  const auto row = [&](MessageId label, const std::string& value,
                       std::vector<std::string> args = {}) {
    rows.emplace_back(Message{label, std::move(args)}.In(lang), value);
  };
  if (e.surveys > 1) row(MessageId::kEvalSurveys, fmt::format("{}", e.surveys));
  row(MessageId::kEvalRecall, Share(e.found, e.leaks));
  for (std::size_t i = 0; i < e.classes.size(); ++i) {
    if (i + 1 < e.classes.size() || e.classes[i].leaks > 0)
      row(kLabels[i], Share(e.classes[i].found, e.classes[i].leaks));
  }
  for (const auto& [cover, recall] : e.covers)
    row(MessageId::kEvalCover, Share(recall.found, recall.leaks), {cover});
  row(MessageId::kEvalUnobservable, fmt::format("{}", e.unobservable_leaks));
  row(MessageId::kEvalSuspected, fmt::format("{} / {}", e.suspected, e.candidates));
  row(MessageId::kEvalNeutral, fmt::format("{}", e.neutral));
  row(MessageId::kEvalFalseAlarms, fmt::format("{}", e.false_alarms));
  row(MessageId::kEvalFalseAlarmsPerKm, Shown(e.false_alarms_per_km, " /km", 2));
  const MessageId source =
      e.trench_source == TrenchSource::kScenario ? MessageId::kEvalTrenchScenario
      : e.trench_source == TrenchSource::kPipes  ? MessageId::kEvalTrenchPipes
                                                 : MessageId::kEvalTrenchUnknown;
  row(source, Shown(e.trench_km, " km", 3));
  row(MessageId::kEvalPrecision, Share(e.found, e.found + e.false_alarms));
  row(MessageId::kEvalErrorP50, Shown(e.error_p50_m, " m", 2));
  row(MessageId::kEvalErrorP95, Shown(e.error_p95_m, " m", 2));
  row(MessageId::kEvalAveragePrecision, Shown(e.average_precision, "", 3));
  for (std::size_t k = 0; k < simulation::kFrocAt.size(); ++k) {
    row(MessageId::kEvalFroc, Shown(100 * e.recall_at[k], " %", 1),
        {fmt::format("{}", simulation::kFrocAt[k])});
  }
  row(MessageId::kEvalEce, Shown(e.calibration_error, "", 3));
  for (std::size_t k = 0; k < e.reliability.size(); ++k) {
    const simulation::ReliabilityBin& bin = e.reliability[k];
    if (bin.candidates == 0) continue;
    row(MessageId::kEvalReliability,
        fmt::format("{:.2f}  {}", bin.mean_score, Share(bin.leaks, bin.candidates)), {BinName(k)});
  }
  if (e.heats > 0) {
    row(MessageId::kEvalHeat,
        fmt::format("{:.2f} ({:+.2f}, n = {})", e.heat_log_error, e.heat_log_bias, e.heats));
  }
  return rows;
}

void PrintRows(const Rows& rows) {
  int width = 0;
  for (const auto& [label, value] : rows) width = std::max(width, DisplayWidth(label));
  for (const auto& [label, value] : rows) {
    fmt::print("{}{}  {}\n", label,
               std::string(static_cast<std::size_t>(width - DisplayWidth(label)), ' '), value);
  }
}

std::vector<RunAndTruth> PairWithTruth(const std::vector<std::string>& runs,
                                       const std::vector<std::string>& truths) {
  namespace fs = std::filesystem;
  if (!truths.empty() && truths.size() != runs.size()) {
    throw RunError(ExitCode::kUsage, MessageId::kTruthCount,
                   {fmt::format("{}", runs.size()), fmt::format("{}", truths.size())});
  }
  std::vector<RunAndTruth> pairs;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    RunAndTruth& pair = pairs.emplace_back(RunAndTruth{runs[i], {}});
    if (!truths.empty()) {
      pair.truth = truths[i];
      continue;
    }
    const fs::path folder = fs::absolute(pair.run).lexically_normal();
    const fs::path here = folder.has_filename() ? folder : folder.parent_path();
    for (const fs::path& place : {here, here.parent_path()}) {
      if (pair.truth.empty() && fs::exists(place / "truth" / "leaks.geojson"))
        pair.truth = place / "truth";
    }
    if (pair.truth.empty())
      throw RunError(ExitCode::kInputMissing, MessageId::kTruthMissing, {pair.run.string()});
  }
  return pairs;
}

}  // namespace thermoleak::cli
