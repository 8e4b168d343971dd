#pragma once
// Inside of the service room: what handlers work with, and the table of routes.

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <span>

#include "service/accounts.hpp"
#include "service/api_error.hpp"
#include "service/audit.hpp"
#include "service/hazard_index.hpp"
#include "service/json_body.hpp"
#include "service/uploads.hpp"
#include "thermoleak/batch/jobs.hpp"
#include "thermoleak/ledger/ledger.hpp"

namespace thermoleak::service {

struct HttpCounters;

/// Lives as long as the server. Everything in it may be used from any thread.
struct Services {
  const batch::DataFolder& folder;
  batch::JobQueue& queue;
  ServiceStore& store;
  Accounts& accounts;
  LoginThrottle& throttle;
  Uploads& uploads;
  Audit& audit;
  HazardIndex& hazards;
  std::filesystem::path cache;  ///< DATA/cache: what can be made again
  std::function<HttpCounters()> counters;
  std::function<void()> wake_jobs;  ///< there may be something to do
  std::int64_t started_at = 0;
  std::mutex plan_mutex{};   ///< plan.json and progress.csv, within this process
  std::mutex cache_mutex{};  ///< one thing is made at a time: some take all the memory they may
  std::atomic<std::int64_t> audit_failures{0};

  Ledger OpenLedger() const { return Ledger::Open(folder.ledger()); }
};

struct Route;

/// One request on its way through a handler.
struct Call {
  const Route* route = nullptr;
  std::vector<std::string> params;  ///< what stands for {x} in the pattern, in its order
  std::optional<User> user;
  std::string csrf, session_hash;
  Lang lang = Lang::kEnglish;
  std::function<void()> interrupt;
  std::string detail;  ///< for the audit
  Json body;

  const User& Who() const { return *user; }
  Fields In() const { return Fields(body); }
  /// As which the ledger records what this user does today, or on `on`.
  Act ActOf(const std::string& on = {}, const std::string& reason = {}) const;
};

enum class BodyKind { kNone, kJson, kStream };

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< "/api/v1/scans/{id}"
  Permission need;
  BodyKind body;
  Response (*answer)(Services&, const Request&, Call&);
  /// Of kStream: where the body goes.
  std::unique_ptr<BodySink> (*stream)(Services&, const Request&, Call&) = nullptr;
  bool quiet = false;  ///< success is not written into the audit log: asked for every few seconds
};

std::span<const Route> SessionRoutes();
std::span<const Route> UserRoutes();
std::span<const Route> UploadRoutes();
std::span<const Route> ScanRoutes();
std::span<const Route> RunRoutes();
std::span<const Route> HazardRoutes();
std::span<const Route> ReviewRoutes();
std::span<const Route> PlanRoutes();
std::span<const Route> JobRoutes();
std::span<const Route> MetaRoutes();
/// All of them.
std::vector<const Route*> AllRoutes();

// ---- what several handlers need ----

/// A scan that this user may see, or 404.
batch::Scan VisibleScan(const Services& services, const User& user, const std::string& id);
/// ?limit= (1 .. most, else `usual`).
int LimitOf(const Request& request, int usual, int most);
/// A whole file or the range of it that was asked for, with an ETag. 404 when there is none.
/// `type` "" = by its name.
Response FileResponse(const Request& request, const std::filesystem::path& file,
                      std::string_view type = {});
/// What is made once and kept as a file in the cache until one of its sources is newer.
std::filesystem::path Cached(Services& services, const std::string& name,
                             const std::vector<std::filesystem::path>& sources,
                             const std::function<void(const std::filesystem::path&)>& make);
std::string_view TypeOf(const std::filesystem::path& file);
std::string TimeText(std::int64_t seconds);
Json JobJson(const batch::Job& job, Lang lang);

}  // namespace thermoleak::service
