// The queue with a stand-in for the program: a script that behaves as badly as a job can.

#include "thermoleak/batch/jobs.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "batch/surveys.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

const std::string kScan = "20260115-aaaaaaaa";
const std::string kJob = kScan + ".survey";
constexpr const char* kDone = R"(echo '{"done":{"en":"fine","zh":"好"}}')";

class JobsTest : public testing::Test {
 protected:
  JobsTest() : folder_(Make({})) {}

  DataFolder Make(const std::string& limits) {
    DataFolder::Create(t_ / "data");
    WriteText(t_ / "data/config.toml",
              "lang = \"en\"\n[[area]]\nid = \"n\"\nnetwork = \"n.gpkg\"\n[limits]\n" + limits);
    return DataFolder::Open(t_ / "data");
  }
  void SetUp() override {
    WriteText(t_ / "frames/a.txt", "a");
    CommitSurvey(folder_, kScan, "n", t_ / "frames");
  }
  JobQueue Queue(const std::string& script) {
    WriteText(t_ / "program", "#!/bin/sh\n" + script + "\n");
    fs::permissions(t_ / "program", fs::perms::owner_all);
    return {folder_, t_ / "program"};
  }
  /// Adds the scan's survey job and runs it once.
  Job RunOnce(const std::string& script) {
    JobQueue queue = Queue(script);
    EXPECT_TRUE(queue.Add(JobKind::kSurvey, kScan));
    const auto lock = ProcessLock::Take(folder_.lock(), "test");
    return queue.RunNext(*lock, {}).value_or(Job{});
  }

  TemporaryFolder t_;
  DataFolder folder_;
};

TEST_F(JobsTest, AGoodJobReportsItsStagesAndItsEnd) {
  const Job job = RunOnce(
      R"(echo '{"progress":{"stage":1,"en":"Reading","zh":"读取","done":3,"total":4}}'
echo 'to the log' >&2
echo not json
echo '{"done":{"en":"2 of 9","zh":"9 中的 2"}}')");
  EXPECT_EQ(job.state, JobState::kDone);
  EXPECT_EQ(job.id, kJob);
  EXPECT_EQ(job.tries, 1);
  EXPECT_EQ(job.percent, 100);
  EXPECT_EQ(job.reason.en, "2 of 9");
  EXPECT_EQ(job.reason.zh, "9 中的 2");
  const JobQueue queue(folder_, {});
  EXPECT_EQ(queue.Log(kJob), "to the log\n");
  EXPECT_EQ(queue.Log(kJob, 7), "log\n");
  EXPECT_EQ(queue.Log("../../config.toml"), "");
  EXPECT_EQ(folder_.FindScan(kScan)->state, ScanState::kDone);
}

TEST_F(JobsTest, AddingTwiceIsOneJobAndAnOpenScanHasNone) {
  JobQueue queue = Queue(kDone);
  EXPECT_EQ(queue.Add(JobKind::kSurvey, "20260115-bbbbbbbb").error().message.id,
            MessageId::kScanUnknown);
  ASSERT_TRUE(folder_.OpenScanAs("20260116-bbbbbbbb", {.area = "n", .flown_on = "2026-01-16"}));
  EXPECT_EQ(queue.Add(JobKind::kSurvey, "20260116-bbbbbbbb").error().message.id,
            MessageId::kScanOpen);
  ASSERT_TRUE(queue.Add(JobKind::kSurvey, kScan));
  ASSERT_TRUE(queue.Add(JobKind::kSurvey, kScan));
  ASSERT_TRUE(queue.Add(JobKind::kQuality, kScan));
  ASSERT_EQ(queue.List().size(), 2u);
  const auto lock = ProcessLock::Take(folder_.lock(), "test");
  EXPECT_EQ(queue.RunNext(*lock, {})->kind, JobKind::kQuality);
  EXPECT_EQ(queue.RunNext(*lock, {})->kind, JobKind::kSurvey);
  EXPECT_FALSE(queue.RunNext(*lock, {}));
  EXPECT_EQ(queue.Add(JobKind::kSurvey, kScan)->state, JobState::kDone);
}

TEST_F(JobsTest, PoisonIsParkedAfterThreeTriesWithItsReasonAndCanBeRetried) {
  JobQueue queue = Queue("kill -SEGV $$");
  ASSERT_TRUE(queue.Add(JobKind::kSurvey, kScan));
  const auto lock = ProcessLock::Take(folder_.lock(), "test");
  EXPECT_EQ(queue.RunNext(*lock, {})->state, JobState::kFailed);
  EXPECT_EQ(queue.RunNext(*lock, {})->state, JobState::kFailed);
  const Job parked = *queue.RunNext(*lock, {});
  EXPECT_EQ(parked.state, JobState::kParked);
  EXPECT_EQ(parked.reason_code, "JobCrashed");
  EXPECT_NE(parked.reason.en.find("signal 11 (SEGV)"), std::string::npos) << parked.reason.en;
  EXPECT_FALSE(queue.RunNext(*lock, {}));
  EXPECT_EQ(folder_.FindScan(kScan)->state, ScanState::kParked);
  EXPECT_EQ(queue.Retry(kJob)->state, JobState::kWaiting);
  EXPECT_EQ(queue.Retry(kJob).error().message.id, MessageId::kJobNotOver);
  EXPECT_EQ(queue.Retry("plan").error().message.id, MessageId::kJobUnknown);
  JobQueue good = Queue(kDone);
  EXPECT_EQ(good.RunNext(*lock, {})->state, JobState::kDone);
}

TEST_F(JobsTest, AReasonThatTheJobGivesIsKeptInBothLanguages) {
  const Job job =
      RunOnce(R"(echo '{"failed":{"code":"MapNoPipes","en":"no pipes","zh":"没有管线"}}'; exit 3)");
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_EQ(job.reason_code, "MapNoPipes");
  EXPECT_EQ(job.reason.zh, "没有管线");
}

TEST_F(JobsTest, AFullDiskIsNotTheJobsFault) {
  const Job job =
      RunOnce(R"(echo '{"failed":{"code":"DiskFull","en":"Disk full","zh":"满"}}'; exit 4)");
  EXPECT_EQ(job.state, JobState::kWaiting);
  EXPECT_EQ(job.tries, 0);
  EXPECT_EQ(job.reason.en, "Disk full");
}

TEST_F(JobsTest, WhatTakesTooLongIsEndedWithAllThatItStarted) {
  folder_ = Make("wall_min = 0.02\n");
  const Job job = RunOnce(fmt::format("sleep 300 & echo $! > {}; wait", (t_ / "helper").string()));
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_EQ(job.reason_code, "JobOvertime");
  const int helper = std::stoi(ReadText(t_ / "helper"));
  bool gone = false;
  for (int i = 0; i < 100 && !gone; ++i) {
    // A killed helper whose parent is gone may stay as a zombie where nobody reaps.
    const std::string stat = ReadText(fmt::format("/proc/{}/stat", helper));
    gone = stat.empty() || stat.find(") Z") != std::string::npos;
    if (!gone) ::usleep(20'000);
  }
  EXPECT_TRUE(gone);
}

TEST_F(JobsTest, ComputingTimeIsLimited) {
  folder_ = Make("cpu_min = 0.01\nwall_min = 2\n");
  const Job job = RunOnce("while :; do :; done");
  EXPECT_EQ(job.reason_code, "JobOutOfCpu") << job.reason.en;
}

TEST_F(JobsTest, TheChildHasItsLimitsAndNoneOfOurFiles) {
  folder_ = Make("memory_gib = 0.75\nopen_files = 99\n");
  const int secret = ::dup2(1, 77);
  const Job job = RunOnce(
      R"sh(printf '{"done":{"en":"%s %s %s %s","zh":""}}\n' $(ulimit -d) $(ulimit -n) $(ulimit -c) "$(ls /proc/$$/fd | grep -c 77)")sh");
  ::close(secret);
  EXPECT_EQ(job.reason.en, fmt::format("{} 99 0 0", 768 * 1024));
}

TEST_F(JobsTest, MemoryBeyondTheLimitIsRefused) {
  folder_ = Make("memory_gib = 0.5\nwall_min = 1\n");
  const Job job = RunOnce("head -c 4294967296 /dev/zero | tail -n 1 > /dev/null || exit 9; " +
                          std::string(kDone));
  EXPECT_EQ(job.state, JobState::kFailed);
  EXPECT_LT(job.peak_memory_gib, 0.6);
}

TEST_F(JobsTest, HostileOutputIsBounded) {
  const Job job = RunOnce(
      "head -c 8000000 /dev/zero | tr '\\0' '['; echo; " +
      std::string(R"(echo '{"progress":5}'; echo '{"progress":{"done":"x","stage":-4}}'; )") +
      kDone);
  EXPECT_EQ(job.state, JobState::kDone);
}

TEST_F(JobsTest, AProgramThatIsNotThereSaysSo) {
  JobQueue queue(folder_, t_ / "nothing");
  ASSERT_TRUE(queue.Add(JobKind::kSurvey, kScan));
  const auto lock = ProcessLock::Take(folder_.lock(), "test");
  EXPECT_EQ(queue.RunNext(*lock, {})->reason_code, "JobNotStarted");
}

TEST_F(JobsTest, AJobDiesWithItsOwnerAndWaitsAgain) {
  JobQueue queue = Queue(
      fmt::format("echo $$ > {0}.new; mv {0}.new {0}; exec sleep 300", (t_ / "pid").string()));
  ASSERT_TRUE(queue.Add(JobKind::kSurvey, kScan));
  const pid_t owner = ::fork();
  if (owner == 0) {
    const auto lock = ProcessLock::Take(folder_.lock(), "test");
    queue.RunNext(*lock, {});
    ::_exit(0);
  }
  for (int i = 0; i < 1000 && !fs::exists(t_ / "pid"); ++i) ::usleep(10'000);
  const int job = std::stoi(ReadText(t_ / "pid"));
  EXPECT_EQ(queue.Get(kJob)->state, JobState::kRunning);
  EXPECT_FALSE(ProcessLock::Take(folder_.lock(), "test"));
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  std::optional<ProcessLock> lock;
  for (int i = 0; i < 500 && !lock; ++i) {
    ::usleep(10'000);
    lock = ProcessLock::Take(folder_.lock(), "test");
  }
  ASSERT_TRUE(lock);
  const std::string stat = ReadText(fmt::format("/proc/{}/stat", job));
  EXPECT_TRUE(stat.empty() || stat.find(") Z") != std::string::npos) << stat;
  EXPECT_EQ(queue.Recover(*lock), 1);
  const Job waiting = *queue.Get(kJob);
  EXPECT_EQ(waiting.state, JobState::kWaiting);
  EXPECT_EQ(waiting.interrupted, 1);
  EXPECT_EQ(waiting.tries, 0);
}

TEST_F(JobsTest, ARunningJobCanBeCancelledAndAStopLetsItWait) {
  JobQueue queue = Queue("exec sleep 300");
  ASSERT_TRUE(queue.Add(JobKind::kSurvey, kScan));
  const auto lock = ProcessLock::Take(folder_.lock(), "test");
  std::optional<Job> ended;
  {
    std::jthread runner([&] { ended = queue.RunNext(*lock, {}); });
    while (queue.Get(kJob)->state != JobState::kRunning) ::usleep(5'000);
    EXPECT_TRUE(queue.Cancel(kJob));
  }
  EXPECT_EQ(ended->state, JobState::kCancelled);
  EXPECT_FALSE(queue.RunNext(*lock, {}));
  ASSERT_TRUE(queue.Retry(kJob));
  std::stop_source stop;
  WorkContext work;
  work.stop = stop.get_token();
  {
    std::jthread runner([&] { ended = queue.RunNext(*lock, work); });
    while (queue.Get(kJob)->state != JobState::kRunning) ::usleep(5'000);
    stop.request_stop();
  }
  EXPECT_EQ(ended->state, JobState::kWaiting);
  EXPECT_EQ(ended->interrupted, 1);
}

}  // namespace
}  // namespace thermoleak::batch
