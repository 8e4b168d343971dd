#pragma once
// Inside of planning: why a hazard is not in the plan.

#include "planning/schedule.hpp"

namespace thermoleak::planning {

/// One row a hazard that some job could have covered and none does: by the cheapest of its jobs,
/// what stands in the way first of order, crew, window, money and days. Boilers that may not be lit
/// before a repair that is not planned become a warning.
std::vector<Unplanned> ExplainUnplanned(const JobSet& set, const Orders& orders,
                                        const Schedule& schedule, std::vector<Message>& warnings);

}  // namespace thermoleak::planning
