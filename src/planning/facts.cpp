#include "thermoleak/planning/facts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "thermoleak/planning/vocabulary.hpp"

namespace thermoleak::planning {
namespace {

using enum FactType;

std::vector<std::string_view> Codes(std::span<const Term> terms) {
  std::vector<std::string_view> codes;
  for (const Term& term : terms) codes.push_back(term.code);
  return codes;
}

template <class T>
Value Maybe(const std::optional<T>& fact) {
  if (!fact) return {};
  if constexpr (std::is_same_v<T, bool>) {
    return *fact;
  } else {
    return static_cast<double>(*fact);
  }
}

Value Words(const std::string& text) { return text.empty() ? Value{} : Value{text}; }

}  // namespace

const std::vector<FactDoc>& FactDocs() {
  static const std::vector<FactDoc> kDocs = {
      {"kind", kWord, "what the hazard is taken for", "隐患类型", Codes(TermsOf<HazardKind>())},
      {"asset", kWord, "what has it", "设施类别", Codes(TermsOf<AssetKind>())},
      {"source", kWord, "where it came from", "隐患来源", Codes(TermsOf<HazardSource>())},
      {"net", kNumber, "1 primary network, 2 secondary", "网级(1 一次网,2 二次网)"},
      {"dn", kNumber, "nominal diameter, mm", "管径"},
      {"depth", kNumber, "depth of cover, m", "埋深"},
      {"laying", kWord, "how it is laid", "敷设方式", {"buried", "duct", "overhead"}},
      {"age", kNumber, "years since it was built", "使用年限"},
      {"section_len", kNumber, "metres between wells", "井间管段长度"},
      {"conf", kNumber, "probability by the survey", "置信度"},
      {"verified", kFlag, "found to be real on site", "现场已复核"},
      {"leaks3y", kNumber, "leaks of the section in 3 years", "近三年漏点数"},
      {"q_leak", kNumber, "leaking, m3/h", "漏水量"},
      {"len_bad", kNumber, "metres to be repaired", "待修长度"},
      {"critical", kFlag, "main road, school, hospital, metro", "重要部位"},
      {"collapse", kFlag, "signs that the ground collapses", "塌陷迹象"},
      {"heat_stop", kFlag, "heating stopped", "已停热"},
      {"households", kNumber, "households concerned", "影响户数"},
      {"road_cut", kFlag, "a road must be opened", "需占道"},
      {"seasons_seen", kNumber, "seasons that saw it", "出现季数"},
      {"state", kWord, "the hazard's state", "隐患状态", Codes(TermsOf<HazardState>())},
      {"scrap_listed", kFlag, "the boiler is to be given up", "列入拆除计划"},
      {"part", kText, "part of the boiler or the pipe", "部件"},
      {"defect", kText, "defect that was found", "缺陷"},
      {"below_limit", kFlag, "measured below a limit of stated origin", "低于限值"},
      {"above_limit", kFlag, "measured above a limit of stated origin", "超过限值"},
      {"conclusion",
       kWord,
       "conclusion of the inspection",
       "检验结论",
       {"unfit", "basically_fit", "fit"}},
      {"tubes_percent", kNumber, "tubes to be replaced, %", "换管比例"},
      {"years_since_internal", kNumber, "years since the internal inspection", "距上次内检年数"},
      {"repl_cost", kNumber, "what a new one costs, yuan", "重置价"},
      {"cost", kNumber, "cost of the item, yuan", "投资"},
      {"cost_ratio", kNumber, "cost over replacement", "投资与重置价之比"},
      {"courtyard_items", kNumber, "items in the same courtyard's network", "同小区项目数"},
      {"courtyard_share", kNumber, "bad share of the courtyard's length", "小区待修长度占比"},
      {"rule", kText, "the rule that fired", "命中规则"},
  };
  return kDocs;
}

const FactDoc* FindFact(std::string_view name) {
  const auto& docs = FactDocs();
  const auto found =
      std::find_if(docs.begin(), docs.end(), [&](const FactDoc& d) { return d.name == name; });
  return found == docs.end() ? nullptr : &*found;
}

std::string ToText(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{:.10g}", *number);
  if (const auto* text = std::get_if<std::string>(&value)) return '\'' + *text + '\'';
  return "?";
}

const Value& Facts::Get(std::string_view name) const {
  static const Value kUnknown;
  const auto found = values_.find(name);
  return found == values_.end() ? kUnknown : found->second;
}

void Facts::Set(std::string_view name, Value value) {
  values_.insert_or_assign(std::string(name), std::move(value));
}

Facts FactsOf(const Hazard& h, int season_year, Date day) {
  Facts f;
  const AssetFacts& a = h.asset;
  f.Set("kind", std::string(Code(h.kind)));
  f.Set("asset", std::string(Code(a.kind)));
  f.Set("source", std::string(Code(h.source)));
  f.Set("state", std::string(Code(h.state)));
  if (a.kind == AssetKind::kPrimaryPipe) f.Set("net", 1.0);
  if (a.kind == AssetKind::kSecondaryPipe || a.kind == AssetKind::kRiser) f.Set("net", 2.0);
  f.Set("dn", Maybe(a.dn_mm));
  f.Set("depth", Maybe(a.depth_m));
  f.Set("laying", Words(a.laying));
  if (a.year_built) f.Set("age", static_cast<double>(season_year - *a.year_built));
  f.Set("section_len", Maybe(a.length_m));
  f.Set("conf", Maybe(h.probability));
  f.Set("verified", h.verified);
  f.Set("leaks3y", Maybe(h.leaks_3_years));
  f.Set("q_leak", Maybe(h.leak_flow_m3_h));
  f.Set("len_bad", Maybe(h.length_m));
  f.Set("critical", Maybe(h.critical_place));
  f.Set("collapse", Maybe(h.collapse_sign));
  f.Set("heat_stop", Maybe(h.heat_stopped));
  f.Set("households", Maybe(h.households));
  f.Set("road_cut", Maybe(h.road_cut));
  f.Set("seasons_seen", static_cast<double>(h.seasons_seen));
  f.Set("scrap_listed", Maybe(a.scrap_listed));
  f.Set("part", Words(a.part));
  f.Set("defect", Words(a.defect));
  if (h.measured_value && h.limit_value && !h.limit_origin.empty()) {
    f.Set("below_limit", *h.measured_value < *h.limit_value);
    f.Set("above_limit", *h.measured_value > *h.limit_value);
  }
  if (!h.conclusion.empty()) {
    std::string word = h.conclusion;
    std::replace(word.begin(), word.end(), ' ', '_');
    f.Set("conclusion", word);
  }
  f.Set("tubes_percent", Maybe(h.tubes_replaced_percent));
  if (h.last_internal_inspection) {
    // Calendar years and their part: 29 February counts as 28 in other years.
    const std::chrono::year_month_day then(*h.last_internal_inspection);
    const std::chrono::year_month_day now(day);
    int years = static_cast<int>(now.year()) - static_cast<int>(then.year());
    const auto anniversary = [&](int n) {
      const std::chrono::year_month_day date = then + std::chrono::years(n);
      return date.ok() ? Date(date) : Date(date.year() / date.month() / std::chrono::last);
    };
    if (anniversary(years) > day) --years;
    const double part = static_cast<double>((day - anniversary(years)).count()) /
                        static_cast<double>((anniversary(years + 1) - anniversary(years)).count());
    f.Set("years_since_internal", years + part);
  }
  f.Set("repl_cost", Maybe(a.replacement_yuan));
  return f;
}

}  // namespace thermoleak::planning
