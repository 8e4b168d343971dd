// Where the plan and the ledger meet: each change of a hazard goes through the ledger's own steps,
// so that their guards hold.

#include <fmt/format.h>

#include <algorithm>

#include "cli/ledger.hpp"
#include "cli/plan.hpp"
#include "thermoleak/planning/ledger_steps.hpp"

namespace thermoleak::cli {
namespace {

using namespace planning;

Act ActOf(const PlanArguments& a, Date day, Role usual, Lang lang) {
  if (a.by.empty()) throw RunError(ExitCode::kUsage, MessageId::kPlanNeedsBy);
  return {a.by, a.role.empty() ? usual : MustBe<Role>(a.role, lang), day, a.note};
}

void PrintRefusals(const std::vector<Error>& refused, Lang lang) {
  for (const Error& error : refused)
    fmt::print(stderr, "{}: {}\n", error.item, error.message.In(lang));
}

}  // namespace

int SubmitToLedger(RepairPlan& plan, const PlanArguments& a, Date day, Shell& shell) {
  Ledger ledger = Ledger::Open(a.ledger);
  const Act act = ActOf(a, day, Role::kUnitEngineer, shell.lang);
  int items = 0, moved = 0, left = 0;
  for (PlanItem& item : plan.items) {
    if (item.state != ItemState::kDraft) continue;
    std::vector<Transition> steps;
    std::vector<Error> refused;
    for (const std::string& id : item.hazard_ids) {
      const auto hazard = ledger.Find(id);
      if (!hazard) {
        refused.push_back({id, {MessageId::kHazardUnknown, {id}}});
      } else if (hazard->state == HazardState::kPlanned && hazard->plan_item != item.id) {
        refused.push_back({id, {MessageId::kPlanOtherItem, {hazard->plan_item}}});
      } else if (IsDig(item, hazard->state) &&
                 HasTransition(hazard->state, HazardState::kToVerify)) {
        steps.push_back({.hazard = id, .to = HazardState::kToVerify, .act = act});
      } else if (item.measure == Measure::kVerify && (hazard->state == HazardState::kToVerify ||
                                                      hazard->state == HazardState::kVerifying)) {
        continue;  // under way already
      } else if (hazard->state != HazardState::kPlanned &&
                 hazard->state != HazardState::kEmergency) {
        steps.push_back({.hazard = id,
                         .to = HazardState::kPlanned,
                         .act = act,
                         .plan_item = item.id,
                         .batch = item.batch,
                         .approved_by = a.approved_by});
      }
    }
    // An item is one job: all of its hazards or none.
    if (refused.empty()) refused = ledger.MoveTogether(steps);
    PrintRefusals(refused, shell.lang);
    if (refused.empty()) {
      item.state = ItemState::kSubmitted;
      ++items;
      moved += static_cast<int>(steps.size());
    } else {
      left += static_cast<int>(item.hazard_ids.size());
    }
  }
  if (left > 0) shell.exit_code = ExitCode::kDoneWithQuarantine;
  fmt::print("{}\n", Message{MessageId::kPlanSubmitted,
                             {std::to_string(items), std::to_string(moved), std::to_string(left)}}
                         .In(shell.lang));
  return items;
}

void ProgressInLedger(const PlanItem& item, const ProgressEntry& entry, const PlanArguments& a,
                      const Shell& shell) {
  Ledger ledger = Ledger::Open(a.ledger);
  const Act act = ActOf(a, entry.date, Role::kUnitEngineer, shell.lang);
  const auto refused = RecordProgress(ledger, item, entry, act, a.approved_by, a.repairer);
  if (!refused) return;
  throw RunError(ExitCode::kUsage, MessageId::kPlanNotLedgered,
                 {fmt::format("{}: {}", refused->item, refused->message.In(shell.lang))});
}

void CarryInLedger(const RepairPlan& plan, const std::vector<ProgressEntry>& entries,
                   const PlanArguments& a, Date day, Shell& shell) {
  Ledger ledger = Ledger::Open(a.ledger);
  const Act act = ActOf(a, day, Role::kUnitManager, shell.lang);
  std::vector<Transition> steps;
  const auto carry = [&](const std::string& id, const std::string& reason) {
    const auto hazard = ledger.Find(id);
    // Suspicions that nobody has looked at are no hazards yet: they stay what they are.
    if (!hazard || (!HasTransition(hazard->state, HazardState::kCarried) &&
                    hazard->state != HazardState::kRectifying)) {
      return;
    }
    steps.push_back({.hazard = id,
                     .to = HazardState::kCarried,
                     .act = act,
                     .emergency_plan = a.emergency_plan,
                     .signed_by = a.signed_by.empty() ? a.by : a.signed_by});
    steps.back().act.reason = reason;
  };
  const auto progress = ProgressBy(plan, entries, day);
  for (const PlanItem& item : plan.items) {
    if (item.state != ItemState::kCarried) continue;
    const std::string rate = fmt::format("{:.0f}", 100 * progress.at(item.id).Rate(item));
    for (const std::string& id : item.hazard_ids)
      carry(id, Message{MessageId::kPlanCarryReason, {item.id, rate}}.In(shell.lang));
  }
  for (const Unplanned& u : plan.unplanned) carry(u.hazard_id, u.detail.In(shell.lang));
  const auto refused = ledger.MoveAll(steps);
  PrintRefusals(refused, shell.lang);
  if (!refused.empty()) shell.exit_code = ExitCode::kDoneWithQuarantine;
  fmt::print("{}\n", Message{MessageId::kPlanCarriedOver,
                             {std::to_string(steps.size() - refused.size()),
                              std::to_string(refused.size())}}
                         .In(shell.lang));
}

}  // namespace thermoleak::cli
