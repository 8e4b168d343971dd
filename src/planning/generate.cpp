#include "thermoleak/planning/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "planning/orders.hpp"
#include "thermoleak/ledger/dates.hpp"

namespace thermoleak::planning {
namespace {

std::string Yuan(double yuan) { return fmt::format("{:.0f}", yuan); }

/// All that changes as jobs are placed.
struct State {
  CrewDays days;
  Money money;
  std::vector<char> covered;
  std::vector<std::optional<Date>> finished;
  std::vector<PlanItem> items;
  double value = 0;
};

/// Builds the plan: what stays from before, emergencies, then what is chosen.
class Builder {
 public:
  Builder(JobSet set, const RuleBook& rules, const Resources& resources, const PlanRequest& request,
          const PlanOptions& options)
      : set_(std::move(set)),
        rules_(rules),
        request_(request),
        options_(options),
        state_{{CrewsOf(resources), rules, resources, request, options},
               resources.unit_yuan,
               std::vector<char>(set_.hazards.size(), 0),
               std::vector<std::optional<Date>>(set_.hazards.size()),
               {},
               0} {
    if (resources.city_yuan) state_.money[""] = *resources.city_yuan;
    plan_.budget_yuan = state_.money;
    KeepPrevious();
    orders_ = MakeOrders(set_, resources, plan_.warnings);
    for (std::size_t j = 0; j < set_.jobs.size(); ++j) {
      if (set_.jobs[j].item.emergency) emergencies_.push_back(j);
    }
    std::stable_sort(emergencies_.begin(), emergencies_.end(), [&](std::size_t a, std::size_t b) {
      return set_.jobs[a].value > set_.jobs[b].value;
    });
    for (const std::size_t j : emergencies_) PlaceEmergency(j);
  }

  void ByOptimiser() {
    std::vector<char> open(set_.jobs.size(), 0);
    for (std::size_t j = 0; j < set_.jobs.size(); ++j) open[j] = CanStillBe(set_.jobs[j]);
    const WeekModel model =
        MakeWeekModel(set_.jobs, open, state_.days, state_.money, orders_.list, request_, options_);
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
    const State begin = state_;
    State best = state_;
    const auto attempt = [&](const auto& place) {
      state_ = begin;
      place();
      FillIn(ByWorth());
      if (best.value < state_.value) best = state_;
    };
    best.value = -1;
    attempt([&] { PlaceWeeks(model, solution.x, 0.5); });
    if (!solution.relaxed.empty()) {
      attempt([&] { PlaceWeeks(model, solution.relaxed, 0.05); });
      attempt([&] { FillIn(ByPrices(model, solution.price)); });
    }
    state_ = std::move(best);
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
    FillIn(order);
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
        if (!CanStillBe(set_.jobs[j])) continue;
        Place(j, model.weeks[static_cast<std::size_t>(model.columns[c].week)].from);
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

  void KeepPrevious() {
    if (request_.previous == nullptr) return;
    plan_.version = request_.previous->version + 1;
    for (const PlanItem& item : request_.previous->items) {
      if (!KeepsItem(item, request_)) continue;
      state_.items.push_back(item);
      if (item.state == ItemState::kCancelled || item.state == ItemState::kCarried) continue;
      state_.days.Take(item.crew, {item.start, item.end});
      Pay(item);
      for (const std::string& id : item.hazard_ids) {
        if (const int h = HazardAt(set_, id);
            h >= 0 && HoldsHazard(item, set_.hazards[static_cast<std::size_t>(h)])) {
          state_.covered[static_cast<std::size_t>(h)] = 1;
          state_.finished[static_cast<std::size_t>(h)] = item.end;
        }
      }
    }
  }

  bool CanStillBe(const Job& job) const {
    return std::none_of(job.hazards.begin(), job.hazards.end(), [&](int h) {
      return state_.covered[static_cast<std::size_t>(h)] || orders_.cyclic.contains(h);
    });
  }

  void Pay(const PlanItem& item) {
    if (const auto unit = state_.money.find(item.unit);
        !item.unit.empty() && unit != state_.money.end())
      unit->second -= item.Money();
    if (const auto city = state_.money.find(""); city != state_.money.end())
      city->second -= item.Money();
  }
  /// Empty string: enough. Else who lacks how much.
  std::optional<Message> Lacks(const PlanItem& item) const {
    const auto check = [&](const std::string& name) -> std::optional<Message> {
      const auto found = state_.money.find(name);
      if (found == state_.money.end() || item.Money() <= found->second + 1e-6) return std::nullopt;
      return Message{name.empty() ? MessageId::kPlanWhyCityBudget : MessageId::kPlanWhyUnitBudget,
                     {name, Yuan(item.Money()), Yuan(std::max(0.0, found->second))}};
    };
    if (!item.unit.empty()) {
      if (auto lacks = check(item.unit)) return lacks;
    }
    return check("");
  }

  /// The day from which a job's predecessors let it begin; nothing when one is not planned.
  std::optional<Date> After(const Job& job) const {
    Date day = job.item.window.from;
    for (const Order& order : orders_.list) {
      const bool waits =
          std::find(job.hazards.begin(), job.hazards.end(), order.after) != job.hazards.end();
      const bool inside =
          std::find(job.hazards.begin(), job.hazards.end(), order.before) != job.hazards.end();
      if (!waits || inside) continue;
      const auto& done = state_.finished[static_cast<std::size_t>(order.before)];
      if (!done) {
        const HazardState state = set_.hazards[static_cast<std::size_t>(order.before)].state;
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

  void Commit(std::size_t j, const Slot& slot) {
    PlanItem item = set_.jobs[j].item;
    item.start = slot.start;
    item.end = slot.end;
    item.crew = slot.crew < 0 ? "" : state_.days.crews()[static_cast<std::size_t>(slot.crew)].name;
    if (set_.jobs[j].road_days && !item.emergency && item.road_cut.value_or(true)) {
      item.permit_by = slot.start - std::chrono::days(rules_.calendar.permit_lead_days);
    }
    for (const Order& order : orders_.list) {
      if (std::find(set_.jobs[j].hazards.begin(), set_.jobs[j].hazards.end(), order.after) !=
          set_.jobs[j].hazards.end()) {
        item.after.push_back(set_.hazards[static_cast<std::size_t>(order.before)].id);
      }
    }
    if (slot.crew >= 0) state_.days.Take(slot);
    Pay(item);
    for (const int h : set_.jobs[j].hazards) {
      state_.covered[static_cast<std::size_t>(h)] = 1;
      state_.finished[static_cast<std::size_t>(h)] = slot.end;
    }
    state_.value += item.emergency ? 0 : ValueInWeek(set_.jobs[j], WeekOf(slot.start), options_);
    state_.items.push_back(std::move(item));
  }

  int WeekOf(Date day) const {
    const Date from = CalendarOf(request_).implementation.from;
    return std::max(0, static_cast<int>((day - from).count()) / 7);
  }

  bool Place(std::size_t j, Date from) {
    const Job& job = set_.jobs[j];
    const auto after = After(job);
    if (!after || Lacks(job.item)) return false;
    const auto slot = state_.days.Find(job, std::max(from, *after), state_.days.Able(job.item));
    if (slot) Commit(j, *slot);
    return slot.has_value();
  }

  /// Emergencies come first whatever the budget says: what they cost is said, not refused.
  void PlaceEmergency(std::size_t j) {
    const Job& job = set_.jobs[j];
    if (!CanStillBe(job)) return;
    if (const auto lacks = Lacks(job.item)) {
      plan_.warnings.push_back(
          {MessageId::kPlanWarnEmergencyMoney, {job.item.id, Yuan(job.item.Money())}});
    }
    auto slot = state_.days.Find(job, request_.date, state_.days.Able(job.item));
    if (!slot) {
      plan_.warnings.push_back({MessageId::kPlanWarnEmergencyCrew, {job.item.id}});
      const auto end = state_.days.EndOf(job, job.item.window.from);
      slot = Slot{-1, job.item.window.from, end.value_or(job.item.window.from)};
    }
    Commit(j, *slot);
  }

  void FillIn(const std::vector<std::size_t>& order) {
    // Again while something was placed that others wait for.
    for (bool placed = true; placed;) {
      placed = false;
      for (const std::size_t j : order) {
        if (CanStillBe(set_.jobs[j]) && Place(j, set_.jobs[j].item.window.from)) placed = true;
      }
      if (orders_.list.empty()) break;
    }
  }

  void Explain() {
    std::map<int, std::size_t> cheapest;
    for (std::size_t j = 0; j < set_.jobs.size(); ++j) {
      for (const int h : set_.jobs[j].hazards) {
        const auto [at, fresh] = cheapest.try_emplace(h, j);
        const Job& best = set_.jobs[at->second];
        const auto each = [](const Job& job) {
          return job.item.Money() / static_cast<double>(job.hazards.size());
        };
        if (!fresh && each(set_.jobs[j]) < each(best)) at->second = j;
      }
    }
    std::set<std::string> locked;
    for (const auto& [h, j] : cheapest) {
      if (state_.covered[static_cast<std::size_t>(h)]) continue;
      const Job& job = set_.jobs[j];
      const Hazard& hazard = set_.hazards[static_cast<std::size_t>(h)];
      Unplanned u{.hazard_id = hazard.id,
                  .unit = hazard.place.unit,
                  .district = hazard.place.district,
                  .why = WhyNot::kCapacity,
                  .detail = {},
                  .cost_yuan = job.item.Money(),
                  .trace = job.item.trace,
                  .missing = job.item.missing};
      std::vector<std::string> before;
      for (const Order& order : orders_.list) {
        if (order.after == h && !state_.finished[static_cast<std::size_t>(order.before)])
          before.push_back(set_.hazards[static_cast<std::size_t>(order.before)].id);
      }
      if (job.item.no_start) {
        locked.insert(hazard.asset.id.empty() ? hazard.id
                                              : hazard.place.unit + ' ' + hazard.asset.id);
      }
      const std::vector<int> able = state_.days.Able(job.item);
      const auto lacks = Lacks(job.item);
      if (orders_.cyclic.contains(h)) {
        u.why = WhyNot::kLock;
        u.detail = {MessageId::kPlanWhyCycle, {}};
      } else if (!After(job)) {
        u.why = WhyNot::kLock;
        u.detail = {MessageId::kPlanWhyLock, {fmt::format("{}", fmt::join(before, ", "))}};
      } else if (able.empty()) {
        u.why = WhyNot::kNoCrew;
        u.detail = {MessageId::kPlanWhyNoCrew,
                    {job.item.unit, Word(job.item.skill, Lang::kEnglish),
                     Word(job.item.skill, Lang::kChinese)}};
      } else if (!EverFits(job)) {
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
      plan_.unplanned.push_back(std::move(u));
    }
    if (!locked.empty()) {
      plan_.warnings.push_back(
          {MessageId::kPlanWarnNoStart, {fmt::format("{}", fmt::join(locked, ", "))}});
    }
  }

  bool EverFits(const Job& job) const {
    for (Date day = job.item.window.from; day <= job.item.window.to; day += std::chrono::days(1)) {
      if (state_.days.EndOf(job, day)) return true;
    }
    return false;
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
      while (!state_.days.IsWorkday(day)) day += std::chrono::days(1);
      item.pressure_test = day;
      if (day > limit && !item.emergency)
        plan_.warnings.push_back(
            {MessageId::kPlanWarnPressure, {item.id, IsoDate(day), IsoDate(limit)}});
    }
  }

  void Finish() {
    plan_.items = std::move(state_.items);
    Explain();
    plan_.unplanned.insert(plan_.unplanned.end(), set_.unplanned.begin(), set_.unplanned.end());
    std::sort(plan_.unplanned.begin(), plan_.unplanned.end(),
              [](const Unplanned& a, const Unplanned& b) { return a.hazard_id < b.hazard_id; });
    std::erase_if(plan_.unplanned, [&](const Unplanned& u) {
      const int h = HazardAt(set_, u.hazard_id);
      return h >= 0 && state_.covered[static_cast<std::size_t>(h)];
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
    s.value = state_.value;
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
  State state_;
  Orders orders_;
  std::vector<std::size_t> emergencies_;
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
