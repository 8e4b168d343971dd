// Hazards and plans that come as JSON: a list of hazards, or else a plan.

#include <cmath>
#include <string>

#include "fuzz/input_folder.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/planning/plan_json.hpp"
#include "thermoleak/planning/tracking.hpp"

namespace {

using namespace thermoleak;
using namespace thermoleak::planning;
using fuzz::Require;

void CheckHazards(const HazardFile& file) {
  static const RuleBook rules = RuleBook::BuiltIn();
  for (const Error& error : file.refused) fuzz::CheckSentence(error.message);
  for (const Hazard& hazard : file.hazards) {
    Require(!hazard.id.empty(), "a hazard has an id");
    Facts facts = FactsOf(hazard, 2026, MakeDate(2026, 4, 1));
    ApplyRules(rules, facts);
  }
}

void CheckPlan(const RepairPlan& plan) {
  const std::string text = PlanJson(plan, Lang::kEnglish);
  const RepairPlan again = ReadPlan(fuzz::Folder().Put("again.json", text));
  Require(PlanJson(again, Lang::kEnglish) == text, "what we write is read as it was");
  Require(Compare(plan, plan).empty(), "a plan is like itself");
  std::vector<ProgressEntry> entries;
  for (const PlanItem& item : plan.items) {
    ProgressEntry entry;
    entry.item = item.id;
    entry.date = item.start;
    entry.quantity = 1;
    entries.push_back(entry);
  }
  StatisticsOf(plan, entries, MakeDate(2026, 9, 30));
  fuzz::Attempt([&] { CloseSeason(plan, entries, MakeDate(2026, 10, 1)); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz::Folder().Put("plan.json", fuzz::TextOf(data, size));
  fuzz::Attempt([&] { CheckHazards(ReadHazards(file)); });
  fuzz::Attempt([&] { CheckPlan(ReadPlan(file)); });
  return 0;
}
