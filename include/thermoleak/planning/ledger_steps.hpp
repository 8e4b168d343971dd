#pragma once
// Where the plan and the ledger meet: each change of a hazard goes through the ledger's own steps,
// so that their guards hold.

#include <optional>
#include <string>
#include <vector>

#include "thermoleak/ledger/ledger.hpp"
#include "thermoleak/planning/plan.hpp"
#include "thermoleak/planning/tracking.hpp"

namespace thermoleak::planning {

/// Hazards to be planned for: all of the season, and of earlier ones those that are open.
std::vector<Hazard> HazardsToPlan(const Ledger& ledger, int season);

/// Whether an item is a dig that asks what is there, and its hazard, in that state, still a clue:
/// it stays one until the pit has answered.
bool IsDig(const PlanItem& item, HazardState state);

/// A day's work, acceptance or close-out of an item, as steps of its hazards: all of them or none.
/// Steps that were taken before are not taken again. Work on a dig makes its hazard "verifying"; it
/// is accepted once the ledger has the result. The first refusal.
std::optional<Error> RecordProgress(Ledger& ledger, const PlanItem& item,
                                    const ProgressEntry& entry, const Act& act,
                                    const std::string& approved_by, const std::string& repairer);

}  // namespace thermoleak::planning
