#include "thermoleak/ledger/exports.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <set>

#include "ledger/fields.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/ledger/sheets.hpp"
#include "thermoleak/ledger/workbook.hpp"

namespace thermoleak {
namespace {

using Json = nlohmann::ordered_json;

const std::set<std::string, std::less<>>& Sensitive() {
  static const std::set<std::string, std::less<>> names = {
      "lon_deg",    "lat_deg",  "sigma_major_m", "sigma_minor_m", "sigma_azimuth_deg",
      "chainage_m", "offset_m", "depth_m",       "dig_depth_m"};
  return names;
}

template <class T>
Json ToObject(const T& record, Edition edition = Edition::kInternal) {
  Json json = Json::object();
  ledger::Fields(record, [&](const char* name, const auto& field) {
    using F = std::remove_cvref_t<decltype(field)>;
    if (edition == Edition::kDesensitised && Sensitive().contains(name)) return;
    if constexpr (std::is_same_v<F, bool>) {
      json[name] = field;
    } else if constexpr (std::is_same_v<F, std::optional<bool>>) {
      json[name] = field ? Json(*field) : Json(nullptr);
    } else {
      json[name] = ledger::ToJson(ledger::ToValue(field));
    }
  });
  return json;
}

Json HazardObject(const Hazard& hazard, Edition edition) {
  Json json = ToObject(hazard, edition);
  json.update(ToObject(hazard.asset, edition));
  return json;
}

std::string Dump(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// 待补: nobody has said it yet.
std::string Unknown(Lang lang) { return Text(MessageId::kToBeSupplied, lang); }

struct LedgerColumn {
  MessageId title;
  double width;
  bool sensitive;
  std::function<WorkbookCell(const Hazard&, Lang)> cell;
};

WorkbookCell TextCell(const std::string& text, Lang lang) {
  return text.empty() ? Unknown(lang) : text;
}
template <class N>
WorkbookCell NumberCell(const std::optional<N>& number, Lang lang) {
  if (!number) return Unknown(lang);
  return static_cast<double>(*number);
}
template <class E>
WorkbookCell WordCell(const std::optional<E>& value, Lang lang) {
  return value ? Word(*value, lang) : Unknown(lang);
}

std::string Optional(const std::optional<Date>& day) { return IsoDate(day); }

const std::vector<LedgerColumn>& Columns() {
  using enum MessageId;
  static const std::vector<LedgerColumn> columns = {
      {kColHazard, 30, false, [](const Hazard& h, Lang) -> WorkbookCell { return h.id; }},
      {kColSource, 10, false,
       [](const Hazard& h, Lang l) -> WorkbookCell { return Word(h.source, l); }},
      {kColFoundOn, 11, false,
       [](const Hazard& h, Lang l) { return TextCell(Optional(h.found_on), l); }},
      {kColDistrict, 10, false,
       [](const Hazard& h, Lang l) { return TextCell(h.place.district, l); }},
      {kColUnit, 14, false, [](const Hazard& h, Lang l) { return TextCell(h.place.unit, l); }},
      {kColAddress, 20, false,
       [](const Hazard& h, Lang l) { return TextCell(h.place.address, l); }},
      {kColAssetKind, 10, false,
       [](const Hazard& h, Lang l) -> WorkbookCell { return Word(h.asset.kind, l); }},
      {kColAsset, 14, false, [](const Hazard& h, Lang l) { return TextCell(h.asset.id, l); }},
      {kColDn, 8, false, [](const Hazard& h, Lang l) { return NumberCell(h.asset.dn_mm, l); }},
      {kColLaying, 8, false,
       [](const Hazard& h, Lang l) { return TextCell(LayingWord(h.asset.laying, l), l); }},
      {kColDepth, 8, true, [](const Hazard& h, Lang l) { return NumberCell(h.asset.depth_m, l); }},
      {kColYearBuilt, 8, false,
       [](const Hazard& h, Lang l) { return NumberCell(h.asset.year_built, l); }},
      {kColChainage, 10, true,
       [](const Hazard& h, Lang l) { return NumberCell(h.place.chainage_m, l); }},
      {kColLongitude, 13, true,
       [](const Hazard& h, Lang l) { return NumberCell(h.place.lon_deg, l); }},
      {kColLatitude, 13, true,
       [](const Hazard& h, Lang l) { return NumberCell(h.place.lat_deg, l); }},
      {kColKind, 12, false,
       [](const Hazard& h, Lang l) -> WorkbookCell { return Word(h.kind, l); }},
      {kColProblem, 16, false,
       [](const Hazard& h, Lang l) -> WorkbookCell {
         if (h.asset.part.empty()) return WorkbookCell{};
         return ChecklistWord(h.asset.part, l) + " " + ChecklistWord(h.asset.defect, l);
       }},
      {kColProbability, 8, false,
       [](const Hazard& h, Lang l) { return NumberCell(h.probability, l); }},
      {kColDeltaT, 8, false, [](const Hazard& h, Lang l) { return NumberCell(h.delta_t_k, l); }},
      {kColHeatLoss, 10, false,
       [](const Hazard& h, Lang l) { return NumberCell(h.heat_loss_w_p50, l); }},
      {kColSightings, 8, false,
       [](const Hazard& h, Lang) -> WorkbookCell { return static_cast<double>(h.sightings); }},
      {kColGrade, 8, false, [](const Hazard& h, Lang l) { return WordCell(h.grade, l); }},
      {kColUrgency, 10, false, [](const Hazard& h, Lang l) { return WordCell(h.urgency, l); }},
      {kColState, 10, false,
       [](const Hazard& h, Lang l) -> WorkbookCell { return Word(h.state, l); }},
      {kColOwner, 10, false, [](const Hazard& h, Lang l) { return TextCell(h.owner, l); }},
      {kColMeasure, 16, false,
       [](const Hazard& h, Lang l) { return TextCell(h.proposed_measure, l); }},
      {kColDeadline, 11, false,
       [](const Hazard& h, Lang l) { return TextCell(Optional(h.deadline), l); }},
      {kColPlanItem, 14, false, [](const Hazard& h, Lang) -> WorkbookCell { return h.plan_item; }},
      {kColRepairer, 12, false, [](const Hazard& h, Lang) -> WorkbookCell { return h.repairer; }},
      {kColAccepter, 10, false, [](const Hazard& h, Lang) -> WorkbookCell { return h.accepter; }},
      {kColClosedOn, 11, false,
       [](const Hazard& h, Lang) -> WorkbookCell { return Optional(h.closed_on); }},
      {kColRejected, 14, false,
       [](const Hazard& h, Lang l) -> WorkbookCell {
         return h.reject_code ? WorkbookCell{Word(*h.reject_code, l)} : WorkbookCell{};
       }},
  };
  return columns;
}

WorkbookSheet LedgerSheet(const Ledger& ledger, const HazardFilter& filter, Edition edition,
                          Lang lang) {
  WorkbookSheet sheet;
  sheet.name = Text(MessageId::kLedgerTitle, lang);
  sheet.title = Text(edition == Edition::kInternal ? MessageId::kLedgerTitleInternal
                                                   : MessageId::kLedgerTitleDesensitised,
                     lang);
  sheet.columns.push_back({Text(MessageId::kColNumber, lang), 6});
  for (const LedgerColumn& column : Columns()) {
    if (column.sensitive && edition == Edition::kDesensitised) continue;
    sheet.columns.push_back({Text(column.title, lang), column.width});
  }
  for (const Hazard& hazard : ledger.Hazards(filter)) {
    std::vector<WorkbookCell> row = {static_cast<double>(sheet.rows.size() + 1)};
    for (const LedgerColumn& column : Columns()) {
      if (column.sensitive && edition == Edition::kDesensitised) continue;
      row.push_back(column.cell(hazard, lang));
    }
    sheet.rows.push_back(std::move(row));
  }
  return sheet;
}

std::string CsvCell(const WorkbookCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* number = std::get_if<double>(&cell)) return fmt::format("{}", *number);
  return {};
}

}  // namespace

void WriteLedgerCsv(const Ledger& ledger, const HazardFilter& filter, Edition edition, Lang lang,
                    const std::filesystem::path& path) {
  const WorkbookSheet sheet = LedgerSheet(ledger, filter, edition, lang);
  std::string out(kUtf8Mark);
  std::vector<std::string> cells;
  for (const WorkbookColumn& column : sheet.columns) cells.push_back(column.title);
  out += CsvLine(cells);
  for (const auto& row : sheet.rows) {
    cells.clear();
    for (const WorkbookCell& cell : row) cells.push_back(CsvCell(cell));
    out += CsvLine(cells);
  }
  WriteFileAtomically(path, out);
}

void WriteLedgerXlsx(const Ledger& ledger, const HazardFilter& filter, Edition edition, Lang lang,
                     const std::filesystem::path& path) {
  WorkbookSheet sheet = LedgerSheet(ledger, filter, edition, lang);
  sheet.footer = Text(MessageId::kLedgerSignatures, lang);
  WriteWorkbook({sheet}, path);
}

void WriteLedgerGeoJson(const Ledger& ledger, const HazardFilter& filter, Edition edition,
                        const std::filesystem::path& path) {
  std::string out = "{\"type\":\"FeatureCollection\",\"features\":[";
  bool first = true;
  for (const Hazard& hazard : ledger.Hazards(filter)) {
    Json geometry = nullptr;
    if (edition == Edition::kInternal && hazard.place.lon_deg && hazard.place.lat_deg) {
      geometry = {{"type", "Point"},
                  {"coordinates", {*hazard.place.lon_deg, *hazard.place.lat_deg}}};
    }
    out += first ? "\n" : ",\n";
    out += Dump({{"type", "Feature"},
                 {"geometry", std::move(geometry)},
                 {"properties", HazardObject(hazard, edition)}});
    first = false;
  }
  WriteFileAtomically(path, out + "\n]}\n");
}

void WriteLabels(const Ledger& ledger, const HazardFilter& filter,
                 const std::filesystem::path& path) {
  std::map<std::string, std::vector<Sighting>> sightings;
  for (Sighting& s : ledger.Sightings()) sightings[s.hazard_id].push_back(std::move(s));
  std::map<std::pair<std::string, int>, Verification> latest;  // of each hazard's round
  for (Verification& v : ledger.Verifications()) {
    if (v.result != VerifyResult::kLikely) latest[{v.hazard_id, v.round}] = std::move(v);
  }
  std::string out = CsvLine({"run", "candidate_id", "label", "method", "date", "hazard"});
  for (const Hazard& hazard : ledger.Hazards(filter)) {
    for (const Sighting& s : sightings[hazard.id]) {
      const auto found = latest.find({hazard.id, s.round});
      if (found == latest.end()) continue;
      const Verification& v = found->second;
      std::string label = "confuser";
      if (v.result == VerifyResult::kFound) {
        const HazardKind kind = v.kind.value_or(hazard.kind);
        // Water in a duct warms the ground as a leak does.
        label = kind == HazardKind::kChannelWater ? "leak" : std::string(Code(kind));
        if (kind == HazardKind::kUnknown || kind == HazardKind::kDefect) continue;
      }
      out += CsvLine(
          {s.run, s.candidate_id, label, std::string(Code(v.method)), IsoDate(v.date), hazard.id});
    }
  }
  WriteFileAtomically(path, out);
}

std::string HazardJson(const Hazard& hazard, Edition edition) {
  return Dump(HazardObject(hazard, edition));
}

std::string HazardFileJson(const Ledger& ledger, const Hazard& hazard) {
  Json json = HazardObject(hazard, Edition::kInternal);
  const auto list = [](const auto& records) {
    Json array = Json::array();
    for (const auto& record : records) array.push_back(ToObject(record));
    return array;
  };
  json["all_sightings"] = list(ledger.Sightings(hazard.id));
  json["verifications"] = list(ledger.Verifications(hazard.id));
  json["attachments"] = list(ledger.Attachments(hazard.id));
  json["history"] = Json::array();
  for (const Event& e : ledger.History(hazard.id)) {
    json["history"].push_back({{"number", e.number},
                               {"at", e.at},
                               {"on", e.on},
                               {"by", e.by},
                               {"role", e.role},
                               {"action", e.action},
                               {"reason", e.reason},
                               {"changes", Json::parse(e.changes, nullptr, false)}});
  }
  return Dump(json, 1);
}

}  // namespace thermoleak
