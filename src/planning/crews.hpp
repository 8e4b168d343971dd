#pragma once
// Crews' days: who is free when, and where a job fits.

#include <optional>
#include <string>
#include <vector>

#include "planning/jobs.hpp"

namespace thermoleak::planning {

struct Slot {
  int crew = -1;
  Date start{}, end{};
};

class CrewDays {
 public:
  CrewDays(const std::vector<Crew>& crews, const RuleBook& rules, const Resources& resources,
           const PlanRequest& request, const PlanOptions& options);

  const std::vector<Crew>& crews() const { return crews_; }
  /// Crews that have the skill and work for the unit.
  std::vector<int> Able(const PlanItem& item) const;
  bool IsWorkday(Date day) const;
  int FreeDays(int crew, DateRange days) const;

  /// Last day of the job when begun on `start` by a crew that does nothing else; nothing when it
  /// may not begin or does not end within its window.
  std::optional<Date> EndOf(const Job& job, Date start) const;
  /// The earliest start from `from` among the crews; of equal ones the first crew.
  std::optional<Slot> Find(const Job& job, Date from, const std::vector<int>& crews) const;
  void Take(const Slot& slot);
  /// For items of an earlier plan.
  void Take(const std::string& crew, DateRange days);

 private:
  bool IsFree(int crew, Date day) const;
  int At(Date day) const { return static_cast<int>((day - first_).count()); }

  std::vector<Crew> crews_;
  const Calendar* calendar_;  // a pointer, so that states can be copied and compared
  int year_;
  bool sundays_;
  Date first_{}, last_{};
  std::vector<DateRange> blackouts_, road_blackouts_;
  Date earliest_road_{};
  std::vector<std::vector<char>> busy_;
};

}  // namespace thermoleak::planning
