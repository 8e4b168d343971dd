// The table in which works on site are reported, line by line.

#include <cmath>
#include <string>

#include "fuzz/input_folder.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/planning/tracking.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using namespace thermoleak::planning;
  using fuzz::Require;
  RepairPlan plan;
  for (const char* id : {"P-1", "P-2"}) {
    PlanItem item;
    item.id = id;
    item.quantity = 10;
    plan.items.push_back(item);
  }
  plan.implementation = DefaultSeason(2026).implementation;
  const auto file = fuzz::Folder().Put("progress.csv", fuzz::TextOf(data, size));
  fuzz::Attempt([&] {
    const ProgressFile read = ReadProgress(file, plan);
    for (const Error& error : read.refused) fuzz::CheckSentence(error.message);
    for (const ProgressEntry& entry : read.entries)
      Require(std::isfinite(entry.quantity) && entry.quantity >= 0, "a quantity");
    StatisticsOf(plan, read.entries, MakeDate(2026, 6, 1));
    ProgressEntry entry;
    entry.item = "P-1";
    entry.date = MakeDate(2026, 6, 1);
    entry.quantity = 2;
    entry.note = "a \"note\",\nof two lines";
    AddProgress(file, plan, entry);
    const ProgressFile again = ReadProgress(file, plan);
    Require(again.entries.size() == read.entries.size() + 1, "one more");
    Require(again.entries.back().quantity == 2, "as it was given");
  });
  return 0;
}
