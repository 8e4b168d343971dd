#include "batch/morning.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "batch/plan_job.hpp"
#include "batch/text_json.hpp"
#include "thermoleak/batch/today.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/sheets.hpp"
#include "thermoleak/planning/plan_json.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

/// Which import opened each hazard, and which hazards each import saw: as the history has it, so
/// that an import that was cut off after it was durable counts like any other.
struct Imports {
  std::map<std::string, std::string> opened_by;              ///< hazard to run
  std::map<std::string, std::set<std::string>> seen_by_run;  ///< run to hazards
};

Imports ImportsOf(const Ledger& ledger) {
  Imports imports;
  std::map<std::string, std::string> run_of_inspection;
  for (const Inspection& inspection : ledger.Inspections())
    run_of_inspection[inspection.id] = inspection.run;
  std::set<std::string> known;
  std::int64_t command = -1;
  std::string run;
  for (const Event& event : ledger.History()) {
    if (event.command != command) {
      command = event.command;
      run.clear();
    }
    if (event.table == "inspections") run = run_of_inspection[event.row];
    if (event.table == "hazards" && known.insert(event.row).second && !run.empty())
      imports.opened_by[event.row] = run;
  }
  for (const Sighting& sighting : ledger.Sightings())
    imports.seen_by_run[sighting.run].insert(sighting.hazard_id);
  return imports;
}

void TakeRun(MorningSummary& s, MorningSummary::ScanRow& row, const fs::path& run_folder) {
  const auto run = ReadObject(run_folder / "run.json");
  if (!run) return;
  row.seen_km = NumberOf(PartOf(PartOf(*run, "counts"), "pipes"), "seen_km").value_or(0);
  if (const auto refly = run->find("refly"); refly != run->end() && refly->is_array()) {
    for (const Json& piece : *refly) {
      if (!piece.is_object()) continue;
      s.refly.push_back({row.area, row.scan, TextOf(piece, "pipe_id"),
                         NumberOf(piece, "from_m").value_or(0), NumberOf(piece, "to_m").value_or(0),
                         NumberOf(piece, "lon_deg"), NumberOf(piece, "lat_deg"),
                         TextOf(piece, "text")});
    }
  }
  const Result<Sheet> frames = ReadSheet(run_folder / "frames.csv");
  if (!frames || frames->rows.empty()) return;
  const auto& header = frames->rows.front().cells;
  const auto column = [&](const char* name) {
    return static_cast<std::size_t>(std::find(header.begin(), header.end(), name) - header.begin());
  };
  const std::size_t file = column("file"), code = column("reason_code"), reason = column("reason");
  const auto cell = [](const SheetRow& r, std::size_t i) {
    return i < r.cells.size() ? r.cells[i] : std::string();
  };
  for (std::size_t i = 1; i < frames->rows.size(); ++i) {
    const SheetRow& frame = frames->rows[i];
    ++row.frames;
    if (cell(frame, code).empty()) continue;
    ++row.set_aside;
    s.set_aside.push_back({row.scan, cell(frame, file), cell(frame, reason)});
  }
}

}  // namespace

MorningSummary CollectMorning(const DataFolder& folder, const JobQueue& queue, Date day) {
  MorningSummary s;
  s.day = IsoDate(day);
  s.season = SeasonFor(folder, day);
  const Ledger ledger = Ledger::Open(folder.ledger());
  const Imports imports = ImportsOf(ledger);
  std::vector<Hazard> hazards = ledger.Hazards();
  std::map<std::string, const Hazard*> by_id;
  for (const Hazard& hazard : hazards) by_id[hazard.id] = &hazard;

  for (const Job& job : queue.List()) {
    if (job.kind != JobKind::kSurvey) continue;
    const bool told = !job.summarised_on.empty() && job.summarised_on != s.day;
    if (job.state == JobState::kCancelled || (job.state == JobState::kDone && told)) continue;
    const auto scan = folder.FindScan(job.scan);
    if (!scan) continue;
    const Area* area = folder.FindArea(scan->facts.area);
    MorningSummary::ScanRow row{job.scan,
                                area ? area->name : scan->facts.area,
                                scan->facts.crew,
                                scan->facts.flown_on,
                                std::string(CodeOf(job.state)),
                                job.state == JobState::kDone ? BothTexts{} : job.reason};
    if (job.state == JobState::kDone) {
      TakeRun(s, row, folder.RunPath(job.scan));
      const auto seen = imports.seen_by_run.find(job.scan);
      if (seen != imports.seen_by_run.end()) {
        for (const std::string& id : seen->second) {
          const auto opened = imports.opened_by.find(id);
          const bool is_new = opened != imports.opened_by.end() && opened->second == job.scan;
          ++(is_new ? row.opened : row.again);
          if (is_new) s.hazards.push_back({row.area, job.scan, *by_id.at(id)});
        }
      }
    }
    s.scans.push_back(std::move(row));
  }
  std::stable_sort(s.hazards.begin(), s.hazards.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.area, -a.hazard.probability.value_or(0), a.hazard.id) <
           std::tuple(b.area, -b.hazard.probability.value_or(0), b.hazard.id);
  });
  std::stable_sort(s.refly.begin(), s.refly.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.area, a.from_m - a.to_m) < std::tuple(b.area, b.from_m - b.to_m);
  });

  std::optional<planning::RepairPlan> plan;
  std::error_code ignored;
  if (fs::exists(folder.plan() / "plan.json", ignored)) {
    plan = planning::ReadPlan(folder.plan() / "plan.json");
    MorningSummary::Plan figures{plan->version, static_cast<int>(plan->items.size()), 0,
                                 static_cast<int>(plan->unplanned.size()), 0};
    for (const planning::PlanItem& item : plan->items) {
      figures.hazards += static_cast<int>(item.hazard_ids.size());
      figures.yuan += item.Money();
    }
    s.plan = figures;
  }
  s.today = TodayList(hazards, AreasOfHazards(folder, ledger), plan ? &*plan : nullptr, day);
  return s;
}

fs::path WriteMorning(const DataFolder& folder, const MorningSummary& summary) {
  const fs::path out = folder.summaries() / summary.day;
  const Lang lang = folder.settings().lang;
  const bool chinese = lang == Lang::kChinese;
  WriteMorningSummary(summary, chinese ? Lang::kEnglish : Lang::kChinese,
                      out / (chinese ? "en" : "zh"));
  WriteMorningSummary(summary, lang, out);
  WriteMorningJson(summary, out / "summary.json");
  return out / "summary.html";
}

}  // namespace thermoleak::batch
