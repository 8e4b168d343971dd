#include "planning/explain.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

#include "thermoleak/ledger/dates.hpp"

namespace thermoleak::planning {

std::vector<Unplanned> ExplainUnplanned(const JobSet& set, const Orders& orders,
                                        const Schedule& schedule, std::vector<Message>& warnings) {
  std::vector<Unplanned> unplanned;
  std::map<int, std::size_t> cheapest;
  for (std::size_t j = 0; j < set.jobs.size(); ++j) {
    for (const int h : set.jobs[j].hazards) {
      const auto [at, fresh] = cheapest.try_emplace(h, j);
      const Job& best = set.jobs[at->second];
      const auto each = [](const Job& job) {
        return job.item.Money() / static_cast<double>(job.hazards.size());
      };
      if (!fresh && each(set.jobs[j]) < each(best)) at->second = j;
    }
  }
  std::set<std::string> locked;
  for (const auto& [h, j] : cheapest) {
    if (schedule.Covered(h)) continue;
    const Job& job = set.jobs[j];
    const Hazard& hazard = set.hazards[static_cast<std::size_t>(h)];
    Unplanned u{.hazard_id = hazard.id,
                .unit = hazard.place.unit,
                .district = hazard.place.district,
                .why = WhyNot::kCapacity,
                .detail = {},
                .cost_yuan = job.item.Money(),
                .trace = job.item.trace,
                .missing = job.item.missing};
    std::vector<std::string> before;
    for (const Order& order : orders.list) {
      if (order.after == h && !schedule.Finished(order.before))
        before.push_back(set.hazards[static_cast<std::size_t>(order.before)].id);
    }
    if (job.item.no_start) {
      locked.insert(hazard.asset.id.empty() ? hazard.id
                                            : hazard.place.unit + ' ' + hazard.asset.id);
    }
    const std::vector<int> able = schedule.days().Able(job.item);
    const auto lacks = schedule.Lacks(job.item);
    if (orders.cyclic.contains(h)) {
      u.why = WhyNot::kLock;
      u.detail = {MessageId::kPlanWhyCycle, {}};
    } else if (!schedule.After(job)) {
      u.why = WhyNot::kLock;
      u.detail = {MessageId::kPlanWhyLock, {fmt::format("{}", fmt::join(before, ", "))}};
    } else if (able.empty()) {
      u.why = WhyNot::kNoCrew;
      u.detail = {MessageId::kPlanWhyNoCrew,
                  {job.item.unit, InBoth(Word(job.item.skill, Lang::kEnglish),
                                         Word(job.item.skill, Lang::kChinese))}};
    } else if (!schedule.EverFits(job)) {
      u.why = WhyNot::kWindow;
      u.detail = {MessageId::kPlanWhyWindow,
                  {IsoDate(job.item.window.from), IsoDate(job.item.window.to),
                   fmt::format("{:.0f}", job.item.work_days)}};
    } else if (lacks) {
      u.why = WhyNot::kBudget;
      u.detail = *lacks;
    } else {
      u.detail = {MessageId::kPlanWhyCapacity,
                  {IsoDate(job.item.window.from), IsoDate(job.item.window.to),
                   fmt::format("{:.0f}", job.item.work_days)}};
    }
    unplanned.push_back(std::move(u));
  }
  if (!locked.empty()) {
    warnings.push_back({MessageId::kPlanWarnNoStart, {fmt::format("{}", fmt::join(locked, ", "))}});
  }
  return unplanned;
}

}  // namespace thermoleak::planning
