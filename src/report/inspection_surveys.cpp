// The inspection report: what was inspected, by whom, how, and what was not seen.

#include <fmt/format.h>

#include <iterator>

#include "report/inspection_parts.hpp"
#include "report/refly.hpp"
#include "thermoleak/ledger/statistics.hpp"

namespace thermoleak {
namespace {

using enum MessageId;

/// Longer lists are for machines; the rest is counted.
constexpr std::size_t kMostStretches = 60;

std::string Days(const Inspection& i) {
  if (!i.from) return {};
  return i.to && *i.to != *i.from ? IsoDate(*i.from) + " – " + IsoDate(*i.to) : IsoDate(*i.from);
}

std::string ByWhom(const InspectionPage& page, const Inspection& i) {
  std::string by;
  if (i.performed_by == PerformedBy::kSelf) by = Text(kInspectionSelf, page.lang());
  if (i.performed_by == PerformedBy::kAgency)
    by = i.agency.empty() ? Word(PerformedBy::kAgency, page.lang()) : i.agency;
  by = page.Known(by);
  return i.inspector.empty() ? by : by + " · " + i.inspector;
}

std::string With(const std::optional<double>& value, int decimals, std::string_view unit) {
  return value ? fmt::format("{} {}", Fixed(*value, decimals), unit) : std::string();
}

std::string Weather(const InspectionPage& page, const Inspection& i) {
  const auto part = [&](MessageId name, const std::string& value) {
    return Message{name, {page.Known(value)}}.In(page.lang());
  };
  return fmt::format("{} · {} · {} · {}", part(kInspectionAir, With(i.air_c, 1, "°C")),
                     part(kInspectionWind, With(i.wind_m_s, 1, "m/s")),
                     part(kInspectionHumidity, With(i.humidity_pct, 0, "%")),
                     part(kInspectionSnow, i.snow));
}

void AppendSurvey(std::string& out, const InspectionPage& page, const Inspection& i) {
  const auto sink = std::back_inserter(out);
  const auto km = [&](const std::optional<double>& v) { return v ? Fixed(*v, 2) : "?"; };
  const auto count = [](const std::optional<int>& v) {
    return v ? fmt::format("{}", *v) : std::string();
  };
  out += R"(<dl class="facts survey">)";
  const auto fact = [&](MessageId name, const std::string& value, std::string_view kind = {}) {
    fmt::format_to(sink, "<dt>{}</dt><dd{}>{}</dd>", page.words(name), kind,
                   HtmlEscape(page.Known(value)));
  };
  fact(kInspectionColRun, i.run);
  fact(kInspectionColDays, Days(i));
  fact(kInspectionColBy, ByWhom(page, i));
  fact(kInspectionColInstrument, i.instrument);
  fact(kInspectionSerial, i.instrument_serial);
  fact(kInspectionCalibrated, IsoDate(i.calibrated_until));
  fact(kInspectionColWeather, Weather(page, i), R"( class="wide")");
  fact(kInspectionColWater,
       page.Known(With(i.supply_c, 0, "°C")) + " / " + page.Known(With(i.return_c, 0, "°C")));
  fact(kInspectionColFrames, count(i.frames));
  fact(kInspectionColMap, i.pipe_map);
  fact(kInspectionColKm,
       fmt::format("{} / {} / {}", km(i.covered_km), km(i.weakly_covered_km), km(i.scope_km)));
  fact(kInspectionColCandidates,
       i.candidates ? fmt::format("{} / {}", *i.candidates, count(i.suspected_leaks)) : "",
       R"( class="wide")");
  out += "</dl>";
}

}  // namespace

void AppendSurveys(std::string& out, const InspectionPage& page) {
  fmt::format_to(std::back_inserter(out), "<h2>{}</h2>", page.words(kInspectionDone));
  if (page.season.surveys.empty()) out += "<p>" + page.words(kInspectionNone) + "</p>";
  for (const Inspection& i : page.season.surveys) AppendSurvey(out, page, i);
}

void AppendUncovered(std::string& out, const InspectionPage& page) {
  const auto sink = std::back_inserter(out);
  const Rate km = CoverageOf(page.season.surveys);
  double weak = 0;
  for (const Inspection& i : page.season.surveys) weak += i.weakly_covered_km.value_or(0);
  fmt::format_to(sink, "<h2>{}</h2>", page.words(kInspectionCoverage));
  if (km.value()) {
    fmt::format_to(
        sink, "<p>{}</p>",
        page.words(kInspectionCoverageText, {Fixed(km.part, 2), Fixed(km.whole, 2),
                                             Fixed(100 * *km.value(), 0), Fixed(weak, 2)}));
  }
  std::vector<std::vector<std::string>> rows;
  double rest_m = page.season.uncovered_m;
  for (const UncoveredStretch& s : page.season.uncovered) {
    if (rows.size() == kMostStretches) break;
    rest_m -= s.to_m - s.from_m;
    const auto sight = SightFrom(s.reason);
    std::vector<std::string> row = {s.pipe_id};
    if (page.internal()) row.push_back(Fixed(s.from_m, 0) + " – " + Fixed(s.to_m, 0));
    row.push_back(Fixed(s.to_m - s.from_m, 0));
    row.push_back(sight ? WordFor(*sight).In(page.lang()) : s.reason);
    rows.push_back(std::move(row));
  }
  if (page.internal()) {
    AppendTable(
        out, page,
        {kInspectionColPipe, kInspectionColStretch, kInspectionColLength, kInspectionColWhy}, rows,
        {1, 2});
  } else {
    AppendTable(out, page, {kInspectionColPipe, kInspectionColLength, kInspectionColWhy}, rows,
                {1});
  }
  if (const std::size_t more = page.season.uncovered.size() - rows.size(); more > 0) {
    fmt::format_to(sink, "<p>{}</p>",
                   page.words(kInspectionMoreRows, {fmt::format("{}", more), Fixed(rest_m, 0)}));
  }
}

}  // namespace thermoleak
