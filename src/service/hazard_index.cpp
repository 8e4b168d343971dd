#include "service/hazard_index.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/vocabulary.hpp"

namespace thermoleak::service {

HazardIndex::HazardIndex(std::filesystem::path ledger, OwnerOf owner_of)
    : ledger_(std::move(ledger)), owner_of_(std::move(owner_of)) {}

std::shared_ptr<const HazardRow> HazardIndex::RowOf(const Hazard& h) const {
  auto row = std::make_shared<HazardRow>();
  row->id = h.id;
  row->lon_deg = h.place.lon_deg.value_or(NAN);
  row->lat_deg = h.place.lat_deg.value_or(NAN);
  row->score = static_cast<float>(h.probability.value_or(0));
  row->state = h.state;
  row->kind = h.kind;
  row->source = h.source;
  row->grade = h.grade;
  row->season = h.season;
  row->unit = h.place.unit;
  row->district = h.place.district;
  row->address = h.place.address;
  row->pipe_id = h.place.pipe_id;
  row->found_on = IsoDate(h.found_on);
  row->deadline = IsoDate(h.deadline);
  row->delta_t_k = static_cast<float>(h.delta_t_k.value_or(NAN));
  if (row->unit.empty() || row->district.empty()) {
    if (const auto run = run_of_.find(h.id); run != run_of_.end()) {
      const auto [organisation, district] = owner_of_(run->second);
      if (row->unit.empty()) row->unit = organisation;
      if (row->district.empty()) row->district = district;
    }
  }
  row->folded = Folded(h.id + "\n" + h.place.address + "\n" + h.place.courtyard + "\n" +
                       h.place.pipe_id + "\n" + h.asset.id + "\n" + h.plan_item);
  return row;
}

void HazardIndex::Put(const Hazard& hazard) { rows_[hazard.id] = RowOf(hazard); }

std::shared_ptr<const HazardList> HazardIndex::Get() {
  const std::lock_guard lock(mutex_);
  const Ledger ledger = Ledger::Open(ledger_);
  const std::int64_t now = ledger.LastEvent();
  if (list_ && now == version_) return list_;
  if (version_ < 0) {
    ledger.EachSighting([this](const Sighting& s) { run_of_[s.hazard_id] = s.run; });
    ledger.EachHazard([this](const Hazard& hazard) { Put(hazard); });
  } else {
    // A change touches a row or two of a hundred thousand.
    std::set<std::string> changed;
    bool seen = false;
    for (const Event& event : ledger.ChangesAfter(version_)) {
      if (event.table == "hazards") changed.insert(event.row);
      seen = seen || event.table == "sightings";
    }
    if (seen) ledger.EachSighting([this](const Sighting& s) { run_of_[s.hazard_id] = s.run; });
    for (const std::string& id : changed) {
      if (const auto hazard = ledger.FindExactly(id)) Put(*hazard);
    }
  }
  auto list = std::make_shared<HazardList>();
  list->version = version_ = now;
  list->rows.reserve(rows_.size());
  for (const auto& [id, row] : rows_) list->rows.push_back(row);
  std::sort(list->rows.begin(), list->rows.end(), [](const auto& a, const auto& b) {
    return a->score != b->score ? a->score > b->score : a->id < b->id;
  });
  list_ = std::move(list);
  return list_;
}

std::pair<std::string, std::string> HazardIndex::Owner(const Ledger& ledger,
                                                       const Hazard& hazard) const {
  std::string unit = hazard.place.unit, district = hazard.place.district;
  if (!unit.empty() && !district.empty()) return {unit, district};
  const std::vector<Sighting> sightings = ledger.Sightings(hazard.id);
  if (!sightings.empty()) {
    const auto [organisation, area_district] = owner_of_(sightings.back().run);
    if (unit.empty()) unit = organisation;
    if (district.empty()) district = area_district;
  }
  return {unit, district};
}

}  // namespace thermoleak::service
