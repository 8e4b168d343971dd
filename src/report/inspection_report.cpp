#include "thermoleak/report/inspection_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "report/inspection_parts.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak {
namespace {

using enum MessageId;

constexpr std::string_view kCss = R"css(
*{box-sizing:border-box}body{margin:0;font:14px/1.55 "Noto Sans CJK SC","WenQuanYi Micro Hei","Microsoft YaHei",system-ui,sans-serif;color:#14202b;background:#e9edf1}
main{width:210mm;max-width:100%;margin:8mm auto;background:#fff;padding:14mm 13mm}
h1{font-size:25px;text-align:center;margin:0 0 4px}h2{font-size:18px;margin:26px 0 8px;border-bottom:2px solid #14202b;padding-bottom:3px}h3{font-size:15px;margin:18px 0 6px}
p{margin:6px 0}.mark{font-size:12px;color:#a61c2b;text-align:center;margin:0 0 14px}.mark.public{color:#1f6e43}
.facts{display:grid;grid-template-columns:auto 1fr auto 1fr;border:1px solid #9aa5b1;border-bottom:0;margin:0}.facts dt,.facts dd{margin:0;padding:4px 8px;border-bottom:1px solid #d5dde5;overflow-wrap:anywhere}
.facts dt{background:#f3f6f9;color:#5c6b7a;white-space:nowrap}.facts dd.wide{grid-column:2/-1}
dt::first-letter,th::first-letter,.tiles span::first-letter{text-transform:uppercase}
table{border-collapse:collapse;width:100%;font-size:12px;line-height:1.4;margin:8px 0}th{background:#f3f6f9;text-align:left;font-weight:600;min-width:3.6em;word-break:keep-all}th.n{min-width:0}th,td{border:1px solid #c4ced8;padding:3px 6px;vertical-align:top;white-space:pre-line}td.long{overflow-wrap:anywhere}
.survey{margin:10px 0;font-size:12px;break-inside:avoid}.n{text-align:right;font-variant-numeric:tabular-nums}td.n{white-space:nowrap}thead{display:table-header-group}tr{break-inside:avoid}td.none{color:#5c6b7a}
.tiles{display:grid;grid-template-columns:repeat(3,1fr);gap:8px;list-style:none;padding:0;margin:10px 0}.tiles li{background:#f3f6f9;border-radius:6px;padding:8px 12px}.tiles b{display:block;font-size:24px;line-height:1.2;font-variant-numeric:tabular-nums}.tiles span{font-size:12px;color:#5c6b7a}
.hazard{display:grid;grid-template-columns:1fr 66mm;gap:4px 12px;border:1px solid #9aa5b1;border-radius:4px;padding:8px 10px;margin:10px 0;break-inside:avoid}.hazard h3{grid-column:1/-1;margin:0;display:flex;justify-content:space-between;gap:10px;font-size:14px}
.hazard dd{white-space:pre-line}.hazard .facts{grid-template-columns:auto 1fr;font-size:12px;align-self:start}.hazard .facts dd.wide{grid-column:auto}.hazard figure{margin:0;font-size:11px;color:#5c6b7a}.nochip{border:1px dashed #9aa5b1;border-radius:4px;padding:12px;margin:0}
.leak{color:#a61c2b}.picture{position:relative;line-height:0;border-radius:4px;overflow:hidden}.picture img{width:100%;height:auto;image-rendering:pixelated}.picture svg{position:absolute;inset:0;width:100%;height:100%}
.picture path{fill:none}.picture text{fill:#fff;font-size:13px;paint-order:stroke;stroke:#000;stroke-width:3px}.axis-halo{stroke:#000;stroke-opacity:.45;stroke-width:3}.axis-line{stroke:#7fe3ff;stroke-width:1.3;stroke-dasharray:6 4}
.spot-halo,.bar-halo{stroke:#000;stroke-opacity:.65;stroke-width:5}.spot-line,.bar-line{stroke:#fff;stroke-width:2.2}
.sign{display:grid;grid-template-columns:repeat(3,1fr);border:1px solid #14202b;margin-top:28px;break-inside:avoid}.sign div{min-height:34mm;padding:6px 10px;border-right:1px solid #14202b;display:flex;flex-direction:column;justify-content:space-between}.sign div:last-child{border:0}.sign span{color:#5c6b7a;font-size:12px;text-align:right}
@media(max-width:700px){main{margin:0;padding:14px}.hazard,.sign,.facts{grid-template-columns:1fr}.facts dd.wide{grid-column:auto}.sign div{border-right:0;border-bottom:1px solid #14202b}.tiles{grid-template-columns:1fr 1fr}.scroll{overflow-x:auto}}
@media print{@page{size:A4;margin:14mm 12mm}body{background:#fff}main{width:auto;margin:0;padding:0}h2,h3{break-after:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";

/// Number and hash of the last thing that happened: what was reported can be proved later.
std::string HeadOf(const Ledger& ledger) {
  const std::int64_t last = ledger.LastEvent();
  const std::vector<Event> events = ledger.ChangesAfter(last - 1);
  if (events.empty()) return {};
  return fmt::format("{}:{}", events.back().number, events.back().hash);
}

void AppendHead(std::string& out, const InspectionPage& page) {
  const InspectionReport& r = page.report;
  const Words& words = page.words;
  const auto sink = std::back_inserter(out);
  const std::string title = words(kInspectionTitle, {fmt::format("{}", r.season)});
  fmt::format_to(
      sink,
      R"(<!DOCTYPE html><html lang="{0}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{1}</title><style>{2}</style></head><body><main><h1>{1}</h1><p class="mark{3}">{4}</p><dl class="facts">)",
      r.lang == Lang::kChinese ? "zh" : "en", title, kCss, page.internal() ? "" : " public",
      words(page.internal() ? kPlanInternalMark : kPlanPublicMark));
  const auto fact = [&](MessageId name, const std::string& value, std::string_view kind = {}) {
    fmt::format_to(sink, "<dt>{}</dt><dd{}>{}</dd>", words(name), kind, HtmlEscape(value));
  };
  const Season season = r.ledger->SeasonOf(r.season);
  const auto days = [](const DateRange& range) {
    return IsoDate(range.from) + " – " + IsoDate(range.to);
  };
  const std::string all = Text(kInspectionFactAll, r.lang);
  fact(kInspectionFactUnit, r.unit.empty() ? all : r.unit);
  fact(kInspectionFactDistrict, r.district.empty() ? all : r.district);
  fact(kInspectionFactOperating, days(season.operating));
  fact(kInspectionFactShutdown, days(season.shutdown));
  fact(kInspectionFactSeason, fmt::format("{}", r.season));
  fact(kInspectionFactDate, IsoDate(r.date));
  fact(kInspectionFactHead, HeadOf(*r.ledger), R"( class="wide")");
  out += "</dl>";
}

void AppendTask(std::string& out, const InspectionPage& page) {
  const Words& words = page.words;
  const auto count = [](const auto& list) { return fmt::format("{}", list.size()); };
  fmt::format_to(
      std::back_inserter(out), "<h2>{}</h2><p>{}</p><p>{}</p><p>{}</p>", words(kInspectionTask),
      words(kInspectionTaskText, {fmt::format("{}", page.report.season), count(page.season.surveys),
                                  count(page.season.houses), Text(kToBeSupplied, page.lang())}),
      words(kInspectionMethodText), words(kInspectionTerms));
}

/// Words are kept whole, but for those that would widen the page.
bool HasLongWord(std::string_view text) {
  constexpr std::size_t kMost = 20;
  std::size_t run = 0;
  for (const char c : text) {
    const bool breaks = c == ' ' || c == '-' || c == '\n' || (c & 0x80) != 0;
    run = breaks ? 0 : run + 1;
    if (run > kMost) return true;
  }
  return false;
}

void AppendSignatures(std::string& out, const InspectionPage& page) {
  out += R"(<div class="sign">)";
  for (const MessageId who : {kSignInspected, kSignChecked, kSignApproved})
    out += "<div><b>" + page.words(who) + "</b><span>" + page.words(kSignSeal) + "</span></div>";
  out += "</div>";
}

}  // namespace

SeasonView::SeasonView(const InspectionReport& r) {
  const Ledger& ledger = *r.ledger;
  for (Inspection& i : ledger.Inspections()) {
    if (i.season != r.season || (!r.unit.empty() && !i.unit.empty() && i.unit != r.unit)) continue;
    (i.object == InspectionObject::kNetwork ? surveys : houses).push_back(std::move(i));
  }
  const auto by_day = [](const Inspection& a, const Inspection& b) {
    return std::tie(a.from, a.id) < std::tie(b.from, b.id);
  };
  std::sort(surveys.begin(), surveys.end(), by_day);
  std::sort(houses.begin(), houses.end(), by_day);
  for (const Inspection& i : surveys) {
    anomalies += i.candidates.value_or(0);
    for (UncoveredStretch& s : UncoveredOf(i)) uncovered.push_back(std::move(s));
  }
  for (const UncoveredStretch& s : uncovered) uncovered_m += s.to_m - s.from_m;
  std::stable_sort(uncovered.begin(), uncovered.end(), [](const auto& a, const auto& b) {
    return a.to_m - a.from_m > b.to_m - b.from_m;
  });

  for (Sighting& s : ledger.Sightings()) sightings[s.hazard_id].push_back(std::move(s));
  for (Verification& v : ledger.Verifications()) verifications[v.hazard_id].push_back(std::move(v));
  HazardFilter filter;
  filter.unit = r.unit;
  filter.district = r.district;
  for (Hazard& h : ledger.Hazards(filter)) {
    if (h.state == HazardState::kMerged) continue;
    const std::vector<Sighting>& seen = sightings[h.id];
    if (h.season != r.season && std::none_of(seen.begin(), seen.end(), [&](const Sighting& s) {
          return s.season == r.season;
        }))
      continue;
    if (h.kind == HazardKind::kDefect || h.source == HazardSource::kShutdown) {
      boilers.push_back(std::move(h));
    } else if (h.state == HazardState::kRejected) {
      rejected.push_back(std::move(h));
    } else {
      confirmed_leaks += IsConfirmedLeak(h);
      suspected_leaks += IsSuspectedLeak(h);
      network.push_back(std::move(h));
    }
  }
  for (Finding& f : ledger.Findings()) {
    if (f.season != r.season || (!r.unit.empty() && f.unit != r.unit) ||
        (!r.district.empty() && f.district != r.district))
      continue;
    findings.push_back(std::move(f));
  }
  std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.unit, a.house, a.number, a.part, a.id) <
           std::tie(b.unit, b.house, b.number, b.part, b.id);
  });
}

std::string InspectionPage::Known(const std::string& text) const {
  return text.empty() ? Text(kToBeSupplied, report.lang) : text;
}

void AppendTable(std::string& out, const InspectionPage& page, const std::vector<MessageId>& titles,
                 const std::vector<std::vector<std::string>>& rows,
                 const std::vector<std::size_t>& numbers) {
  if (rows.empty()) {
    out += "<p>" + page.words(kInspectionNone) + "</p>";
    return;
  }
  const auto side = [&](std::size_t column) {
    return std::find(numbers.begin(), numbers.end(), column) != numbers.end() ? R"( class="n")"
                                                                              : "";
  };
  const auto sink = std::back_inserter(out);
  out += R"(<div class="scroll"><table><thead><tr>)";
  for (std::size_t i = 0; i < titles.size(); ++i)
    fmt::format_to(sink, "<th{}>{}</th>", side(i), page.words(titles[i]));
  out += "</tr></thead><tbody>";
  for (const auto& row : rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      fmt::format_to(sink, "<td{}>{}</td>", HasLongWord(row[i]) ? R"( class="long")" : side(i),
                     HtmlEscape(row[i]));
    }
    out += "</tr>";
  }
  out += "</tbody></table></div>";
}

void WriteInspectionReport(const InspectionReport& report, const std::filesystem::path& path) {
  const SeasonView season(report);
  if (season.surveys.empty() && season.houses.empty() && season.findings.empty())
    throw RunError(ExitCode::kUsage, kReportNothingInspected, {fmt::format("{}", report.season)});
  const InspectionPage page{report, season, Words(report.lang)};
  std::string out;
  AppendHead(out, page);
  AppendTask(out, page);
  AppendSurveys(out, page);
  AppendUncovered(out, page);
  AppendResults(out, page);
  AppendHazardPages(out, page);
  AppendRejected(out, page);
  AppendBoilers(out, page);
  AppendConclusions(out, page);
  AppendSignatures(out, page);
  WriteFileAtomically(path, out + "</main></body></html>\n");
}

}  // namespace thermoleak
