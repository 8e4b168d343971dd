#include "report/plan_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "thermoleak/planning/plan_json.hpp"

namespace thermoleak {

using namespace planning;

std::vector<PlanColumn> PlanColumns(Edition edition) {
  using enum MessageId;
  std::vector<PlanColumn> columns = {
      {kPlanColumnNumber, 5},      {kPlanColumnYear, 7},       {kPlanColumnBatch, 7},
      {kPlanColumnDistrict, 9},    {kPlanColumnUnit, 10},      {kPlanColumnPlace, 22},
      {kPlanColumnWork, 24},       {kPlanColumnAsset, 10},     {kPlanColumnClass, 7},
      {kPlanColumnMeasure, 9},     {kPlanColumnQuantity, 8},   {kPlanColumnQuantityUnit, 6},
      {kPlanColumnDn, 7},          {kPlanColumnSection, 8},    {kPlanColumnLaying, 8},
      {kPlanColumnDepth, 7},       {kPlanColumnBuilt, 8},      {kPlanColumnHazards, 28},
      {kPlanColumnSource, 9},      {kPlanColumnGrade, 9},      {kPlanColumnUrgency, 9},
      {kPlanColumnCost, 10, true}, {kPlanColumnFunds, 8},      {kPlanColumnCrew, 11},
      {kPlanColumnOwner, 8},       {kPlanColumnPhone, 9},      {kPlanColumnStart, 11},
      {kPlanColumnEnd, 11},        {kPlanColumnRealStart, 11}, {kPlanColumnRealEnd, 11},
      {kPlanColumnDone, 8},        {kPlanColumnRate, 8},       {kPlanColumnAccepted, 11},
      {kPlanColumnClosed, 11},     {kPlanColumnTags, 8},       {kPlanColumnHouseholds, 8, true},
      {kPlanColumnRemarks, 36}};
  if (edition == Edition::kDesensitised) {
    std::erase_if(columns, [](const PlanColumn& c) { return c.title == kPlanColumnDepth; });
  }
  return columns;
}

std::string PlaceText(const PlanItem& item) {
  std::string place = item.address;
  if (!item.courtyard.empty() && place.find(item.courtyard) == std::string::npos)
    place += (place.empty() ? "" : " · ") + item.courtyard;
  return place.empty() ? item.asset_id.empty() ? item.pipe_id : item.asset_id : place;
}

std::string QuantityUnit(const std::string& code, Lang lang) {
  using enum MessageId;
  const MessageId id = code == "m"         ? kPlanUnitM
                       : code == "place"   ? kPlanUnitPlace
                       : code == "chamber" ? kPlanUnitChamber
                       : code == "riser"   ? kPlanUnitRiser
                                           : kPlanUnitSet;
  return Text(id, lang);
}

std::string TitleOf(const PlanDocument& d) {
  return Message{MessageId::kPlanTitle,
                 {std::to_string(d.plan->season), Word(d.plan->batch, d.lang)}}
      .In(d.lang);
}
std::string SubtitleOf(const PlanDocument& d) {
  const RepairPlan& p = *d.plan;
  return Message{MessageId::kPlanSubtitle,
                 {std::to_string(p.version), IsoDate(p.date), p.rules, p.rules_sha256.substr(0, 8),
                  p.prices, p.prices_sha256.substr(0, 8)}}
      .In(d.lang);
}
std::string EditionMark(const PlanDocument& d) {
  return Text(d.edition == Edition::kDesensitised ? MessageId::kPlanPublicMark
                                                  : MessageId::kPlanInternalMark,
              d.lang);
}

bool IsShown(const RuleStep& step, Edition edition) {
  return edition == Edition::kInternal ||
         std::none_of(step.used.begin(), step.used.end(),
                      [](const UsedFact& used) { return used.name == "depth"; });
}

std::string InputsOf(const RuleStep& step) {
  std::string out;
  for (const UsedFact& used : step.used)
    out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", used.name, used.value);
  return out;
}

std::string GradeOf(const PlanItem& item, Lang lang) {
  if (item.grade) return Word(*item.grade, lang);
  return Message{MessageId::kPlanSuggested, {Word(item.suggested, lang)}}.In(lang);
}

namespace {

std::string JoinedFacts(const std::vector<std::string>& names, Lang lang) {
  std::string out;
  for (const std::string& name : names) {
    const FactDoc* doc = FindFact(name);
    const std::string_view word = doc == nullptr           ? std::string_view(name)
                                  : lang == Lang::kChinese ? doc->zh
                                                           : doc->en;
    out += (out.empty() ? "" : lang == Lang::kChinese ? "、" : "; ") + std::string(word);
  }
  return out;
}

}  // namespace

std::string RemarksOf(const PlanItem& item, Lang lang) {
  std::vector<std::string> parts;
  if (item.emergency) parts.emplace_back(Word(HazardState::kEmergency, lang));
  if (item.no_start) parts.push_back(Text(MessageId::kPlanNoStart, lang));
  if (item.permit_by)
    parts.push_back(Message{MessageId::kPlanPermit, {IsoDate(*item.permit_by)}}.In(lang));
  if (item.pressure_test)
    parts.push_back(Message{MessageId::kPlanPressure, {IsoDate(*item.pressure_test)}}.In(lang));
  if (item.reserve_yuan > 0)
    parts.push_back(Message{MessageId::kPlanReserve, {Fixed(item.reserve_yuan, 0)}}.In(lang));
  if (!item.missing.empty())
    parts.push_back(Message{MessageId::kPlanMissing, {JoinedFacts(item.missing, lang)}}.In(lang));
  std::string out;
  for (const std::string& part : parts)
    out += (out.empty() ? "" : lang == Lang::kChinese ? "；" : "; ") + part;
  return out;
}

std::string BasisOf(const PlanItem& item, Lang lang) {
  std::string out;
  for (const CostLine& line : item.cost.lines) {
    out += fmt::format("{}{}: {:.4g} {} x {:.0f} = {:.0f} [{}]", out.empty() ? "" : lang == Lang::kChinese ? "；" : "; ",
                       line.text.In(lang), line.quantity, QuantityUnit(line.per, lang),
                       line.yuan_each, line.yuan, line.origin);
  }
  if (!item.cost.assumed.empty())
    out += (lang == Lang::kChinese ? "；" : "; ") +
           Message{MessageId::kPlanMissing, {JoinedFacts(item.cost.assumed, lang)}}.In(lang);
  return out;
}

std::vector<PlanCell> PlanRow(const PlanDocument& d, const PlanItem& item, const ItemProgress& p,
                              int number) {
  const Lang lang = d.lang;
  const auto text = [](std::string t) { return PlanCell{std::move(t), {}, 0}; };
  const auto count = [](const auto& value, int decimals = 0) {
    return value ? PlanCell{{}, static_cast<double>(*value), decimals} : PlanCell{};
  };
  const auto value = [](double v, int decimals) { return PlanCell{{}, v, decimals}; };
  const auto day = [](const std::optional<Date>& date) {
    return PlanCell{date ? IsoDate(*date) : std::string(), {}, 0};
  };
  std::string hazards, tags;
  for (const std::string& id : item.hazard_ids) hazards += (hazards.empty() ? "" : "\n") + id;
  for (const int tag : item.tags) tags += (tags.empty() ? "" : ", ") + std::to_string(tag);
  const bool any = p.started.has_value();
  std::vector<PlanCell> row = {value(number, 0),
                               text(std::to_string(item.season)),
                               text(Word(item.batch, lang)),
                               text(item.district),
                               text(item.unit),
                               text(PlaceText(item)),
                               text(item.text.In(lang)),
                               text(Word(item.asset, lang)),
                               text(Word(item.repair_class, lang)),
                               text(Word(item.measure, lang)),
                               value(item.quantity, item.quantity_unit == "m" ? 1 : 0),
                               text(QuantityUnit(item.quantity_unit, lang)),
                               count(item.dn_mm),
                               count(item.section_m, 1),
                               text(LayingWord(item.laying, lang)),
                               count(item.depth_m, 2),
                               text(item.year_built ? std::to_string(*item.year_built) : ""),
                               text(hazards),
                               text(Word(item.source, lang)),
                               text(GradeOf(item, lang)),
                               text(Word(item.urgency, lang)),
                               value(item.Money() / 10000, 2),
                               text(""),
                               text(item.crew),
                               text(""),
                               text(""),
                               text(IsoDate(item.start)),
                               text(IsoDate(item.end)),
                               day(p.started),
                               day(p.finished),
                               any ? value(p.done, 1) : PlanCell{},
                               any ? value(100 * p.Rate(item), 0) : PlanCell{},
                               day(p.accepted),
                               day(p.closed),
                               text(tags),
                               count(item.households),
                               text(RemarksOf(item, lang))};
  if (d.edition == Edition::kDesensitised) row.erase(row.begin() + 15);  // depth
  return row;
}

void PlanSum::Add(const PlanItem& item) {
  ++items;
  hazards += static_cast<int>(item.hazard_ids.size());
  ++by_class[static_cast<std::size_t>(item.repair_class)];
  if (item.quantity_unit == "m") metres += item.quantity;
  yuan += item.Money();
  avoided_yuan += item.avoided.total();
}

std::optional<DigBox> DigBoxOf(const PlanItem& item) {
  if (!item.sigma_major_m || !item.sigma_minor_m || !item.sigma_azimuth_deg) return std::nullopt;
  // 95 % of a plane normal distribution lie within 2.448 sigma.
  constexpr double k95 = 2.448;
  const double half_major = k95 * *item.sigma_major_m;
  const double half_minor = k95 * *item.sigma_minor_m;
  const auto metres = [](double half) { return std::max(1.5, std::ceil(2 * half * 10) / 10); };
  return DigBox{metres(half_major), metres(half_minor), *item.sigma_azimuth_deg};
}

}  // namespace thermoleak
