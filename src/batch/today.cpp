#include "thermoleak/batch/today.hpp"

#include <algorithm>
#include <tuple>

#include "batch/job_file.hpp"
#include "thermoleak/ledger/vocabulary.hpp"

namespace thermoleak::batch {
namespace {

using Task = MorningSummary::TaskRow;

bool NeedsALook(HazardState state) {
  return state == HazardState::kNew || state == HazardState::kToVerify ||
         state == HazardState::kVerifying || state == HazardState::kReopened;
}

bool IsDue(const planning::PlanItem& item, Date day) {
  using planning::ItemState;
  const bool over = item.state == ItemState::kDone || item.state == ItemState::kAccepted ||
                    item.state == ItemState::kClosed || item.state == ItemState::kCancelled ||
                    item.state == ItemState::kCarried;
  return !over && item.start <= day && day <= item.end;
}

Task TaskOf(const Hazard& hazard, const std::string& area, BothTexts task) {
  Task row;
  row.area = area;
  row.unit = hazard.place.unit;
  row.district = hazard.place.district;
  row.crew = hazard.owner;
  row.task = std::move(task);
  row.hazard = hazard.id;
  row.pipe = hazard.place.pipe_id.empty() ? hazard.asset.id : hazard.place.pipe_id;
  row.address = hazard.place.address;
  row.chainage_m = hazard.place.chainage_m;
  row.lon_deg = hazard.place.lon_deg;
  row.lat_deg = hazard.place.lat_deg;
  row.sigma_m = hazard.place.sigma_major_m;
  row.probability = hazard.probability;
  row.state = hazard.state;
  return row;
}

std::string AreaOf(const std::map<std::string, std::string>& areas, const std::string& hazard) {
  const auto found = areas.find(hazard);
  return found == areas.end() ? std::string() : found->second;
}

}  // namespace

std::map<std::string, std::string> AreasOfHazards(const DataFolder& folder, const Ledger& ledger) {
  std::map<std::string, std::string> name_of_scan, areas;
  for (const Scan& scan : folder.Scans()) {
    const Area* area = folder.FindArea(scan.facts.area);
    name_of_scan[scan.id] = area ? area->name : scan.facts.area;
  }
  // By day: the latest sighting has the last word.
  for (const Sighting& sighting : ledger.Sightings()) {
    const auto scan = name_of_scan.find(sighting.run);
    if (scan != name_of_scan.end()) areas[sighting.hazard_id] = scan->second;
  }
  return areas;
}

std::vector<Task> TodayList(const std::vector<Hazard>& hazards,
                            const std::map<std::string, std::string>& areas,
                            const planning::RepairPlan* plan, Date day) {
  std::vector<Task> tasks;
  std::map<std::string, const Hazard*> by_id;
  for (const Hazard& hazard : hazards) {
    by_id[hazard.id] = &hazard;
    if (NeedsALook(hazard.state)) {
      tasks.push_back(
          TaskOf(hazard, AreaOf(areas, hazard.id), Both({MessageId::kMorningVerify, {}})));
    } else if (hazard.state == HazardState::kEmergency) {
      tasks.push_back(
          TaskOf(hazard, AreaOf(areas, hazard.id),
                 {Word(hazard.state, Lang::kEnglish), Word(hazard.state, Lang::kChinese)}));
    }
  }
  if (plan != nullptr) {
    for (const planning::PlanItem& item : plan->items) {
      if (!IsDue(item, day) || item.hazard_ids.empty()) continue;
      const auto hazard = by_id.find(item.hazard_ids.front());
      if (hazard == by_id.end()) continue;
      // A place that nobody has looked at yet is on the list already, as that.
      if (NeedsALook(hazard->second->state)) continue;
      Task row = TaskOf(*hazard->second, AreaOf(areas, hazard->first),
                        Both({MessageId::kMorningRepair, {InBoth(item.text.en, item.text.zh)}}));
      row.item = item.id;
      row.crew = item.crew;
      tasks.push_back(std::move(row));
    }
  }
  std::stable_sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) {
    const auto key = [](const Task& t) {
      return std::tuple(std::string_view(t.area), t.state != HazardState::kEmergency,
                        !t.item.empty(), -t.probability.value_or(0), std::string_view(t.hazard));
    };
    return key(a) < key(b);
  });
  return tasks;
}

}  // namespace thermoleak::batch
