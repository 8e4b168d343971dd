#include "thermoleak/ledger/statistics.hpp"

#include <algorithm>
#include <map>

namespace thermoleak {
namespace {

using enum HazardState;

template <class Array, class E>
auto& At(Array& array, E value) {
  return array[static_cast<std::size_t>(value)];
}

}  // namespace

bool WasConfirmed(const Hazard& h) {
  return h.confirmed_on.has_value() || (h.verified && h.state != kMerged);
}

bool IsProvidedFor(const Hazard& h) { return h.planned_on || h.carried_on || !h.isolation.empty(); }

Rate CoverageOf(const std::vector<Inspection>& inspections) {
  Rate covered_km;
  for (const Inspection& i : inspections) {
    if (i.object != InspectionObject::kNetwork || !i.covered_km || !i.scope_km) continue;
    covered_km.part += *i.covered_km;
    covered_km.whole += *i.scope_km;
  }
  return covered_km;
}

LedgerStatistics StatisticsOf(const Ledger& ledger, const HazardFilter& filter, Date today) {
  LedgerStatistics s;
  std::map<std::string, std::vector<Verification>> verifications;
  for (Verification& v : ledger.Verifications()) verifications[v.hazard_id].push_back(v);
  for (const Hazard& h : ledger.Hazards(filter)) {
    ++s.hazards;
    ++At(s.by_state, h.state);
    if (IsOpen(h.state)) ++s.open;
    if (IsOpen(h.state) && h.deadline && *h.deadline < today) ++s.overdue;
    if (h.state == kRejected && h.reject_code) ++At(s.rejected_by_code, *h.reject_code);

    const std::vector<Verification>& looked = verifications[h.id];
    const bool from_survey = h.source != HazardSource::kShutdown && h.state != kMerged;
    if (from_survey) {
      ++s.verified.whole;
      if (!looked.empty()) {
        ++s.verified.part;
        ++s.confirmed.whole;
        if (std::any_of(looked.begin(), looked.end(),
                        [](const Verification& v) { return v.result == VerifyResult::kFound; }))
          ++s.confirmed.part;
      }
    }
    for (const Verification& v : looked) {
      if (v.result == VerifyResult::kLikely) continue;
      const double found = v.result == VerifyResult::kFound ? 1 : 0;
      if (v.method == VerifyMethod::kExcavation) {
        ++s.dug.whole;
        s.dug.part += found;
      }
      for (Rate* rate : {&At(s.hit_by_kind, h.kind), &At(s.hit_by_method, v.method)}) {
        ++rate->whole;
        rate->part += found;
      }
    }
    const bool was_confirmed = WasConfirmed(h);
    if (was_confirmed && h.state != kRejected) {
      ++s.planned.whole;
      if (IsProvidedFor(h)) ++s.planned.part;
    }
    if ((was_confirmed || h.planned_on) && h.state != kRejected) {
      ++s.closed.whole;
      if (h.state == kClosed) ++s.closed.part;
    }
    if (h.deadline && *h.deadline < today && h.state != kRejected && h.state != kMerged) {
      ++s.on_time.whole;
      if (h.closed_on && *h.closed_on <= *h.deadline) ++s.on_time.part;
    }
    if (h.state == kClosed || h.reopened > 0) ++s.recurred.whole;
    if (h.reopened > 0) ++s.recurred.part;
  }
  std::vector<Inspection> inspections = ledger.Inspections();
  if (filter.season)
    std::erase_if(inspections, [&](const Inspection& i) { return i.season != *filter.season; });
  s.covered_km = CoverageOf(inspections);
  return s;
}

}  // namespace thermoleak
