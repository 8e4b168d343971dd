#include "thermoleak/planning/plan_json.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "planning/toml_file.hpp"

namespace thermoleak::planning {
namespace {

using Json = nlohmann::ordered_json;

/// Writes each field it is shown.
class Writer {
 public:
  explicit Writer(Json& json) : json_(json) {}
  void operator()(const char* key, const std::string& v) { json_[key] = v; }
  void operator()(const char* key, const int& v) { json_[key] = v; }
  void operator()(const char* key, const bool& v) { json_[key] = v; }
  void operator()(const char* key, const double& v) { json_[key] = std::round(v * 1e7) / 1e7; }
  void operator()(const char* key, const Date& v) { json_[key] = IsoDate(v); }
  void operator()(const char* key, const Text2& v) { json_[key] = {{"en", v.en}, {"zh", v.zh}}; }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void operator()(const char* key, const Enum& v) { json_[key] = std::string(Code(v)); }
  template <class T>
  void operator()(const char* key, const std::optional<T>& v) {
    if (v) {
      (*this)(key, *v);
    } else {
      json_[key] = nullptr;
    }
  }
  void operator()(const char* key, const std::vector<std::string>& v) { json_[key] = v; }
  void operator()(const char* key, const std::vector<int>& v) { json_[key] = v; }
  template <class T>
  void operator()(const char* key, const std::vector<T>& v) {
    json_[key] = Json::array();
    for (const T& row : v) {
      Json one = Json::object();
      Writer writer(one);
      Fields(writer, row);
      json_[key].push_back(std::move(one));
    }
  }

 private:
  Json& json_;
};

/// Fills each field it is shown; what is absent or null stays as it is.
class Reader {
 public:
  Reader(const Json& json, std::set<std::string>* asked = nullptr) : json_(json), asked_(asked) {}
  void operator()(const char* key, std::string& v) {
    if (const Json* j = At(key)) v = j->get<std::string>();
  }
  void operator()(const char* key, int& v) {
    if (const Json* j = At(key)) v = j->get<int>();
  }
  void operator()(const char* key, bool& v) {
    if (const Json* j = At(key)) v = j->get<bool>();
  }
  void operator()(const char* key, double& v) {
    if (const Json* j = At(key)) v = j->get<double>();
  }
  void operator()(const char* key, Date& v) {
    if (const Json* j = At(key)) {
      const auto day = ParseDay(j->get<std::string>());
      if (!day) throw std::invalid_argument(fmt::format("{}: YYYY-MM-DD", key));
      v = *day;
    }
  }
  void operator()(const char* key, Text2& v) {
    if (const Json* j = At(key))
      v = {j->at("en").get<std::string>(), j->at("zh").get<std::string>()};
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void operator()(const char* key, Enum& v) {
    if (const Json* j = At(key)) {
      const auto value = FromCode<Enum>(j->get<std::string>());
      if (!value) throw std::invalid_argument(fmt::format("{} = {}", key, j->get<std::string>()));
      v = *value;
    }
  }
  template <class T>
  void operator()(const char* key, std::optional<T>& v) {
    if (At(key) == nullptr) return;
    T value{};
    (*this)(key, value);
    v = value;
  }
  void operator()(const char* key, std::vector<std::string>& v) {
    if (const Json* j = At(key)) v = j->get<std::vector<std::string>>();
  }
  void operator()(const char* key, std::vector<int>& v) {
    if (const Json* j = At(key)) v = j->get<std::vector<int>>();
  }
  template <class T>
  void operator()(const char* key, std::vector<T>& v) {
    const Json* j = At(key);
    if (j == nullptr) return;
    v.clear();
    for (const Json& row : *j) {
      Reader reader(row);
      T one;
      Fields(reader, one);
      v.push_back(std::move(one));
    }
  }

 private:
  const Json* At(const char* key) const {
    if (asked_ != nullptr) asked_->insert(key);
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  const Json& json_;
  std::set<std::string>* asked_;
};

template <class T, class U>
concept Same = std::is_same_v<std::remove_const_t<T>, U>;

template <class V, Same<UsedFact> T>
void Fields(V& v, T& f) {
  v("name", f.name);
  v("value", f.value);
}
template <class V, Same<RuleStep> T>
void Fields(V& v, T& s) {
  v("rule", s.id);
  v("fired", s.fired);
  v("inputs", s.used);
  v("missing", s.missing);
  v("text", s.text);
  v("origin", s.origin);
}
template <class V, Same<CostLine> T>
void Fields(V& v, T& l) {
  v("text", l.text);
  v("quantity", l.quantity);
  v("per", l.per);
  v("yuan_each", l.yuan_each);
  v("yuan", l.yuan);
  v("origin", l.origin);
}

template <class V, Same<PlanItem> T>
void Fields(V& v, T& i) {
  v("id", i.id);
  v("season", i.season);
  v("batch", i.batch);
  v("state", i.state);
  v("version", i.version);
  v("hazard_ids", i.hazard_ids);
  v("unit", i.unit);
  v("district", i.district);
  v("address", i.address);
  v("courtyard", i.courtyard);
  v("pipe_id", i.pipe_id);
  v("asset_id", i.asset_id);
  v("asset", i.asset);
  v("source", i.source);
  v("dn_mm", i.dn_mm);
  v("year_built", i.year_built);
  v("households", i.households);
  v("section_m", i.section_m);
  v("depth_m", i.depth_m);
  v("laying", i.laying);
  v("part", i.part);
  v("lon_deg", i.lon_deg);
  v("lat_deg", i.lat_deg);
  v("sigma_major_m", i.sigma_major_m);
  v("sigma_minor_m", i.sigma_minor_m);
  v("sigma_azimuth_deg", i.sigma_azimuth_deg);
  v("chainage_m", i.chainage_m);
  v("class", i.repair_class);
  v("measure", i.measure);
  v("scope", i.scope);
  v("text", i.text);
  v("quantity", i.quantity);
  v("quantity_unit", i.quantity_unit);
  v("cost_yuan", i.cost.yuan);
  v("cost_lines", i.cost.lines);
  v("cost_assumed", i.cost.assumed);
  v("reserve_yuan", i.reserve_yuan);
  v("tags", i.tags);
  v("urgency", i.urgency);
  v("suggested_grade", i.suggested);
  v("grade", i.grade);
  v("emergency", i.emergency);
  v("no_start", i.no_start);
  v("road_cut", i.road_cut);
  v("skill", i.skill);
  v("priority", i.priority);
  v("avoided_heat_yuan", i.avoided.heat);
  v("avoided_water_yuan", i.avoided.water);
  v("avoided_risk_yuan", i.avoided.risk);
  v("value_yuan", i.value_yuan);
  v("window_from", i.window.from);
  v("window_to", i.window.to);
  v("work_days", i.work_days);
  v("start", i.start);
  v("end", i.end);
  v("crew", i.crew);
  v("permit_by", i.permit_by);
  v("pressure_test", i.pressure_test);
  v("after", i.after);
  v("rule", i.rule);
  v("rule_trace", i.trace);
  v("missing", i.missing);
}

template <class V, Same<Hazard> T>
void Fields(V& v, T& h) {
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
  v("asset_id", h.asset.id);
  v("asset", h.asset.kind);
  v("dn_mm", h.asset.dn_mm);
  v("depth_m", h.asset.depth_m);
  v("laying", h.asset.laying);
  v("year_built", h.asset.year_built);
  v("section_m", h.asset.length_m);
  v("replacement_yuan", h.asset.replacement_yuan);
  v("scrap_listed", h.asset.scrap_listed);
  v("part", h.asset.part);
  v("defect", h.asset.defect);
  v("probability", h.probability);
  v("heat_loss_w_p50", h.heat_loss_w_p50);
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
  v("limit_value", h.limit_value);
  v("limit_origin", h.limit_origin);
  v("batch", h.batch);
  v("tubes_replaced_percent", h.tubes_replaced_percent);
  v("last_internal_inspection", h.last_internal_inspection);
}

Json ParseFile(const std::filesystem::path& file) {
  try {
    return Json::parse(ReadText(file));
  } catch (const Json::exception& e) {
    throw RunError(ExitCode::kInputMissing, MessageId::kConfigUnreadable,
                   {file.string(), e.what()});
  }
}

template <class Object>
Json MessageJson(const Object& message, Lang lang) {
  return {{"code", std::string(MessageName(message.id))},
          {"args", message.args},
          {"text", message.In(lang)}};
}

MessageId IdOf(const std::string& name) {
  for (int i = 0; i < MessageCount(); ++i) {
    if (MessageName(static_cast<MessageId>(i)) == name) return static_cast<MessageId>(i);
  }
  throw std::invalid_argument(name);
}

Message MessageOf(const Json& json) {
  return {IdOf(json.at("code").get<std::string>()),
          json.at("args").get<std::vector<std::string>>()};
}

}  // namespace

std::optional<Date> ParseDay(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int part[3] = {};
  const int from[] = {0, 5, 8};
  const int to[] = {4, 7, 10};
  for (int i = 0; i < 3; ++i) {
    const auto [end, error] = std::from_chars(text.data() + from[i], text.data() + to[i], part[i]);
    if (error != std::errc() || end != text.data() + to[i] || part[i] < 0) return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(part[0]),
                                         std::chrono::month(static_cast<unsigned>(part[1])),
                                         std::chrono::day(static_cast<unsigned>(part[2]))};
  return date.ok() ? std::optional(Date(date)) : std::nullopt;
}

HazardFile ReadHazards(const std::filesystem::path& file) {
  const Json root = ParseFile(file);
  const Json& rows = root.is_object() && root.contains("hazards") ? root.at("hazards") : root;
  if (!rows.is_array()) {
    throw RunError(ExitCode::kInputMissing, MessageId::kConfigUnreadable, {file.string(), "[...]"});
  }
  HazardFile out;
  std::set<std::string> ids;
  int number = 0;
  for (const Json& row : rows) {
    ++number;
    Hazard hazard;
    std::string name = fmt::format("#{}", number);
    try {
      std::set<std::string> asked;
      Reader reader(row, &asked);
      Fields(reader, hazard);
      if (!hazard.id.empty()) name = hazard.id;
      if (hazard.id.empty()) throw std::invalid_argument("id");
      if (!ids.insert(hazard.id).second) throw std::invalid_argument("id: twice");
      for (const auto& [key, value] : row.items()) {
        if (!asked.contains(key)) throw std::invalid_argument(key + "?");
      }
      out.hazards.push_back(std::move(hazard));
    } catch (const std::exception& e) {
      out.refused.push_back({name, {MessageId::kPlanHazardRefused, {e.what()}}});
    }
  }
  return out;
}

std::string PlanJson(const RepairPlan& plan, Lang lang) {
  Json root;
  root["schema"] = 1;
  root["season"] = plan.season;
  root["version"] = plan.version;
  root["batch"] = std::string(Code(plan.batch));
  root["date"] = IsoDate(plan.date);
  root["stage_from"] = IsoDate(plan.implementation.from);
  root["stage_to"] = IsoDate(plan.implementation.to);
  root["horizon_years"] = plan.horizon_years;
  root["rules"] = {{"file", plan.rules}, {"sha256", plan.rules_sha256}};
  root["prices"] = {{"file", plan.prices}, {"sha256", plan.prices_sha256}};
  root["resources"] = {{"file", plan.resources}, {"sha256", plan.resources_sha256}};
  root["budget_yuan"] = Json::object();
  for (const auto& [unit, yuan] : plan.budget_yuan) root["budget_yuan"][unit] = yuan;
  const SolveSummary& s = plan.solve;
  root["solve"] = {{"columns", s.columns},
                   {"rows", s.rows},
                   {"nodes", s.nodes},
                   {"value_yuan", std::round(s.value)},
                   {"bound_yuan", std::round(s.bound)},
                   {"gap", std::round(s.gap * 1e6) / 1e6},
                   {"optimal", s.proven},
                   {"time_limit", s.time_limit}};
  root["warnings"] = Json::array();
  for (const Message& warning : plan.warnings)
    root["warnings"].push_back(MessageJson(warning, lang));
  root["items"] = Json::array();
  for (const PlanItem& item : plan.items) {
    Json one = Json::object();
    Writer writer(one);
    Fields(writer, item);
    one["rules_sha256"] = plan.rules_sha256;
    root["items"].push_back(std::move(one));
  }
  root["unplanned"] = Json::array();
  for (const Unplanned& u : plan.unplanned) {
    Json one = Json::object();
    Writer writer(one);
    writer("hazard_id", u.hazard_id);
    writer("unit", u.unit);
    writer("district", u.district);
    writer("why", u.why);
    one["detail"] = MessageJson(u.detail, lang);
    writer("cost_yuan", u.cost_yuan);
    writer("missing", u.missing);
    writer("rule_trace", u.trace);
    root["unplanned"].push_back(std::move(one));
  }
  return root.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

RepairPlan ReadPlan(const std::filesystem::path& file) {
  const Json root = ParseFile(file);
  RepairPlan plan;
  try {
    Reader reader(root);
    reader("season", plan.season);
    reader("version", plan.version);
    reader("batch", plan.batch);
    reader("date", plan.date);
    plan.implementation = DefaultSeason(plan.season).implementation;
    reader("stage_from", plan.implementation.from);
    reader("stage_to", plan.implementation.to);
    reader("horizon_years", plan.horizon_years);
    for (const auto& [key, name, hash] : {std::tuple{"rules", &plan.rules, &plan.rules_sha256},
                                          {"prices", &plan.prices, &plan.prices_sha256},
                                          {"resources", &plan.resources, &plan.resources_sha256}}) {
      *name = root.at(key).at("file").get<std::string>();
      *hash = root.at(key).at("sha256").get<std::string>();
    }
    for (const auto& [unit, yuan] : root.at("budget_yuan").items())
      plan.budget_yuan[unit] = yuan.get<double>();
    for (const Json& warning : root.at("warnings")) plan.warnings.push_back(MessageOf(warning));
    const Json& s = root.at("solve");
    plan.solve = {s.at("columns"),    s.at("rows"), s.at("nodes"),   s.at("value_yuan"),
                  s.at("bound_yuan"), s.at("gap"),  s.at("optimal"), s.at("time_limit")};
    reader("items", plan.items);
    for (const Json& row : root.at("unplanned")) {
      Unplanned u;
      Reader one(row);
      one("hazard_id", u.hazard_id);
      one("unit", u.unit);
      one("district", u.district);
      one("why", u.why);
      u.detail = MessageOf(row.at("detail"));
      one("cost_yuan", u.cost_yuan);
      one("missing", u.missing);
      one("rule_trace", u.trace);
      plan.unplanned.push_back(std::move(u));
    }
  } catch (const std::exception& e) {
    throw RunError(ExitCode::kInputMissing, MessageId::kConfigUnreadable,
                   {file.string(), e.what()});
  }
  return plan;
}

std::vector<PlanChange> Compare(const RepairPlan& before, const RepairPlan& after) {
  std::map<std::string, const PlanItem*> old;
  for (const PlanItem& item : before.items) old[item.id] = &item;
  std::vector<PlanChange> changes;
  const auto words = [](const PlanItem& i) {
    return fmt::format("{}/{}, {:.0f} yuan, {} .. {}, {}", Code(i.repair_class), Code(i.measure),
                       i.Money(), IsoDate(i.start), IsoDate(i.end), i.crew);
  };
  for (const PlanItem& item : after.items) {
    const auto found = old.find(item.id);
    if (found == old.end()) {
      changes.push_back({item.id, {MessageId::kPlanChangeNew, {words(item)}}});
      continue;
    }
    if (words(*found->second) != words(item) || found->second->rule != item.rule) {
      changes.push_back(
          {item.id,
           {MessageId::kPlanChanged,
            {found->second->rule + ": " + words(*found->second), item.rule + ": " + words(item)}}});
    }
    old.erase(found);
  }
  for (const auto& [id, item] : old)
    changes.push_back({id, {MessageId::kPlanChangeGone, {words(*item)}}});
  std::sort(changes.begin(), changes.end(),
            [](const PlanChange& a, const PlanChange& b) { return a.item < b.item; });
  return changes;
}

void CountVersions(const RepairPlan& before, RepairPlan& after) {
  std::set<std::string> changed;
  for (const PlanChange& change : Compare(before, after)) changed.insert(change.item);
  for (PlanItem& item : after.items) {
    for (const PlanItem& old : before.items) {
      if (old.id == item.id) item.version = old.version + (changed.contains(item.id) ? 1 : 0);
    }
  }
}

}  // namespace thermoleak::planning
