// Jobs: what runs, what failed and why, once more.

#include "service/services.hpp"

namespace thermoleak::service {
namespace {

/// A scan's job is for who sees the scan; the plan's for who may plan or sees the whole.
bool SeesJob(const Services& services, const User& user, const batch::Job& job) {
  if (job.scan.empty()) return SeesAll(user) || May(user, Permission::kPlan);
  const auto scan = services.folder.FindScan(job.scan);
  return scan && Sees(user, scan->facts.organisation, scan->facts.district);
}

batch::Job VisibleJob(const Services& services, const User& user, const std::string& id) {
  auto job = services.queue.Get(id);
  if (!job || !SeesJob(services, user, *job)) throw Refusal(404, MessageId::kApiNotFound);
  return std::move(*job);
}

Response ListJobs(Services& services, const Request& request, Call& call) {
  const int limit = LimitOf(request, 200, 1000);
  const std::string after = request.target.Find("after").value_or("");
  std::vector<batch::Job> jobs = services.queue.List();
  // What happens now before what happened last month.
  std::stable_sort(jobs.begin(), jobs.end(), [](const batch::Job& a, const batch::Job& b) {
    return a.added_at != b.added_at ? a.added_at > b.added_at : a.id > b.id;
  });
  Json items = Json::array();
  Json next = nullptr;
  bool begun = after.empty();
  for (const batch::Job& job : jobs) {
    if (!begun) {
      begun = job.id == after;
      continue;
    }
    if (!SeesJob(services, call.Who(), job)) continue;
    if (items.size() == static_cast<std::size_t>(limit)) {
      next = items.back()["id"];
      break;
    }
    items.push_back(JobJson(job, call.lang));
  }
  return JsonResponse({{"items", std::move(items)}, {"next", std::move(next)}});
}

Response ShowJob(Services& services, const Request&, Call& call) {
  return JsonResponse(JobJson(VisibleJob(services, call.Who(), call.params[0]), call.lang));
}

Response JobLog(Services& services, const Request& request, Call& call) {
  const batch::Job job = VisibleJob(services, call.Who(), call.params[0]);
  const auto from = ParseCount(request.target.Find("from").value_or("0"));
  if (!from) throw Refusal(400, MessageId::kApiFieldWrong, {"from", "0-9"});
  const std::string text = services.queue.Log(job.id, *from);
  const bool ended =
      job.state != batch::JobState::kRunning && job.state != batch::JobState::kWaiting;
  return JsonResponse({{"from", *from},
                       {"next", *from + text.size()},
                       {"text", text},
                       {"end", ended && text.empty()}});
}

Response RetryJob(Services& services, const Request&, Call& call) {
  const batch::Job job = VisibleJob(services, call.Who(), call.params[0]);
  const auto again = services.queue.Retry(job.id);
  if (!again) throw Refusal(again.error());
  services.wake_jobs();
  return JsonResponse(JobJson(*again, call.lang));
}

Response CancelJob(Services& services, const Request&, Call& call) {
  const batch::Job job = VisibleJob(services, call.Who(), call.params[0]);
  const auto ended = services.queue.Cancel(job.id);
  if (!ended) throw Refusal(ended.error());
  return JsonResponse(JobJson(*ended, call.lang));
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/jobs", Permission::kRead, BodyKind::kNone, ListJobs, nullptr, true},
    {"GET", "/api/v1/jobs/{id}", Permission::kRead, BodyKind::kNone, ShowJob, nullptr, true},
    {"GET", "/api/v1/jobs/{id}/log", Permission::kRead, BodyKind::kNone, JobLog, nullptr, true},
    {"POST", "/api/v1/jobs/{id}/retry", Permission::kJobs, BodyKind::kJson, RetryJob},
    {"POST", "/api/v1/jobs/{id}/cancel", Permission::kJobs, BodyKind::kJson, CancelJob},
};

}  // namespace

Json JobJson(const batch::Job& job, Lang lang) {
  const auto text = [&](const batch::BothTexts& both) {
    return lang == Lang::kChinese ? both.zh : both.en;
  };
  const auto time = [](const std::string& at) { return at.empty() ? Json(nullptr) : Json(at); };
  return {{"id", job.id},
          {"kind", std::string(CodeOf(job.kind))},
          {"scan", job.scan.empty() ? Json(nullptr) : Json(job.scan)},
          {"state", std::string(CodeOf(job.state))},
          {"tries", job.tries},
          {"percent", job.percent},
          {"stage", text(job.stage)},
          {"reason", text(job.reason)},
          {"reason_code", job.reason_code},
          {"queued_at", time(job.added_at)},
          {"started_at", time(job.started_at)},
          {"ended_at", time(job.ended_at)}};
}

std::span<const Route> JobRoutes() { return kRoutes; }

}  // namespace thermoleak::service
