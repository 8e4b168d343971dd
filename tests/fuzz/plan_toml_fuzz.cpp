// Rules, prices and resources as engineers change them.

#include <cmath>
#include <string>

#include "fuzz/input_folder.hpp"
#include "thermoleak/planning/prices.hpp"
#include "thermoleak/planning/resources.hpp"
#include "thermoleak/planning/rules.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using namespace thermoleak::planning;
  using fuzz::Require;
  const std::string text(fuzz::TextOf(data, size));
  static const PriceTable prices = PriceTable::BuiltIn();
  static const RuleBook rules = RuleBook::BuiltIn();
  Facts facts;
  facts.Set("kind", std::string("leak"));
  facts.Set("verified", true);
  facts.Set("len_bad", 6.0);
  facts.Set("age", 31.0);
  fuzz::Attempt([&] {
    const RuleBook book = RuleBook::Parse(text, "rules.toml");
    Facts of_hazard = facts;
    Verdict verdict = ApplyRules(book, of_hazard);
    ApplyModifiers(book, of_hazard, verdict);
    Require(std::isfinite(PriorityOf(book.priority, of_hazard, Grade::kMajor)), "a priority");
    for (const Rule& rule : book.rules) CostOf(prices, rule.works, of_hazard, RepairClass::kMajor);
  });
  fuzz::Attempt([&] {
    const PriceTable table = PriceTable::Parse(text, "prices.toml");
    for (const Rule& rule : rules.rules) {
      fuzz::Attempt([&] {
        const Cost cost = CostOf(table, rule.works, facts, RepairClass::kMinor);
        Require(std::isfinite(cost.yuan), "a cost");
      });
    }
  });
  fuzz::Attempt([&] {
    const Resources resources = Resources::Parse(text, "resources.toml");
    for (const auto& [unit, yuan] : resources.unit_yuan) Require(std::isfinite(yuan), "a budget");
    for (const Blackout& blackout : resources.blackouts)
      Require(
          blackout.days.from.In(2026) <= blackout.days.to.In(2026) || blackout.days.from.month > 0,
          "days");
  });
  return 0;
}
