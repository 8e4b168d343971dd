#include "thermoleak/planning/generate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "planning/crews.hpp"
#include "planning/random_season.hpp"
#include "planning/week_model.hpp"
#include "thermoleak/planning/tracking.hpp"

namespace thermoleak::planning {
namespace {

const RuleBook& Rules() {
  static const RuleBook kBook = RuleBook::BuiltIn();
  return kBook;
}
const PriceTable& Prices() {
  static const PriceTable kTable = PriceTable::BuiltIn();
  return kTable;
}

Hazard SmallLeak(const std::string& id) {
  Hazard h;
  h.id = id;
  h.season = 2026;
  h.kind = HazardKind::kLeak;
  h.state = HazardState::kConfirmed;
  h.verified = true;
  h.probability = 0.9;
  h.place.unit = "U1";
  h.place.pipe_id = "R" + id;
  h.asset.kind = AssetKind::kSecondaryPipe;
  h.asset.dn_mm = 100;
  h.asset.year_built = 2020;
  h.length_m = 2;
  h.collapse_sign = h.heat_stopped = h.road_cut = h.critical_place = false;
  h.leaks_3_years = 0;
  h.leak_flow_m3_h = 0.5;
  return h;
}

Crew OneCrew(std::vector<Skill> skills = {Skill::kPipe}) {
  return {"crew", {"U1"}, std::move(skills), {}};
}
Resources WithCrew() {
  Resources r;
  r.crews = std::vector{OneCrew()};
  return r;
}
const PlanRequest kFirst{
    .year = 2026, .batch = Batch::kFirst, .date = Day(2026, 3, 31), .previous = nullptr};

RepairPlan Plan(const std::vector<Hazard>& hazards, const Resources& resources,
                const PlanRequest& request = kFirst) {
  return GeneratePlan(hazards, Rules(), Prices(), resources, request, {});
}

TEST(Generate, ALeakIsPlannedOnTheFirstDayOfStageThree) {
  const RepairPlan plan = Plan({SmallLeak("H1")}, WithCrew());
  ASSERT_EQ(plan.items.size(), 1u);
  const PlanItem& item = plan.items[0];
  EXPECT_EQ(item.start, Day(2026, 4, 16));
  EXPECT_EQ(item.end, Day(2026, 4, 16));
  EXPECT_EQ(item.rule, "P6");
  EXPECT_DOUBLE_EQ(item.cost.yuan, 5500 + 2 * 260);
  EXPECT_EQ(item.pressure_test, Day(2026, 4, 17));
  EXPECT_FALSE(item.permit_by.has_value());
  EXPECT_TRUE(plan.solve.proven);
}

TEST(Generate, BoundariesOfTheStages) {
  // The first batch closes on 31 March, the supplement on 15 April.
  const Season season = DefaultSeason(2026);
  EXPECT_EQ(GateOf(Batch::kFirst, season), Day(2026, 3, 31));
  EXPECT_EQ(GateOf(Batch::kSupplement, season), Day(2026, 4, 15));
  EXPECT_FALSE(GateOf(Batch::kAddition, season));
  // Planned on the last day of the stage: nothing before the plan orders it.
  PlanRequest late = kFirst;
  late.date = Day(2026, 9, 29);
  ASSERT_EQ(Plan({SmallLeak("H1")}, WithCrew(), late).items.size(), 1u);
  EXPECT_EQ(Plan({SmallLeak("H1")}, WithCrew(), late).items[0].end, Day(2026, 9, 30));
  late.date = Day(2026, 9, 30);
  const RepairPlan over = Plan({SmallLeak("H1")}, WithCrew(), late);
  EXPECT_TRUE(over.items.empty());
  ASSERT_EQ(over.unplanned.size(), 1u);
  EXPECT_EQ(over.unplanned[0].why, WhyNot::kWindow);
}

TEST(Generate, LeapYearsHaveOneDayMore) {
  EXPECT_EQ((DefaultSeason(2024).operating.to - DefaultSeason(2024).operating.from).count(), 90);
  EXPECT_EQ((DefaultSeason(2026).operating.to - DefaultSeason(2026).operating.from).count(), 89);
  Hazard h = SmallLeak("H1");
  h.season = 2024;
  PlanRequest request{
      .year = 2024, .batch = Batch::kFirst, .date = Day(2024, 2, 29), .previous = nullptr};
  EXPECT_EQ(Plan({h}, WithCrew(), request).items.at(0).start, Day(2024, 4, 16));
}

TEST(Generate, EmptySeasonSaysSo) {
  const RepairPlan plan = Plan({}, WithCrew());
  EXPECT_TRUE(plan.items.empty());
  ASSERT_EQ(plan.warnings.size(), 1u);
  EXPECT_EQ(plan.warnings[0].id, MessageId::kPlanWarnEmpty);
}

TEST(Generate, NoMoneyNoCrewNoFacts) {
  Resources poor = WithCrew();
  poor.unit_yuan["U1"] = 10;
  RepairPlan plan = Plan({SmallLeak("H1")}, poor);
  ASSERT_EQ(plan.unplanned.size(), 1u);
  EXPECT_EQ(plan.unplanned[0].why, WhyNot::kBudget);
  EXPECT_EQ(plan.unplanned[0].detail.In(Lang::kEnglish),
            "costs 6020 yuan, the budget of U1 has 10 left");
  Resources nobody;
  nobody.crews.emplace();
  plan = Plan({SmallLeak("H1")}, nobody);
  EXPECT_EQ(plan.unplanned.at(0).why, WhyNot::kNoCrew);
  EXPECT_EQ(plan.warnings.at(0).id, MessageId::kPlanWarnNoCrew);
  Hazard vague;
  vague.id = "H2";
  vague.season = 2026;
  vague.kind = HazardKind::kLeak;
  plan = Plan({vague}, WithCrew());
  EXPECT_EQ(plan.unplanned.at(0).why, WhyNot::kMissingFacts);
  EXPECT_THAT(plan.unplanned.at(0).missing, ::testing::Contains("conf"));
}

TEST(Generate, AnEmergencyNeedsNoMoneyAndNoStage) {
  Hazard h = SmallLeak("H1");
  h.collapse_sign = true;
  h.road_cut = true;
  Resources poor = WithCrew();
  poor.unit_yuan["U1"] = 10;
  PlanRequest request = kFirst;
  request.date = Day(2026, 2, 1);
  const RepairPlan plan = Plan({h}, poor, request);
  ASSERT_EQ(plan.items.size(), 1u);
  EXPECT_TRUE(plan.items[0].emergency);
  EXPECT_EQ(plan.items[0].start, Day(2026, 2, 1));  // a Sunday
  EXPECT_EQ(plan.warnings.at(0).id, MessageId::kPlanWarnEmergencyMoney);
}

TEST(Generate, RoadsNeedAPermitAndKeepTheBlackout) {
  Hazard h = SmallLeak("H1");
  h.road_cut = true;
  PlanRequest request = kFirst;
  request.date = Day(2026, 5, 22);
  const RepairPlan plan = Plan({h}, WithCrew(), request);
  ASSERT_EQ(plan.items.size(), 1u);
  // 22 May + 15 days = 6 June, which is closed until the 10th.
  EXPECT_EQ(plan.items[0].start, Day(2026, 6, 11));
  EXPECT_EQ(plan.items[0].permit_by, Day(2026, 5, 27));
}

TEST(Generate, OneTrenchIsOneItem) {
  Hazard a = SmallLeak("H1");
  Hazard b = SmallLeak("H2");
  b.place.pipe_id = a.place.pipe_id;
  a.place.chainage_m = 10;
  b.place.chainage_m = 22;
  const RepairPlan plan = Plan({a, b}, WithCrew());
  ASSERT_EQ(plan.items.size(), 1u);
  EXPECT_EQ(plan.items[0].hazard_ids.size(), 2u);
  EXPECT_DOUBLE_EQ(plan.items[0].cost.yuan, 6020 + 3300 + 312);  // the second place at 0.6
  b.place.chainage_m = 40;
  EXPECT_EQ(Plan({a, b}, WithCrew()).items.size(), 2u);
}

// What was found can be handed in without what nobody has looked at.
TEST(Generate, ACluesTrenchIsItsOwn) {
  Hazard found = SmallLeak("H1");
  Hazard clue = SmallLeak("H2");
  clue.place.pipe_id = found.place.pipe_id;
  found.place.chainage_m = 10;
  clue.place.chainage_m = 12;
  clue.verified = false;
  clue.probability = 0.9;
  clue.state = HazardState::kNew;
  Hazard other = clue;
  other.id = "H3";
  const RepairPlan plan = Plan({found, clue, other}, WithCrew());
  ASSERT_EQ(plan.items.size(), 2u);
  for (const PlanItem& item : plan.items) {
    const bool repair = item.hazard_ids == std::vector<std::string>{"H1"};
    EXPECT_EQ(item.measure == Measure::kVerify, !repair);
    EXPECT_EQ(item.hazard_ids.size(), repair ? 1u : 2u);
  }
}

TEST(Generate, ASectionIsRenewedOnlyWhereItPays) {
  Hazard h = SmallLeak("H1");
  h.asset.year_built = 2013;
  h.asset.length_m = 5000;
  EXPECT_EQ(Plan({h}, WithCrew()).items.at(0).scope, Scope::kSpot);
  std::vector<Hazard> many;
  for (int i = 0; i < 12; ++i) {
    Hazard leak = SmallLeak("H" + std::to_string(10 + i));
    leak.place.pipe_id = "R1";
    leak.place.chainage_m = 20.0 * i;
    leak.asset.year_built = 2012;
    leak.asset.length_m = 40;
    many.push_back(leak);
  }
  const RepairPlan plan = Plan(many, WithCrew());
  ASSERT_EQ(plan.items.size(), 1u);
  EXPECT_EQ(plan.items[0].scope, Scope::kSection);
  EXPECT_EQ(plan.items[0].hazard_ids.size(), 12u);
}

TEST(Generate, OrderAndCycles) {
  Resources r = WithCrew();
  r.precedence = {{"H2", "H1"}};
  const std::vector<Hazard> two{SmallLeak("H1"), SmallLeak("H2")};
  RepairPlan plan = Plan(two, r);
  ASSERT_EQ(plan.items.size(), 2u);
  EXPECT_EQ(plan.items[0].hazard_ids[0], "H2");
  EXPECT_LT(plan.items[0].end, plan.items[1].start);
  r.precedence.push_back({"H1", "H2"});
  plan = Plan(two, r);
  EXPECT_TRUE(plan.items.empty());
  EXPECT_EQ(plan.warnings.at(0).In(Lang::kEnglish),
            "These hazards wait for each other and cannot be begun, change [[precedence]]: H1, H2");
  EXPECT_EQ(plan.unplanned.at(0).why, WhyNot::kLock);
}

TEST(Generate, TheSupplementKeepsTheFirstBatch) {
  Hazard finding = SmallLeak("H2");
  finding.source = HazardSource::kShutdown;
  const std::vector<Hazard> both{SmallLeak("H1"), finding};
  RepairPlan first = Plan(both, WithCrew());
  ASSERT_EQ(first.items.size(), 1u);
  EXPECT_EQ(first.unplanned.at(0).why, WhyNot::kOtherBatch);
  const RepairPlan second = Plan(
      both, WithCrew(),
      {.year = 2026, .batch = Batch::kSupplement, .date = Day(2026, 4, 15), .previous = &first});
  EXPECT_EQ(second.version, 2);
  ASSERT_EQ(second.items.size(), 2u);
  EXPECT_EQ(second.items[0].start, first.items[0].start);
  EXPECT_EQ(second.items[1].batch, Batch::kSupplement);
  EXPECT_GT(second.items[1].start, second.items[0].end);  // one crew
}

TEST(Generate, WhatADigFoundIsRepairedByAnItemOfItsOwn) {
  Hazard clue = SmallLeak("H1");
  clue.state = HazardState::kNew;
  clue.verified = false;
  RepairPlan before = Plan({clue}, WithCrew());
  ASSERT_EQ(before.items.size(), 1u);
  EXPECT_EQ(before.items[0].measure, Measure::kVerify);
  before.items[0].state = ItemState::kSubmitted;
  const PlanRequest again{
      .year = 2026, .batch = Batch::kFirst, .date = Day(2026, 5, 4), .previous = &before};
  // Nothing is known yet: the dig answers for it.
  clue.state = HazardState::kVerifying;
  EXPECT_EQ(Plan({clue}, WithCrew(), again).items.size(), 1u);
  const RepairPlan after = Plan({SmallLeak("H1")}, WithCrew(), again);
  ASSERT_EQ(after.items.size(), 2u);
  EXPECT_EQ(after.items[0].id, "P-H1");
  EXPECT_EQ(after.items[1].id, "P-H1-R");
  EXPECT_EQ(after.items[1].measure, Measure::kRepair);
  EXPECT_GT(after.items[1].start, again.date);
}

TEST(Generate, ABoilerThatMayNotBeLitIsNamed) {
  Hazard boiler = SmallLeak("B1");
  boiler.asset = {};
  boiler.asset.kind = AssetKind::kBoiler;
  boiler.asset.id = "2#";
  boiler.asset.part = "header";
  boiler.asset.defect = "crack";
  boiler.kind = HazardKind::kDefect;
  boiler.source = HazardSource::kShutdown;
  const PlanRequest supplement{
      .year = 2026, .batch = Batch::kSupplement, .date = Day(2026, 4, 15), .previous = nullptr};
  const auto told = [](const RepairPlan& plan) {
    return std::any_of(plan.warnings.begin(), plan.warnings.end(), [](const Message& warning) {
      return warning.id == MessageId::kPlanWarnNoStart && warning.args.at(0) == "U1 2#";
    });
  };
  EXPECT_TRUE(told(Plan({boiler}, WithCrew(), supplement)));  // pipe crews may not do it
  Resources licensed;
  licensed.crews = std::vector{OneCrew({Skill::kLicensed})};
  const RepairPlan plan = Plan({boiler}, licensed, supplement);
  EXPECT_FALSE(told(plan));
  ASSERT_EQ(plan.items.size(), 1u);
  const Date last = plan.items[0].end;
  EXPECT_THAT(StatisticsOf(plan, {}, last).locked, testing::ElementsAre("U1 2#"));
  const std::vector<ProgressEntry> work = {
      {.item = plan.items[0].id, .date = last, .quantity = 1},
      {.item = plan.items[0].id, .date = last, .accepted = true}};
  EXPECT_THAT(StatisticsOf(plan, work, last).locked, testing::IsEmpty());
}

/// The model's optimum by trying everything: which job in which week, or not at all.
double BestByEnumeration(const WeekModel& model) {
  const Milp& milp = model.milp;
  const std::size_t n = model.columns.size();
  double best = 0;
  std::map<int, std::vector<std::size_t>> by_job;
  for (std::size_t c = 0; c < n; ++c) by_job[model.columns[c].job].push_back(c);
  std::vector<std::vector<std::size_t>> jobs;
  for (auto& [job, columns] : by_job) jobs.push_back(columns);
  std::vector<double> use(milp.row_low.size(), 0);
  // Work carried over is continuous: as little as the weeks ask for, week by week, is best.
  const auto feasible = [&] {
    std::vector<double> rows = use;
    for (std::size_t c = n; c < milp.columns.size(); ++c) {
      const Column& carry = milp.columns[c];
      const auto from = static_cast<std::size_t>(carry.entries[0].row);
      const double over = std::max(0.0, rows[from] - milp.row_high[from]);
      if (over > carry.upper + 1e-9) return false;
      for (const Entry& e : carry.entries)
        rows[static_cast<std::size_t>(e.row)] += e.coefficient * over;
    }
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (rows[r] > milp.row_high[r] + 1e-9) return false;
    }
    return true;
  };
  const std::function<void(std::size_t, double)> go = [&](std::size_t j, double value) {
    if (j == jobs.size()) {
      if (value > best && feasible()) best = value;
      return;
    }
    go(j + 1, value);
    for (const std::size_t c : jobs[j]) {
      for (const Entry& e : milp.columns[c].entries)
        use[static_cast<std::size_t>(e.row)] += e.coefficient;
      go(j + 1, value + milp.columns[c].value);
      for (const Entry& e : milp.columns[c].entries)
        use[static_cast<std::size_t>(e.row)] -= e.coefficient;
    }
  };
  go(0, 0);
  return best;
}

TEST(WeekModel, EqualsEnumeration) {
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    RandomSeason season = DrawSeason(seed, {.hazards = 7,
                                            .findings = 0,
                                            .units = 2,
                                            .crews = 2,
                                            .city_yuan = 60000,
                                            .unit_yuan = 45000});
    // Few weeks, scarce crews: the rest of the season is closed.
    season.resources.blackouts.push_back({{{5, 4}, {9, 30}}, "closed", false});
    if (season.hazards.size() > 1)
      season.resources.precedence.push_back({season.hazards[0].id, season.hazards[1].id});
    PlanOptions options;
    options.early_per_week = 0.01;
    JobSet set = MakeJobs(season.hazards, Rules(), Prices(), season.resources, kFirst, options);
    const CrewDays days(*season.resources.crews, Rules(), season.resources, kFirst, options);
    std::vector<char> open(set.jobs.size(), 1);
    for (std::size_t j = 0; j < open.size(); ++j) open[j] = !set.jobs[j].item.emergency;
    Money money = season.resources.unit_yuan;
    money[""] = *season.resources.city_yuan;
    const WeekModel model = MakeWeekModel(set.jobs, open, days, money, {{0, 1}}, kFirst, options);
    const MilpSolution exact = Solve(model.milp, {100000, 10000, 0, 60});
    EXPECT_TRUE(exact.proven) << seed;
    const double best = BestByEnumeration(model);
    EXPECT_NEAR(exact.value, best, 1e-6 * best + 1e-6) << seed;
    // The way of large models: never better, its bound never below.
    const MilpSolution large = Solve(model.milp, {0, 1000, 0.001, 60});
    EXPECT_LE(large.value, best * (1 + 1e-9) + 1e-6) << seed;
    EXPECT_GE(large.bound, best * (1 - 1e-9) - 1e-6) << seed;
  }
}

TEST(Generate, SmallPlansAreTheBestChoiceForTheMoney) {
  // One-day repairs, days enough: the plan is a knapsack that can be enumerated.
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    std::mt19937 engine(seed);
    std::vector<Hazard> hazards;
    for (int i = 0; i < 9; ++i) {
      Hazard h = SmallLeak("H" + std::to_string(i));
      h.length_m = static_cast<double>(1 + engine() % 40);
      h.leak_flow_m3_h = 0.05 * static_cast<double>(1 + engine() % 60);
      hazards.push_back(h);
    }
    Resources r = WithCrew();
    r.unit_yuan["U1"] = 40000;
    PlanOptions options;
    options.early_per_week = 0;
    const RepairPlan plan = GeneratePlan(hazards, Rules(), Prices(), r, kFirst, options);
    double best = 0;
    for (unsigned mask = 0; mask < 512; ++mask) {
      double yuan = 0, value = 0;
      for (unsigned i = 0; i < 9; ++i) {
        if ((mask >> i & 1) == 0) continue;
        yuan += 5500 + std::round(260 * *hazards[i].length_m);
        value += LossOf(hazards[i], Grade::kGeneral, false, options.loss).total();
      }
      if (yuan <= 40000) best = std::max(best, value);
    }
    EXPECT_NEAR(plan.solve.value, best, 1e-6 * best) << seed;
    EXPECT_TRUE(plan.solve.proven);
  }
}

/// Nothing that a plan must not do, looked at from outside.
void CheckPlan(const RepairPlan& plan, const RandomSeason& season, const PlanRequest& request) {
  std::map<std::string, double> spent;
  std::map<std::string, const Hazard*> hazards;
  for (const Hazard& h : season.hazards) hazards[h.id] = &h;
  std::map<std::string, const PlanItem*> item_of;
  std::map<std::string, std::vector<DateRange>> by_crew;
  const Date hard_end = Day(request.year, 9, 30);
  for (const PlanItem& item : plan.items) {
    for (const std::string& id : item.hazard_ids) {
      EXPECT_TRUE(item_of.emplace(id, &item).second) << id << " is planned twice";
    }
    if (!item.crew.empty()) by_crew[item.crew].push_back({item.start, item.end});
    EXPECT_LE(item.start, item.end);
    if (item.emergency) continue;
    spent[item.unit] += item.Money();
    spent[""] += item.Money();
    EXPECT_GE(item.start, Day(request.year, 4, 16));
    EXPECT_GT(item.start, request.date);
    EXPECT_GE(item.start, item.window.from);
    EXPECT_LE(item.end, item.window.to);
    EXPECT_LE(item.end, hard_end);
    const auto crew = std::find_if(season.resources.crews->begin(), season.resources.crews->end(),
                                   [&](const Crew& c) { return c.name == item.crew; });
    ASSERT_NE(crew, season.resources.crews->end());
    EXPECT_TRUE(crew->units.empty() ||
                std::count(crew->units.begin(), crew->units.end(), item.unit));
    EXPECT_TRUE(std::count(crew->skills.begin(), crew->skills.end(), item.skill) ||
                (item.skill == Skill::kBoiler &&
                 std::count(crew->skills.begin(), crew->skills.end(), Skill::kLicensed)));
    if (item.road_cut.value_or(false)) {
      EXPECT_FALSE(item.start <= Day(request.year, 6, 10) && item.end >= Day(request.year, 6, 5))
          << item.id;
      EXPECT_GE(item.start - std::chrono::days(15), request.date) << item.id;
      EXPECT_TRUE(item.permit_by.has_value());
    }
    if (item.no_start) {
      EXPECT_LT(item.end, DefaultSeason(request.year).heat_on);
    }
    if (item.pressure_test) {
      EXPECT_GT(*item.pressure_test, item.end);
    }
    for (const std::string& before : item.after) {
      const auto first = item_of.find(before);
      if (first != item_of.end() && first->second != &item) {
        EXPECT_LT(first->second->end, item.start);
      }
    }
  }
  for (auto& [crew, ranges] : by_crew) {
    std::sort(ranges.begin(), ranges.end(),
              [](const DateRange& a, const DateRange& b) { return a.from < b.from; });
    for (std::size_t i = 1; i < ranges.size(); ++i)
      EXPECT_GT(ranges[i].from, ranges[i - 1].to) << crew;
  }
  for (const auto& [unit, yuan] : season.resources.unit_yuan) EXPECT_LE(spent[unit], yuan + 1e-6);
  if (season.resources.city_yuan) {
    EXPECT_LE(spent[""], *season.resources.city_yuan + 1e-6);
  }
  std::set<std::string> explained;
  for (const Unplanned& u : plan.unplanned) {
    EXPECT_TRUE(explained.insert(u.hazard_id).second);
    EXPECT_FALSE(u.detail.In(Lang::kChinese).empty());
    EXPECT_FALSE(item_of.contains(u.hazard_id)) << u.hazard_id;
  }
  for (const auto& [id, hazard] : hazards) {
    EXPECT_TRUE(item_of.contains(id) || explained.contains(id)) << id << " was forgotten";
  }
}

TEST(Generate, NoPlanBreaksARule) {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    SeasonSize size{.hazards = 10 + static_cast<int>(seed),
                    .findings = static_cast<int>(seed % 9),
                    .units = 1 + static_cast<int>(seed % 3),
                    .crews = static_cast<int>(seed % 6)};
    if (seed % 2) size.city_yuan = 20000.0 * static_cast<double>(seed);
    if (seed % 3 == 0) size.unit_yuan = 150000;
    RandomSeason season = DrawSeason(seed, size);
    if (season.hazards.size() > 4)
      season.resources.precedence = {{season.hazards[0].id, season.hazards[3].id},
                                     {season.hazards[1].id, season.hazards[2].id}};
    const Batch batch = seed % 4 == 0 ? Batch::kSupplement : Batch::kFirst;
    const PlanRequest request{.year = 2026,
                              .batch = batch,
                              .date = batch == Batch::kFirst ? Day(2026, 3, 31) : Day(2026, 4, 15),
                              .previous = nullptr};
    PlanOptions options;
    options.exact_columns = seed % 5 == 0 ? 0 : 400;
    options.max_nodes = 20;
    SCOPED_TRACE(seed);
    const RepairPlan plan =
        GeneratePlan(season.hazards, Rules(), Prices(), season.resources, request, options);
    CheckPlan(plan, season, request);
    CheckPlan(PlanByPriority(season.hazards, Rules(), Prices(), season.resources, request, options),
              season, request);
    EXPECT_GE(plan.solve.bound + 1e-6, plan.solve.value);
    if (::testing::Test::HasFailure()) break;
  }
}

TEST(Generate, TheOrderOfHazardsDoesNotMatter) {
  RandomSeason season =
      DrawSeason(3, {.hazards = 60, .findings = 10, .units = 2, .crews = 6, .city_yuan = 900000});
  const RepairPlan a = Plan(season.hazards, season.resources);
  std::reverse(season.hazards.begin(), season.hazards.end());
  const RepairPlan b = Plan(season.hazards, season.resources);
  ASSERT_EQ(a.items.size(), b.items.size());
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    EXPECT_EQ(a.items[i].id, b.items[i].id);
    EXPECT_EQ(a.items[i].start, b.items[i].start);
    EXPECT_EQ(a.items[i].crew, b.items[i].crew);
  }
}

}  // namespace
}  // namespace thermoleak::planning
