#pragma once
// Inside of planning: what rules and prices say of each hazard by itself.

#include <string_view>
#include <vector>

#include "planning/jobs.hpp"
#include "thermoleak/planning/facts.hpp"

namespace thermoleak::planning {

/// A hazard with what the rules said of it.
struct Judged {
  int hazard = 0;  ///< index into JobSet::hazards
  Facts facts;
  Verdict verdict;
  Cost cost;
  double reserve = 0;
  double days = 1;
};

bool IsPipe(AssetKind kind);
/// A courtyard of one unit.
std::string CourtyardKey(const Hazard& hazard);
double NumberOr(const Facts& facts, std::string_view name, double otherwise);
double DaysOf(const Calendar& calendar, const Rule& rule, RepairClass repair_class, AssetKind asset,
              double metres);

/// All hazards that something is to be done about; the others go to set.unplanned with the reason.
std::vector<Judged> JudgeHazards(JobSet& set, const RuleBook& rules, const PriceTable& prices,
                                 const Resources& resources, const PlanRequest& request);

}  // namespace thermoleak::planning
