#include "batch/plan_job.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "batch/text_json.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/ledger.hpp"
#include "thermoleak/planning/generate.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

std::string BatchOn(Date day, const Season& season) {
  for (const Batch batch : {Batch::kFirst, Batch::kSupplement}) {
    const auto gate = planning::GateOf(batch, season);
    if (gate && day <= *gate) return batch == Batch::kFirst ? "first" : "supplement";
  }
  return "addition";
}

void PutAsideEarlierSeason(const DataFolder& folder, int season) {
  const auto last = ReadObject(folder.plan() / "plan.json");
  const int before = last ? WholeOf(*last, "season") : 0;
  if (before == 0 || before >= season) return;
  const fs::path aside = folder.root() / fmt::format("plan-{}", before);
  std::error_code error;
  if (fs::exists(aside, error)) return;  // somebody planned an old season again: leave it to him
  fs::rename(folder.plan(), aside, error);
  if (error) throw WriteError(aside, error.value());
}

}  // namespace

int SeasonFor(const DataFolder& folder, Date day) {
  const int stated = folder.settings().season;
  return stated > 0 ? stated : SeasonYear(day);
}

std::vector<std::string> PlanArguments(const DataFolder& folder, Date day) {
  const Settings& s = folder.settings();
  const int season = SeasonFor(folder, day);
  PutAsideEarlierSeason(folder, season);
  const Season calendar = Ledger::Open(folder.ledger()).SeasonOf(season);
  std::vector<std::string> arguments = {"--lang",
                                        s.lang == Lang::kChinese ? "zh" : "en",
                                        "plan",
                                        "--ledger",
                                        folder.ledger().string(),
                                        "--out",
                                        folder.plan().string(),
                                        "--season",
                                        std::to_string(season),
                                        "--batch",
                                        BatchOn(day, calendar),
                                        "--date",
                                        IsoDate(day),
                                        "--json"};
  const auto add = [&](const char* flag, const std::optional<fs::path>& file) {
    if (!file) return;
    arguments.emplace_back(flag);
    arguments.push_back(file->string());
  };
  add("--config", s.options_file);
  add("--rules", s.rules);
  add("--prices", s.prices);
  add("--resources", s.resources);
  return arguments;
}

}  // namespace thermoleak::batch
