// What survey runs found.

#include <fstream>

#include "service/map_layers.hpp"
#include "service/run_lines.hpp"
#include "service/services.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/report/evidence.hpp"

namespace thermoleak::service {
namespace {

namespace fs = std::filesystem;

/// The folder of a finished run that this user may see.
fs::path RunOf(Services& services, Call& call) {
  const batch::Scan scan = VisibleScan(services, call.Who(), call.params[0]);
  const fs::path run = services.folder.RunPath(scan.id);
  std::error_code error;
  if (!fs::exists(run / "run.json", error)) throw Refusal(404, MessageId::kApiNotYet);
  return run;
}

/// The few figures of run.json that a list shows: the file itself has a line for every frame.
Json Summary(Services& services, const std::string& scan) {
  const fs::path source = services.folder.RunPath(scan) / "run.json";
  const fs::path kept = Cached(services, scan + "-run.json", {source}, [&](const fs::path& out) {
    std::ifstream in(source);
    const Json run = Json::parse(in, nullptr, false);
    const Json counts = run.is_object() ? run.value("counts", Json::object()) : Json::object();
    WriteFileAtomically(out, counts.dump());
  });
  std::ifstream in(kept);
  const Json counts = Json::parse(in, nullptr, false);
  const Json found =
      counts.is_object() ? counts.value("candidates", Json::object()) : Json::object();
  const auto count = [&](const char* name) {
    return found.is_object() && found.contains(name) ? found[name] : Json(nullptr);
  };
  const auto job = services.queue.Get(scan + ".survey");
  return {{"candidates", count("total")},
          {"suspected", count("suspected_leaks")},
          {"finished_at", job && !job->ended_at.empty() ? Json(job->ended_at) : Json(nullptr)}};
}

Response ListRuns(Services& services, const Request& request, Call& call) {
  const int limit = LimitOf(request, 100, 1000);
  const std::string after = request.target.Find("after").value_or("");
  Json items = Json::array();
  Json next = nullptr;
  const std::vector<batch::Scan> scans = services.folder.Scans();
  for (auto scan = scans.rbegin(); scan != scans.rend(); ++scan) {
    if (!after.empty() && scan->id >= after) continue;
    if (!Sees(call.Who(), scan->facts.organisation, scan->facts.district)) continue;
    const fs::path run = services.folder.RunPath(scan->id);
    std::error_code error;
    if (!fs::exists(run / "run.json", error)) continue;
    if (items.size() == static_cast<std::size_t>(limit)) {
      next = items.back()["scan"];
      break;
    }
    Json item = {{"scan", scan->id},
                 {"state", std::string(CodeOf(scan->state))},
                 {"area", scan->facts.area},
                 {"crew", scan->facts.crew},
                 {"flown_on", scan->facts.flown_on},
                 {"has_mosaic", fs::exists(run / "mosaic.tif", error)},
                 {"files", FilesIn(run)}};
    item.update(Summary(services, scan->id));
    items.push_back(std::move(item));
  }
  return JsonResponse({{"items", std::move(items)}, {"next", std::move(next)}});
}

Response Candidates(Services& services, const Request& request, Call& call) {
  return FileResponse(request, RunOf(services, call) / "candidates.geojson");
}

Response Traces(Services& services, const Request& request, Call& call) {
  RunOf(services, call);
  return FileResponse(request, TracesGeoJson(services, call.params[0]));
}

Response Mosaic(Services& services, const Request& request, Call& call) {
  RunOf(services, call);
  return FileResponse(request, MosaicPicture(services, call.params[0]).picture);
}

Response MosaicFacts(Services& services, const Request& request, Call& call) {
  RunOf(services, call);
  return FileResponse(request, MosaicPicture(services, call.params[0]).facts);
}

Response Evidence(Services& services, const Request&, Call& call) {
  const auto found = ReadEvidence(RunOf(services, call), {call.params[1]});
  if (found.empty()) throw Refusal(404, MessageId::kApiNotFound);
  return JsonResponse(found.begin()->second);
}

Response RunFile(Services& services, const Request& request, Call& call) {
  const fs::path run = RunOf(services, call);
  const Json files = FilesIn(run);
  const std::string& name = call.params[1];
  if (std::find(files.begin(), files.end(), Json(name)) == files.end())
    throw Refusal(404, MessageId::kApiNotFound);
  return DownloadResponse(request, run / name);
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/runs", Permission::kRead, BodyKind::kNone, ListRuns},
    {"GET", "/api/v1/runs/{scan}/candidates", Permission::kRead, BodyKind::kNone, Candidates},
    {"GET", "/api/v1/runs/{scan}/traces", Permission::kRead, BodyKind::kNone, Traces},
    {"GET", "/api/v1/runs/{scan}/mosaic", Permission::kRead, BodyKind::kNone, Mosaic},
    {"GET", "/api/v1/runs/{scan}/mosaic.json", Permission::kRead, BodyKind::kNone, MosaicFacts},
    {"GET", "/api/v1/runs/{scan}/evidence/{candidate}", Permission::kRead, BodyKind::kNone,
     Evidence},
    {"GET", "/api/v1/runs/{scan}/files/{name}", Permission::kRead, BodyKind::kNone, RunFile},
};

}  // namespace

Json FilesIn(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(folder, error)) {
    const std::string name = item.path().filename().string();
    std::error_code ignored;
    if (item.is_regular_file(ignored) && !item.is_symlink(ignored) && !name.starts_with('.'))
      names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Response DownloadResponse(const Request& request, const fs::path& file) {
  Response response = FileResponse(request, file);
  if (file.extension() == ".html") {
    // Our own self-contained pages: their scripts run, but as nobody, without the session.
    response.headers.Add("Content-Security-Policy",
                         "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; "
                         "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'");
  } else {
    response.headers.Add("Content-Disposition", "attachment");
  }
  return response;
}

std::optional<Json> LineOf(const fs::path& file, const std::string& mark) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.find(mark) == std::string::npos) continue;
    while (!line.empty() && (line.back() == ',' || line.back() == '\r')) line.pop_back();
    return Json::parse(line.starts_with('"') ? "{" + line + "}" : line, nullptr, false);
  }
  return std::nullopt;
}

std::optional<Json> CandidateOf(const fs::path& run, const std::string& candidate) {
  const auto feature = LineOf(run / "candidates.geojson", "\"id\":" + Json(candidate).dump());
  if (!feature || !feature->is_object()) return std::nullopt;
  return feature->value("properties", Json());
}

std::span<const Route> RunRoutes() { return kRoutes; }

}  // namespace thermoleak::service
