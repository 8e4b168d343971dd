#include "planning/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace thermoleak::planning {
namespace {

/// Price, then modifiers that look at it, then the price of the class that they raised to.
void PriceAndRaise(const RuleBook& rules, const PriceTable& prices, Judged& j) {
  const Rule& rule = *j.verdict.rule;
  const auto price = [&] {
    j.cost = CostOf(prices, rule.works, j.facts, j.verdict.repair_class);
    j.facts.Set("cost", j.cost.yuan);
    const double replacement = NumberOr(j.facts, "repl_cost", 0);
    if (replacement > 0) j.facts.Set("cost_ratio", j.cost.yuan / replacement);
  };
  price();
  ApplyModifiers(rules, j.facts, j.verdict);
  if (j.verdict.measure == Measure::kReplace && rule.measure == Measure::kRepair) {
    const double replacement = NumberOr(j.facts, "repl_cost", 0);
    if (replacement > 0) {
      j.cost.yuan = replacement;
      j.cost.lines = {{{"replacement as registered", "按登记重置价更新"},
                       1,
                       "set",
                       replacement,
                       replacement,
                       "register"}};
    }
  }
  const Cost reserve = CostOf(prices, rule.reserve, j.facts, j.verdict.repair_class);
  j.reserve = reserve.yuan;
  for (const std::string& name : j.cost.assumed) {
    if (std::find(j.verdict.missing.begin(), j.verdict.missing.end(), name) ==
        j.verdict.missing.end()) {
      j.verdict.missing.push_back(name);
    }
  }
}

void LeaveOut(JobSet& set, int hazard, WhyNot why, Message detail, const Verdict* verdict) {
  const Hazard& h = set.hazards[static_cast<std::size_t>(hazard)];
  Unplanned u{.hazard_id = h.id,
              .unit = h.place.unit,
              .district = h.place.district,
              .why = why,
              .detail = std::move(detail),
              .cost_yuan = {},
              .trace = {},
              .missing = {}};
  if (verdict != nullptr) {
    u.trace = verdict->trace;
    u.missing = verdict->missing;
  }
  set.unplanned.push_back(std::move(u));
}

/// What the previous plan already holds and must keep.
std::set<std::string> Kept(const JobSet& set, const PlanRequest& request) {
  std::set<std::string> kept;
  if (request.previous == nullptr) return kept;
  for (const PlanItem& item : request.previous->items) {
    if (!KeepsItem(item, request)) continue;
    for (const Hazard& h : set.hazards) {
      if (HoldsHazard(item, h)) kept.insert(h.id);
    }
  }
  return kept;
}

double Metres(const Judged& j, const PriceTable& prices) {
  const bool section = j.verdict.rule->scope != Scope::kSpot;
  return section ? NumberOr(j.facts, "section_len", prices.unknown_section_m)
                 : NumberOr(j.facts, "len_bad", prices.unknown_bad_m);
}

}  // namespace

bool IsPipe(AssetKind kind) {
  return kind == AssetKind::kPrimaryPipe || kind == AssetKind::kSecondaryPipe ||
         kind == AssetKind::kPipe;
}

std::string CourtyardKey(const Hazard& hazard) {
  return hazard.place.unit + '\n' + hazard.place.courtyard;
}

double DaysOf(const Calendar& c, const Rule& rule, RepairClass repair_class, AssetKind asset,
              double metres) {
  if (rule.days) return *rule.days;
  if (repair_class == RepairClass::kMinor) return c.minor_days;
  if (asset == AssetKind::kBoiler) {
    return repair_class == RepairClass::kMajor ? c.boiler_major_days : c.boiler_medium_days;
  }
  if (repair_class == RepairClass::kMedium) return c.medium_days;
  if (!IsPipe(asset)) return c.major_device_days;
  return c.major_pipe_days + std::ceil(metres / c.major_pipe_m_per_day);
}

double NumberOr(const Facts& facts, std::string_view name, double otherwise) {
  const auto* value = std::get_if<double>(&facts.Get(name));
  return value == nullptr ? otherwise : *value;
}

std::vector<Judged> JudgeHazards(JobSet& set, const RuleBook& rules, const PriceTable& prices,
                                 const Resources& resources, const PlanRequest& request) {
  std::vector<Judged> judged;
  const Season season = CalendarOf(request);
  const std::set<std::string> kept = Kept(set, request);
  std::map<std::string, int> in_courtyard;
  std::map<std::string, double> bad_m;
  for (int i = 0; i < static_cast<int>(set.hazards.size()); ++i) {
    const Hazard& h = set.hazards[static_cast<std::size_t>(i)];
    if (kept.contains(h.id)) continue;
    if (h.state == HazardState::kClosed || h.state == HazardState::kRejected ||
        h.state == HazardState::kMerged || h.state == HazardState::kToAccept) {
      LeaveOut(set, i, WhyNot::kClosed,
               {MessageId::kPlanWhyClosed,
                {InBoth(Word(h.state, Lang::kEnglish), Word(h.state, Lang::kChinese))}},
               nullptr);
      continue;
    }
    const Batch batch = BatchOf(h, season);
    if (batch != request.batch && h.state != HazardState::kEmergency) {
      LeaveOut(set, i, WhyNot::kOtherBatch,
               {MessageId::kPlanWhyBatch,
                {InBoth(Word(batch, Lang::kEnglish), Word(batch, Lang::kChinese))}},
               nullptr);
      continue;
    }
    Judged j;
    j.hazard = i;
    j.facts = FactsOf(h, request.year, request.date);
    j.verdict = ApplyRules(rules, j.facts);
    if (j.verdict.rule == nullptr) {
      if (j.verdict.missing.empty()) {
        LeaveOut(set, i, WhyNot::kNoRule, {MessageId::kPlanWhyNoRule, {}}, &j.verdict);
      } else {
        LeaveOut(
            set, i, WhyNot::kMissingFacts,
            {MessageId::kPlanWhyMissing, {fmt::format("{}", fmt::join(j.verdict.missing, ", "))}},
            &j.verdict);
      }
      continue;
    }
    if (j.verdict.rule->outcome == Outcome::kWatch) {
      LeaveOut(set, i, WhyNot::kWatch, {MessageId::kPlanWhyWatch, {j.verdict.rule->id}},
               &j.verdict);
      continue;
    }
    PriceAndRaise(rules, prices, j);
    j.days = DaysOf(rules.calendar, *j.verdict.rule, j.verdict.repair_class, h.asset.kind,
                    Metres(j, prices));
    if (!h.place.courtyard.empty() && IsPipe(h.asset.kind) && NumberOr(j.facts, "net", 2) == 2) {
      ++in_courtyard[CourtyardKey(h)];
      bad_m[CourtyardKey(h)] += h.length_m.value_or(0);
    }
    judged.push_back(std::move(j));
  }
  for (Judged& j : judged) {
    const Hazard& h = set.hazards[static_cast<std::size_t>(j.hazard)];
    const auto found = in_courtyard.find(CourtyardKey(h));
    if (h.place.courtyard.empty() || found == in_courtyard.end()) continue;
    j.facts.Set("courtyard_items", static_cast<double>(found->second));
    if (const auto length = resources.courtyard_m.find(h.place.courtyard);
        length != resources.courtyard_m.end() && bad_m[found->first] > 0) {
      j.facts.Set("courtyard_share", bad_m[found->first] / length->second);
    }
  }
  return judged;
}

}  // namespace thermoleak::planning
