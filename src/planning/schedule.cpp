#include "planning/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "thermoleak/ledger/dates.hpp"

namespace thermoleak::planning {
namespace {

std::string Yuan(double yuan) { return fmt::format("{:.0f}", yuan); }

int WeekOf(Date day, const PlanRequest& request) {
  const Date from = CalendarOf(request).implementation.from;
  return std::max(0, static_cast<int>((day - from).count()) / 7);
}

}  // namespace

Schedule::Schedule(const Placing& placing, CrewDays days, Money money)
    : placing_(&placing),
      days_(std::move(days)),
      money_(std::move(money)),
      covered_(placing.set.hazards.size(), 0),
      finished_(placing.set.hazards.size()) {}

void Schedule::Keep(const RepairPlan& previous) {
  for (const PlanItem& item : previous.items) {
    if (!KeepsItem(item, placing_->request)) continue;
    items_.push_back(item);
    if (item.state == ItemState::kCancelled || item.state == ItemState::kCarried) continue;
    days_.Take(item.crew, {item.start, item.end});
    Pay(item);
    for (const std::string& id : item.hazard_ids) {
      if (const int h = HazardAt(placing_->set, id);
          h >= 0 && HoldsHazard(item, placing_->set.hazards[static_cast<std::size_t>(h)])) {
        covered_[static_cast<std::size_t>(h)] = 1;
        finished_[static_cast<std::size_t>(h)] = item.end;
      }
    }
  }
}

bool Schedule::CanStillBe(const Job& job) const {
  return std::none_of(job.hazards.begin(), job.hazards.end(), [&](int h) {
    return covered_[static_cast<std::size_t>(h)] || placing_->orders.cyclic.contains(h);
  });
}

void Schedule::Pay(const PlanItem& item) {
  if (const auto unit = money_.find(item.unit); !item.unit.empty() && unit != money_.end())
    unit->second -= item.Money();
  if (const auto city = money_.find(""); city != money_.end()) city->second -= item.Money();
}

std::optional<Message> Schedule::Lacks(const PlanItem& item) const {
  const auto check = [&](const std::string& name) -> std::optional<Message> {
    const auto found = money_.find(name);
    if (found == money_.end() || item.Money() <= found->second + 1e-6) return std::nullopt;
    return Message{name.empty() ? MessageId::kPlanWhyCityBudget : MessageId::kPlanWhyUnitBudget,
                   {name, Yuan(item.Money()), Yuan(std::max(0.0, found->second))}};
  };
  if (!item.unit.empty()) {
    if (auto lacks = check(item.unit)) return lacks;
  }
  return check("");
}

std::optional<Date> Schedule::After(const Job& job) const {
  Date day = job.item.window.from;
  for (const Order& order : placing_->orders.list) {
    const bool waits =
        std::find(job.hazards.begin(), job.hazards.end(), order.after) != job.hazards.end();
    const bool inside =
        std::find(job.hazards.begin(), job.hazards.end(), order.before) != job.hazards.end();
    if (!waits || inside) continue;
    const auto& done = finished_[static_cast<std::size_t>(order.before)];
    if (!done) {
      const HazardState state = placing_->set.hazards[static_cast<std::size_t>(order.before)].state;
      if (state == HazardState::kClosed || state == HazardState::kRejected ||
          state == HazardState::kMerged || state == HazardState::kToAccept) {
        continue;
      }
      return std::nullopt;
    }
    day = std::max(day, *done + std::chrono::days(1));
  }
  return day;
}

void Schedule::Commit(std::size_t j, const Slot& slot) {
  PlanItem item = placing_->set.jobs[j].item;
  item.start = slot.start;
  item.end = slot.end;
  item.crew = slot.crew < 0 ? "" : days_.crews()[static_cast<std::size_t>(slot.crew)].name;
  if (placing_->set.jobs[j].road_days && !item.emergency && item.road_cut.value_or(true)) {
    item.permit_by = slot.start - std::chrono::days(placing_->permit_lead_days);
  }
  for (const Order& order : placing_->orders.list) {
    if (std::find(placing_->set.jobs[j].hazards.begin(), placing_->set.jobs[j].hazards.end(),
                  order.after) != placing_->set.jobs[j].hazards.end()) {
      item.after.push_back(placing_->set.hazards[static_cast<std::size_t>(order.before)].id);
    }
  }
  if (slot.crew >= 0) days_.Take(slot);
  Pay(item);
  for (const int h : placing_->set.jobs[j].hazards) {
    covered_[static_cast<std::size_t>(h)] = 1;
    finished_[static_cast<std::size_t>(h)] = slot.end;
  }
  value_ += item.emergency ? 0
                           : ValueInWeek(placing_->set.jobs[j],
                                         WeekOf(slot.start, placing_->request), placing_->options);
  items_.push_back(std::move(item));
}

bool Schedule::Place(std::size_t j, Date from) {
  const Job& job = placing_->set.jobs[j];
  const auto after = After(job);
  if (!after || Lacks(job.item)) return false;
  const auto slot = days_.Find(job, std::max(from, *after), days_.Able(job.item));
  if (slot) Commit(j, *slot);
  return slot.has_value();
}

void Schedule::PlaceEmergency(std::size_t j, std::vector<Message>& warnings) {
  const Job& job = placing_->set.jobs[j];
  if (!CanStillBe(job)) return;
  if (const auto lacks = Lacks(job.item)) {
    warnings.push_back({MessageId::kPlanWarnEmergencyMoney, {job.item.id, Yuan(job.item.Money())}});
  }
  auto slot = days_.Find(job, placing_->request.date, days_.Able(job.item));
  if (!slot) {
    warnings.push_back({MessageId::kPlanWarnEmergencyCrew, {job.item.id}});
    const auto end = days_.EndOf(job, job.item.window.from);
    slot = Slot{-1, job.item.window.from, end.value_or(job.item.window.from)};
  }
  Commit(j, *slot);
}

void Schedule::FillIn(const std::vector<std::size_t>& order) {
  // Again while something was placed that others wait for.
  for (bool placed = true; placed;) {
    placed = false;
    for (const std::size_t j : order) {
      if (CanStillBe(placing_->set.jobs[j]) && Place(j, placing_->set.jobs[j].item.window.from))
        placed = true;
    }
    if (placing_->orders.list.empty()) break;
  }
}

bool Schedule::EverFits(const Job& job) const {
  for (Date day = job.item.window.from; day <= job.item.window.to; day += std::chrono::days(1)) {
    if (days_.EndOf(job, day)) return true;
  }
  return false;
}

}  // namespace thermoleak::planning
