#include "thermoleak/batch/nightly.hpp"

#include <sys/stat.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "batch/job_file.hpp"
#include "batch/morning.hpp"
#include "thermoleak/batch/jobs.hpp"
#include "thermoleak/ledger/dates.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

/// Until the time is over or a stop is asked for, whatever comes first.
void Sleep(std::chrono::duration<double> time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock guard(mutex);
  wake.wait_for(guard, stop, time, [] { return false; });
}

RunError Busy(const DataFolder& folder) {
  const LockOwner owner = ProcessLock::Owner(folder.lock()).value_or(LockOwner{});
  return {ExitCode::kBusy,
          MessageId::kNightBusy,
          {owner.command, owner.host, std::to_string(owner.pid), owner.since, owner.heartbeat}};
}

ProcessLock TakeLock(const DataFolder& folder, double wait_min, const WorkContext& work) {
  const auto until =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(60 * wait_min);
  for (;;) {
    if (auto lock = ProcessLock::Take(folder.lock(), "nightly")) return std::move(*lock);
    if (std::chrono::steady_clock::now() >= until) throw Busy(folder);
    Sleep(std::chrono::seconds(1), work.stop);
    work.CheckStop();
  }
}

/// What was given up under another configuration gets a new chance.
void RetryAfterNewConfig(const DataFolder& folder, JobQueue& queue) {
  struct stat info {};
  if (::stat((folder.root() / "config.toml").c_str(), &info) != 0) return;
  for (const Job& job : queue.List()) {
    if (job.state != JobState::kParked || job.kind == JobKind::kPlan) continue;
    struct stat then {};
    const fs::path file = folder.jobs() / (job.id + ".json");
    if (::stat(file.c_str(), &then) == 0 && info.st_mtim.tv_sec > then.st_mtim.tv_sec)
      queue.Retry(job.id);
  }
}

Message Said(const Job& job) {
  return {MessageId::kNightStopped,
          {job.scan.empty() ? job.id : job.scan, InBoth(job.reason.en, job.reason.zh)}};
}

/// Jobs of one kind until none waits. A job that waits again has met a fault of the machine.
void RunAll(JobQueue& queue, JobKind kind, const ProcessLock& lock, const WorkContext& work) {
  for (;;) {
    work.CheckStop();
    const auto job = queue.RunNext(lock, work, kind);
    if (!job) return;
    work.CheckStop();
    if (job->state == JobState::kWaiting) {
      const Message said = Said(*job);
      throw RunError(ExitCode::kOutOfResources, said.id, said.args);
    }
  }
}

NightlyOutcome Night(const DataFolder& folder, const NightlyRequest& request,
                     const ProcessLock& lock, const std::vector<Error>& problems, int taken_in,
                     const WorkContext& work) {
  NightlyOutcome outcome;
  const Date day = request.date.value_or(Today());
  outcome.day = IsoDate(day);
  outcome.taken_in = taken_in;
  for (const Error& problem : problems)
    outcome.problems.push_back({problem.item, Both(problem.message)});
  if (lock.dead_owner()) {
    const LockOwner& o = *lock.dead_owner();
    outcome.took_over =
        Message{MessageId::kNightTookOver, {o.command, o.host, std::to_string(o.pid), o.heartbeat}};
  }
  JobQueue queue(folder, request.program);
  queue.Recover(lock);
  RetryAfterNewConfig(folder, queue);
  for (const Scan& scan : folder.Scans()) {
    if (scan.state == ScanState::kCommitted)
      static_cast<void>(queue.Add(JobKind::kSurvey, scan.id));
  }
  RunAll(queue, JobKind::kSurvey, lock, work);

  static_cast<void>(queue.Add(JobKind::kPlan, {}, outcome.day));
  const auto plan = queue.Run("plan", lock, work);
  work.CheckStop();
  if (plan && plan->state == JobState::kWaiting) {
    const Message said = Said(*plan);
    throw RunError(ExitCode::kOutOfResources, said.id, said.args);
  }
  if (plan && plan->state != JobState::kDone) outcome.problems.push_back({"plan", plan->reason});

  const MorningSummary summary = CollectMorning(folder, queue, day);
  outcome.summary = WriteMorning(folder, summary);
  for (const MorningSummary::ScanRow& row : summary.scans) {
    outcome.opened += row.opened;
    outcome.updated += row.again;
    if (row.state == "done") {
      ++outcome.done;
      queue.MarkSummarised(row.scan + ".survey", outcome.day);
    } else {
      ++(row.state == "parked" ? outcome.parked : outcome.failed);
      outcome.problems.push_back({row.scan, row.reason});
    }
  }
  outcome.plan_items = summary.plan ? summary.plan->items : 0;
  outcome.removed = Prune(folder, day);
  return outcome;
}

bool HasWork(const DataFolder& folder) {
  for (const Scan& scan : folder.Scans()) {
    if (scan.state == ScanState::kCommitted || scan.state == ScanState::kFailed ||
        scan.state == ScanState::kRunning)
      return true;
  }
  return false;
}

}  // namespace

Message NightlyOutcome::Line() const {
  const auto n = [](int number) { return std::to_string(number); };
  return {
      MessageId::kNightLine,
      {day, n(done), n(failed), n(parked), n(opened), n(updated), n(plan_items), summary.string()}};
}

NightlyOutcome RunNight(const NightlyRequest& request, const WorkContext& work) {
  const DataFolder folder = DataFolder::Open(request.data);
  const ProcessLock lock = TakeLock(folder, request.wait_min, work);
  std::vector<Error> problems;
  const auto taken = TakeInInbox(folder, problems, work);
  return Night(folder, request, lock, problems, static_cast<int>(taken.size()), work);
}

void WatchInbox(const NightlyRequest& request, const WorkContext& work,
                const std::function<void(const NightlyOutcome&)>& each,
                const std::function<void(const Message&)>& waits) {
  using std::chrono::duration;
  for (;;) {
    work.CheckStop();
    duration<double> pause(30);
    try {
      // The configuration is read anew each round: a new area needs no restart.
      const DataFolder folder = DataFolder::Open(request.data);
      pause =
          duration<double>(std::min(30.0, std::max(1.0, 15 * folder.settings().inbox.quiet_min)));
      if (const auto lock = ProcessLock::Take(folder.lock(), "nightly --watch")) {
        std::vector<Error> problems;
        const auto taken = TakeInInbox(folder, problems, work);
        if (!taken.empty() || HasWork(folder))
          each(Night(folder, request, *lock, problems, static_cast<int>(taken.size()), work));
      }
    } catch (const RunError& error) {
      if (error.code() != ExitCode::kOutOfResources) throw;
      const Message& why = error.message();
      waits({MessageId::kNightWaits, {InBoth(why.In(Lang::kEnglish), why.In(Lang::kChinese))}});
      pause = duration<double>(60);
    }
    Sleep(pause, work.stop);
  }
}

}  // namespace thermoleak::batch
