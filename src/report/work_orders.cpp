// work_orders.html (派单): one A4 page an item, for the crew that goes out.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "report/plan_table.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/planning/plan_json.hpp"

namespace thermoleak {
namespace {

using namespace planning;
using enum MessageId;

constexpr std::string_view kCss = R"css(
*{box-sizing:border-box}body{margin:0;font:14px/1.5 "Noto Sans CJK SC","WenQuanYi Micro Hei","Microsoft YaHei",system-ui,sans-serif;color:#14202b;background:#e9edf1}
section{width:190mm;min-height:270mm;margin:8mm auto;background:#fff;padding:10mm;display:flex;flex-direction:column;break-after:page}
header{display:flex;justify-content:space-between;align-items:baseline;border-bottom:3px solid #14202b;padding-bottom:4px}h1{font-size:24px;margin:0}header b{font-size:15px}
.mark{font-size:11px;color:#a61c2b;margin:3px 0 8px}.facts{display:grid;grid-template-columns:auto 1fr auto 1fr;border:1px solid #9aa5b1}
section>p::first-letter{text-transform:uppercase}.facts dt,.facts dd{margin:0;padding:5px 8px;border-bottom:1px solid #d5dde5}.facts dt{background:#f3f6f9;color:#5c6b7a;white-space:nowrap}
h2{font-size:15px;margin:14px 0 4px}.dig{display:flex;gap:16px;align-items:center}.dig svg{width:62mm;height:62mm;flex:none;border:1px solid #d5dde5}
ol{margin:0;padding:0;list-style:none}ol li::first-letter{text-transform:uppercase}ol li{padding:5px 0 5px 26px;border-bottom:1px dotted #9aa5b1;position:relative}ol li::before{content:"";position:absolute;left:2px;top:9px;width:13px;height:13px;border:1.5px solid #14202b}
.write{border:1px solid #9aa5b1;min-height:26mm;padding:4px 8px;color:#5c6b7a;font-size:12px}.sign{margin-top:auto;border-top:1px solid #14202b;padding-top:12mm;color:#5c6b7a;font-size:12px}
@media print{@page{size:A4;margin:10mm}body{background:#fff}section{margin:0;padding:0;width:auto;min-height:275mm}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";

/// The box around the likeliest place, north up, with a metre scale.
std::string BoxSvg(const DigBox& box) {
  const double reach = std::max(2.0, 0.75 * std::hypot(box.long_m, box.short_m));
  const double k = 90 / reach;
  std::string out = R"(<svg viewBox="-100 -100 200 200">)";
  const auto sink = std::back_inserter(out);
  for (double m = -std::floor(reach * 100 / 90); m <= reach * 100 / 90; m += 1) {
    fmt::format_to(
        sink,
        R"(<path d="M{0:.1f} -100V100M-100 {0:.1f}H100" stroke="#e3e9ef" stroke-width=".6"/>)",
        m * k);
  }
  fmt::format_to(
      sink,
      R"~(<g transform="rotate({:.1f})"><rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="#c41f2b" fill-opacity=".12" stroke="#c41f2b" stroke-width="2"/><ellipse rx="{:.1f}" ry="{:.1f}" fill="none" stroke="#c41f2b" stroke-dasharray="4 3"/></g><path d="M-6 0H6M0 -6V6" stroke="#14202b" stroke-width="1.6"/><path d="M84 -92l6 18-6-4-6 4z" fill="#14202b"/><text x="84" y="-62" font-size="11" text-anchor="middle">N</text><path d="M-92 90h{:.1f}" stroke="#14202b" stroke-width="2.5"/><text x="-92" y="84" font-size="11">1 m</text></svg>)~",
      box.azimuth_deg, -box.short_m * k / 2, -box.long_m * k / 2, box.short_m * k, box.long_m * k,
      box.short_m * k / 2, box.long_m * k / 2, k);
  return out;
}

}  // namespace

void WriteWorkOrders(const PlanDocument& d, const std::filesystem::path& path) {
  const Words words(d.lang);
  std::string out = fmt::format(
      R"(<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8"><title>{}</title><style>{}</style></head><body>)",
      d.lang == Lang::kChinese ? "zh" : "en", words(kPlanOrderTitle), kCss);
  const auto sink = std::back_inserter(out);
  for (const PlanItem& item : d.plan->items) {
    fmt::format_to(
        sink,
        R"(<section><header><h1>{}</h1><b>{}</b></header><p class="mark">{}</p><dl class="facts">)",
        words(kPlanOrderTitle), HtmlEscape(item.id), HtmlEscape(EditionMark(d)));
    std::string hazards;
    for (const std::string& id : item.hazard_ids) hazards += (hazards.empty() ? "" : ", ") + id;
    const auto fact = [&](MessageId id, const std::string& value) {
      fmt::format_to(sink, "<dt>{}</dt><dd>{}</dd>", words(id), HtmlEscape(value));
    };
    fact(kPlanColumnUnit, item.unit);
    fact(kPlanColumnDistrict, item.district);
    fact(kPlanColumnPlace, PlaceText(item));
    fact(kPlanColumnCrew, item.crew);
    fact(kPlanColumnStart, IsoDate(item.start));
    fact(kPlanColumnEnd, IsoDate(item.end));
    fact(kPlanColumnAsset, Word(item.asset, d.lang));
    fact(kPlanColumnDn, item.dn_mm ? std::to_string(*item.dn_mm) : "");
    fact(kPlanColumnClass, Word(item.repair_class, d.lang) + " · " + Word(item.measure, d.lang));
    fact(kPlanColumnQuantity, Fixed(item.quantity, item.quantity_unit == "m" ? 1 : 0) + " " +
                                  QuantityUnit(item.quantity_unit, d.lang));
    fact(kPlanColumnBuilt, item.year_built ? std::to_string(*item.year_built) : "");
    if (d.edition == Edition::kInternal)
      fact(kPlanColumnDepth, item.depth_m ? Fixed(*item.depth_m, 2) : "");
    else
      fact(kPlanColumnHouseholds, item.households ? std::to_string(*item.households) : "");
    fact(kPlanColumnHazards, hazards);
    fact(kPlanColumnUrgency, Word(item.urgency, d.lang));
    fmt::format_to(sink, "</dl><h2>{}</h2><p>{}</p>", words(kPlanColumnWork),
                   HtmlEscape(item.text.In(d.lang)));
    if (!RemarksOf(item, d.lang).empty())
      fmt::format_to(sink, "<p>{}</p>", HtmlEscape(RemarksOf(item, d.lang)));
    const auto box = DigBoxOf(item);
    if (d.edition == Edition::kInternal && item.skill == Skill::kPipe && item.lon_deg &&
        item.lat_deg) {
      fmt::format_to(sink, R"(<h2>{}</h2><div class="dig">)", words(kPlanOrderDig));
      if (box) out += BoxSvg(*box);
      fmt::format_to(sink, "<div><p>{}</p>",
                     words(kPlanOrderPosition, {Fixed(*item.lon_deg, 7), Fixed(*item.lat_deg, 7)}));
      if (box)
        fmt::format_to(sink, "<p>{}</p>",
                       words(kPlanOrderBox, {Fixed(box->long_m, 1), Fixed(box->short_m, 1),
                                             Fixed(box->azimuth_deg, 0)}));
      out += "</div></div>";
    }
    fmt::format_to(sink, "<h2>{}</h2><ol>", words(kPlanOrderSteps));
    if (item.permit_by)
      fmt::format_to(sink, "<li>{}</li>", words(kPlanPermit, {IsoDate(*item.permit_by)}));
    if (item.skill == Skill::kLicensed)
      fmt::format_to(sink, "<li>{}</li>", words(kPlanOrderLicensed));
    fmt::format_to(sink, "<li>{}</li><li>{}</li><li>{}</li>", words(kPlanOrderIsolate),
                   HtmlEscape(item.text.In(d.lang)), words(kPlanOrderPhotos));
    if (item.pressure_test)
      fmt::format_to(sink, "<li>{}</li>", words(kPlanPressure, {IsoDate(*item.pressure_test)}));
    fmt::format_to(
        sink, R"(</ol><h2>&nbsp;</h2><div class="write">{}</div><p class="sign">{}</p></section>)",
        words(kPlanOrderReport), words(kPlanOrderSigns));
  }
  WriteFileAtomically(path, out + "</body></html>\n");
}

}  // namespace thermoleak
