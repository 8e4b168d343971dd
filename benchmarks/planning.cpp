// What does the optimiser win over a plan by order of priority, how far is it from the best, and
// how long does a city's season take?
//
//   thermoleak_planning_bench [HAZARDS FINDINGS UNITS CREWS]

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "planning/random_season.hpp"

namespace {

using namespace thermoleak;
using namespace thermoleak::planning;

struct Sum {
  double avoided = 0, yuan = 0;
  int items = 0, hazards = 0;
};

Sum SumOf(const RepairPlan& plan) {
  Sum sum;
  for (const PlanItem& item : plan.items) {
    sum.avoided += item.avoided.total();
    sum.yuan += item.Money();
    ++sum.items;
    sum.hazards += static_cast<int>(item.hazard_ids.size());
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  SeasonSize size{.hazards = 3000, .findings = 400, .units = 12, .crews = 40};
  int* const fields[] = {&size.hazards, &size.findings, &size.units, &size.crews};
  for (int i = 1; i < argc && i <= 4; ++i) *fields[i - 1] = std::atoi(argv[i]);
  const RuleBook rules = RuleBook::BuiltIn();
  const PriceTable prices = PriceTable::BuiltIn();
  // One plan of both batches: the findings are asked for with the first.
  for (const double share : {-1.0, 0.6, 0.3}) {
    size.city_yuan = share < 0 ? -1 : share * 1e4 * (size.hazards + 4 * size.findings);
    RandomSeason season = DrawSeason(7, size);
    for (Hazard& h : season.hazards) h.batch = Batch::kSupplement;
    const PlanRequest request{
        .year = 2026, .batch = Batch::kSupplement, .date = Day(2026, 4, 15), .previous = nullptr};
    const PlanOptions options;
    const auto begin = std::chrono::steady_clock::now();
    const RepairPlan best =
        GeneratePlan(season.hazards, rules, prices, season.resources, request, options);
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const RepairPlan hand =
        PlanByPriority(season.hazards, rules, prices, season.resources, request, options);
    const Sum a = SumOf(best);
    const Sum b = SumOf(hand);
    fmt::print("city budget {}: {} columns, {} rows, {} nodes, {:.1f} s, gap {:.2f} %{}\n",
               size.city_yuan < 0 ? "none" : fmt::format("{:.1f} M yuan", size.city_yuan / 1e6),
               best.solve.columns, best.solve.rows, best.solve.nodes, seconds, 100 * best.solve.gap,
               best.solve.time_limit ? " (time limit)" : "");
    for (const auto& [name, sum, value] :
         {std::tuple{"optimiser", a, best.solve.value}, {"priority", b, hand.solve.value}}) {
      fmt::print(
          "  {:10} {:5} items {:5} hazards, {:7.2f} M yuan, avoids {:8.2f} M yuan, {:.2f} a yuan, "
          "counted {:.2f} M\n",
          name, sum.items, sum.hazards, sum.yuan / 1e6, sum.avoided / 1e6, sum.avoided / sum.yuan,
          value / 1e6);
    }
    fmt::print("  gain in avoided loss a yuan: {:+.1f} %, in avoided loss: {:+.1f} %\n",
               100 * (a.avoided / a.yuan / (b.avoided / b.yuan) - 1),
               100 * (a.avoided / b.avoided - 1));
  }
  return 0;
}
