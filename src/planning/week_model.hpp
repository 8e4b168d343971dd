#pragma once
// Which job in which week: the mixed-integer model.

#include <vector>

#include "planning/crews.hpp"
#include "planning/milp.hpp"

namespace thermoleak::planning {

struct Order {
  int before = 0, after = 0;  ///< hazards' indices
};

/// Money that is left: by unit, "" for the city; absent = no limit.
using Money = std::map<std::string, double>;

struct WeekColumn {
  int job = 0, week = 0;
  std::vector<int> crews;  ///< the pool that does it
};
struct WeekModel {
  Milp milp;
  std::vector<WeekColumn> columns;  ///< of milp's first columns; the rest is work carried over
  std::vector<DateRange> weeks;
  /// Of each of `columns`: what it takes of crews' weeks and budgets.
  std::vector<std::vector<Entry>> takes;
};

/// Crews of the same skills, units and dates are one pool. A week's work beyond what its crews have
/// days for is carried into the next: jobs may straddle weeks, so the model is a relaxation of the
/// days and its bound holds for them.
WeekModel MakeWeekModel(const std::vector<Job>& jobs, const std::vector<char>& open,
                        const CrewDays& days, const Money& money, const std::vector<Order>& orders,
                        const PlanRequest& request, const PlanOptions& options);

/// What a job is worth when it begins in this week.
double ValueInWeek(const Job& job, int week, const PlanOptions& options);
std::vector<DateRange> WeeksOf(const DateRange& stage);

}  // namespace thermoleak::planning
