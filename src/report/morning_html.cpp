// The morning summary as a page: figures first, then what is new, what failed, what to do today.

#include <fmt/format.h>

#include <functional>
#include <set>

#include "report/text_format.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/ledger/vocabulary.hpp"
#include "thermoleak/report/morning_summary.hpp"

namespace thermoleak {
namespace {

using enum MessageId;

constexpr std::size_t kMostRows = 200;  // of a table; the workbook has them all

constexpr std::string_view kCss = R"css(
:root{--ink:#1d2733;--soft:#5c6b7a;--line:#d5dde5;--field:#f4f7fa;--bad:#b3261e;--good:#1f6e43}
*{box-sizing:border-box}body{margin:0;font:15px/1.5 "Noto Sans CJK SC","WenQuanYi Micro Hei","Microsoft YaHei",system-ui,sans-serif;color:var(--ink);background:#fff}
main{max-width:1180px;margin:0 auto;padding:20px}h1{font-size:26px;margin:0}h2{font-size:19px;margin:30px 0 8px;border-bottom:2px solid var(--ink);padding-bottom:4px}
.sub{color:var(--soft);font-size:13px;margin:4px 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:10px;list-style:none;padding:0;margin:18px 0}.tiles li{background:var(--field);border-radius:8px;padding:12px 16px}
.tiles b{display:block;font-size:28px;line-height:1.15;font-variant-numeric:tabular-nums}.tiles span{color:var(--soft);font-size:13px}.tiles .bad b{color:var(--bad)}
table{border-collapse:collapse;width:100%;font-size:13px}caption{text-align:left;font-weight:700;padding:10px 0 4px}th{text-align:left;background:var(--field)}th,td{padding:5px 8px;border-bottom:1px solid var(--line);vertical-align:top}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.id{white-space:nowrap}.scroll{overflow-x:auto}.bad{color:var(--bad)}.good{color:var(--good)}td small{color:var(--soft);display:block}
@media print{@page{size:A4 landscape;margin:10mm}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}h2{break-after:avoid}tr{break-inside:avoid}}
)css";

std::string Number(const std::optional<double>& value, int decimals) {
  return value ? Fixed(*value, decimals) : std::string();
}

struct Column {
  MessageId title;
  const char* css = "";  ///< class of its cells
};

/// A table whose rows are `rows` times `cells(i)`, each cell escaped already.
void AppendTable(std::string& out, const Words& words, const std::vector<Column>& columns,
                 std::size_t rows,
                 const std::function<std::vector<std::string>(std::size_t)>& cells,
                 const std::string& caption = {}) {
  out += R"(<div class="scroll"><table>)";
  if (!caption.empty()) out += "<caption>" + caption + "</caption>";
  out += "<thead><tr>";
  for (const Column& column : columns)
    out += fmt::format(R"(<th scope="col" class="{}">{}</th>)", column.css, words(column.title));
  out += "</tr></thead><tbody>";
  for (std::size_t i = 0; i < std::min(rows, kMostRows); ++i) {
    out += "<tr>";
    const std::vector<std::string> row = cells(i);
    for (std::size_t c = 0; c < columns.size(); ++c)
      out += fmt::format(R"(<td class="{}">{}</td>)", columns[c].css, row[c]);
    out += "</tr>";
  }
  out += "</tbody></table></div>";
  if (rows > kMostRows)
    out += fmt::format(R"(<p class="sub">{}</p>)",
                       words(kMorningMore, {std::to_string(rows - kMostRows)}));
}

MessageId StateWord(const std::string& state) {
  if (state == "done") return kMorningStateDone;
  if (state == "running") return kMorningStateRunning;
  if (state == "failed") return kMorningStateFailed;
  if (state == "parked") return kMorningStateParked;
  if (state == "cancelled") return kMorningStateCancelled;
  return kMorningStateWaiting;
}

std::string PlaceOf(const std::string& pipe, const std::optional<double>& chainage,
                    const std::string& address) {
  std::string place = HtmlEscape(pipe);
  if (chainage) place += fmt::format(" @ {} m", Fixed(*chainage, 1));
  if (!address.empty()) place += "<small>" + HtmlEscape(address) + "</small>";
  return place;
}

std::string PositionOf(const std::optional<double>& lon, const std::optional<double>& lat) {
  return lon && lat ? fmt::format("{}, {}", Fixed(*lat, 6), Fixed(*lon, 6)) : std::string();
}

/// Begin and end of the rows of each area, which lie together.
template <class Row>
std::vector<std::pair<std::size_t, std::size_t>> ByArea(const std::vector<Row>& rows) {
  std::vector<std::pair<std::size_t, std::size_t>> parts;
  for (std::size_t i = 0, end = 0; i < rows.size(); i = end) {
    for (end = i; end < rows.size() && rows[end].area == rows[i].area;) ++end;
    parts.emplace_back(i, end);
  }
  return parts;
}

void AppendHazards(std::string& out, const MorningSummary& s, const Words& words) {
  out += fmt::format("<h2>{}</h2>", words(kMorningLeaks));
  if (s.hazards.empty()) out += fmt::format("<p>{}</p>", words(kMorningNone));
  for (const auto& [begin, end] : ByArea(s.hazards)) {
    AppendTable(
        out, words,
        {{kMorningHazard, "id"},
         {kMorningKind},
         {kMorningProbability, "n"},
         {kMorningRise, "n"},
         {kMorningLoss, "n"},
         {kMorningPlace},
         {kMorningSigma, "n"}},
        end - begin,
        [&, first = begin](std::size_t i) -> std::vector<std::string> {
          const auto& row = s.hazards[first + i];
          const Hazard& h = row.hazard;
          return {HtmlEscape(h.id),
                  HtmlEscape(Word(h.kind, words.lang())),
                  Number(h.probability, 2),
                  Number(h.delta_t_k, 1),
                  Number(h.heat_loss_w_p50, 0),
                  PlaceOf(h.place.pipe_id, h.place.chainage_m,
                          PositionOf(h.place.lon_deg, h.place.lat_deg)),
                  Number(h.place.sigma_major_m, 1)};
        },
        HtmlEscape(s.hazards[begin].area));
  }
}

void AppendProblems(std::string& out, const MorningSummary& s, const Words& words) {
  out += fmt::format("<h2>{}</h2>", words(kMorningProblems));
  std::vector<const MorningSummary::ScanRow*> bad;
  for (const auto& scan : s.scans) {
    if (scan.state != "done") bad.push_back(&scan);
  }
  if (bad.empty() && s.set_aside.empty()) {
    out += fmt::format("<p>{}</p>", words(kMorningNone));
    return;
  }
  if (!bad.empty()) {
    AppendTable(
        out, words,
        {{kMorningScan, "id"}, {kMorningArea}, {kMorningCrew}, {kMorningState}, {kMorningReason}},
        bad.size(), [&](std::size_t i) -> std::vector<std::string> {
          const auto& row = *bad[i];
          return {HtmlEscape(row.scan), HtmlEscape(row.area), HtmlEscape(row.crew),
                  fmt::format(R"(<span class="bad">{}</span>)", words(StateWord(row.state))),
                  HtmlEscape(row.reason.In(words.lang()))};
        });
  }
  if (!s.set_aside.empty()) {
    AppendTable(out, words, {{kMorningScan, "id"}, {kMorningFile}, {kMorningReason}},
                s.set_aside.size(), [&](std::size_t i) -> std::vector<std::string> {
                  const auto& row = s.set_aside[i];
                  return {HtmlEscape(row.scan), HtmlEscape(row.file), HtmlEscape(row.reason)};
                });
  }
}

void AppendRefly(std::string& out, const MorningSummary& s, const Words& words) {
  out += fmt::format("<h2>{}</h2>", words(kMorningRefly));
  if (s.refly.empty()) out += fmt::format("<p>{}</p>", words(kMorningNone));
  for (const auto& [begin, end] : ByArea(s.refly)) {
    AppendTable(
        out, words,
        {{kMorningPipe},
         {kMorningFrom, "n"},
         {kMorningTo, "n"},
         {kMorningReason},
         {kMorningPlace},
         {kMorningScan, "id"}},
        end - begin,
        [&, first = begin](std::size_t i) -> std::vector<std::string> {
          const auto& row = s.refly[first + i];
          return {HtmlEscape(row.pipe),
                  Fixed(row.from_m, 0),
                  Fixed(row.to_m, 0),
                  HtmlEscape(row.reason),
                  PositionOf(row.lon_deg, row.lat_deg),
                  HtmlEscape(row.scan)};
        },
        HtmlEscape(s.refly[begin].area));
  }
}

void AppendToday(std::string& out, const MorningSummary& s, const Words& words) {
  out += fmt::format("<h2>{}</h2>", words(kMorningToday));
  if (s.today.empty()) out += fmt::format("<p>{}</p>", words(kMorningNone));
  for (const auto& [begin, end] : ByArea(s.today)) {
    AppendTable(
        out, words,
        {{kMorningTask},
         {kMorningCrew},
         {kMorningHazard, "id"},
         {kMorningState},
         {kMorningProbability, "n"},
         {kMorningPlace},
         {kMorningSigma, "n"}},
        end - begin,
        [&, first = begin](std::size_t i) -> std::vector<std::string> {
          const auto& row = s.today[first + i];
          const std::string position = PositionOf(row.lon_deg, row.lat_deg);
          std::string where = row.address;
          if (!position.empty()) where += (where.empty() ? "" : " · ") + position;
          return {HtmlEscape(row.task.In(words.lang())),
                  HtmlEscape(row.crew.empty() ? row.unit : row.crew),
                  HtmlEscape(row.hazard),
                  HtmlEscape(Word(row.state, words.lang())),
                  Number(row.probability, 2),
                  PlaceOf(row.pipe, row.chainage_m, where),
                  Number(row.sigma_m, 1)};
        },
        HtmlEscape(s.today[begin].area));
  }
}

void AppendScans(std::string& out, const MorningSummary& s, const Words& words) {
  out += fmt::format("<h2>{}</h2>", words(kMorningScans));
  if (s.scans.empty()) {
    out += fmt::format("<p>{}</p>", words(kMorningNone));
    return;
  }
  AppendTable(out, words,
              {{kMorningScan, "id"},
               {kMorningArea},
               {kMorningCrew},
               {kMorningFlown, "id"},
               {kMorningState},
               {kMorningFrames, "n"},
               {kMorningSetAside, "n"},
               {kMorningSeen, "n"},
               {kMorningOpened, "n"},
               {kMorningAgain, "n"}},
              s.scans.size(), [&](std::size_t i) -> std::vector<std::string> {
                const auto& row = s.scans[i];
                return {
                    HtmlEscape(row.scan),
                    HtmlEscape(row.area),
                    HtmlEscape(row.crew),
                    HtmlEscape(row.flown_on),
                    fmt::format(R"(<span class="{}">{}</span>)",
                                row.state == "done" ? "good" : "bad", words(StateWord(row.state))),
                    std::to_string(row.frames),
                    std::to_string(row.set_aside),
                    Fixed(row.seen_km, 2),
                    std::to_string(row.opened),
                    std::to_string(row.again)};
              });
}

}  // namespace

int MorningSummary::SuspectedLeaks() const {
  int leaks = 0;
  for (const HazardRow& row : hazards) leaks += row.hazard.kind == HazardKind::kLeak ? 1 : 0;
  return leaks;
}
int MorningSummary::Problems() const {
  int problems = 0;
  for (const ScanRow& row : scans) problems += row.state == "done" ? 0 : 1;
  return problems;
}
double MorningSummary::ReflyMetres() const {
  double metres = 0;
  for (const ReflyRow& row : refly) metres += row.to_m - row.from_m;
  return metres;
}

void WriteMorningHtml(const MorningSummary& s, Lang lang, const std::filesystem::path& path) {
  const Words words(lang);
  std::set<std::string> areas;
  for (const auto& scan : s.scans) areas.insert(scan.area);
  const std::string title = words(kMorningTitle, {s.day});
  std::string out = fmt::format(
      R"(<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{}</title><style>{}</style></head><body><main><h1>{}</h1><p class="sub">{}</p>)",
      lang == Lang::kChinese ? "zh" : "en", title, kCss, title,
      words(kMorningSub, {std::to_string(s.scans.size()), std::to_string(areas.size())}));
  out += R"(<ul class="tiles">)";
  const auto tile = [&](const std::string& figure, MessageId id, bool bad = false) {
    out += fmt::format("<li{}><b>{}</b><span>{}</span></li>", bad ? R"( class="bad")" : "", figure,
                       words(id));
  };
  tile(std::to_string(s.SuspectedLeaks()), kMorningTilesLeaks);
  tile(std::to_string(s.scans.size() - static_cast<std::size_t>(s.Problems())), kMorningTilesScans);
  tile(std::to_string(s.Problems()), kMorningTilesProblems, s.Problems() > 0);
  tile(Fixed(s.ReflyMetres(), 0), kMorningTilesRefly);
  tile(std::to_string(s.today.size()), kMorningTilesToday);
  out += "</ul>";
  AppendHazards(out, s, words);
  AppendProblems(out, s, words);
  AppendRefly(out, s, words);
  AppendToday(out, s, words);
  if (s.plan) {
    out += fmt::format(
        "<h2>{}</h2><p>{}</p>", words(kMorningPlan),
        words(kMorningPlanText, {std::to_string(s.plan->version), std::to_string(s.plan->items),
                                 std::to_string(s.plan->hazards), Fixed(s.plan->yuan / 1e6, 2),
                                 std::to_string(s.plan->unplanned)}));
  }
  AppendScans(out, s, words);
  out += fmt::format(R"(<p class="sub">{}</p></main></body></html>)",
                     words(kMorningVersion, {s.day, std::to_string(s.season)}));
  WriteFileAtomically(path, out + "\n");
}

}  // namespace thermoleak
