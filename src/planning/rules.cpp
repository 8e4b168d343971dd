#include "thermoleak/planning/rules.hpp"

#include <algorithm>

namespace thermoleak::planning {
namespace {

void AddMissing(Verdict& verdict, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (std::find(verdict.missing.begin(), verdict.missing.end(), name) == verdict.missing.end()) {
      verdict.missing.push_back(name);
    }
  }
}

void Note(Verdict& verdict, const std::string& id, const Evaluation& evaluation, const Text2& text,
          const std::string& origin) {
  if (!evaluation.True() && !evaluation.Unknown()) return;
  verdict.trace.push_back(
      {id, evaluation.True(), evaluation.used, evaluation.missing, text, origin});
  AddMissing(verdict, evaluation.missing);
}

bool Fire(const Rule& rule, Facts& facts, Verdict& verdict) {
  Evaluation evaluation = rule.when.Evaluate(facts);
  if (!evaluation.True()) {
    Note(verdict, rule.id, evaluation, rule.text, rule.origin);
    return false;
  }
  verdict.rule = &rule;
  verdict.measure = rule.measure;
  verdict.urgency = rule.urgency;
  if (rule.repair_class) {
    const Choice::Chosen chosen = rule.repair_class->Choose(facts);
    verdict.repair_class = FromCode<RepairClass>(chosen.word).value_or(RepairClass::kMinor);
    for (const UsedFact& used : chosen.evaluation.used) {
      if (std::none_of(evaluation.used.begin(), evaluation.used.end(),
                       [&](const UsedFact& u) { return u.name == used.name; })) {
        evaluation.used.push_back(used);
      }
    }
    evaluation.missing = chosen.evaluation.missing;
  }
  Note(verdict, rule.id, evaluation, rule.text, rule.origin);
  facts.Set("rule", rule.id);
  return true;
}

}  // namespace

Verdict ApplyRules(const RuleBook& book, Facts& facts) {
  Verdict verdict;
  for (const Rule& rule : book.rules) {
    if (Fire(rule, facts, verdict)) break;
  }
  return verdict;
}

Verdict ApplyMerge(const Rule& merge, Facts& facts) {
  Verdict verdict;
  Fire(merge, facts, verdict);
  return verdict;
}

void ApplyModifiers(const RuleBook& book, const Facts& facts, Verdict& verdict) {
  for (const Modifier& m : book.modifiers) {
    const Evaluation evaluation = m.when.Evaluate(facts);
    // An unknown modifier is told only where it could still raise something.
    const auto raised = static_cast<RepairClass>(
        std::min(static_cast<int>(RepairClass::kMajor),
                 std::max(static_cast<int>(verdict.repair_class) + m.raise,
                          m.at_least ? static_cast<int>(*m.at_least) : 0)));
    const bool changes = raised > verdict.repair_class ||
                         (m.urgency && *m.urgency > verdict.urgency) ||
                         (m.measure && *m.measure != verdict.measure) ||
                         (!m.at_least && m.raise == 0 && !m.urgency && !m.measure);
    if (!changes) continue;
    Note(verdict, m.id, evaluation, m.text, m.origin);
    if (!evaluation.True()) continue;
    verdict.repair_class = std::max(verdict.repair_class, raised);
    if (m.urgency) verdict.urgency = std::max(verdict.urgency, *m.urgency);
    if (m.measure) verdict.measure = *m.measure;
  }
  for (const GradeRule& rule : book.grades) {
    const Evaluation evaluation = rule.when.Evaluate(facts);
    if (!evaluation.True()) continue;
    verdict.suggested = rule.grade;
    Note(verdict, "grade", evaluation,
         {Word(rule.grade, Lang::kEnglish), Word(rule.grade, Lang::kChinese)}, rule.origin);
    break;
  }
}

double PriorityOf(const PriorityWeights& weights, const Facts& facts, Grade grade) {
  // A fact that nobody stated adds nothing: it must not push another item back.
  const auto number = [&](std::string_view name) {
    const auto* value = std::get_if<double>(&facts.Get(name));
    return value == nullptr ? 0.0 : *value;
  };
  const auto* verified = std::get_if<bool>(&facts.Get("verified"));
  const double conf = verified != nullptr && *verified ? 1.0 : number("conf");
  return weights.grade * static_cast<double>(grade) + weights.conf * conf +
         weights.primary * (number("net") == 1 ? 1.0 : 0.0) +
         weights.q_leak_of_10 * std::min(number("q_leak") / 10, 1.0) +
         weights.households_of_1000 * std::min(number("households") / 1000, 1.0) +
         weights.age_of_30 * std::min(number("age") / 30, 1.0);
}

}  // namespace thermoleak::planning
