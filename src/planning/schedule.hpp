#pragma once
// Inside of planning: what is placed so far. Crews' days, money and hazards are taken as jobs find
// their days. A value: tries are copies.

#include <optional>
#include <vector>

#include "planning/crews.hpp"
#include "planning/orders.hpp"

namespace thermoleak::planning {

/// What the placing looks at and never changes. Lives longer than the schedules that point to it.
struct Placing {
  const JobSet& set;
  const Orders& orders;
  const PlanRequest& request;
  const PlanOptions& options;
  int permit_lead_days = 0;
};

class Schedule {
 public:
  Schedule(const Placing& placing, CrewDays days, Money money);

  const CrewDays& days() const { return days_; }
  const Money& money() const { return money_; }
  /// Of what has been chosen, in its week; emergencies are not chosen.
  double value() const { return value_; }
  bool Covered(int hazard) const { return covered_[static_cast<std::size_t>(hazard)] != 0; }
  bool Finished(int hazard) const {
    return finished_[static_cast<std::size_t>(hazard)].has_value();
  }
  std::vector<PlanItem> TakeItems() { return std::move(items_); }

  /// Items of the plan before that stay as they are.
  void Keep(const RepairPlan& previous);
  /// None of its hazards is covered or waits for itself.
  bool CanStillBe(const Job& job) const;
  /// Nothing: there is money enough. Else who lacks how much.
  std::optional<Message> Lacks(const PlanItem& item) const;
  /// The day from which a job's predecessors let it begin; nothing when one is not planned.
  std::optional<Date> After(const Job& job) const;
  /// Whether there is a day in its window on which it could begin, were a crew free.
  bool EverFits(const Job& job) const;

  /// On the first days from `from` that crews, money and order allow. Whether it was placed.
  bool Place(std::size_t job, Date from);
  /// Emergencies come first whatever the budget says: what they cost is said, not refused.
  void PlaceEmergency(std::size_t job, std::vector<Message>& warnings);
  /// All that still can be, in this order.
  void FillIn(const std::vector<std::size_t>& order);

 private:
  void Pay(const PlanItem& item);
  void Commit(std::size_t job, const Slot& slot);

  const Placing* placing_;
  CrewDays days_;
  Money money_;
  std::vector<char> covered_;
  std::vector<std::optional<Date>> finished_;
  std::vector<PlanItem> items_;
  double value_ = 0;
};

}  // namespace thermoleak::planning
