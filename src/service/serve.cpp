#include "thermoleak/service/serve.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <map>

#include "service/application.hpp"
#include "service/http_server.hpp"
#include "service/job_loop.hpp"

namespace thermoleak::service {
namespace {

/// Organisation and district of a run's scan; scans do not change hands.
class ScanOwners {
 public:
  explicit ScanOwners(const batch::DataFolder& folder) : folder_(folder) {}
  std::pair<std::string, std::string> operator()(const std::string& run) {
    const std::lock_guard lock(mutex_);
    const auto known = owners_.find(run);
    if (known != owners_.end()) return known->second;
    std::pair<std::string, std::string> owner;
    if (batch::IsScanId(run)) {
      if (const auto scan = folder_.FindScan(run))
        owner = {scan->facts.organisation, scan->facts.district};
    }
    return owners_[run] = owner;
  }

 private:
  const batch::DataFolder& folder_;
  std::mutex mutex_;
  std::map<std::string, std::pair<std::string, std::string>> owners_;
};

/// Expired uploads go, and memory that a large answer took goes back to the system.
void KeepHouse(Uploads& uploads, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    try {
      uploads.Sweep();
    } catch (const std::exception&) {  // the disk: next time
    }
    for (int minute = 0; minute < 10 && !stop.stop_requested(); ++minute) {
      never.wait_for(lock, stop, std::chrono::minutes(1), [] { return false; });
      ::malloc_trim(0);
    }
  }
}

}  // namespace

void Serve(const ServeOptions& options, const WorkContext& work,
           const std::function<void(const Started&)>& started) {
  // The run keeps large buffers on purpose; here they would only be kept from others.
  ::mallopt(M_MMAP_THRESHOLD, 256 << 10);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 20);
  ::mallopt(M_ARENA_MAX, 2);
  const batch::DataFolder folder = batch::DataFolder::Create(options.data);
  ServiceStore store(folder.root() / "service.sqlite");
  Accounts accounts(store);
  LoginThrottle throttle;
  Audit audit(store);
  UploadLimits limits;
  if (folder.settings().retention.uploads_days > 0)
    limits.lifetime_s = static_cast<std::int64_t>(folder.settings().retention.uploads_days * 86400);
  Uploads uploads(folder, store, limits);
  batch::JobQueue queue(folder, options.program);
  const auto owners = std::make_shared<ScanOwners>(folder);
  HazardIndex hazards(folder.ledger(), [owners](const std::string& run) { return (*owners)(run); });

  HttpServer* server_of_counters = nullptr;
  JobLoop* loop_to_wake = nullptr;
  Services services{.folder = folder,
                    .queue = queue,
                    .store = store,
                    .accounts = accounts,
                    .throttle = throttle,
                    .uploads = uploads,
                    .audit = audit,
                    .hazards = hazards,
                    .cache = folder.root() / "cache",
                    .counters = [&] { return server_of_counters->counters(); },
                    .wake_jobs =
                        [&] {
                          if (loop_to_wake) loop_to_wake->Wake();
                        },
                    .started_at = Now()};
  ServiceApplication application(services);
  HttpServer server({.address = options.address,
                     .port = options.port,
                     .cert = options.cert,
                     .key = options.key,
                     .behind_proxy = options.behind_proxy},
                    application);
  server_of_counters = &server;
  std::optional<JobLoop> loop;
  if (options.run_jobs) loop_to_wake = &loop.emplace(folder, queue, work.stop);
  const std::jthread house([&uploads](const std::stop_token& stop) { KeepHouse(uploads, stop); });
  started({fmt::format("{}://{}:{}/", options.cert.empty() ? "http" : "https", options.address,
                       server.port()),
           server.port(), accounts.FirstAdministrator()});
  server.Run(work.stop);
}

}  // namespace thermoleak::service
