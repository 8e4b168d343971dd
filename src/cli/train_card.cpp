// The model card: for whoever has to trust the score.

#include <fmt/format.h>

#include <cmath>

#include "cli/evaluation_text.hpp"
#include "cli/training.hpp"
#include "thermoleak/scoring/features.hpp"

namespace thermoleak::cli {
namespace {

std::string Cell(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : std::string("-");
}

/// A bar would end the cell.
std::string InCell(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string Share(const simulation::ClassRecall& recall) {
  return recall.leaks > 0 ? fmt::format("{} / {}", recall.found, recall.leaks) : std::string("-");
}

}  // namespace

std::string ModelCard(const std::string& name, const scoring::TrainedModel& model,
                      const std::vector<FamilySummary>& families,
                      const simulation::Evaluation& held_out,
                      const simulation::Evaluation& before) {
  const bool isotonic = model.calibration.method == scoring::Calibration::Method::kIsotonic;
  std::string out = fmt::format(
      "# {}\n\n"
      "Written by `thermoleak train`; the same inputs give the same bytes of the model.\n\n"
      "**What it says.** For a hot spot of a buried pipe: the probability that it is a leak, and, "
      "if "
      "it is none, of damaged insulation, an installation (chamber, house entry) or something "
      "else. "
      "Overhead pipes are judged by rules.\n\n"
      "**How.** Gradient-boosted trees with the signs of the feature table as monotone "
      "constraints, "
      "then {} calibration on candidates of families that the trees had not seen; a second set of "
      "trees for what is no leak. Log loss of held-out families: Platt {:.4f}, isotonic {:.4f}; "
      "the "
      "smaller one is used. Reasons are exact SHAP contributions to the log-odds before "
      "calibration.\n\n"
      "**From what.** {} leaks and {} other candidates, labelled by the truth: a leak within 2 m "
      "or "
      "twice the position's sigma, one to one; damaged insulation and installations within 2.5 m; "
      "candidates within 3 m of a leak that is not theirs are left out. Data sha256 `{}`.\n\n"
      "**Limits.** What was not simulated was not learned. On a survey with more or fewer leaks "
      "per "
      "candidate than these, probabilities shift.\n\n",
      name, isotonic ? "isotonic" : "Platt", model.platt_log_loss, model.isotonic_log_loss,
      model.leaks, model.others, model.data_sha256);
  out +=
      "## Held-out results\n\nEach family scored by a model and a calibration that saw nothing of "
      "it.\n\n| | |\n|---|---|\n";
  for (const auto& [label, value] : EvaluationRows(held_out, Lang::kEnglish))
    out += fmt::format("| {} | {} |\n", InCell(label), InCell(value));
  out += fmt::format(
      "\nThe same candidates with the scores that their runs gave: average precision {}, recall "
      "{}, "
      "false alarms {} /km, calibration error {}.\n",
      Cell(before.average_precision, 3), Cell(before.recall, 3),
      Cell(before.false_alarms_per_km, 2), Cell(before.calibration_error, 3));
  out +=
      "\n## Families\n\n| family | surveys | leaks | insulation | installation | confuser | "
      "unclear | "
      "found < 1 K | 1 to 2 K | >= 2 K | false alarms /km | average precision | ECE |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (const FamilySummary& family : families) {
    const simulation::Evaluation& e = family.held_out;
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", family.name, family.surveys,
                       fmt::join(family.kinds, " | "),
                       Share(e.classes[0]) + " | " + Share(e.classes[1]), Share(e.classes[2]),
                       Cell(e.false_alarms_per_km, 2), Cell(e.average_precision, 3),
                       Cell(e.calibration_error, 3));
  }
  out += "\n## Features\n\n| name | unit | meaning | sign for a leak |\n|---|---|---|---|\n";
  for (const Feature& feature : Features()) {
    out += fmt::format("| {} | {} | {} | {} |\n", feature.name, feature.unit, feature.meaning,
                       feature.leak_sign > 0   ? "+"
                       : feature.leak_sign < 0 ? "-"
                                               : "free");
  }
  return out + "\n## Recipe\n\n```json\n" + model.recipe + "\n```\n";
}

}  // namespace thermoleak::cli
