#pragma once
// What could be done: each job covers one or more hazards; of the jobs that cover a hazard at most
// one is chosen.

#include <map>
#include <string>
#include <vector>

#include "thermoleak/planning/generate.hpp"

namespace thermoleak::planning {

struct Job {
  PlanItem item;             ///< without days and crew
  std::vector<int> hazards;  ///< indices into JobSet::hazards
  double value = 0;
  bool road_days = false;  ///< a road is opened, or may be: permit and blackout days count
};

struct JobSet {
  std::vector<Hazard> hazards;  ///< by id
  std::vector<Job> jobs;
  std::vector<Unplanned> unplanned;  ///< decided by rules alone
  std::vector<Message> warnings;
};

/// Whether an item of the plan before stays as it is: all but the drafts of the batch that is
/// planned now.
bool KeepsItem(const PlanItem& item, const PlanRequest& request);
/// Whether an item of the plan before still answers for a hazard of its own. Digging to see does
/// not once the pit has shown a leak: its repair is an item of the next version.
bool HoldsHazard(const PlanItem& item, const Hazard& hazard);

/// Sets the jobs' values, drops ways that do not earn what they cost more, and sorts by id.
void GiveValues(JobSet& set);

/// Hazards of other batches are left out with that reason.
JobSet MakeJobs(std::vector<Hazard> hazards, const RuleBook& rules, const PriceTable& prices,
                const Resources& resources, const PlanRequest& request, const PlanOptions& options);

}  // namespace thermoleak::planning
