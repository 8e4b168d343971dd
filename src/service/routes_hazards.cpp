// Hazards as lists, on maps and one by one; the crews' day; the vocabulary.

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "service/plan_view.hpp"
#include "service/run_lines.hpp"
#include "service/services.hpp"
#include "service/visible_hazard.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/exports.hpp"
#include "thermoleak/ledger/vocabulary.hpp"
#include "thermoleak/planning/vocabulary.hpp"

namespace thermoleak::service {
namespace {

struct ListFilter {
  std::vector<HazardState> states;
  std::vector<HazardKind> kinds;
  std::optional<int> season;
  double min_score = 0;
  std::optional<std::array<double, 4>> bbox;
  std::string text;

  bool Takes(const HazardRow& row) const {
    const auto among = [](const auto& list, auto value) {
      return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
    };
    if (!among(states, row.state) || !among(kinds, row.kind)) return false;
    if (season && row.season != *season) return false;
    if (static_cast<double>(row.score) < min_score) return false;
    if (bbox && !((*bbox)[0] <= row.lon_deg && row.lon_deg <= (*bbox)[2] &&
                  (*bbox)[1] <= row.lat_deg && row.lat_deg <= (*bbox)[3]))
      return false;
    return text.empty() || row.folded.find(text) != std::string::npos;
  }
};

std::vector<std::string_view> Split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(mark), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

double NumberIn(std::string_view text, const char* name) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    throw Refusal(400, MessageId::kApiFieldWrong, {name, "0-9"});
  return value;
}

template <class E>
std::vector<E> WordsIn(const Request& request, const char* name) {
  std::vector<E> values;
  const std::string text = request.target.Find(name).value_or("");
  for (const std::string_view word : Split(text, ',')) {
    const auto value = FromText<E>(word);
    if (!value) throw Refusal(400, MessageId::kApiFieldWrong, {name, "GET /api/v1/vocabulary"});
    values.push_back(*value);
  }
  return values;
}

ListFilter FilterOf(const Request& request) {
  ListFilter filter;
  filter.states = WordsIn<HazardState>(request, "state");
  filter.kinds = WordsIn<HazardKind>(request, "kind");
  if (const auto text = request.target.Find("season"))
    filter.season = static_cast<int>(NumberIn(*text, "season"));
  if (const auto text = request.target.Find("min_score"))
    filter.min_score = NumberIn(*text, "min_score");
  if (const auto text = request.target.Find("bbox")) {
    const auto parts = Split(*text, ',');
    if (parts.size() != 4) throw Refusal(400, MessageId::kApiFieldWrong, {"bbox", "w,s,e,n"});
    filter.bbox.emplace();
    for (std::size_t i = 0; i < 4; ++i) (*filter.bbox)[i] = NumberIn(parts[i], "bbox");
  }
  filter.text = Folded(request.target.Find("q").value_or(""));
  return filter;
}

template <class N>
Json OrNull(N value, double scale) {
  const auto number = static_cast<double>(value);
  return std::isfinite(number) ? Json(std::round(number * scale) / scale) : Json(nullptr);
}

Json RowJson(const HazardRow& row) {
  return {{"id", row.id},
          {"lon", OrNull(row.lon_deg, 1e7)},
          {"lat", OrNull(row.lat_deg, 1e7)},
          {"score", OrNull(row.score, 1e4)},
          {"state", std::string(Code(row.state))},
          {"kind", std::string(Code(row.kind))},
          {"source", std::string(Code(row.source))},
          {"grade", row.grade ? Json(std::string(Code(*row.grade))) : Json(nullptr)},
          {"season", row.season},
          {"unit", row.unit},
          {"district", row.district},
          {"address", row.address},
          {"pipe_id", row.pipe_id},
          {"delta_t_k", OrNull(row.delta_t_k, 100)},
          {"found_on", row.found_on.empty() ? Json(nullptr) : Json(row.found_on)},
          {"deadline", row.deadline.empty() ? Json(nullptr) : Json(row.deadline)}};
}

/// All at once, as short as may be: a map of a hundred thousand is six megabytes.
Response MapList(const Request& request, const Call& call, const HazardList& list,
                 const ListFilter& filter) {
  Response response;
  const std::string tag =
      fmt::format("\"{}-{}\"", list.version, std::hash<std::string>()(call.Who().id));
  response.headers.Add("ETag", tag);
  response.headers.Add("Cache-Control", "private, no-cache");
  // The tag speaks of the ledger and who looks, and the address of the rest.
  if (request.headers.Get("If-None-Match") == tag) {
    response.status = 304;
    return response;
  }
  std::string out = fmt::format("{{\"version\":{},\"items\":[", list.version);
  const auto sink = std::back_inserter(out);
  bool first = true;
  for (const auto& row : list.rows) {
    if (!Sees(call.Who(), row->unit, row->district) || !filter.Takes(*row)) continue;
    if (!std::isfinite(row->lon_deg)) continue;
    fmt::format_to(sink, "{}[\"{}\",{:.6f},{:.6f},{:.3f},\"{}\",\"{}\",{}]", first ? "" : ",",
                   row->id, row->lon_deg, row->lat_deg, row->score, Code(row->state),
                   Code(row->kind),
                   std::isfinite(row->delta_t_k) ? fmt::format("{:.2f}", row->delta_t_k) : "null");
    first = false;
  }
  response.headers.Add("Content-Type", "application/json; charset=utf-8");
  response.body = out + "],\"next\":null}";
  return response;
}

Response ListHazards(Services& services, const Request& request, Call& call) {
  const ListFilter filter = FilterOf(request);
  const auto list = services.hazards.Get();
  if (request.target.Find("fields") == "map") return MapList(request, call, *list, filter);
  const int limit = LimitOf(request, 100, 1000);
  const std::string after = request.target.Find("after").value_or("");
  // "SCORE~ID" of the last one shown: later ones have a lower score, or a higher id.
  float after_score = 2;
  std::string after_id;
  if (!after.empty()) {
    const std::size_t mark = after.find('~');
    if (mark == std::string::npos) throw Refusal(400, MessageId::kApiFieldWrong, {"after", "next"});
    after_score = static_cast<float>(NumberIn(std::string_view(after).substr(0, mark), "after"));
    after_id = after.substr(mark + 1);
  }
  Json items = Json::array();
  Json next = nullptr;
  const HazardRow* last = nullptr;
  for (const auto& row : list->rows) {
    if (row->score > after_score || (row->score == after_score && row->id <= after_id)) continue;
    if (!Sees(call.Who(), row->unit, row->district) || !filter.Takes(*row)) continue;
    if (items.size() == static_cast<std::size_t>(limit)) {
      next = fmt::format("{}~{}", last->score, last->id);
      break;
    }
    items.push_back(RowJson(*row));
    last = row.get();
  }
  return JsonResponse(
      {{"version", list->version}, {"items", std::move(items)}, {"next", std::move(next)}});
}

/// Newest first. (The ledger's own column of this name is their number.)
Json SightingsJson(const std::vector<Sighting>& sightings) {
  Json list = Json::array();
  for (auto s = sightings.rbegin(); s != sightings.rend(); ++s) {
    list.push_back({{"scan", s->run},
                    {"candidate", s->candidate_id},
                    {"date", s->date ? Json(IsoDate(*s->date)) : Json(nullptr)},
                    {"score", s->probability ? Json(*s->probability) : Json(nullptr)},
                    {"delta_t_k", s->delta_t_k ? Json(*s->delta_t_k) : Json(nullptr)},
                    {"views", s->views ? Json(*s->views) : Json(nullptr)}});
  }
  return list;
}

Response ShowHazard(Services& services, const Request&, Call& call) {
  const Ledger ledger = services.OpenLedger();
  const Hazard hazard = VisibleHazard(services, ledger, call.Who(), call.params[0]);
  Json json = Json::parse(HazardFileJson(ledger, hazard));
  json["lon"] = json["lon_deg"];
  json["lat"] = json["lat_deg"];
  json["score"] = json["probability"];
  json["decisions"] = DecisionsOn(hazard, call.Who());
  json["transitions"] = Json::array();
  for (std::size_t i = 0; i < TermsOf<HazardState>().size(); ++i) {
    const auto to = static_cast<HazardState>(i);
    if (HasTransition(hazard.state, to)) json["transitions"].push_back(std::string(Code(to)));
  }
  // The latest picture and what raised or lowered its score.
  json["evidence"] = nullptr;
  json["reasons"] = Json::array();
  for (Json& attachment : json["attachments"]) {
    attachment["url"] = fmt::format("/api/v1/hazards/{}/photos/{}", hazard.id,
                                    attachment["sha256"].get<std::string>());
  }
  const std::vector<Sighting> sightings = ledger.Sightings(hazard.id);
  json["sightings"] = SightingsJson(sightings);
  for (auto s = sightings.rbegin(); s != sightings.rend(); ++s) {
    if (!batch::IsScanId(s->run)) continue;
    const auto candidate = CandidateOf(services.folder.RunPath(s->run), s->candidate_id);
    if (!candidate) continue;
    json["evidence"] = {{"scan", s->run}, {"candidate", s->candidate_id}};
    json["reasons"] = candidate->value("reasons", Json::array());
    break;
  }
  return JsonResponse(json);
}

Json TaskJson(const Hazard& h) {
  const auto number = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
  return {{"hazard", h.id},
          {"task", "verify"},
          {"state", std::string(Code(h.state))},
          {"kind", std::string(Code(h.kind))},
          {"score", number(h.probability)},
          {"lon", number(h.place.lon_deg)},
          {"lat", number(h.place.lat_deg)},
          {"sigma_major_m", number(h.place.sigma_major_m)},
          {"sigma_minor_m", number(h.place.sigma_minor_m)},
          {"sigma_azimuth_deg", number(h.place.sigma_azimuth_deg)},
          {"address", h.place.address},
          {"pipe_id", h.place.pipe_id},
          {"chainage_m", number(h.place.chainage_m)},
          {"offset_m", number(h.place.offset_m)},
          {"dn_mm", number(h.asset.dn_mm)},
          {"depth_m", number(h.asset.depth_m)},
          {"laying", h.asset.laying},
          {"delta_t_k", number(h.delta_t_k)},
          {"due", h.deadline ? Json(IsoDate(*h.deadline)) : Json(nullptr)}};
}

Response Today(Services& services, const Request&, Call& call) {
  constexpr std::size_t kMost = 1000;  // a day's list, not a city's: the likeliest first
  const Ledger ledger = services.OpenLedger();
  Json items = Json::array();
  for (const auto& row : services.hazards.Get()->rows) {
    const bool to_do = row->state == HazardState::kToVerify ||
                       row->state == HazardState::kVerifying ||
                       row->state == HazardState::kReopened;
    if (!to_do || !Sees(call.Who(), row->unit, row->district)) continue;
    if (const auto hazard = ledger.FindExactly(row->id)) items.push_back(TaskJson(*hazard));
    if (items.size() >= kMost) break;
  }
  for (Json& order : WorkOrdersOf(services, call.Who(), thermoleak::Today()))
    items.push_back(std::move(order));
  return JsonResponse({{"day", IsoDate(thermoleak::Today())}, {"items", std::move(items)}});
}

template <class E>
Json TermsJson() {
  Json list = Json::array();
  for (const Term& term : TermsOf<E>()) {
    list.push_back({{"code", std::string(term.code)},
                    {"en", std::string(term.en)},
                    {"zh", std::string(term.zh)}});
  }
  return list;
}

Response Vocabulary(Services&, const Request&, Call&) {
  return JsonResponse({{"states", TermsJson<HazardState>()},
                       {"kinds", TermsJson<HazardKind>()},
                       {"sources", TermsJson<HazardSource>()},
                       {"grades", TermsJson<Grade>()},
                       {"reject_codes", TermsJson<RejectCode>()},
                       {"methods", TermsJson<VerifyMethod>()},
                       {"results", TermsJson<VerifyResult>()},
                       {"purposes", TermsJson<AttachmentPurpose>()},
                       {"item_states", TermsJson<planning::ItemState>()},
                       {"classes", TermsJson<planning::RepairClass>()},
                       {"measures", TermsJson<planning::Measure>()},
                       {"why_not", TermsJson<planning::WhyNot>()}});
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/hazards", Permission::kRead, BodyKind::kNone, ListHazards},
    {"GET", "/api/v1/hazards/{id}", Permission::kRead, BodyKind::kNone, ShowHazard},
    {"GET", "/api/v1/today", Permission::kRead, BodyKind::kNone, Today},
    {"GET", "/api/v1/vocabulary", Permission::kRead, BodyKind::kNone, Vocabulary, nullptr, true},
};

}  // namespace

Hazard VisibleHazard(const Services& services, const Ledger& ledger, const User& user,
                     const std::string& id) {
  auto hazard = ledger.FindExactly(id);
  if (hazard) {
    const auto [unit, district] = services.hazards.Owner(ledger, *hazard);
    if (Sees(user, unit, district)) return std::move(*hazard);
  }
  throw Refusal(404, MessageId::kApiNotFound);
}

std::span<const Route> HazardRoutes() { return kRoutes; }

}  // namespace thermoleak::service
