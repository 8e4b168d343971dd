#pragma once
// The queue of a data folder. A job is one child process of the program itself with limits on
// time, memory and open files, so that a hostile frame ends its job and nothing else. Its state is
// one file that is replaced by a rename: after a crash, a running job whose owner is dead waits
// again, and the run itself goes on from its journal.
//
// To add a kind of job: a value of JobKind, its name in kKinds and IsJobId (job_file.cpp), what the
// child does in job_child.cpp.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thermoleak/batch/data_folder.hpp"
#include "thermoleak/batch/lock.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/core/progress.hpp"
#include "thermoleak/planning/rules.hpp"

namespace thermoleak::batch {

enum class JobKind {
  kQuality,  ///< quick check of a scan: scans/SCAN/quality.json
  kSurvey,   ///< run, import into the ledger, report: runs/SCAN
  kPlan,     ///< the repair plan from the ledger: plan/
};
enum class JobState {
  kWaiting,
  kRunning,
  kDone,
  kFailed,     ///< will be tried again
  kParked,     ///< failed `limits.tries` times: stays until Retry
  kCancelled,  ///< by a person
};
std::string_view CodeOf(JobKind kind);    ///< "quality", "survey", "plan"
std::string_view CodeOf(JobState state);  ///< "waiting", "running", ...
std::optional<JobKind> JobKindOf(std::string_view code);

/// A sentence in both languages.
using BothTexts = planning::Text2;

struct Job {
  std::string id;  ///< "SCAN.survey"; "plan" for the plan
  JobKind kind = JobKind::kSurvey;
  std::string scan;  ///< "" for the plan
  std::string day;   ///< of the plan, YYYY-MM-DD; "" = the day on which it runs
  JobState state = JobState::kWaiting;
  int tries = 0;        ///< that failed or succeeded
  int interrupted = 0;  ///< ended with their owner (crash, reboot): not the job's fault, no tries
  int percent = 0;      ///< of the stage
  BothTexts stage;      ///< "Reading frames"
  std::string added_at, started_at, ended_at;  ///< UTC; "" = not yet
  BothTexts reason;         ///< why it failed, was parked or waits; of a done one, what it notes
  std::string reason_code;  ///< MessageName of the reason; "" = none
  double peak_memory_gib = 0, cpu_s = 0;  ///< of the last try
  std::string summarised_on;  ///< day of the morning summary that told of its end; "" = none yet
};

/// Thread-safe; several processes may use one folder's queue.
class JobQueue {
 public:
  /// `program`: the thermoleak command, to be started as the child.
  JobQueue(const DataFolder& folder, std::filesystem::path program);

  /// Adds a job of a committed scan, or the plan. One that is there stays as it is, but a done plan
  /// waits again. Errors: kScanUnknown, kScanOpen. Throws RunError when it cannot be written.
  Result<Job> Add(JobKind kind, const std::string& scan = {}, const std::string& day = {});
  /// By scan, then kind; the plan last.
  std::vector<Job> List() const;
  std::optional<Job> Get(const std::string& id) const;
  /// A failed, parked or cancelled job waits again with no tries. Errors: kJobUnknown, kJobNotOver.
  Result<Job> Retry(const std::string& id);
  /// A waiting or failed job is not run; a running one is ended within a second. Errors: as Retry.
  Result<Job> Cancel(const std::string& id);
  /// What the job has written to its log from byte `from` on, at most 64 KiB.
  std::string Log(const std::string& id, std::uint64_t from = 0) const;

  /// To be called after the lock was taken: whatever is marked as running has lost its owner and
  /// waits again. Returns how many.
  int Recover(const ProcessLock& lock);
  /// Runs the next job to its end in the calling thread: quality before surveys, surveys in scan
  /// order, the plan last; failed ones after waiting ones. Nothing when there is nothing to do.
  /// When the disk is full the job waits again without a try (reason_code "DiskFull"). A stop
  /// request ends the child, and the job waits again. `only`: other kinds are left alone.
  std::optional<Job> RunNext(const ProcessLock& lock, const WorkContext& work,
                             std::optional<JobKind> only = std::nullopt);
  /// The same for one job. Nothing when it does not wait.
  std::optional<Job> Run(const std::string& id, const ProcessLock& lock, const WorkContext& work);
  /// The morning summary of `day` has told of the job's end.
  void MarkSummarised(const std::string& id, const std::string& day);

 private:
  const DataFolder* folder_;
  std::filesystem::path program_;
};

/// What the child does: the job, its progress and its outcome as lines of JSON on stdout. Returns
/// the exit code. For `thermoleak job`, which only the queue calls.
int RunJobChild(const std::filesystem::path& root, const std::string& job,
                const std::filesystem::path& program, Lang lang, const WorkContext& work);

}  // namespace thermoleak::batch
