#include "thermoleak/batch/jobs.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <tuple>

#include "batch/child_process.hpp"
#include "batch/job_file.hpp"
#include "batch/plan_job.hpp"
#include "batch/text_json.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/ledger/dates.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

/// The plan comes after all surveys.
auto OrderOf(const Job& job) {
  return std::tuple(job.scan.empty(), job.scan, static_cast<int>(job.kind));
}

bool Waits(const Job& job) {
  return job.state == JobState::kWaiting || job.state == JobState::kFailed;
}

void SetReason(Job& job, const Message& message) {
  job.reason = Both(message);
  job.reason_code = MessageName(message.id);
}

Message ReasonOf(const ChildOutcome& outcome, const Limits& limits) {
  using End = ChildOutcome::End;
  switch (outcome.end) {
    case End::kNotStarted:
      return {MessageId::kJobNotStarted,
              {std::error_code(outcome.code, std::generic_category()).message()}};
    case End::kOvertime:
      return {MessageId::kJobOvertime, {fmt::format("{:g}", limits.wall_min)}};
    case End::kSignalled:
      if (outcome.code == SIGXCPU ||
          (outcome.code == SIGKILL && outcome.cpu_s > limits.cpu_min * 60))
        return {MessageId::kJobOutOfCpu, {fmt::format("{:g}", limits.cpu_min)}};
      return {MessageId::kJobCrashed,
              {std::to_string(outcome.code),
               ::sigabbrev_np(outcome.code) ? ::sigabbrev_np(outcome.code) : "?"}};
    case End::kExited:
    case End::kStopped:
      break;
  }
  return {MessageId::kJobSilent, {std::to_string(outcome.code)}};
}

/// Faults of the machine, which are no fault of the job: it waits until they are mended.
bool IsShortage(std::string_view code) {
  for (const MessageId id : {MessageId::kDiskFull, MessageId::kLedgerDiskFull,
                             MessageId::kLedgerUnwritable, MessageId::kLedgerBusy}) {
    if (code == MessageName(id)) return true;
  }
  return false;
}

/// The plan is made by the command that people use, which says why it failed in its last line.
Json OutcomeOfPlan(const ChildOutcome& outcome, const fs::path& log) {
  if (outcome.code == 0 || outcome.code == 1) return {{"done", Json::object()}};
  std::error_code ignored;
  const std::uintmax_t size = fs::file_size(log, ignored);
  constexpr std::uintmax_t kTail = 2000;
  const auto bytes = ReadFilePart(log, size > kTail ? size - kTail : 0, kTail);
  if (ignored || !bytes) return Json::object();
  std::string line(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  while (line.ends_with('\n')) line.pop_back();
  line.erase(0, line.rfind('\n') + 1);
  constexpr std::string_view kName = "thermoleak: ";
  if (!line.starts_with(kName)) return Json::object();
  line.erase(0, kName.size());
  std::string code = "Plan";
  for (const MessageId id :
       {MessageId::kDiskFull, MessageId::kLedgerDiskFull, MessageId::kOutOfMemory}) {
    for (const Lang lang : {Lang::kEnglish, Lang::kChinese}) {
      const std::string_view text = MessageTemplate(id, lang);
      const std::string_view tail = text.substr(text.rfind('}') + 1);
      if (line.ends_with(tail)) code = MessageName(id);
    }
  }
  return {{"failed", {{"code", code}, {"en", line}, {"zh", line}}}};
}

/// What the child's end means for its job.
void TakeOutcome(Job& job, const ChildOutcome& outcome, const Limits& limits, const fs::path& log) {
  using End = ChildOutcome::End;
  job.peak_memory_gib = outcome.peak_memory_gib;
  job.cpu_s = outcome.cpu_s;
  job.ended_at = UtcNow();
  Json last = outcome.last.value_or(Json::object());
  if (job.kind == JobKind::kPlan && outcome.end == End::kExited) last = OutcomeOfPlan(outcome, log);
  if (outcome.end == End::kExited && last.contains("done")) {
    ++job.tries;
    job.state = JobState::kDone;
    job.percent = 100;
    job.stage = {};
    const Json& notes = PartOf(last, "done");
    job.reason = {TextOf(notes, "en"), TextOf(notes, "zh")};
    job.reason_code.clear();
    return;
  }
  if (outcome.end == End::kStopped) {
    job.state = JobState::kWaiting;
    ++job.interrupted;
    SetReason(job, {MessageId::kJobInterrupted, {}});
    return;
  }
  const Json& said = PartOf(last, "failed");
  const std::string code = TextOf(said, "code");
  if (outcome.end == End::kExited && code == MessageName(MessageId::kOutOfMemory)) {
    SetReason(job, {MessageId::kJobOutOfMemory, {fmt::format("{:g}", limits.memory_gib)}});
  } else if (outcome.end == End::kExited && !code.empty()) {
    job.reason = {TextOf(said, "en"), TextOf(said, "zh")};
    job.reason_code = code;
  } else {
    SetReason(job, ReasonOf(outcome, limits));
  }
  if (IsShortage(code)) {
    job.state = JobState::kWaiting;
    return;
  }
  ++job.tries;
  job.state = job.tries >= limits.tries ? JobState::kParked : JobState::kFailed;
}

/// Reads, changes and writes a job as one step.
template <class Change>
std::optional<Job> Update(const fs::path& jobs, const std::string& id, const Change& change) {
  const QueueGuard guard(jobs);
  auto job = ReadJob(jobs / (id + ".json"));
  if (!job) return std::nullopt;
  if (change(*job)) WriteJob(jobs, *job);
  return job;
}

}  // namespace

JobQueue::JobQueue(const DataFolder& folder, fs::path program)
    : folder_(&folder), program_(std::move(program)) {}

Result<Job> JobQueue::Add(JobKind kind, const std::string& scan, const std::string& day) {
  Job job;
  job.kind = kind;
  job.added_at = UtcNow();
  if (kind == JobKind::kPlan) {
    job.id = "plan";
    job.day = day;
  } else {
    const auto found = folder_->FindScan(scan);
    if (!found) return Fail(scan, MessageId::kScanUnknown, {scan});
    if (found->state == ScanState::kOpen) return Fail(scan, MessageId::kScanOpen, {scan});
    job.id = fmt::format("{}.{}", scan, CodeOf(kind));
    job.scan = scan;
  }
  const QueueGuard guard(folder_->jobs());
  if (const auto there = ReadJob(folder_->jobs() / (job.id + ".json"))) {
    const bool again = kind == JobKind::kPlan && there->state != JobState::kRunning &&
                       !(there->state == JobState::kWaiting && there->day == day);
    if (!again) return *there;
  }
  WriteJob(folder_->jobs(), job);
  return job;
}

std::vector<Job> JobQueue::List() const {
  std::vector<Job> list;
  std::error_code error;
  for (fs::directory_iterator it(folder_->jobs(), error), end; !error && it != end;
       it.increment(error)) {
    const fs::path& file = it->path();
    if (file.extension() != ".json" || !IsJobId(file.stem().string())) continue;
    if (auto job = ReadJob(file)) list.push_back(std::move(*job));
  }
  std::sort(list.begin(), list.end(),
            [](const Job& a, const Job& b) { return OrderOf(a) < OrderOf(b); });
  return list;
}

std::optional<Job> JobQueue::Get(const std::string& id) const {
  if (!IsJobId(id)) return std::nullopt;
  return ReadJob(folder_->jobs() / (id + ".json"));
}

Result<Job> JobQueue::Retry(const std::string& id) {
  std::optional<Error> refused;
  const auto job =
      IsJobId(id)
          ? Update(folder_->jobs(), id,
                   [&](Job& j) {
                     if (j.state != JobState::kFailed && j.state != JobState::kParked &&
                         j.state != JobState::kCancelled) {
                       refused =
                           Error{id, {MessageId::kJobNotOver, {id, std::string(CodeOf(j.state))}}};
                       return false;
                     }
                     j.state = JobState::kWaiting;
                     j.tries = 0;
                     j.percent = 0;
                     j.summarised_on.clear();
                     return true;
                   })
          : std::nullopt;
  if (!job) return Fail(id, MessageId::kJobUnknown, {id});
  if (refused) return tl::unexpected(*refused);
  return *job;
}

Result<Job> JobQueue::Cancel(const std::string& id) {
  bool over = false;
  const auto job = IsJobId(id)
                       ? Update(folder_->jobs(), id,
                                [&](Job& j) {
                                  over = j.state == JobState::kDone || j.state == JobState::kParked;
                                  if (over || j.state == JobState::kCancelled) return false;
                                  // A running one is ended by whoever runs it.
                                  j.state = JobState::kCancelled;
                                  SetReason(j, {MessageId::kJobCancelled, {}});
                                  return true;
                                })
                       : std::nullopt;
  if (!job) return Fail(id, MessageId::kJobUnknown, {id});
  if (over) return Fail(id, MessageId::kJobOver, {id});
  return *job;
}

std::string JobQueue::Log(const std::string& id, std::uint64_t from) const {
  if (!IsJobId(id)) return {};
  const auto bytes = ReadFilePart(folder_->jobs() / (id + ".log"), from, 64u << 10);
  if (!bytes) return {};
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

void JobQueue::MarkSummarised(const std::string& id, const std::string& day) {
  Update(folder_->jobs(), id, [&](Job& job) {
    if (job.summarised_on == day) return false;
    job.summarised_on = day;
    return true;
  });
}

int JobQueue::Recover(const ProcessLock&) {
  int recovered = 0;
  for (const Job& job : List()) {
    if (job.state != JobState::kRunning) continue;
    Update(folder_->jobs(), job.id, [&](Job& j) {
      j.state = JobState::kWaiting;
      ++j.interrupted;
      SetReason(j, {MessageId::kJobInterrupted, {}});
      ++recovered;
      return true;
    });
  }
  return recovered;
}

std::optional<Job> JobQueue::RunNext(const ProcessLock& lock, const WorkContext& work,
                                     std::optional<JobKind> only) {
  std::vector<Job> jobs = List();
  std::erase_if(jobs, [&](const Job& job) { return !Waits(job) || (only && job.kind != *only); });
  if (jobs.empty()) return std::nullopt;
  const auto next = std::min_element(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) {
    const auto key = [](const Job& j) {
      return std::tuple(j.state == JobState::kFailed, static_cast<int>(j.kind), j.scan);
    };
    return key(a) < key(b);
  });
  return Run(next->id, lock, work);
}

std::optional<Job> JobQueue::Run(const std::string& id, const ProcessLock& lock,
                                 const WorkContext& work) {
  const fs::path jobs = folder_->jobs();
  const Limits& limits = folder_->settings().limits;
  const auto asked_for = Get(id);
  if (!asked_for || !Waits(*asked_for)) return std::nullopt;
  std::vector<std::string> arguments = {"job", "--data", folder_->root().string(), "--job", id};
  if (asked_for->kind == JobKind::kPlan)
    arguments = PlanArguments(*folder_, ParseDate(asked_for->day).value_or(Today()));
  bool mine = false;
  const auto begun = Update(jobs, id, [&](Job& job) {
    mine = Waits(job);
    if (!mine) return false;
    job.state = JobState::kRunning;
    job.percent = 0;
    job.stage = {};
    job.started_at = UtcNow();
    job.ended_at.clear();
    job.reason = {};
    job.reason_code.clear();
    return true;
  });
  if (!begun || !mine) return std::nullopt;

  using Clock = std::chrono::steady_clock;
  auto told = Clock::now() - std::chrono::seconds(2), asked = told;
  BothTexts stage;
  int percent = 0;
  bool cancelled = false;
  const auto tell = [&] {
    told = Clock::now();
    try {
      Update(jobs, id, [&](Job& job) {
        if (job.state != JobState::kRunning) return false;
        job.stage = stage;
        job.percent = percent;
        return true;
      });
    } catch (const RunError&) {  // a full disk: how far the job is matters less than the job
    }
  };
  const auto progress = [&](const Json& p) {
    const double done = NumberOf(p, "done").value_or(0), total = NumberOf(p, "total").value_or(0);
    BothTexts now{TextOf(p, "en"), TextOf(p, "zh")};
    const bool new_stage = now.en != stage.en;
    stage = std::move(now);
    percent = total > 0 ? std::clamp(static_cast<int>(100 * done / total), 0, 100) : 0;
    const auto id_of_stage = static_cast<MessageId>(WholeOf(p, "stage"));
    if (static_cast<int>(id_of_stage) >= 0 && static_cast<int>(id_of_stage) < MessageCount())
      work.Report(id_of_stage, static_cast<std::int64_t>(done), static_cast<std::int64_t>(total));
    if (new_stage || Clock::now() - told > std::chrono::seconds(1)) tell();
  };
  const auto stop = [&] {
    if (work.stop.stop_requested()) return true;
    if (Clock::now() - asked > std::chrono::milliseconds(500)) {
      asked = Clock::now();
      const auto now = ReadJob(jobs / (id + ".json"));
      cancelled = now && now->state == JobState::kCancelled;
    }
    return cancelled;
  };
  const fs::path log = jobs / (id + ".log");
  const ChildRequest request{program_, std::move(arguments), log, limits, lock.descriptor()};
  const ChildOutcome outcome = RunChild(request, progress, stop);
  return Update(jobs, id, [&](Job& job) {
    if (cancelled || job.state == JobState::kCancelled) {
      job.ended_at = UtcNow();
      return true;
    }
    TakeOutcome(job, outcome, limits, log);
    return true;
  });
}

}  // namespace thermoleak::batch
