#pragma once
// Inside of the ledger room: one declaration of each record's columns feeds the store's tables,
// reading, writing, JSON and what may be set by hand.
//
// To add a field: one member in records.hpp, one line here, and a migration in schema.cpp.

#include <nlohmann/json.hpp>

#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/store.hpp"
#include "thermoleak/ledger/vocabulary.hpp"

namespace thermoleak::ledger {

// ---- values ----

inline Value ToValue(const std::string& text) { return text.empty() ? Value{} : Value{text}; }
inline Value ToValue(int number) { return static_cast<std::int64_t>(number); }
inline Value ToValue(double number) { return number; }
inline Value ToValue(bool truth) { return static_cast<std::int64_t>(truth ? 1 : 0); }
inline Value ToValue(Date day) { return IsoDate(day); }
template <class E>
requires std::is_enum_v<E> Value ToValue(E value) { return std::string(Code(value)); }
template <class T>
Value ToValue(const std::optional<T>& value) {
  return value ? ToValue(*value) : Value{};
}

// A value of another type than expected (somebody else wrote into the file) reads as empty: the
// check of the ledger names it.
inline void FromValue(const Value& value, std::string& text) {
  const auto* held = std::get_if<std::string>(&value);
  text = held ? *held : std::string();
}
inline void FromValue(const Value& value, int& number) {
  const auto* held = std::get_if<std::int64_t>(&value);
  number = held ? static_cast<int>(*held) : 0;
}
inline void FromValue(const Value& value, bool& truth) {
  const auto* held = std::get_if<std::int64_t>(&value);
  truth = held && *held != 0;
}
inline void FromValue(const Value& value, Date& day) {
  const auto* held = std::get_if<std::string>(&value);
  day = (held ? ParseDate(*held) : std::nullopt).value_or(Date{});
}
template <class E>
requires std::is_enum_v<E>
void FromValue(const Value& value, E& out) {
  const auto* held = std::get_if<std::string>(&value);
  out = (held ? FromText<E>(*held) : std::nullopt).value_or(E{});
}
inline void FromValue(const Value& value, double& number) {
  const auto* held = std::get_if<double>(&value);
  number = held ? *held : 0.0;
}
template <class T>
void FromValue(const Value& value, std::optional<T>& out) {
  if (std::holds_alternative<std::monostate>(value)) {
    out.reset();
    return;
  }
  T inner{};
  FromValue(value, inner);
  out = inner;
}

template <class T>
constexpr std::string_view SqlType() {
  if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::optional<double>>) {
    return "REAL";
  } else if constexpr (std::is_same_v<T, int> || std::is_same_v<T, bool> ||
                       std::is_same_v<T, std::optional<int>> ||
                       std::is_same_v<T, std::optional<bool>>) {
    return "INTEGER";
  } else {
    return "TEXT";
  }
}

// ---- records ----

template <class S, class V>
requires std::is_same_v<std::remove_const_t<S>, Season>
void Fields(S& s, V&& v) {
  v("year", s.year);
  v("operating_from", s.operating.from);
  v("operating_to", s.operating.to);
  v("shutdown_from", s.shutdown.from);
  v("shutdown_to", s.shutdown.to);
  v("implementation_from", s.implementation.from);
  v("implementation_to", s.implementation.to);
  v("cold_trial", s.cold_trial);
  v("heat_on", s.heat_on);
}

template <class S, class V>
requires std::is_same_v<std::remove_const_t<S>, Organisation>
void Fields(S& o, V&& v) {
  v("id", o.id);
  v("type", o.type);
  v("code", o.code);
  v("name", o.name);
}

template <class S, class V>
requires std::is_same_v<std::remove_const_t<S>, Person>
void Fields(S& p, V&& v) {
  v("id", p.id);
  v("name", p.name);
  v("role", p.role);
  v("organisation", p.organisation);
}

/// Columns of the table assets, beside its key.
template <class S, class V>
requires std::is_same_v<std::remove_const_t<S>, AssetFacts>
void Fields(S& a, V&& v) {
  v("asset_id", a.id);
  v("asset_kind", a.kind);
  v("dn_mm", a.dn_mm);
  v("depth_m", a.depth_m);
  v("laying", a.laying);
  v("year_built", a.year_built);
  v("section_m", a.length_m);
  v("replacement_yuan", a.replacement_yuan);
  v("scrap_listed", a.scrap_listed);
}

/// Columns of the table hazards; what belongs to its asset is in assets.
template <class S, class V>
requires std::is_same_v<std::remove_const_t<S>, Hazard>
void Fields(S& h, V&& v) {
  v("id", h.id);
  v("season", h.season);
  v("source", h.source);
  v("kind", h.kind);
  v("state", h.state);
  v("lon_deg", h.place.lon_deg);
  v("lat_deg", h.place.lat_deg);
  v("sigma_major_m", h.place.sigma_major_m);
  v("sigma_minor_m", h.place.sigma_minor_m);
  v("sigma_azimuth_deg", h.place.sigma_azimuth_deg);
  v("pipe_id", h.place.pipe_id);
  v("chainage_m", h.place.chainage_m);
  v("offset_m", h.place.offset_m);
  v("address", h.place.address);
  v("courtyard", h.place.courtyard);
  v("district", h.place.district);
  v("unit", h.place.unit);
  v("part", h.asset.part);
  v("defect", h.asset.defect);
  v("probability", h.probability);
  v("delta_t_k", h.delta_t_k);
  v("delta_t_sigma_k", h.delta_t_sigma_k);
  v("heat_loss_w_p10", h.heat_loss_w_p10);
  v("heat_loss_w_p50", h.heat_loss_w_p50);
  v("heat_loss_w_p90", h.heat_loss_w_p90);
  v("length_m", h.length_m);
  v("sightings", h.sightings);
  v("seasons_seen", h.seasons_seen);
  v("verified", h.verified);
  v("leak_flow_m3_h", h.leak_flow_m3_h);
  v("collapse_sign", h.collapse_sign);
  v("heat_stopped", h.heat_stopped);
  v("critical_place", h.critical_place);
  v("households", h.households);
  v("road_cut", h.road_cut);
  v("grade", h.grade);
  v("urgency", h.urgency);
  v("leaks_3_years", h.leaks_3_years);
  v("conclusion", h.conclusion);
  v("measured_value", h.measured_value);
  v("measured_unit", h.measured_unit);
  v("limit_value", h.limit_value);
  v("limit_origin", h.limit_origin);
  v("proposed_measure", h.proposed_measure);
  v("round", h.round);
  v("found_on", h.found_on);
  v("state_since", h.state_since);
  v("confirmed_on", h.confirmed_on);
  v("planned_on", h.planned_on);
  v("closed_on", h.closed_on);
  v("carried_on", h.carried_on);
  v("reopened", h.reopened);
  v("work_order", h.work_order);
  v("plan_item", h.plan_item);
  v("batch", h.batch);
  v("approved_by", h.approved_by);
  v("repairer", h.repairer);
  v("accepter", h.accepter);
  v("isolation", h.isolation);
  v("emergency_plan", h.emergency_plan);
  v("signed_by", h.signed_by);
  v("reject_code", h.reject_code);
  v("merged_into", h.merged_into);
  v("linked_to", h.linked_to);
  v("grade_reason", h.grade_reason);
  v("graded_by", h.graded_by);
  v("owner", h.owner);
  v("measure_now", h.measure_now);
  v("deadline", h.deadline);
  v("tubes_replaced_percent", h.tubes_replaced_percent);
  v("last_internal_inspection", h.last_internal_inspection);
}

template <class S, class V>
requires std::is_same_v<std::remove_const_t<S>, Sighting>
void Fields(S& s, V&& v) {
  v("id", s.id);
  v("hazard_id", s.hazard_id);
  v("inspection_id", s.inspection_id);
  v("candidate_id", s.candidate_id);
  v("run", s.run);
  v("season", s.season);
  v("round", s.round);
  v("date", s.date);
  v("kind", s.kind);
  v("probability", s.probability);
  v("p_leak", s.p_leak);
  v("p_insulation", s.p_insulation);
  v("p_installation", s.p_installation);
  v("p_confuser", s.p_confuser);
  v("delta_t_k", s.delta_t_k);
  v("delta_t_sigma_k", s.delta_t_sigma_k);
  v("heat_loss_w_p10", s.heat_loss_w_p10);
  v("heat_loss_w_p50", s.heat_loss_w_p50);
  v("heat_loss_w_p90", s.heat_loss_w_p90);
  v("area_m2", s.area_m2);
  v("length_m", s.length_m);
  v("width_m", s.width_m);
  v("lon_deg", s.lon_deg);
  v("lat_deg", s.lat_deg);
  v("sigma_major_m", s.sigma_major_m);
  v("sigma_minor_m", s.sigma_minor_m);
  v("sigma_azimuth_deg", s.sigma_azimuth_deg);
  v("pipe_id", s.pipe_id);
  v("chainage_m", s.chainage_m);
  v("offset_m", s.offset_m);
  v("views", s.views);
}

template <class S, class V>
requires std::is_same_v<std::remove_const_t<S>, Verification>
void Fields(S& r, V&& v) {
  v("id", r.id);
  v("hazard_id", r.hazard_id);
  v("round", r.round);
  v("method", r.method);
  v("date", r.date);
  v("by", r.by);
  v("result", r.result);
  v("kind", r.kind);
  v("dig_depth_m", r.dig_depth_m);
  v("leak_flow_m3_h", r.leak_flow_m3_h);
  v("note", r.note);
}

template <class S, class V>
requires std::is_same_v<std::remove_const_t<S>, Attachment>
void Fields(S& a, V&& v) {
  v("id", a.id);
  v("hazard_id", a.hazard_id);
  v("round", a.round);
  v("purpose", a.purpose);
  v("file", a.file);
  v("sha256", a.sha256);
}

template <class S, class V>
requires std::is_same_v<std::remove_const_t<S>, Inspection>
void Fields(S& i, V&& v) {
  v("id", i.id);
  v("season", i.season);
  v("object", i.object);
  v("method", i.method);
  v("performed_by", i.performed_by);
  v("agency", i.agency);
  v("inspector", i.inspector);
  v("unit", i.unit);
  v("place", i.place);
  v("from", i.from);
  v("to", i.to);
  v("instrument", i.instrument);
  v("instrument_serial", i.instrument_serial);
  v("calibrated_until", i.calibrated_until);
  v("air_c", i.air_c);
  v("wind_m_s", i.wind_m_s);
  v("humidity_pct", i.humidity_pct);
  v("snow", i.snow);
  v("supply_c", i.supply_c);
  v("return_c", i.return_c);
  v("covered_km", i.covered_km);
  v("weakly_covered_km", i.weakly_covered_km);
  v("scope_km", i.scope_km);
  v("uncovered", i.uncovered);
  v("run", i.run);
  v("software", i.software);
  v("candidates", i.candidates);
  v("suspected_leaks", i.suspected_leaks);
  v("below_threshold", i.below_threshold);
  v("pipe_map", i.pipe_map);
  v("frames", i.frames);
}

template <class S, class V>
requires std::is_same_v<std::remove_const_t<S>, Finding>
void Fields(S& f, V&& v) {
  v("id", f.id);
  v("season", f.season);
  v("inspection_id", f.inspection_id);
  v("hazard_id", f.hazard_id);
  v("unit", f.unit);
  v("district", f.district);
  v("house", f.house);
  v("equipment", f.equipment);
  v("number", f.number);
  v("equipment_name", f.equipment_name);
  v("model", f.model);
  v("fuel", f.fuel);
  v("power_mw", f.power_mw);
  v("year_built", f.year_built);
  v("scrap_listed", f.scrap_listed);
  v("part", f.part);
  v("defect", f.defect);
  v("position", f.position);
  v("method", f.method);
  v("measured", f.measured);
  v("measured_unit", f.measured_unit);
  v("limit_value", f.limit);
  v("limit_origin", f.limit_origin);
  v("conclusion", f.conclusion);
  v("proposed_measure", f.proposed_measure);
  v("date", f.date);
  v("inspector", f.inspector);
  v("performed_by", f.performed_by);
  v("agency", f.agency);
  v("photo", f.photo);
  v("remarks", f.remarks);
  v("tubes_replaced_percent", f.tubes_replaced_percent);
  v("last_internal_inspection", f.last_internal_inspection);
}

// ---- rows ----

template <class T>
Row ToRow(const T& record) {
  Row row;
  Fields(record, [&row](const char* name, const auto& field) {
    Value value = ToValue(field);
    if (!std::holds_alternative<std::monostate>(value)) row[name] = std::move(value);
  });
  return row;
}

template <class T>
T FromRow(const Row& row) {
  T record;
  Fields(record, [&row](const char* name, auto& field) {
    const auto found = row.find(name);
    FromValue(found == row.end() ? Value{} : found->second, field);
  });
  return record;
}

inline nlohmann::ordered_json ToJson(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return nullptr;
}

}  // namespace thermoleak::ledger
