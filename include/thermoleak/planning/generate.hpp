#pragma once
// From hazards to the plan: rules say what may be done, prices what it costs, a mixed-integer model
// which of it is done in which week, a schedule who does it on which day.

#include <optional>
#include <vector>

#include "thermoleak/core/options.hpp"
#include "thermoleak/core/progress.hpp"
#include "thermoleak/planning/plan.hpp"
#include "thermoleak/planning/resources.hpp"

namespace thermoleak::planning {

/// What a hazard costs as long as nothing is done. All [G]: put your own in the configuration.
struct LossOptions {
  double horizon_years = 3;         // a repair put off is usually done within three seasons
  double heating_days = 151;        // 1 Nov .. 31 Mar
  double heat_yuan_per_kwh = 0.15;  // about 42 yuan/GJ, heat at the plant
  double water_yuan_per_m3 = 12;    // treated make-up water
  double water_kwh_per_m3 = 58;     // heat in it: 50 K above cold water
  double unknown_flow_m3_h = 0.1;   // of a leak whose flow nobody measured
  double failures_per_year = 0.2;   // that the hazard turns into a failure in one season
  double general_yuan = 30000;      // damage by one failure, by grade
  double larger_yuan = 200000;
  double major_yuan = 2000000;
  double household_yuan = 60;          // two days without heat
  double renewal_years = 8;            // a renewed section stays without leaks for this long
  double old_leaks_per_km_year = 0.6;  // of pipe older than 15 years
  double lock_yuan = 1500000;          // a boiler that may not be lit
  double unknown_probability = 0.5;

  void Describe(OptionVisitor& v);
};

struct PlanOptions {
  LossOptions loss;
  double trench_m = 15;           // places nearer along one pipe are one trench
  double parallel_m = 3;          // places nearer across pipes are one trench
  double shared_trench = 0.6;     // what the second place in a trench costs
  double days_shared = 0.5;       // and lasts
  double early_per_week = 0.002;  // value lost by a week's delay; urgent work more
  bool work_sundays = false;
  int exact_columns = 1000;  // smaller models are solved to the proven optimum
  double gap = 0.001;        // larger ones until this relative gap
  int max_nodes = 200;       // limits by count, not by clock: the same plan everywhere
  double time_limit_s = 45;  // the last resort; the summary says when it was needed

  void Describe(OptionVisitor& v);
};

struct PlanRequest {
  int year = 0;  ///< season
  Batch batch = Batch::kFirst;
  Date date{};                           ///< the plan's day
  std::optional<Season> calendar{};      ///< the year's stages as the ledger has them, else usual
  const RepairPlan* previous = nullptr;  ///< its items of other batches and beyond DRAFT stay
};

inline Season CalendarOf(const PlanRequest& request) {
  return request.calendar.value_or(DefaultSeason(request.year));
}

/// Deterministic: the same input gives the same plan. Throws RunError for faults of the files,
/// Cancelled.
RepairPlan GeneratePlan(std::vector<Hazard> hazards, const RuleBook& rules,
                        const PriceTable& prices, const Resources& resources,
                        const PlanRequest& request, const PlanOptions& options,
                        const WorkContext& work = {});

/// The same, chosen one by one in order of priority, as it is done by hand: what the optimiser is
/// compared with.
RepairPlan PlanByPriority(std::vector<Hazard> hazards, const RuleBook& rules,
                          const PriceTable& prices, const Resources& resources,
                          const PlanRequest& request, const PlanOptions& options);

/// Expected loss over the horizon when nothing is done. `grade` is the suggested or the set one.
Loss LossOf(const Hazard& hazard, Grade grade, bool no_start, const LossOptions& options);

/// The last day on which a batch is handed in: 31 March, 15 April; additions have none.
std::optional<Date> GateOf(Batch batch, const Season& season);
/// Which batch a hazard belongs to: what the operating inspection found by its last day is first;
/// what was found later, and the shutdown's findings, supplement it until their last day; the rest
/// are additions.
Batch BatchOf(const Hazard& hazard, const Season& season);

}  // namespace thermoleak::planning
