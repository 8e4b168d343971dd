#include "thermoleak/planning/ledger_steps.hpp"

namespace thermoleak::planning {

std::vector<Hazard> HazardsToPlan(const Ledger& ledger, int season) {
  std::vector<Hazard> hazards = ledger.Hazards();
  std::erase_if(hazards, [&](const Hazard& hazard) {
    return hazard.season > season || (hazard.season < season && !IsOpen(hazard.state));
  });
  return hazards;
}

bool IsDig(const PlanItem& item, HazardState state) {
  using enum HazardState;
  return item.measure == Measure::kVerify && state != kPlanned && state != kRectifying &&
         state != kToAccept && state != kClosed && state != kEmergency;
}

std::optional<Error> RecordProgress(Ledger& ledger, const PlanItem& item,
                                    const ProgressEntry& entry, const Act& act,
                                    const std::string& approved_by, const std::string& repairer) {
  using enum HazardState;
  std::vector<Transition> steps;
  for (const std::string& id : item.hazard_ids) {
    const auto hazard = ledger.FindExactly(id);
    if (!hazard) return Error{id, {MessageId::kHazardUnknown, {id}}};
    HazardState state = hazard->state;
    const auto step = [&](HazardState to) {
      steps.push_back({.hazard = id,
                       .to = to,
                       .act = act,
                       .approved_by = approved_by,
                       .repairer = to == kClosed      ? ""
                                   : repairer.empty() ? item.crew
                                                      : repairer});
      state = to;
    };
    if (IsDig(item, state)) {
      if (entry.quantity > 0 && state == kToVerify) {
        steps.push_back({.hazard = id, .to = kVerifying, .act = act, .work_order = item.id});
      } else if (entry.accepted && (state == kToVerify || state == kVerifying)) {
        return Error{id, {MessageId::kPlanNeedsDigResult, {id}}};
      }
      continue;
    }
    const bool at_work = state == kRectifying || state == kEmergency;
    if (entry.quantity > 0 && !at_work && state != kToAccept && state != kClosed) step(kRectifying);
    if (entry.accepted && state != kToAccept && state != kClosed) step(kToAccept);
    if (entry.closed && state != kClosed) step(kClosed);
  }
  std::vector<Error> refused = ledger.MoveTogether(steps);
  if (refused.empty()) return std::nullopt;
  return std::move(refused.front());
}

}  // namespace thermoleak::planning
