#include "planning/week_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thermoleak::planning {

std::vector<DateRange> WeeksOf(const DateRange& stage) {
  std::vector<DateRange> weeks;
  for (Date from = stage.from; from <= stage.to; from += std::chrono::days(7)) {
    weeks.push_back({from, std::min(from + std::chrono::days(6), stage.to)});
  }
  return weeks;
}

double ValueInWeek(const Job& job, int week, const PlanOptions& options) {
  static constexpr double kUrgent[] = {1, 2, 5};
  return job.value * std::max(0.0, 1 - options.early_per_week * week *
                                           kUrgent[static_cast<std::size_t>(job.item.urgency)]);
}

namespace {

constexpr double kInfinity = std::numeric_limits<double>::max();

/// Pools, and each crew's pool.
std::vector<std::vector<int>> PoolsOf(const std::vector<Crew>& crews) {
  std::vector<std::vector<int>> pools;
  for (std::size_t i = 0; i < crews.size(); ++i) {
    const auto same = [&](const std::vector<int>& pool) {
      const Crew& other = crews[static_cast<std::size_t>(pool.front())];
      const auto span = [](const Crew& c) {
        return c.available ? std::pair(c.available->In(2024).from, c.available->In(2024).to)
                           : std::pair(Date{}, Date{});
      };
      return other.units == crews[i].units && other.skills == crews[i].skills &&
             span(other) == span(crews[i]);
    };
    const auto found = std::find_if(pools.begin(), pools.end(), same);
    if (found == pools.end()) {
      pools.push_back({static_cast<int>(i)});
    } else {
      found->push_back(static_cast<int>(i));
    }
  }
  return pools;
}

}  // namespace

WeekModel MakeWeekModel(const std::vector<Job>& jobs, const std::vector<char>& open,
                        const CrewDays& days, const Money& money, const std::vector<Order>& orders,
                        const PlanRequest& request, const PlanOptions& options) {
  WeekModel model;
  model.weeks = WeeksOf(CalendarOf(request).implementation);
  const auto n_weeks = model.weeks.size();
  Milp& milp = model.milp;
  const auto pools = PoolsOf(days.crews());

  // Rows: a pool's weeks, budgets; hazards on demand.
  std::vector<std::vector<int>> pool_row(pools.size());
  std::vector<double> longest(pools.size(), 0);
  for (std::size_t p = 0; p < pools.size(); ++p) {
    for (const DateRange& week : model.weeks) {
      int free = 0;
      for (const int crew : pools[p]) free += days.FreeDays(crew, week);
      pool_row[p].push_back(milp.AddRow(-kInfinity, free));
    }
  }
  std::vector<std::vector<int>> carry_row(pools.size(), std::vector<int>(n_weeks, -1));
  std::vector<double> week_days;
  for (const DateRange& week : model.weeks) {
    int workdays = 0;
    for (Date d = week.from; d <= week.to; d += std::chrono::days(1)) workdays += days.IsWorkday(d);
    week_days.push_back(workdays);
  }
  std::map<std::string, int> money_row;
  for (const auto& [unit, yuan] : money)
    money_row[unit] = milp.AddRow(-kInfinity, std::max(0.0, yuan));
  std::map<int, int> hazard_row;
  std::map<int, int> uses;
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    if (open[j]) {
      for (const int h : jobs[j].hazards) ++uses[h];
    }
  }

  // Columns by hazard, for precedence: (week, finish week, column).
  struct Use {
    int job, week, column;
  };
  std::map<int, std::vector<Use>> used_by;

  for (std::size_t j = 0; j < jobs.size(); ++j) {
    if (!open[j]) continue;
    const Job& job = jobs[j];
    const std::vector<int> able = days.Able(job.item);
    const int own_row =
        job.hazards.size() == 1 && uses[job.hazards[0]] == 1 ? milp.AddRow(-kInfinity, 1) : -1;
    for (std::size_t p = 0; p < pools.size(); ++p) {
      std::vector<int> crews;
      for (const int crew : pools[p]) {
        if (std::find(able.begin(), able.end(), crew) != able.end()) crews.push_back(crew);
      }
      if (crews.empty()) continue;
      for (std::size_t w = 0; w < n_weeks; ++w) {
        // The work that a start in this week takes: the least over its days.
        double work = 0;
        for (Date day = model.weeks[w].from; day <= model.weeks[w].to;
             day += std::chrono::days(1)) {
          const auto end = days.EndOf(job, day);
          if (!end) continue;
          int workdays = 0;
          for (Date d = day; d <= *end; d += std::chrono::days(1)) workdays += days.IsWorkday(d);
          work = work == 0 ? workdays : std::min(work, static_cast<double>(workdays));
        }
        if (work == 0) continue;
        longest[p] = std::max(longest[p], work);
        Column column{.value = ValueInWeek(job, static_cast<int>(w), options),
                      .integer = true,
                      .upper = 1,
                      .entries = {}};
        if (own_row >= 0) {
          column.entries.push_back({own_row, 1});
        } else {
          for (const int h : job.hazards) {
            const auto [row, fresh] = hazard_row.try_emplace(h, 0);
            if (fresh) row->second = milp.AddRow(-kInfinity, 1);
            column.entries.push_back({row->second, 1});
          }
        }
        std::vector<Entry> takes{{pool_row[p][w], work}};
        for (const std::string& unit : {job.item.unit, std::string()}) {
          if (const auto row = money_row.find(unit);
              row != money_row.end() && job.item.Money() > 0) {
            takes.push_back({row->second, job.item.Money()});
          }
          if (job.item.unit.empty()) break;
        }
        column.entries.insert(column.entries.end(), takes.begin(), takes.end());
        model.takes.push_back(std::move(takes));
        // What may be left of it at the end of this week and of later ones, when it begins on the
        // week's last day: once begun, a job is worked on every day.
        double left = work - 1;
        for (std::size_t v = w; v + 1 < n_weeks && left > 0; ++v) {
          if (carry_row[p][v] < 0) carry_row[p][v] = milp.AddRow(-kInfinity, 0);
          column.entries.push_back({carry_row[p][v], -left});
          left -= week_days[v + 1];
        }
        const int index = static_cast<int>(milp.columns.size());
        for (const int h : job.hazards)
          used_by[h].push_back({static_cast<int>(j), static_cast<int>(w), index});
        milp.columns.push_back(std::move(column));
        model.columns.push_back({static_cast<int>(j), static_cast<int>(w), crews});
      }
    }
  }

  // What comes after may begin in a week only if what comes before has begun by then.
  for (const Order& order : orders) {
    const auto after = used_by.find(order.after);
    if (after == used_by.end()) continue;
    for (std::size_t w = 0; w < n_weeks; ++w) {
      const int row = milp.AddRow(-kInfinity, 0);
      const auto add = [&](const std::vector<Use>& list, const std::vector<Use>& other,
                           double sign) {
        for (const Use& use : list) {
          if (use.week > static_cast<int>(w)) continue;
          // One job that covers both keeps its order by itself.
          const bool both = std::any_of(other.begin(), other.end(),
                                        [&](const Use& o) { return o.job == use.job; });
          if (!both)
            milp.columns[static_cast<std::size_t>(use.column)].entries.push_back({row, sign});
        }
      };
      static const std::vector<Use> kNone;
      const auto before = used_by.find(order.before);
      const auto& list = before == used_by.end() ? kNone : before->second;
      add(after->second, list, 1);
      add(list, after->second, -1);
    }
  }

  for (std::size_t p = 0; p < pools.size(); ++p) {
    if (longest[p] <= 1) continue;
    for (std::size_t w = 0; w + 1 < n_weeks; ++w) {
      if (carry_row[p][w] < 0) continue;
      Column carry{
          .value = 0,
          .integer = false,
          .upper = (longest[p] - 1) * static_cast<double>(pools[p].size()),
          .entries = {{pool_row[p][w], -1}, {pool_row[p][w + 1], 1}, {carry_row[p][w], 1}}};
      milp.columns.push_back(std::move(carry));
    }
  }
  return model;
}

}  // namespace thermoleak::planning
