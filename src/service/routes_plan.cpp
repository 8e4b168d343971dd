// The repair plan: board, progress, roll-ups, documents.

#include <fmt/format.h>

#include "service/plan_view.hpp"
#include "service/run_lines.hpp"
#include "service/services.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/statistics.hpp"
#include "thermoleak/planning/ledger_steps.hpp"
#include "thermoleak/planning/plan_json.hpp"
#include "thermoleak/planning/tracking.hpp"
#include "thermoleak/report/plan_folder.hpp"

namespace thermoleak::service {
namespace {

namespace fs = std::filesystem;
using namespace planning;

struct Plan {
  RepairPlan plan;
  std::vector<ProgressEntry> entries;
};

std::optional<Plan> FindPlan(const Services& services) {
  const fs::path file = services.folder.plan() / "plan.json";
  std::error_code error;
  if (!fs::exists(file, error)) return std::nullopt;
  Plan found{ReadPlan(file), {}};
  found.entries = ReadProgress(services.folder.plan() / "progress.csv", found.plan).entries;
  return found;
}

Plan MustFindPlan(const Services& services) {
  auto plan = FindPlan(services);
  if (!plan) throw Refusal(404, MessageId::kApiNotYet);
  return std::move(*plan);
}

/// Only what is this user's to see stays.
void Restrict(RepairPlan& plan, const User& user) {
  std::erase_if(plan.items,
                [&](const PlanItem& item) { return !Sees(user, item.unit, item.district); });
  std::erase_if(plan.unplanned,
                [&](const Unplanned& u) { return !Sees(user, u.unit, u.district); });
  if (!SeesAll(user)) {
    std::erase_if(plan.budget_yuan,
                  [&](const auto& budget) { return budget.first != user.organisation; });
  }
}

Json DayOrNull(const std::optional<Date>& day) { return day ? Json(IsoDate(*day)) : Json(nullptr); }

Json ProgressJson(const ItemProgress& p) {
  return {{"done", p.done},
          {"started", DayOrNull(p.started)},
          {"finished", DayOrNull(p.finished)},
          {"accepted", DayOrNull(p.accepted)},
          {"closed", DayOrNull(p.closed)}};
}

Response ShowPlan(Services& services, const Request&, Call& call) {
  Plan found = MustFindPlan(services);
  const auto progress = ProgressBy(found.plan, found.entries, Date::max());
  Restrict(found.plan, call.Who());
  Json json = Json::parse(PlanJson(found.plan, call.lang));
  json["progress"] = Json::object();
  for (const PlanItem& item : found.plan.items) {
    if (const auto p = progress.find(item.id); p != progress.end())
      json["progress"][item.id] = ProgressJson(p->second);
  }
  return JsonResponse(json);
}

Response GeneratePlanJob(Services& services, const Request&, Call& call) {
  const std::string day = call.In().TextOr("date", {}, 10);
  if (!day.empty() && !ParseDay(day))
    throw Refusal(400, MessageId::kApiFieldWrong, {"date", "YYYY-MM-DD"});
  const auto job = services.queue.Add(batch::JobKind::kPlan, {}, day);
  if (!job) throw Refusal(job.error());
  services.wake_jobs();
  return JsonResponse({{"job", job->id}}, 202);
}

Response AddProgressEntry(Services& services, const Request&, Call& call) {
  const Fields in = call.In();
  const std::lock_guard lock(services.plan_mutex);
  // The job replaces the plan: what would be written meanwhile could be lost.
  const auto job = services.queue.Get("plan");
  if (job && job->state == batch::JobState::kRunning) throw Refusal(503, MessageId::kApiBusy);
  Plan found = MustFindPlan(services);
  const auto item =
      std::find_if(found.plan.items.begin(), found.plan.items.end(), [&](const PlanItem& i) {
        return i.id == call.params[0] && Sees(call.Who(), i.unit, i.district);
      });
  if (item == found.plan.items.end()) throw Refusal(404, MessageId::kApiNotFound);
  const Act act = call.ActOf(in.TextOr("on", {}, 20), in.TextOr("note", {}, 2000));
  const std::string unit = in.TextOr("unit", item->quantity_unit);
  if (unit != item->quantity_unit)
    throw Refusal(400, MessageId::kApiFieldWrong, {"unit", item->quantity_unit});
  const ProgressEntry entry{item->id,
                            act.on,
                            in.Number("quantity", 0, 1e7).value_or(0),
                            in.FlagOr("accepted", false),
                            in.FlagOr("closed", false),
                            act.by,
                            act.reason};
  const fs::path file = services.folder.plan() / "progress.csv";
  CheckProgress(file, found.plan, entry);
  // The ledger first: what it refuses has not happened. Drafts are not the ledger's yet.
  if (item->state != ItemState::kDraft) {
    Ledger ledger = services.OpenLedger();
    if (const auto refused = RecordProgress(ledger, *item, entry, act, {}, {}))
      throw Refusal(*refused);
  }
  AddProgress(file, found.plan, entry);
  WritePlanFolder(found.plan, services.folder.plan(), call.lang);
  const auto progress = ProgressBy(found.plan, ReadProgress(file, found.plan).entries, Date::max());
  const auto now = progress.find(item->id);
  return JsonResponse(
      {{"id", item->id},
       {"progress", now == progress.end() ? Json(nullptr) : ProgressJson(now->second)}},
      201);
}

/// The documents speak of the whole city: they are for who may see all of it.
void NeedsAll(const User& user) {
  if (!SeesAll(user)) throw Refusal(403, MessageId::kApiForbidden);
}

Response PlanFiles(Services& services, const Request&, Call& call) {
  NeedsAll(call.Who());
  Json items = Json::array();
  for (const Json& name : FilesIn(services.folder.plan())) {
    std::error_code error;
    const auto size = fs::file_size(services.folder.plan() / name.get<std::string>(), error);
    items.push_back({{"name", name}, {"size", error ? 0 : size}});
  }
  return JsonResponse({{"items", std::move(items)}, {"next", nullptr}});
}

Response PlanFile(Services& services, const Request& request, Call& call) {
  NeedsAll(call.Who());
  const Json files = FilesIn(services.folder.plan());
  if (std::find(files.begin(), files.end(), Json(call.params[0])) == files.end())
    throw Refusal(404, MessageId::kApiNotFound);
  return DownloadResponse(request, services.folder.plan() / call.params[0]);
}

Json RowJson(const std::string& name, const StatRow& r) {
  return {{"name", name},           {"items", r.items},
          {"started", r.started},   {"finished", r.finished},
          {"accepted", r.accepted}, {"closed", r.closed},
          {"overdue", r.overdue},   {"planned_yuan", r.planned_yuan},
          {"planned", r.planned},   {"done", r.done}};
}

/// Hazards by state, of those that this user sees.
Json LedgerJson(Services& services, const User& user) {
  Json by_state = Json::object();
  for (const Term& term : TermsOf<HazardState>()) by_state[std::string(term.code)] = 0;
  int hazards = 0, open = 0;
  for (const auto& row : services.hazards.Get()->rows) {
    if (!Sees(user, row->unit, row->district)) continue;
    ++hazards;
    open += IsOpen(row->state) ? 1 : 0;
    Json& count = by_state[std::string(Code(row->state))];
    count = count.get<int>() + 1;
  }
  Json json = {{"hazards", hazards}, {"open", open}, {"by_state", std::move(by_state)}};
  if (!SeesAll(user)) return json;
  const LedgerStatistics s =
      thermoleak::StatisticsOf(services.OpenLedger(), HazardFilter{}, thermoleak::Today());
  const auto rate = [](const Rate& r) { return Json{{"part", r.part}, {"whole", r.whole}}; };
  json["overdue"] = s.overdue;
  json["verified"] = rate(s.verified);
  json["confirmed"] = rate(s.confirmed);
  json["dug"] = rate(s.dug);
  json["planned"] = rate(s.planned);
  json["closed"] = rate(s.closed);
  json["covered_km"] = rate(s.covered_km);
  return json;
}

Response ShowStatistics(Services& services, const Request& request, Call& call) {
  const std::string by = request.target.Find("by").value_or("city");
  if (by != "unit" && by != "district" && by != "city")
    throw Refusal(400, MessageId::kApiFieldWrong, {"by", "unit, district, city"});
  const auto day = ParseDay(request.target.Find("day").value_or(IsoDate(thermoleak::Today())));
  if (!day) throw Refusal(400, MessageId::kApiFieldWrong, {"day", "YYYY-MM-DD"});
  Json json = {{"day", IsoDate(*day)}, {"week_from", nullptr}, {"rows", Json::array()}};
  if (auto found = FindPlan(services)) {
    Restrict(found->plan, call.Who());
    std::erase_if(found->entries, [&](const ProgressEntry& entry) {
      return std::none_of(found->plan.items.begin(), found->plan.items.end(),
                          [&](const PlanItem& item) { return item.id == entry.item; });
    });
    const Statistics s = planning::StatisticsOf(found->plan, found->entries, *day);
    json["week_from"] = IsoDate(s.week_from);
    if (by == "city") json["rows"].push_back(RowJson("", s.city));
    for (const auto& [name, row] : by == "unit" ? s.by_unit : s.by_district) {
      if (by != "city") json["rows"].push_back(RowJson(name, row));
    }
    json["done_today"] = s.done_today;
    json["done_this_week"] = s.done_this_week;
    json["overdue"] = s.overdue;
  } else {
    json["done_today"] = json["done_this_week"] = Json::object();
    json["overdue"] = Json::array();
  }
  json["ledger"] = LedgerJson(services, call.Who());
  return JsonResponse(json);
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/plan", Permission::kRead, BodyKind::kNone, ShowPlan},
    {"POST", "/api/v1/plan/generate", Permission::kPlan, BodyKind::kJson, GeneratePlanJob},
    {"POST", "/api/v1/plan/items/{id}/progress", Permission::kPlan, BodyKind::kJson,
     AddProgressEntry},
    {"GET", "/api/v1/plan/files", Permission::kRead, BodyKind::kNone, PlanFiles},
    {"GET", "/api/v1/plan/files/{name}", Permission::kRead, BodyKind::kNone, PlanFile},
    {"GET", "/api/v1/statistics", Permission::kRead, BodyKind::kNone, ShowStatistics},
};

}  // namespace

Json WorkOrdersOf(Services& services, const User& user, Date day) {
  Json orders = Json::array();
  const auto found = FindPlan(services);
  if (!found) return orders;
  const auto progress = ProgressBy(found->plan, found->entries, day);
  const auto number = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
  for (const PlanItem& item : found->plan.items) {
    if (day < item.start || item.end < day || !Sees(user, item.unit, item.district)) continue;
    const auto p = progress.find(item.id);
    if (p != progress.end() && p->second.finished) continue;
    orders.push_back({{"hazard", item.hazard_ids.empty() ? "" : item.hazard_ids.front()},
                      {"task", "order"},
                      {"state", std::string(Code(item.state))},
                      {"lon", number(item.lon_deg)},
                      {"lat", number(item.lat_deg)},
                      {"sigma_major_m", number(item.sigma_major_m)},
                      {"sigma_minor_m", number(item.sigma_minor_m)},
                      {"sigma_azimuth_deg", number(item.sigma_azimuth_deg)},
                      {"address", item.address},
                      {"pipe_id", item.pipe_id},
                      {"chainage_m", number(item.chainage_m)},
                      {"dn_mm", number(item.dn_mm)},
                      {"depth_m", number(item.depth_m)},
                      {"laying", item.laying},
                      {"plan_item", item.id},
                      {"text", {{"en", item.text.en}, {"zh", item.text.zh}}},
                      {"crew", item.crew},
                      {"due", IsoDate(item.end)}});
  }
  return orders;
}

std::span<const Route> PlanRoutes() { return kRoutes; }

}  // namespace thermoleak::service
