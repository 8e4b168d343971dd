#pragma once
// What crews do on one day: suspects to look at, and the plan's work that is due.

#include <map>
#include <string>
#include <vector>

#include "thermoleak/batch/data_folder.hpp"
#include "thermoleak/ledger/ledger.hpp"
#include "thermoleak/planning/plan.hpp"
#include "thermoleak/report/morning_summary.hpp"

namespace thermoleak::batch {

/// The area of each hazard: of the latest scan that saw it. Hazards that no scan saw are not in it.
std::map<std::string, std::string> AreasOfHazards(const DataFolder& folder, const Ledger& ledger);

/// Open hazards that wait for a look on site (new, to verify, verifying, reopened), the likeliest
/// first; emergencies; and items of the plan whose days include `day`. By area. `plan` may be null.
std::vector<MorningSummary::TaskRow> TodayList(const std::vector<Hazard>& hazards,
                                               const std::map<std::string, std::string>& areas,
                                               const planning::RepairPlan* plan, Date day);

}  // namespace thermoleak::batch
