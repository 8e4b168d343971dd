#pragma once
// Inside of planning: the order of works, as stated and as boilers have it.

#include <set>
#include <string>
#include <vector>

#include "planning/week_model.hpp"

namespace thermoleak::planning {

struct Orders {
  std::vector<Order> list;
  std::set<int> cyclic;  ///< hazards that wait for each other
};

/// Index of a hazard by its id, or -1.
int HazardAt(const JobSet& set, const std::string& id);

/// What the resources state, and that a boiler is inspected after it has been repaired. Orders of
/// unknown hazards and cycles become warnings.
Orders MakeOrders(const JobSet& set, const Resources& resources, std::vector<Message>& warnings);

}  // namespace thermoleak::planning
