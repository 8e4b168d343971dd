// The inspection report: boiler houses, and what follows from all of it.

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "report/inspection_parts.hpp"
#include "thermoleak/ledger/statistics.hpp"

namespace thermoleak {
namespace {

using enum MessageId;

std::string Measured(const InspectionPage& page, const Finding& f) {
  if (!f.measured) return "–";
  std::string text = fmt::format("{:g} {}", *f.measured, f.measured_unit);
  if (f.limit) text += fmt::format(" / {:g}\n{}", *f.limit, page.Known(f.limit_origin));
  return text;
}

bool HasDefect(const Finding& f) { return !f.hazard_id.empty(); }

/// "a; b", "a、b".
std::string Listed(const std::vector<std::string>& parts, Lang lang) {
  return fmt::format("{}", fmt::join(parts, lang == Lang::kChinese ? "\u3001" : "; "));
}

/// What has to be known before anybody signs.
std::vector<std::string> Missing(const InspectionPage& page) {
  const Lang lang = page.lang();
  std::vector<std::string> missing;
  const auto any = [&](MessageId word, const auto& lacks) {
    const auto& list = page.season.surveys;
    if (std::any_of(list.begin(), list.end(), lacks)) missing.push_back(Text(word, lang));
  };
  any(kMissingPerformedBy, [](const Inspection& i) { return !i.performed_by; });
  any(kMissingInstrument,
      [](const Inspection& i) { return i.instrument.empty() || i.instrument_serial.empty(); });
  any(kMissingCalibration, [](const Inspection& i) { return !i.calibrated_until; });
  any(kMissingWeather, [](const Inspection& i) { return !i.air_c || !i.wind_m_s; });
  any(kMissingWater, [](const Inspection& i) { return !i.supply_c || !i.return_c; });
  std::ptrdiff_t places = 0, grades = 0;
  for (const std::vector<Hazard>* list : {&page.season.network, &page.season.boilers}) {
    places += std::count_if(list->begin(), list->end(), [](const Hazard& h) {
      return h.place.address.empty() && h.place.courtyard.empty();
    });
    grades += std::count_if(list->begin(), list->end(), [](const Hazard& h) { return !h.grade; });
  }
  const auto count = [&](MessageId word, std::ptrdiff_t n) {
    if (n > 0) missing.push_back(Message{word, {fmt::format("{}", n)}}.In(lang));
  };
  count(kMissingAddress, places);
  count(kMissingGrade, grades);
  return missing;
}

}  // namespace

void AppendBoilers(std::string& out, const InspectionPage& page) {
  out += "<h2>" + page.words(kInspectionBoilers) + "</h2>";
  const Lang lang = page.lang();
  std::vector<std::vector<std::string>> rows;
  for (const Finding& f : page.season.findings) {
    std::string equipment = f.number;
    if (!f.equipment_name.empty()) equipment += " " + f.equipment_name;
    rows.push_back(
        {fmt::format("{}", rows.size() + 1), f.unit + "\n" + f.house,
         equipment + "\n" + Word(f.equipment, lang), ChecklistWord(f.part, lang),
         f.defect.empty() ? Text(kInspectionNoDefect, lang) : ChecklistWord(f.defect, lang),
         ChecklistWord(f.method, lang), Measured(page, f),
         f.conclusion.empty() ? "–" : ChecklistWord(f.conclusion, lang),
         f.proposed_measure.empty() ? HasDefect(f) ? page.Known({}) : "–" : f.proposed_measure,
         IsoDate(f.date) + "\n" + f.inspector, f.hazard_id});
  }
  AppendTable(
      out, page,
      {kColNumber, kInspectionColHouse, kInspectionColEquipment, kInspectionColPart,
       kInspectionColDefect, kInspectionColHow, kInspectionColMeasured, kInspectionColConclusion,
       kInspectionColMeasure, kInspectionColInspector, kColHazard},
      rows, {0});
}

void AppendConclusions(std::string& out, const InspectionPage& page) {
  const auto sink = std::back_inserter(out);
  const SeasonView& s = page.season;
  const auto n = [](auto count) { return fmt::format("{}", count); };
  const auto item = [&](MessageId id, std::vector<std::string> args) {
    fmt::format_to(sink, "<li>{}</li>", page.words(id, std::move(args)));
  };
  fmt::format_to(sink, "<h2>{}</h2><ol>", page.words(kInspectionConclusions));
  item(kConclusionNetwork,
       {n(s.network.size()), n(s.confirmed_leaks), n(s.suspected_leaks), n(s.rejected.size())});
  if (!s.findings.empty()) {
    item(kConclusionBoilers,
         {n(s.findings.size()), n(std::count_if(s.findings.begin(), s.findings.end(), HasDefect)),
          n(std::count_if(s.findings.begin(), s.findings.end(),
                          [](const Finding& f) { return f.conclusion == "unfit"; }))});
  }
  int confirmed = 0, placed = 0;
  std::vector<std::string> open;
  for (const std::vector<Hazard>* list : {&s.network, &s.boilers}) {
    for (const Hazard& h : *list) {
      if (!WasConfirmed(h)) continue;
      ++confirmed;
      if (IsProvidedFor(h))
        ++placed;
      else if (IsOpen(h.state))
        open.push_back(h.id);
    }
  }
  if (confirmed > 0) item(kConclusionPlanned, {n(placed), n(confirmed)});
  if (!open.empty()) item(kConclusionUnplanned, {Listed(open, page.lang())});
  if (!s.uncovered.empty())
    item(kConclusionUncovered, {n(s.uncovered.size()), Fixed(s.uncovered_m, 0)});
  if (const auto missing = Missing(page); !missing.empty())
    item(kConclusionMissing, {Listed(missing, page.lang())});
  out += "</ol>";
}

}  // namespace thermoleak
