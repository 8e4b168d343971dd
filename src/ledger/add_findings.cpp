// Findings become inspections, assets and confirmed hazards.

#include <fmt/format.h>

#include "ledger/ledger_impl.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/ledger/findings.hpp"

namespace thermoleak {

using ledger::Change;

namespace {

std::string ShortHash(const std::string& text) {
  return Sha256(std::as_bytes(std::span(text))).substr(0, 16);
}

/// The same thing wrong with the same part in the same season is one finding, however often its
/// sheet is read and whatever is corrected in it.
std::string FindingId(const Finding& f) {
  return "F-" + ShortHash(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", f.season, f.unit, f.house,
                                      f.number, f.part, f.defect, f.position));
}

/// A boiler house's inspection in a season.
std::string InspectionId(const Finding& f) {
  return "B-" + ShortHash(fmt::format("{}\n{}\n{}\n{}\n{}", f.season, f.unit, f.house,
                                      Code(f.performed_by), f.agency));
}

void TakeFinding(Hazard& h, const Finding& f) {
  h.place.unit = f.unit;
  h.place.district = f.district;
  h.place.address = f.house;
  h.asset.id = fmt::format("{} {}", f.house, f.number);
  if (!f.equipment_name.empty() && f.equipment != AssetKind::kBoiler)
    h.asset.id += " " + f.equipment_name;
  h.asset.kind = f.equipment;
  if (f.year_built) h.asset.year_built = f.year_built;
  if (f.scrap_listed) h.asset.scrap_listed = f.scrap_listed;
  h.asset.part = f.part;
  h.asset.defect = f.defect;
  h.conclusion = f.conclusion;
  h.measured_value = f.measured;
  h.measured_unit = f.measured_unit;
  h.limit_value = f.limit;
  h.limit_origin = f.limit_origin;
  h.proposed_measure = f.proposed_measure;
  h.tubes_replaced_percent = f.tubes_replaced_percent;
  h.last_internal_inspection = f.last_internal_inspection;
}

}  // namespace

FindingsSummary Ledger::AddFindings(const FindingsSheet& sheet, const Act& act) {
  FindingsSummary summary;
  Change change(*impl_->store, act, "findings", impl_->clock);
  if (auto refusal = impl_->ActRefusal(act))
    throw RunError(ExitCode::kUsage, refusal->id, refusal->args);
  for (Finding finding : sheet.findings) {
    ++summary.rows;
    finding.id = FindingId(finding);
    finding.inspection_id = InspectionId(finding);

    Inspection inspection;
    if (const auto row = impl_->store->Find("inspections", finding.inspection_id))
      inspection = ledger::FromRow<Inspection>(*row);
    inspection.id = finding.inspection_id;
    inspection.season = finding.season;
    inspection.object = InspectionObject::kBoilersStopped;
    inspection.performed_by = finding.performed_by;
    inspection.agency = finding.agency;
    inspection.unit = finding.unit;
    inspection.place = finding.house;
    inspection.from = inspection.from ? std::min(*inspection.from, finding.date) : finding.date;
    inspection.to = inspection.to ? std::max(*inspection.to, finding.date) : finding.date;
    change.Save("inspections", inspection);

    const auto old = impl_->store->Find("findings", finding.id);
    if (old) finding.hazard_id = ledger::FromRow<Finding>(*old).hazard_id;
    if (finding.defect.empty()) {
      ++summary.without_defect;
    } else if (finding.hazard_id.empty()) {
      // The inspection report is the evidence: such a hazard starts confirmed.
      Hazard hazard;
      hazard.season = finding.season;
      hazard.source = HazardSource::kShutdown;
      hazard.kind = HazardKind::kDefect;
      hazard.state = HazardState::kConfirmed;
      hazard.verified = true;
      hazard.found_on = hazard.state_since = hazard.confirmed_on = finding.date;
      TakeFinding(hazard, finding);
      hazard.id = impl_->NextHazardId(hazard);
      impl_->TakeHazardId(change, hazard.id);
      impl_->Save(change, hazard);
      finding.hazard_id = hazard.id;
      summary.opened_ids.push_back(hazard.id);
    } else if (auto hazard = impl_->Load(finding.hazard_id)) {
      TakeFinding(*hazard, finding);
      impl_->Save(change, *hazard);
    }
    const bool changed = change.Save("findings", finding);
    ++(!old ? summary.added : changed ? summary.changed : summary.unchanged);
  }
  change.Commit();
  return summary;
}

}  // namespace thermoleak
