// Areas, and scans from their opening to the commit.

#include <fmt/format.h>

#include <set>

#include "service/map_layers.hpp"
#include "service/services.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::service {
namespace {

using batch::Scan;
using batch::ScanFacts;
using batch::ScanFile;
using batch::ScanState;

constexpr std::size_t kMostFiles = 50000;

Json Number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json FactsJson(const Scan& scan) {
  const ScanFacts& f = scan.facts;
  return {{"id", scan.id},
          {"state", std::string(CodeOf(scan.state))},
          {"area", f.area},
          {"crew", f.crew},
          {"instrument", f.instrument},
          {"flown_on", f.flown_on},
          {"note", f.note},
          {"owner", f.owner},
          {"organisation", f.organisation},
          {"district", f.district},
          {"conditions",
           {{"air_temp_c", Number(f.conditions.air_temp_c)},
            {"wind_m_s", Number(f.conditions.wind_m_s)},
            {"humidity_pct", Number(f.conditions.humidity_pct)}}},
          {"opened_at", scan.opened_at},
          {"committed_at", scan.committed_at.empty() ? Json(nullptr) : Json(scan.committed_at)}};
}

const batch::Area& VisibleArea(const Services& services, const User& user, const std::string& id) {
  const batch::Area* area = services.folder.FindArea(id);
  if (!area || !Sees(user, area->organisation, area->district))
    throw Refusal(404, MessageId::kApiNotFound);
  return *area;
}

Response ListAreas(Services& services, const Request&, Call& call) {
  Json items = Json::array();
  for (const batch::Area& area : services.folder.areas()) {
    if (!Sees(call.Who(), area.organisation, area.district)) continue;
    items.push_back({{"id", area.id},
                     {"name", area.name},
                     {"organisation", area.organisation},
                     {"district", area.district},
                     {"bounds", AreaBounds(services, area)}});
  }
  return JsonResponse({{"items", std::move(items)}, {"next", nullptr}});
}

Response AreaNetwork(Services& services, const Request& request, Call& call) {
  const batch::Area& area = VisibleArea(services, call.Who(), call.params[0]);
  return FileResponse(request, NetworkGeoJson(services, area), "application/geo+json");
}

Response OpenScan(Services& services, const Request&, Call& call) {
  const Fields in = call.In();
  const batch::Area& area = VisibleArea(services, call.Who(), in.Text("area"));
  ScanFacts facts;
  facts.area = area.id;
  facts.crew = in.TextOr("crew");
  facts.instrument = in.TextOr("instrument");
  facts.flown_on = in.Text("flown_on", 20);
  facts.note = in.TextOr("note", {}, 2000);
  facts.owner = call.Who().name;
  facts.organisation = area.organisation;
  facts.district = area.district;
  const Json conditions = in.Object("conditions");
  const Fields weather(conditions);
  facts.conditions = {weather.Number("air_temp_c", -60, 60), weather.Number("wind_m_s", 0, 60),
                      weather.Number("humidity_pct", 0, 100)};
  const auto id = services.folder.OpenScan(facts);
  if (!id) throw ApiError{400, id.error().message};
  call.detail = *id;
  return JsonResponse({{"id", *id}, {"state", "open"}}, 201);
}

/// What a scan has, or has got so far.
std::vector<ScanFile> FilesOf(Services& services, const Scan& scan) {
  return scan.state == ScanState::kOpen ? services.uploads.FilesOf(scan.id) : scan.files;
}

std::uint64_t BytesOf(const std::vector<ScanFile>& files) {
  std::uint64_t bytes = 0;
  for (const ScanFile& file : files) bytes += file.size;
  return bytes;
}

Response ListScans(Services& services, const Request& request, Call& call) {
  const int limit = LimitOf(request, 100, 1000);
  const std::string after = request.target.Find("after").value_or("");
  Json items = Json::array();
  Json next = nullptr;
  std::vector<Scan> scans = services.folder.Scans();
  for (auto scan = scans.rbegin(); scan != scans.rend(); ++scan) {  // newest first
    if (!after.empty() && scan->id >= after) continue;
    if (!Sees(call.Who(), scan->facts.organisation, scan->facts.district)) continue;
    if (items.size() == static_cast<std::size_t>(limit)) {
      next = items.back()["id"];
      break;
    }
    items.push_back(FactsJson(*scan));
    const std::vector<ScanFile> files = FilesOf(services, *scan);
    items.back()["file_count"] = files.size();
    items.back()["bytes"] = BytesOf(files);
  }
  return JsonResponse({{"items", std::move(items)}, {"next", std::move(next)}});
}

Json FileJson(const ScanFile& file) {
  return {{"path", file.path}, {"size", file.size}, {"sha256", file.sha256}};
}

Response ShowScan(Services& services, const Request&, Call& call) {
  const Scan scan = VisibleScan(services, call.Who(), call.params[0]);
  Json json = FactsJson(scan);
  const std::vector<ScanFile> files = FilesOf(services, scan);
  json["files"] = Json::array();
  for (const ScanFile& file : files) json["files"].push_back(FileJson(file));
  json["file_count"] = files.size();
  json["received"] = {{"files", files.size()}, {"bytes", BytesOf(files)}};
  json["jobs"] = Json::array();
  for (const batch::JobKind kind : {batch::JobKind::kQuality, batch::JobKind::kSurvey}) {
    const auto job = services.queue.Get(fmt::format("{}.{}", scan.id, CodeOf(kind)));
    if (!job) continue;
    json["jobs"].push_back(job->id);
    if (kind == batch::JobKind::kSurvey) json["reason"] = job->reason.In(call.lang);
  }
  return JsonResponse(json);
}

std::vector<ScanFile> FilesIn(const Json& body) {
  std::vector<ScanFile> files;
  for (const Json& item : Fields(body).List("files", kMostFiles)) {
    const Fields in(item);
    ScanFile file;
    const auto path = batch::CleanPath(in.Text("path", 2000));
    if (!path) throw ApiError{400, path.error().message};
    file.path = *path;
    file.size = static_cast<std::uint64_t>(in.Integer("size", 0, INT64_MAX));
    file.sha256 = in.Text("sha256", 64);
    if (!batch::IsSha256(file.sha256))
      throw Refusal(400, MessageId::kApiFieldWrong, {"sha256", "64 x 0-9a-f"});
    files.push_back(std::move(file));
  }
  return files;
}

Json PathsOf(const std::vector<ScanFile>& files) {
  Json paths = Json::array();
  for (const ScanFile& file : files) paths.push_back(file.path);
  return paths;
}

Response MissingFiles(Services& services, const Request&, Call& call) {
  const Scan scan = VisibleScan(services, call.Who(), call.params[0]);
  if (scan.state != ScanState::kOpen) throw Refusal(409, MessageId::kScanCommitted, {scan.id});
  const auto missing = services.uploads.Claim(call.Who(), scan.id, FilesIn(call.body));
  return JsonResponse({{"missing", PathsOf(missing)}});
}

Response CommitScan(Services& services, const Request&, Call& call) {
  const Scan scan = VisibleScan(services, call.Who(), call.params[0]);
  std::vector<ScanFile> files = FilesIn(call.body);
  if (files.empty() && scan.state == ScanState::kOpen) files = services.uploads.FilesOf(scan.id);
  if (files.empty()) files = scan.files;
  const std::vector<ScanFile> missing = services.folder.Missing(files);
  if (!missing.empty()) {
    ApiError error = Refusal(409, MessageId::kScanFilesMissing,
                             {scan.id, std::to_string(missing.size()), missing.front().path});
    error.extra = {{"missing", PathsOf(missing)}};
    throw error;
  }
  const auto committed = services.folder.Commit(scan.id, std::move(files));
  if (!committed) throw Refusal(committed.error());
  Json jobs = Json::array();
  for (const batch::JobKind kind : {batch::JobKind::kQuality, batch::JobKind::kSurvey}) {
    const auto job = services.queue.Add(kind, scan.id);
    if (!job) throw Refusal(job.error());
    jobs.push_back(job->id);
  }
  services.wake_jobs();
  return JsonResponse({{"id", scan.id},
                       {"state", std::string(CodeOf(committed->state))},
                       {"files", committed->files.size()},
                       {"jobs", std::move(jobs)}});
}

Response DropScan(Services& services, const Request&, Call& call) {
  const Scan scan = VisibleScan(services, call.Who(), call.params[0]);
  const auto dropped = services.folder.DropScan(scan.id);
  if (!dropped) throw Refusal(dropped.error());
  Response response;
  response.status = 204;
  return response;
}

Response ScanQuality(Services& services, const Request&, Call& call) {
  const Scan scan = VisibleScan(services, call.Who(), call.params[0]);
  const auto job = services.queue.Get(scan.id + ".quality");
  Json json = {{"state", job ? Json(std::string(CodeOf(job->state))) : Json("waiting")}};
  const auto bytes = ReadFile(services.folder.ScanPath(scan.id) / "quality.json", 256 << 20);
  if (bytes) {
    const char* text = reinterpret_cast<const char*>(bytes->data());
    const Json found = Json::parse(text, text + bytes->size(), nullptr, false);
    for (const auto& [key, value] : found.items()) {
      if (key != "state") json[key] = value;
    }
  } else if (!job) {
    throw Refusal(404, MessageId::kApiNotYet);
  }
  return JsonResponse(json);
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/areas", Permission::kRead, BodyKind::kNone, ListAreas},
    {"GET", "/api/v1/areas/{id}/network", Permission::kRead, BodyKind::kNone, AreaNetwork},
    {"GET", "/api/v1/scans", Permission::kRead, BodyKind::kNone, ListScans},
    {"POST", "/api/v1/scans", Permission::kUpload, BodyKind::kJson, OpenScan},
    {"GET", "/api/v1/scans/{id}", Permission::kRead, BodyKind::kNone, ShowScan},
    {"DELETE", "/api/v1/scans/{id}", Permission::kUpload, BodyKind::kNone, DropScan},
    {"POST", "/api/v1/scans/{id}/missing", Permission::kUpload, BodyKind::kJson, MissingFiles},
    {"POST", "/api/v1/scans/{id}/commit", Permission::kUpload, BodyKind::kJson, CommitScan},
    {"GET", "/api/v1/scans/{id}/quality", Permission::kRead, BodyKind::kNone, ScanQuality},
};

}  // namespace

batch::Scan VisibleScan(const Services& services, const User& user, const std::string& id) {
  auto scan = batch::IsScanId(id) ? services.folder.FindScan(id) : std::nullopt;
  if (!scan || !Sees(user, scan->facts.organisation, scan->facts.district))
    throw Refusal(404, MessageId::kApiNotFound);
  return std::move(*scan);
}

std::span<const Route> ScanRoutes() { return kRoutes; }

}  // namespace thermoleak::service
