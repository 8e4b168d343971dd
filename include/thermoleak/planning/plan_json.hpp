#pragma once
// Hazards and plans as JSON files.

#include <filesystem>
#include <string>
#include <vector>

#include "thermoleak/core/error.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/planning/plan.hpp"

namespace thermoleak::planning {

struct HazardFile {
  std::vector<Hazard> hazards;
  std::vector<Error> refused;  ///< rows that cannot be used, with their reasons
};

/// A JSON array of hazards, or an object with "hazards"; keys are the fields' names, words the
/// codes of the vocabulary, days "YYYY-MM-DD". Throws RunError when the file is none.
HazardFile ReadHazards(const std::filesystem::path& file);

/// plan.json: all of the plan, with rule_trace on each item.
std::string PlanJson(const RepairPlan& plan, Lang lang);
/// What PlanJson wrote. Throws RunError.
RepairPlan ReadPlan(const std::filesystem::path& file);

std::optional<Date> ParseDay(const std::string& text);

/// What differs between two plans of the same hazards, as sentences: items that came, went, or
/// changed class, measure, cost, days.
struct PlanChange {
  std::string item;
  Message what;
};
std::vector<PlanChange> Compare(const RepairPlan& before, const RepairPlan& after);
/// Items that differ from the earlier plan's get the next version.
void CountVersions(const RepairPlan& before, RepairPlan& after);

}  // namespace thermoleak::planning
