// Which work waits for which.

#include "planning/orders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace thermoleak::planning {
namespace {

/// Hazards that wait for each other can never be begun; the sentence names them.
void FindCycles(const JobSet& set, Orders& orders, std::vector<Message>& warnings) {
  std::vector<int> waits(set.hazards.size(), 0);
  for (const Order& order : orders.list) ++waits[static_cast<std::size_t>(order.after)];
  std::vector<int> ready;
  for (std::size_t h = 0; h < waits.size(); ++h) {
    if (waits[h] == 0) ready.push_back(static_cast<int>(h));
  }
  while (!ready.empty()) {
    const int h = ready.back();
    ready.pop_back();
    for (const Order& order : orders.list) {
      if (order.before == h && --waits[static_cast<std::size_t>(order.after)] == 0)
        ready.push_back(order.after);
    }
  }
  std::vector<std::string> names;
  for (std::size_t h = 0; h < waits.size(); ++h) {
    if (waits[h] > 0) {
      names.push_back(set.hazards[h].id);
      orders.cyclic.insert(static_cast<int>(h));
    }
  }
  if (!names.empty()) {
    warnings.push_back({MessageId::kPlanWarnCycle, {fmt::format("{}", fmt::join(names, ", "))}});
  }
}

}  // namespace

int HazardAt(const JobSet& set, const std::string& id) {
  const auto found =
      std::lower_bound(set.hazards.begin(), set.hazards.end(), id,
                       [](const Hazard& h, const std::string& i) { return h.id < i; });
  return found != set.hazards.end() && found->id == id
             ? static_cast<int>(found - set.hazards.begin())
             : -1;
}

Orders MakeOrders(const JobSet& set, const Resources& resources, std::vector<Message>& warnings) {
  Orders orders;
  for (const Precedence& p : resources.precedence) {
    const int before = HazardAt(set, p.before);
    const int after = HazardAt(set, p.after);
    if (before < 0 || after < 0) {
      warnings.push_back({MessageId::kPlanWarnPrecedence, {before < 0 ? p.before : p.after}});
      continue;
    }
    orders.list.push_back({before, after});
  }
  // A boiler is inspected after it has been repaired.
  std::map<std::string, std::vector<const Job*>> boilers;
  for (const Job& job : set.jobs) {
    if (job.item.asset == AssetKind::kBoiler && !job.item.asset_id.empty()) {
      boilers[job.item.unit + '\n' + job.item.asset_id].push_back(&job);
    }
  }
  for (const auto& [key, jobs] : boilers) {
    for (const Job* last : jobs) {
      if (last->item.measure != Measure::kInspect) continue;
      for (const Job* first : jobs) {
        if (first->item.measure != Measure::kInspect)
          orders.list.push_back({first->hazards.front(), last->hazards.front()});
      }
    }
  }
  FindCycles(set, orders, warnings);
  return orders;
}

}  // namespace thermoleak::planning
