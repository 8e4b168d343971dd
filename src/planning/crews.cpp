#include "planning/crews.hpp"

#include <algorithm>
#include <cmath>

namespace thermoleak::planning {
namespace {

bool IsInside(const std::vector<DateRange>& ranges, Date day) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const DateRange& range) { return range.Contains(day); });
}

}  // namespace

CrewDays::CrewDays(const std::vector<Crew>& crews, const RuleBook& rules,
                   const Resources& resources, const PlanRequest& request,
                   const PlanOptions& options)
    : crews_(crews),
      calendar_(&rules.calendar),
      year_(request.year),
      sundays_(options.work_sundays) {
  const Season season = CalendarOf(request);
  first_ = std::min(request.date, season.operating.from);
  last_ = season.heat_on;
  for (const MonthDays& days : calendar_->no_road_cut) road_blackouts_.push_back(days.In(year_));
  for (const Blackout& blackout : resources.blackouts) {
    (blackout.road_only ? road_blackouts_ : blackouts_).push_back(blackout.days.In(year_));
  }
  earliest_road_ = request.date + std::chrono::days(calendar_->permit_lead_days);
  busy_.assign(crews_.size(), std::vector<char>(static_cast<std::size_t>(At(last_)) + 1, 0));
}

std::vector<int> CrewDays::Able(const PlanItem& item) const {
  std::vector<int> able;
  for (std::size_t i = 0; i < crews_.size(); ++i) {
    const Crew& crew = crews_[i];
    const bool works_here = crew.units.empty() || std::find(crew.units.begin(), crew.units.end(),
                                                            item.unit) != crew.units.end();
    // Who may repair pressure parts may do a boiler's other work too.
    const bool skilled = std::any_of(crew.skills.begin(), crew.skills.end(), [&](Skill s) {
      return s == item.skill || (s == Skill::kLicensed && item.skill == Skill::kBoiler);
    });
    if (works_here && skilled) able.push_back(static_cast<int>(i));
  }
  return able;
}

bool CrewDays::IsWorkday(Date day) const {
  return (sundays_ || std::chrono::weekday(day) != std::chrono::Sunday) &&
         !IsInside(blackouts_, day);
}

bool CrewDays::IsFree(int crew, Date day) const {
  const auto i = static_cast<std::size_t>(crew);
  if (day < first_ || day > last_ || busy_[i][static_cast<std::size_t>(At(day))]) return false;
  return !crews_[i].available || crews_[i].available->In(year_).Contains(day);
}

int CrewDays::FreeDays(int crew, DateRange days) const {
  int n = 0;
  for (Date day = days.from; day <= days.to; day += std::chrono::days(1)) {
    if (IsWorkday(day) && IsFree(crew, day)) ++n;
  }
  return n;
}

std::optional<Date> CrewDays::EndOf(const Job& job, Date start) const {
  const PlanItem& item = job.item;
  const bool road = job.road_days && !item.emergency;
  if (start < item.window.from || start > item.window.to) return std::nullopt;
  if (!IsWorkday(start) && !item.emergency) return std::nullopt;
  if (road && start < earliest_road_) return std::nullopt;
  double needed = item.work_days;
  if (calendar_->rain && calendar_->rain->In(year_).Contains(start) && item.skill == Skill::kPipe) {
    needed *= calendar_->rain_factor;
  }
  int days = static_cast<int>(std::ceil(needed - 1e-9));
  for (Date day = start; day <= item.window.to && day <= last_; day += std::chrono::days(1)) {
    // An open trench in the road must be closed before such days, not lie through them.
    if (road && IsInside(road_blackouts_, day)) return std::nullopt;
    if (IsWorkday(day) || item.emergency) --days;
    if (days == 0) return day;
  }
  return std::nullopt;
}

std::optional<Slot> CrewDays::Find(const Job& job, Date from, const std::vector<int>& crews) const {
  for (Date start = std::max(from, job.item.window.from); start <= job.item.window.to;
       start += std::chrono::days(1)) {
    const auto end = EndOf(job, start);
    if (!end) continue;
    for (const int crew : crews) {
      bool free = true;
      for (Date day = start; free && day <= *end; day += std::chrono::days(1)) {
        free = IsFree(crew, day);
      }
      if (free) return Slot{crew, start, *end};
    }
  }
  return std::nullopt;
}

void CrewDays::Take(const Slot& slot) {
  for (Date day = slot.start; day <= slot.end; day += std::chrono::days(1)) {
    if (day >= first_ && day <= last_) {
      busy_[static_cast<std::size_t>(slot.crew)][static_cast<std::size_t>(At(day))] = 1;
    }
  }
}

void CrewDays::Take(const std::string& crew, DateRange days) {
  for (std::size_t i = 0; i < crews_.size(); ++i) {
    if (crews_[i].name == crew) Take(Slot{static_cast<int>(i), days.from, days.to});
  }
}

}  // namespace thermoleak::planning
