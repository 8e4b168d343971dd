// A night over five scans that is killed with -9 again and again ends like one that was not. Four
// kills here; THERMOLEAK_NIGHT_KILLS=50 for the whole of it:
//   THERMOLEAK_NIGHT_KILLS=50 thermoleak_batch_test --gtest_filter='NightKillTest.*'

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <random>

#include "batch/surveys.hpp"
#include "thermoleak/batch/lock.hpp"
#include "thermoleak/ledger/ledger.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* kDate = "2026-01-20";

/// All that a night leaves for people and programs; run.json without its times.
std::map<std::string, std::string> ResultsOf(const fs::path& data) {
  std::map<std::string, std::string> results;
  for (const char* folder : {"runs", "plan", "summary"}) {
    for (const auto& entry : fs::recursive_directory_iterator(data / folder)) {
      const std::string path = entry.path().lexically_relative(data).string();
      if (!entry.is_regular_file() || path.find("/.thermoleak/") != std::string::npos) continue;
      std::string text = ReadText(entry.path());
      if (entry.path().filename() == "run.json") text.clear();
      // The page says how long the run took.
      if (entry.path().filename() == "report.html") text.clear();
      results[path] = std::move(text);
    }
  }
  const Ledger ledger = Ledger::Open(data / "ledger.gpkg");
  const LedgerCheck check = ledger.Check();
  results["ledger: faults"] = std::to_string(check.faults.size());
  results["ledger: head"] = fmt::format("{} {}", check.head.number, check.head.hash);
  // The chain's last hash covers every event, and the check that the tables are what the events
  // say.
  for (const Hazard& hazard : ledger.Hazards()) results["ledger: hazards"] += hazard.id + "\n";
  return results;
}

pid_t Start(const fs::path& data) {
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string log = (data.parent_path() / "log").string();
    std::freopen(log.c_str(), "a", stderr);
    std::freopen(log.c_str(), "a", stdout);
    ::execl(THERMOLEAK_COMMAND, THERMOLEAK_COMMAND, "nightly", "--data", data.c_str(), "--date",
            kDate, "--wait", "1", "--lang", "en", nullptr);
    ::_exit(127);
  }
  return child;
}

TEST(NightKillTest, TheSameBytesHoweverOftenItWasKilled) {
  const char* wanted = std::getenv("THERMOLEAK_NIGHT_KILLS");
  const int most_kills = wanted ? std::atoi(wanted) : 4;
  const TemporaryFolder t;
  {
    const DataFolder folder = MakeDataFolder(t / "base");
    CommitSurvey(folder, "20260115-aaaaaaaa", "north", SurveyOf(0, 1) / "frames");
    CommitSurvey(folder, "20260115-bbbbbbbb", "south", SurveyOf(1, 1) / "frames");
    CommitSurvey(folder, "20260116-cccccccc", "north", SurveyOf(0, 2) / "frames");
    CommitSurvey(folder, "20260117-dddddddd", "south", SurveyOf(1, 2) / "frames");
    CommitSurvey(folder, "20260118-eeeeeeee", "north", SurveyOf(0, 3) / "frames");
  }
  const auto copy = [&](const std::string& name) {
    fs::remove_all(t / name);
    fs::copy(t / "base", t / name, fs::copy_options::recursive);
    return t / name;
  };
  const fs::path calm = copy("calm");
  const auto begin = Clock::now();
  ASSERT_EQ(Night(calm, fmt::format("--date {}", kDate)), 0);
  const double calm_s = std::chrono::duration<double>(Clock::now() - begin).count();
  const auto expected = ResultsOf(calm);
  ASSERT_GT(expected.size(), 30u);

  std::mt19937 random(7);
  int kills = 0, rounds = 0, ledgers_alike = 0;
  while (kills < most_kills) {
    const fs::path data = copy("killed");
    ++rounds;
    for (;;) {
      const pid_t child = Start(data);
      // Somewhere in what is left of it; once in a while soon after its begin.
      const double wait_s = std::uniform_real_distribution<double>(
          0, rounds % 3 == 0 ? 0.2 * calm_s : calm_s)(random);
      const auto until = Clock::now() + std::chrono::duration<double>(wait_s);
      int status = 0;
      bool ended = false;
      while (!ended && (kills >= most_kills || Clock::now() < until)) {
        ended = ::waitpid(child, &status, WNOHANG) == child;
        if (!ended) ::usleep(2'000);
      }
      if (ended) {
        ASSERT_TRUE(WIFEXITED(status));
        ASSERT_EQ(WEXITSTATUS(status), 0) << ReadText(t / "log");
        break;
      }
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      ++kills;
    }
    const auto results = ResultsOf(data);
    ASSERT_EQ(results.size(), expected.size());
    for (const auto& [name, text] : expected) {
      const auto found = results.find(name);
      ASSERT_NE(found, results.end()) << name;
      EXPECT_TRUE(found->second == text) << name << " differs in round " << rounds;
    }
    if (ReadText(data / "ledger.gpkg") == ReadText(calm / "ledger.gpkg")) ++ledgers_alike;
    if (testing::Test::HasFailure()) break;
  }
  std::printf(
      "%d kills in %d rounds, a calm night takes %.1f s; %d of %d ledger files alike to the byte\n",
      kills, rounds, calm_s, ledgers_alike, rounds);
}

}  // namespace
}  // namespace thermoleak::batch
