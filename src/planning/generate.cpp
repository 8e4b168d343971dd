#include "thermoleak/planning/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "planning/explain.hpp"
#include "planning/schedule.hpp"
#include "thermoleak/ledger/dates.hpp"

namespace thermoleak::planning {
namespace {

/// Builds the plan: what stays from before, emergencies, then what is chosen.
class Builder {
 public:
  Builder(JobSet set, const RuleBook& rules, const Resources& resources, const PlanRequest& request,
          const PlanOptions& options)
      : set_(std::move(set)),
        rules_(rules),
        request_(request),
        options_(options),
        orders_(MakeOrders(set_, resources, plan_.warnings)),
        placing_{set_, orders_, request, options, rules.calendar.permit_lead_days},
        schedule_(placing_, {CrewsOf(resources), rules, resources, request, options},
                  BudgetsOf(resources)) {
    plan_.budget_yuan = schedule_.money();
    if (request_.previous != nullptr) {
      plan_.version = request_.previous->version + 1;
      schedule_.Keep(*request_.previous);
    }
    std::vector<std::size_t> emergencies;
    for (std::size_t j = 0; j < set_.jobs.size(); ++j) {
      if (set_.jobs[j].item.emergency) emergencies.push_back(j);
    }
    std::stable_sort(emergencies.begin(), emergencies.end(), [&](std::size_t a, std::size_t b) {
      return set_.jobs[a].value > set_.jobs[b].value;
    });
    for (const std::size_t j : emergencies) schedule_.PlaceEmergency(j, plan_.warnings);
  }

  void ByOptimiser() {
    std::vector<char> open(set_.jobs.size(), 0);
    for (std::size_t j = 0; j < set_.jobs.size(); ++j) open[j] = schedule_.CanStillBe(set_.jobs[j]);
    const WeekModel model = MakeWeekModel(set_.jobs, open, schedule_.days(), schedule_.money(),
                                          orders_.list, request_, options_);
    const MilpSolution solution = Solve(model.milp, {options_.exact_columns, options_.max_nodes,
                                                     options_.gap, options_.time_limit_s});
    SolveSummary& s = plan_.solve;
    s.columns = static_cast<int>(model.milp.columns.size());
    s.rows = static_cast<int>(model.milp.row_low.size());
    s.nodes = solution.nodes;
    s.bound = solution.bound;
    s.proven = solution.proven;
    s.time_limit = solution.time_limit;
    // Weeks become days in three ways; the plan is the one that is worth most.
    const Schedule begin = schedule_;
    std::optional<Schedule> best;
    const auto attempt = [&](const auto& place) {
      schedule_ = begin;
      place();
      schedule_.FillIn(ByWorth());
      if (!best || best->value() < schedule_.value()) best = schedule_;
    };
    attempt([&] { PlaceWeeks(model, solution.x, 0.5); });
    if (!solution.relaxed.empty()) {
      attempt([&] { PlaceWeeks(model, solution.relaxed, 0.05); });
      attempt([&] { schedule_.FillIn(ByPrices(model, solution.price)); });
    }
    schedule_ = std::move(*best);
    Finish();
  }

  void ByPriority() {
    std::vector<std::size_t> order;
    for (std::size_t j = 0; j < set_.jobs.size(); ++j) {
      // By hand nobody weighs a section against its spots: what the rule says of each is done.
      const std::string& id = set_.jobs[j].item.id;
      if (!id.ends_with("-S") && !id.ends_with("-Y") && !id.ends_with("+S")) order.push_back(j);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return set_.jobs[a].item.priority > set_.jobs[b].item.priority;
    });
    schedule_.FillIn(order);
    Finish();
  }

  RepairPlan Take() { return std::move(plan_); }

 private:
  /// Columns that are chosen (or nearly so, in the relaxation), week by week.
  void PlaceWeeks(const WeekModel& model, const std::vector<double>& x, double least) {
    std::vector<std::size_t> chosen;
    for (std::size_t c = 0; c < model.columns.size(); ++c) {
      if (x[c] > least) chosen.push_back(c);
    }
    // Worth most a day first: they get the days that the week gave them.
    std::stable_sort(chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) {
      const auto key = [&](std::size_t c) {
        const Job& job = set_.jobs[static_cast<std::size_t>(model.columns[c].job)];
        return std::pair(model.columns[c].week, -job.value / job.item.work_days);
      };
      return key(a) < key(b);
    });
    // What comes after something waits for the next round.
    for (int round = 0; round < (orders_.list.empty() ? 1 : 3); ++round) {
      for (const std::size_t c : chosen) {
        const auto j = static_cast<std::size_t>(model.columns[c].job);
        if (!schedule_.CanStillBe(set_.jobs[j])) continue;
        schedule_.Place(j, model.weeks[static_cast<std::size_t>(model.columns[c].week)].from);
      }
    }
  }

  template <class Key>
  std::vector<std::size_t> Sorted(const Key& key) const {
    std::vector<std::size_t> order(set_.jobs.size());
    for (std::size_t j = 0; j < order.size(); ++j) order[j] = j;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return key(a) > key(b); });
    return order;
  }

  /// For what is left: money first, it is the rarer thing.
  std::vector<std::size_t> ByWorth() const {
    return Sorted([&](std::size_t j) {
      return set_.jobs[j].value / std::max(1.0, set_.jobs[j].item.Money());
    });
  }

  /// By worth over what is taken of crews and budgets, at the relaxation's prices.
  std::vector<std::size_t> ByPrices(const WeekModel& model,
                                    const std::vector<double>& price) const {
    std::vector<double> worth(set_.jobs.size(), 0);
    for (std::size_t c = 0; c < model.columns.size(); ++c) {
      double dear = 1;
      for (const Entry& take : model.takes[c])
        dear += take.coefficient * price[static_cast<std::size_t>(take.row)];
      double& of_job = worth[static_cast<std::size_t>(model.columns[c].job)];
      of_job = std::max(of_job, model.milp.columns[c].value / dear);
    }
    return Sorted([&](std::size_t j) { return worth[j]; });
  }

  std::vector<Crew> CrewsOf(const Resources& resources) {
    if (resources.crews) return *resources.crews;
    std::set<std::string> units;
    for (const Hazard& hazard : set_.hazards) units.insert(hazard.place.unit);
    std::vector<Crew> crews;
    for (const std::string& unit : units) {
      for (const int n : {1, 2, 3}) {
        crews.push_back(
            {(unit.empty() ? "crew" : unit) + "-" + std::to_string(n),
             {unit},
             n < 3 ? std::vector{Skill::kPipe} : std::vector{Skill::kBoiler, Skill::kLicensed},
             std::nullopt});
      }
    }
    if (!set_.hazards.empty()) plan_.warnings.push_back({MessageId::kPlanWarnCrews, {}});
    return crews;
  }

  static Money BudgetsOf(const Resources& resources) {
    Money money = resources.unit_yuan;
    if (resources.city_yuan) money[""] = *resources.city_yuan;
    return money;
  }

  /// Pressure test: last of all, on the first workday after the last work on a pipe or courtyard.
  void SetPressureTests() {
    std::map<std::string, Date> last;
    const auto zone = [](const PlanItem& item) {
      if (item.skill != Skill::kPipe || item.measure == Measure::kVerify) return std::string();
      const std::string& place = item.courtyard.empty() ? item.pipe_id : item.courtyard;
      return place.empty() ? item.id : item.unit + '\n' + place;
    };
    for (const PlanItem& item : plan_.items) {
      if (const std::string z = zone(item); !z.empty()) {
        Date& day = last.try_emplace(z, item.end).first->second;
        day = std::max(day, item.end);
      }
    }
    const Date limit = rules_.calendar.pressure_test_by.In(request_.year);
    for (PlanItem& item : plan_.items) {
      const std::string z = zone(item);
      if (z.empty()) continue;
      Date day = last[z] + std::chrono::days(1);
      while (!schedule_.days().IsWorkday(day)) day += std::chrono::days(1);
      item.pressure_test = day;
      if (day > limit && !item.emergency)
        plan_.warnings.push_back(
            {MessageId::kPlanWarnPressure, {item.id, IsoDate(day), IsoDate(limit)}});
    }
  }

  void Finish() {
    plan_.items = schedule_.TakeItems();
    plan_.unplanned = ExplainUnplanned(set_, orders_, schedule_, plan_.warnings);
    plan_.unplanned.insert(plan_.unplanned.end(), set_.unplanned.begin(), set_.unplanned.end());
    std::sort(plan_.unplanned.begin(), plan_.unplanned.end(),
              [](const Unplanned& a, const Unplanned& b) { return a.hazard_id < b.hazard_id; });
    std::erase_if(plan_.unplanned, [&](const Unplanned& u) {
      const int h = HazardAt(set_, u.hazard_id);
      return h >= 0 && schedule_.Covered(h);
    });
    SetPressureTests();
    std::sort(plan_.items.begin(), plan_.items.end(), [](const PlanItem& a, const PlanItem& b) {
      return std::tie(a.start, a.id) < std::tie(b.start, b.id);
    });
    plan_.warnings.insert(plan_.warnings.begin(), set_.warnings.begin(), set_.warnings.end());
    if (set_.hazards.empty()) plan_.warnings.push_back({MessageId::kPlanWarnEmpty, {}});
    std::map<WhyNot, int> left;
    for (const Unplanned& u : plan_.unplanned) ++left[u.why];
    const auto warn = [&](WhyNot why, MessageId id) {
      if (left[why] > 0) plan_.warnings.push_back({id, {std::to_string(left[why])}});
    };
    warn(WhyNot::kBudget, MessageId::kPlanWarnBudget);
    warn(WhyNot::kNoCrew, MessageId::kPlanWarnNoCrew);
    warn(WhyNot::kCapacity, MessageId::kPlanWarnCapacity);
    SolveSummary& s = plan_.solve;
    s.value = schedule_.value();
    if (s.bound >= 0) {
      s.bound = std::max(s.bound, s.value);
      s.gap = s.bound > 0 ? (s.bound - s.value) / s.bound : 0;
      // Days may need more than weeks promised.
      s.proven = s.gap <= 1e-6;
    }
  }

  RepairPlan plan_;
  JobSet set_;
  const RuleBook& rules_;
  const PlanRequest& request_;
  const PlanOptions& options_;
  Orders orders_;
  Placing placing_;
  Schedule schedule_;
};

RepairPlan Make(std::vector<Hazard> hazards, const RuleBook& rules, const PriceTable& prices,
                const Resources& resources, const PlanRequest& request, const PlanOptions& options,
                const WorkContext& work, bool optimise) {
  std::erase_if(hazards, [&](const Hazard& h) { return h.season > request.year; });
  work.Report(MessageId::kStagePlan, 0, 3);
  JobSet set = MakeJobs(std::move(hazards), rules, prices, resources, request, options);
  work.CheckStop();
  work.Report(MessageId::kStagePlan, 1, 3);
  Builder builder(std::move(set), rules, resources, request, options);
  if (optimise) {
    builder.ByOptimiser();
  } else {
    builder.ByPriority();
  }
  work.CheckStop();
  work.Report(MessageId::kStagePlan, 3, 3);
  RepairPlan plan = builder.Take();
  plan.season = request.year;
  plan.batch = request.batch;
  plan.date = request.date;
  plan.implementation = CalendarOf(request).implementation;
  plan.horizon_years = options.loss.horizon_years;
  plan.rules = rules.name;
  plan.rules_sha256 = rules.sha256;
  plan.prices = prices.name;
  plan.prices_sha256 = prices.sha256;
  plan.resources = resources.name;
  plan.resources_sha256 = resources.sha256;
  return plan;
}

}  // namespace

RepairPlan GeneratePlan(std::vector<Hazard> hazards, const RuleBook& rules,
                        const PriceTable& prices, const Resources& resources,
                        const PlanRequest& request, const PlanOptions& options,
                        const WorkContext& work) {
  return Make(std::move(hazards), rules, prices, resources, request, options, work, true);
}

RepairPlan PlanByPriority(std::vector<Hazard> hazards, const RuleBook& rules,
                          const PriceTable& prices, const Resources& resources,
                          const PlanRequest& request, const PlanOptions& options) {
  return Make(std::move(hazards), rules, prices, resources, request, options, {}, false);
}

}  // namespace thermoleak::planning
