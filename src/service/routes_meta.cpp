// Health, metrics, the API's own description, and the pages.

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fstream>

#include "service/assets.hpp"
#include "service/http_server.hpp"
#include "service/services.hpp"
#include "thermoleak/ledger/dates.hpp"

namespace thermoleak::service {
namespace {

Response Health(Services& services, const Request&, Call&) {
  struct statvfs disk {};
  const bool room = ::statvfs(services.folder.root().c_str(), &disk) == 0 &&
                    disk.f_bavail * disk.f_frsize > services.uploads.limits().free_bytes;
  bool store = true;
  try {
    services.store.With([](const sqlite::Database& db) { db.Number("SELECT 1"); });
  } catch (const std::exception&) {
    store = false;
  }
  return JsonResponse({{"status", room && store ? "ok" : "degraded"},
                       {"disk", room},
                       {"store", store},
                       {"version", THERMOLEAK_VERSION}},
                      store ? 200 : 503);
}

/// Resident memory of this process, bytes.
std::int64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

/// Prometheus' text format. Without login: counts only, nothing of anybody's.
Response Metrics(Services& services, const Request&, Call&) {
  const HttpCounters http = services.counters();
  std::string out;
  const auto add = [&](const char* name, const char* type, const char* help, auto value) {
    out += fmt::format("# HELP thermoleak_{0} {1}\n# TYPE thermoleak_{0} {2}\nthermoleak_{0} {3}\n",
                       name, help, type, value);
  };
  add("connections", "gauge", "Open connections.", http.connections);
  add("requests_total", "counter", "Requests whose header arrived.", http.requests);
  add("received_bytes_total", "counter", "Bytes of bodies received.", http.bytes_in);
  add("sent_bytes_total", "counter", "Bytes sent.", http.bytes_out);
  out +=
      "# HELP thermoleak_answers_total Answers by class of status.\n"
      "# TYPE thermoleak_answers_total counter\n";
  for (int i = 1; i < 6; ++i)
    out += fmt::format("thermoleak_answers_total{{class=\"{}xx\"}} {}\n", i, http.answers[i]);
  add("uploads_open", "gauge", "Uploads that are not complete.", services.uploads.open_count());
  add("audit_failures_total", "counter", "Audit entries that could not be written.",
      services.audit_failures.load());
  std::map<std::string, int> jobs;
  for (const batch::Job& job : services.queue.List()) ++jobs[std::string(CodeOf(job.state))];
  out += "# HELP thermoleak_jobs Jobs by state.\n# TYPE thermoleak_jobs gauge\n";
  for (const auto& [state, count] : jobs)
    out += fmt::format("thermoleak_jobs{{state=\"{}\"}} {}\n", state, count);
  add("resident_bytes", "gauge", "Resident memory.", ResidentBytes());
  add("uptime_seconds", "gauge", "Since the start.", Now() - services.started_at);
  Response response;
  response.headers.Add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = std::move(out);
  return response;
}

Response OpenApi(Services&, const Request&, Call&) {
  Response response;
  response.headers.Add("Content-Type", "application/json; charset=utf-8");
  response.headers.Add("Cache-Control", "no-cache");
  response.body = OpenApiText();
  return response;
}

Response AssetResponse(const Request& request, const std::string& path) {
  const Asset* asset = FindAsset(path);
  if (!asset) throw Refusal(404, MessageId::kApiNotFound);
  Response response;
  response.headers.Add("Content-Type", std::string(asset->type));
  response.headers.Add("Cache-Control",
                       asset->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (!asset->gzipped.empty()) response.headers.Add("Vary", "Accept-Encoding");
  const bool gzip = !asset->gzipped.empty() &&
                    request.headers.Get("Accept-Encoding").find("gzip") != std::string_view::npos;
  if (gzip) response.headers.Add("Content-Encoding", "gzip");
  response.body = gzip ? asset->gzipped : asset->content;
  return response;
}

Response Index(Services&, const Request& request, Call&) {
  return AssetResponse(request, "index.html");
}
Response AssetFile(Services&, const Request& request, Call& call) {
  return AssetResponse(request, "assets/" + call.params[0]);
}
Response RootFile(Services&, const Request& request, Call& call) {
  return AssetResponse(request, call.params[0]);
}

constexpr Route kRoutes[] = {
    {"GET", "/healthz", Permission::kAnyone, BodyKind::kNone, Health, nullptr, true},
    {"GET", "/metrics", Permission::kAnyone, BodyKind::kNone, Metrics, nullptr, true},
    {"GET", "/api/v1/openapi.json", Permission::kAnyone, BodyKind::kNone, OpenApi, nullptr, true},
    {"GET", "/", Permission::kAnyone, BodyKind::kNone, Index, nullptr, true},
    {"GET", "/assets/{name}", Permission::kAnyone, BodyKind::kNone, AssetFile, nullptr, true},
    {"GET", "/{name}", Permission::kAnyone, BodyKind::kNone, RootFile, nullptr, true},
};

}  // namespace

int LimitOf(const Request& request, int usual, int most) {
  const auto text = request.target.Find("limit");
  if (!text) return usual;
  const auto limit = ParseCount(*text);
  if (!limit || *limit < 1)
    throw Refusal(400, MessageId::kApiFieldWrong, {"limit", fmt::format("1 .. {}", most)});
  return static_cast<int>(std::min<std::uint64_t>(*limit, static_cast<std::uint64_t>(most)));
}

std::string TimeText(std::int64_t seconds) {
  using namespace std::chrono;
  const sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = floor<days>(time);
  const hh_mm_ss clock(time - day);
  return fmt::format("{}T{:02}:{:02}:{:02}Z", IsoDate(Date(day)), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

std::span<const Route> MetaRoutes() { return kRoutes; }

}  // namespace thermoleak::service
