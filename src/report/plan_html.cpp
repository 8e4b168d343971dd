// plan.html: figures, map, weeks, why this order, the plan's table.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "report/plan_table.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/geo/nearby.hpp"
#include "thermoleak/planning/plan_json.hpp"

namespace thermoleak {
namespace {

using namespace planning;
using enum MessageId;

constexpr std::string_view kCss = R"css(
:root{--ink:#1d2733;--soft:#5c6b7a;--line:#d5dde5;--field:#f4f7fa;--minor:#2e9a4a;--medium:#e09a1f;--major:#c41f2b;--urgent:#7b1fa2}
*{box-sizing:border-box}body{margin:0;font:15px/1.5 "Noto Sans CJK SC","WenQuanYi Micro Hei","Microsoft YaHei",system-ui,sans-serif;color:var(--ink);background:#fff}
main{max-width:1280px;margin:0 auto;padding:24px}h1{font-size:26px;margin:0}h2{font-size:19px;margin:32px 0 10px;border-bottom:2px solid var(--ink);padding-bottom:4px}
.sub{color:var(--soft);font-size:13px;margin:4px 0}.mark{font-size:12px;font-weight:700;color:#a61c2b}.mark.public{color:#1f6e43}
.tiles{display:flex;gap:10px;flex-wrap:wrap;list-style:none;padding:0;margin:18px 0}.tiles li{flex:1 1 150px;background:var(--field);border-radius:8px;padding:12px 16px}
.tiles b{display:block;font-size:28px;line-height:1.15;font-variant-numeric:tabular-nums}.tiles span{color:var(--soft);font-size:13px}
svg{display:block;width:100%;height:auto;background:var(--field);border-radius:8px}
.c0{fill:var(--minor)}.c1{fill:var(--medium)}.c2{fill:var(--major)}.em{stroke:var(--urgent);stroke-width:2.5}
.key{display:flex;gap:18px;font-size:13px;color:var(--soft);margin:8px 0;flex-wrap:wrap}.key i{display:inline-block;width:11px;height:11px;border-radius:50%;margin-right:5px}
.warn{background:#fff6e0;border-left:4px solid var(--medium);padding:8px 14px;border-radius:4px;font-size:14px}.warn li{margin:2px 0}.warn ul{margin:0;padding-left:18px}
table{border-collapse:collapse;width:100%;font-size:13px}th{text-align:left;background:var(--field);position:sticky;top:0}th,td{padding:5px 8px;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td small{color:var(--soft);display:block}.tag{display:inline-block;border-radius:3px;color:#fff;padding:0 6px;font-size:12px}
.tag,td:nth-child(n+9){white-space:nowrap}.t0{background:var(--minor)}.t1{background:#b87708}.t2{background:var(--major)}details summary{cursor:pointer;color:var(--soft)}details p{margin:3px 0;font-size:12px}
code{font-size:12px;background:var(--field);padding:0 4px;border-radius:3px;overflow-wrap:anywhere}.scroll{overflow-x:auto}
@media print{@page{size:A3 landscape;margin:10mm}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}h2{break-after:avoid}tr,svg,.tiles{break-inside:avoid}th{position:static}}
)css";

std::string Millions(double yuan) { return Fixed(yuan / 1e6, 2); }

void AppendMap(std::string& out, const PlanDocument& d, const Words& words) {
  double w = 1e300, e = -1e300, s = 1e300, n = -1e300;
  for (const PlanItem& item : d.plan->items) {
    if (!item.lon_deg || !item.lat_deg) continue;
    w = std::min(w, *item.lon_deg);
    e = std::max(e, *item.lon_deg);
    s = std::min(s, *item.lat_deg);
    n = std::max(n, *item.lat_deg);
  }
  if (w > e) return;
  // Degrees of longitude are as short as in the middle: good for a picture of a city.
  const LonLat middle{(w + e) / 2, (s + n) / 2};
  const auto east = [&](double lon) { return MetresFrom(middle, {lon, middle.lat_deg}).x(); };
  const auto north = [&](double lat) { return MetresFrom(middle, {middle.lon_deg, lat}).y(); };
  const double wide_m = east(e) - east(w), tall_m = north(n) - north(s);
  const double span = std::max({wide_m, tall_m, 200.0});
  const double width = 1200, pad = 40;
  const double scale =
      std::min((width - 2 * pad) / std::max(wide_m, 1.0), (640 - 2 * pad) / std::max(tall_m, 1.0));
  const double k = std::min(scale, (width - 2 * pad) / 200);
  const double height = std::max(220.0, tall_m * k + 2 * pad);
  const double left = (width - wide_m * k) / 2;
  const auto x = [&](double lon) { return left + (east(lon) - east(w)) * k; };
  const auto y = [&](double lat) { return height - pad - (north(lat) - north(s)) * k; };
  const auto sink = std::back_inserter(out);
  fmt::format_to(sink, R"(<h2>{}</h2><svg viewBox="0 0 {:.0f} {:.0f}" role="img">)",
                 words(kPlanPageMap), width, height);
  out += R"(<g fill="none" stroke="#8fa3b5" stroke-width="1.4">)";
  for (const std::vector<LonLat>& pipe : d.pipes) {
    // Only what runs through the picture.
    const bool inside = std::any_of(pipe.begin(), pipe.end(), [&](const LonLat& p) {
      return x(p.lon_deg) > 0 && x(p.lon_deg) < width && y(p.lat_deg) > 0 && y(p.lat_deg) < height;
    });
    if (!inside) continue;
    out += R"(<path d=")";
    for (std::size_t i = 0; i < pipe.size(); ++i) {
      fmt::format_to(sink, "{}{:.1f} {:.1f}", i == 0 ? 'M' : 'L', x(pipe[i].lon_deg),
                     y(pipe[i].lat_deg));
    }
    out += R"("/>)";
  }
  out += "</g>";
  std::vector<const PlanItem*> order;
  for (const PlanItem& item : d.plan->items) order.push_back(&item);
  std::stable_sort(order.begin(), order.end(), [](const PlanItem* a, const PlanItem* b) {
    return a->repair_class < b->repair_class;  // the large ones lie on top
  });
  for (const PlanItem* item : order) {
    if (!item->lon_deg || !item->lat_deg) continue;
    const double radius = 3.5 + 1.8 * std::log10(1 + item->Money() / 1000);
    fmt::format_to(
        sink,
        R"(<circle class="c{}{}" cx="{:.1f}" cy="{:.1f}" r="{:.1f}" fill-opacity=".72"><title>{} · {} · {} .. {}</title></circle>)",
        static_cast<int>(item->repair_class), item->emergency ? " em" : "", x(*item->lon_deg),
        y(*item->lat_deg), radius, HtmlEscape(PlaceText(*item)), HtmlEscape(item->text.In(d.lang)),
        IsoDate(item->start), IsoDate(item->end));
  }
  // A scale bar of a round length.
  double bar = std::pow(10, std::floor(std::log10(span / 4)));
  if (bar * 5 < span / 4)
    bar *= 5;
  else if (bar * 2 < span / 4)
    bar *= 2;
  fmt::format_to(
      sink,
      R"(<path d="M20 {0:.0f}h{1:.1f}" stroke="#1d2733" stroke-width="3"/><text x="20" y="{2:.0f}" font-size="13">{3}</text><path d="M{4:.0f} 18l7 22-7-5-7 5z" fill="#1d2733"/><text x="{4:.0f}" y="54" font-size="13" text-anchor="middle">N</text></svg>)",
      height - 14, bar * k, height - 20,
      bar >= 1000 ? fmt::format("{:.0f} km", bar / 1000) : fmt::format("{:.0f} m", bar),
      width - 24);
}

void AppendKey(std::string& out, const PlanDocument& d) {
  out += R"(<div class="key">)";
  const char* const colours[] = {"var(--minor)", "var(--medium)", "var(--major)"};
  for (int c = 0; c < 3; ++c) {
    out += fmt::format(R"(<span><i style="background:{}"></i>{}</span>)", colours[c],
                       Word(static_cast<RepairClass>(c), d.lang));
  }
  out += fmt::format(R"~(<span><i style="border:2.5px solid var(--urgent)"></i>{}</span></div>)~",
                     Word(HazardState::kEmergency, d.lang));
}

/// A row a crew, a bar an item, a line a month.
void AppendGantt(std::string& out, const PlanDocument& d, const Words& words) {
  std::map<std::string, std::vector<const PlanItem*>> crews;
  Date from = d.plan->implementation.from;
  Date to = d.plan->implementation.to;
  for (const PlanItem& item : d.plan->items) {
    crews[item.crew].push_back(&item);
    from = std::min(from, item.start);
    to = std::max(to, item.end);
  }
  if (crews.empty()) return;
  const double left = 130, width = 1200, row = 22, top = 26;
  const double height = top + row * static_cast<double>(crews.size()) + 6;
  const double per_day = (width - left - 10) / static_cast<double>((to - from).count() + 1);
  const auto x = [&](Date day) {
    return left + static_cast<double>((day - from).count()) * per_day;
  };
  const auto sink = std::back_inserter(out);
  fmt::format_to(sink, R"(<h2>{}</h2>)", words(kPlanPageGantt));
  AppendKey(out, d);
  fmt::format_to(sink, R"(<svg viewBox="0 0 {:.0f} {:.0f}" role="img">)", width, height);
  for (Date day = from; day <= to; day += std::chrono::days(1)) {
    const std::chrono::year_month_day date(day);
    if (date.day() != std::chrono::day(1) && day != from) continue;
    fmt::format_to(
        sink,
        R"(<path d="M{0:.1f} {1}V{2:.0f}" stroke="#c3ccd5"/><text x="{3:.1f}" y="16" font-size="12" fill="#5c6b7a">{4:02}-{5:02}</text>)",
        x(day), top - 6, height, x(day) + 3, static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()));
  }
  double y = top;
  for (const auto& [crew, items] : crews) {
    fmt::format_to(
        sink,
        R"(<text x="6" y="{:.0f}" font-size="12">{}</text><path d="M0 {:.0f}H{:.0f}" stroke="#e3e9ef"/>)",
        y + 15, HtmlEscape(crew), y + row, width);
    for (const PlanItem* item : items) {
      fmt::format_to(
          sink,
          R"(<rect class="c{}{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.0f}" rx="2" stroke="#fff" stroke-width=".6"><title>{} · {} · {} .. {}</title></rect>)",
          static_cast<int>(item->repair_class), item->emergency ? " em" : "", x(item->start), y + 3,
          std::max(1.5, x(item->end + std::chrono::days(1)) - x(item->start)), row - 6,
          HtmlEscape(PlaceText(*item)), HtmlEscape(item->text.In(d.lang)), IsoDate(item->start),
          IsoDate(item->end));
    }
    y += row;
  }
  out += "</svg>";
}

void AppendTable(std::string& out, const PlanDocument& d, const Words& words) {
  const auto sink = std::back_inserter(out);
  fmt::format_to(sink, R"(<h2>{}</h2><div class="scroll"><table><thead><tr>)",
                 words(kPlanSheetItems));
  for (const MessageId id : {kPlanColumnNumber, kPlanColumnPlace, kPlanColumnUnit, kPlanColumnClass,
                             kPlanColumnWork, kPlanColumnGrade, kPlanColumnCost, kPlanColumnAvoided,
                             kPlanColumnStart, kPlanColumnEnd, kPlanColumnCrew}) {
    const bool number =
        id == kPlanColumnNumber || id == kPlanColumnCost || id == kPlanColumnAvoided;
    fmt::format_to(sink, "<th{}>{}</th>", number ? R"( class="n")" : "", words(id));
  }
  out += "</tr></thead><tbody>";
  int number = 0;
  for (const PlanItem& item : d.plan->items) {
    std::string why;
    for (const RuleStep& step : item.trace) {
      if (!IsShown(step, d.edition)) continue;
      fmt::format_to(std::back_inserter(why), "<p><b>{}</b>{} {} <code>{}</code> {}</p>",
                     HtmlEscape(step.id), step.fired ? "" : " ?", HtmlEscape(step.text.In(d.lang)),
                     HtmlEscape(InputsOf(step)), HtmlEscape(step.origin));
    }
    std::string hazards;
    for (const std::string& id : item.hazard_ids) hazards += (hazards.empty() ? "" : ", ") + id;
    fmt::format_to(
        sink,
        R"(<tr id="{}"><td class="n">{}</td><td>{}<small>{}</small></td><td>{}</td><td><span class="tag t{}">{}</span></td><td>{}<small>{}</small><details><summary>{}</summary>{}<p>{}</p></details></td><td>{}</td><td class="n">{}</td><td class="n">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>)",
        HtmlEscape(item.id), ++number, HtmlEscape(PlaceText(item)), HtmlEscape(hazards),
        HtmlEscape(item.unit), static_cast<int>(item.repair_class), Word(item.repair_class, d.lang),
        HtmlEscape(item.text.In(d.lang)), HtmlEscape(RemarksOf(item, d.lang)),
        words(kPlanPageOrder), why, HtmlEscape(BasisOf(item, d.lang)),
        HtmlEscape(GradeOf(item, d.lang)), Fixed(item.Money() / 1e4, 2),
        Fixed(item.avoided.total() / 1e4, 1), IsoDate(item.start), IsoDate(item.end),
        HtmlEscape(item.crew));
  }
  out += "</tbody></table></div>";
}

void AppendUnplanned(std::string& out, const PlanDocument& d, const Words& words) {
  if (d.plan->unplanned.empty()) return;
  const auto sink = std::back_inserter(out);
  fmt::format_to(
      sink,
      R"(<h2>{}</h2><table><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>)",
      words(kPlanSheetUnplanned), words(kPlanColumnHazards), words(kPlanColumnUnit),
      words(kPlanColumnWhy), words(kPlanColumnDetail));
  for (const Unplanned& u : d.plan->unplanned) {
    fmt::format_to(sink, "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                   HtmlEscape(u.hazard_id), HtmlEscape(u.unit), Word(u.why, d.lang),
                   HtmlEscape(u.detail.In(d.lang)));
  }
  out += "</tbody></table>";
}

}  // namespace

void WritePlanHtml(const PlanDocument& d, const std::filesystem::path& path) {
  const Words words(d.lang);
  PlanSum sum;
  for (const PlanItem& item : d.plan->items) sum.Add(item);
  std::string out = fmt::format(
      R"(<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{}</title><style>{}</style></head><body><main><h1>{}</h1><p class="sub">{}</p><p class="mark{}">{}</p>)",
      d.lang == Lang::kChinese ? "zh" : "en", HtmlEscape(TitleOf(d)), kCss, HtmlEscape(TitleOf(d)),
      HtmlEscape(SubtitleOf(d)), d.edition == Edition::kDesensitised ? " public" : "",
      HtmlEscape(EditionMark(d)));
  const auto sink = std::back_inserter(out);
  out += R"(<ul class="tiles">)";
  for (const auto& [figure, id] : {std::pair{std::to_string(sum.items), kPlanTilesItems},
                                   {std::to_string(sum.hazards), kPlanTilesHazards},
                                   {Millions(sum.yuan), kPlanTilesCost},
                                   {Millions(sum.avoided_yuan), kPlanTilesAvoided},
                                   {std::to_string(d.plan->unplanned.size()), kPlanTilesLeft}}) {
    fmt::format_to(sink, "<li><b>{}</b><span>{}</span></li>", figure, words(id));
  }
  out += "</ul>";
  if (!d.plan->warnings.empty()) {
    fmt::format_to(sink, R"(<div class="warn"><b>{}</b><ul>)", words(kPlanPageWarnings));
    for (const Message& warning : d.plan->warnings)
      fmt::format_to(sink, "<li>{}</li>", words(warning));
    out += "</ul></div>";
  }
  if (d.edition == Edition::kInternal) AppendMap(out, d, words);
  AppendGantt(out, d, words);
  const SolveSummary& s = d.plan->solve;
  if (s.bound >= 0) {
    fmt::format_to(
        sink, "<h2>{}</h2><p>{}</p>", words(kPlanPageOrder),
        words(kPlanPageOrderText,
              {Fixed(d.plan->horizon_years, 0), Millions(sum.avoided_yuan), Millions(sum.yuan),
               Fixed(s.value > 0 ? 100 * (s.bound / s.value - 1) : 0, 1),
               s.time_limit ? Text(kPlanPageTimeLimit, d.lang) : ""}));
  }
  AppendTable(out, d, words);
  AppendUnplanned(out, d, words);
  WriteFileAtomically(path, out + "</main></body></html>\n");
}

}  // namespace thermoleak
