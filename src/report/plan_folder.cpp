#include "thermoleak/report/plan_folder.hpp"

#include <fmt/format.h>

#include "thermoleak/core/files.hpp"
#include "thermoleak/planning/plan_json.hpp"
#include "thermoleak/planning/tracking.hpp"
#include "thermoleak/report/plan_writers.hpp"

namespace thermoleak {

namespace fs = std::filesystem;
using namespace planning;

void WritePlanFolder(const RepairPlan& plan, const fs::path& folder, Lang lang, Edition edition,
                     std::vector<std::vector<LonLat>> pipes) {
  EnsureWritableFolder(folder);
  if (const fs::path last = folder / "plan.json"; fs::exists(last)) {
    const RepairPlan before = ReadPlan(last);
    const fs::path kept = folder / fmt::format("plan-v{:04}.json", before.version);
    const auto bytes = ReadFile(last);
    if (before.version != plan.version && bytes) {
      WriteFileAtomically(kept, {reinterpret_cast<const char*>(bytes->data()), bytes->size()});
    }
  }
  const fs::path documents = edition == Edition::kInternal ? folder : folder / "desensitised";
  EnsureWritableFolder(documents);
  WritePlanDocuments({.plan = &plan,
                      .progress = ReadProgress(folder / "progress.csv", plan).entries,
                      .lang = lang,
                      .edition = edition,
                      .pipes = std::move(pipes)},
                     documents);
  WriteFileAtomically(folder / "plan.json", PlanJson(plan, lang));
}

}  // namespace thermoleak
