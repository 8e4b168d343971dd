// kill -9 at arbitrary instants of planning: after every kill the ledger opens and verifies, the
// plan can be read, and all that was acknowledged is there; and a season whose commands were killed
// and given again ends like one that nobody disturbed.

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "ledger/plausible_season.hpp"
#include "thermoleak/planning/plan_json.hpp"
#include "thermoleak/planning/tracking.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Command = std::vector<std::string>;

constexpr int kKills = 200;

std::string ContentOf(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

/// Twelve places; at every other one somebody has dug and found the leak.
void MakeSeason(const fs::path& ledger_file) {
  Ledger ledger = test::NewLedger(ledger_file);
  std::vector<RunCandidate> candidates;
  for (int n = 0; n < 12; ++n)
    candidates.push_back(test::Candidate(fmt::format("{}", n / 3), 150.0 * n, 40.0 * (n % 2)));
  const Date day = MakeDate(2026, 2, 1);
  ledger.Import(test::Survey("s", day, candidates), {}, test::Inspector(day));
  int n = 0;
  for (const Hazard& hazard : ledger.Hazards()) {
    if (n++ % 2 != 0) continue;
    const auto move = [&](HazardState to) {
      Transition t{.hazard = hazard.id, .to = to, .act = test::Inspector(day)};
      t.work_order = "W-1";
      ASSERT_TRUE(ledger.Move(t));
    };
    move(HazardState::kToVerify);
    move(HazardState::kVerifying);
    Verification found;
    found.hazard_id = hazard.id;
    found.method = VerifyMethod::kExcavation;
    found.result = VerifyResult::kFound;
    found.date = day;
    ASSERT_TRUE(ledger.Record(found, test::Inspector(day)));
    move(HazardState::kConfirmed);
  }
}

pid_t Start(const fs::path& folder, const Command& command) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int log = ::open((folder / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  std::vector<char*> arguments{const_cast<char*>(THERMOLEAK_COMMAND)};
  for (const std::string& text : command) arguments.push_back(const_cast<char*>(text.c_str()));
  arguments.push_back(nullptr);
  if (::chdir(folder.c_str()) == 0) ::execv(THERMOLEAK_COMMAND, arguments.data());
  ::_exit(127);
}

/// Exit code, or nothing when it was killed.
std::optional<int> Finish(const fs::path& folder, const Command& command,
                          std::optional<std::chrono::duration<double>> life = std::nullopt) {
  const pid_t child = Start(folder, command);
  if (life) {
    std::this_thread::sleep_for(*life);
    ::kill(child, SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return std::nullopt;
  return WEXITSTATUS(status);
}

/// What people and programs are left with, without the ledger's clock.
std::map<std::string, std::string> ResultsOf(const fs::path& folder) {
  std::map<std::string, std::string> results;
  for (const auto& entry : fs::directory_iterator(folder / "plan")) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && !name.starts_with('.')) results[name] = ContentOf(entry.path());
  }
  const Ledger ledger = Ledger::Open(folder / "ledger.gpkg");
  for (const Hazard& h : ledger.Hazards()) {
    std::string& text = results["hazard " + h.id];
    text = fmt::format("{} {}", Code(h.state), h.plan_item);
    for (const Event& e : ledger.History(h.id)) text += fmt::format("\n{} {}", e.action, e.changes);
  }
  return results;
}

/// The commands of a season; those of the work depend on what was planned.
std::vector<Command> Commands(const fs::path& folder, std::size_t done) {
  const Command ledger{"--ledger", "ledger.gpkg", "--out", "plan"};
  const auto with = [&](Command command, const Command& rest) {
    command.insert(command.end(), ledger.begin(), ledger.end());
    command.insert(command.end(), rest.begin(), rest.end());
    return command;
  };
  std::vector<Command> commands{
      with({"plan"}, {"--season", "2026", "--batch", "first"}),
      with({"plan", "submit"}, {"--by", "王工", "--date", "2026-03-31"}),
      with({"plan"}, {"--season", "2026", "--batch", "supplement"}),
      with({"plan", "submit"}, {"--by", "王工", "--date", "2026-05-08"}),
  };
  if (done < commands.size()) return commands;
  for (const planning::PlanItem& item : planning::ReadPlan(folder / "plan/plan.json").items) {
    if (item.state != planning::ItemState::kSubmitted) continue;
    for (const char* day : {"2026-05-11", "2026-05-12"})
      commands.push_back(with({"plan", "progress"}, {"--item", item.id, "--quantity", "1.5", "--by",
                                                     "王工", "--date", day}));
    if (commands.size() >= 12) break;
  }
  return commands;
}

TEST(PlanKill, ASeasonOf200KillsEndsLikeAnUndisturbedOne) {
  const test::Folder folder;
  const auto begin = [&](const std::string& name) {
    fs::remove_all(folder / name);
    fs::create_directories(folder / name);
    MakeSeason(folder / name / "ledger.gpkg");
    return folder / name;
  };
  const fs::path calm = begin("calm");
  std::vector<std::chrono::duration<double>> durations;
  for (std::size_t n = 0; n < Commands(calm, n).size(); ++n) {
    const auto start = Clock::now();
    ASSERT_EQ(Finish(calm, Commands(calm, n)[n]), 0) << ContentOf(calm / "log");
    durations.push_back(Clock::now() - start);
  }
  const auto expected = ResultsOf(calm);
  ASSERT_GE(durations.size(), 10u);
  ASSERT_GT(expected.size(), 20u);

  std::mt19937 random(11);
  int kills = 0, amid = 0;
  while (kills < kKills) {
    const fs::path killed = begin("killed");
    std::optional<HistoryHead> acknowledged;
    for (std::size_t n = 0; n < durations.size(); ++n) {
      const Command command = Commands(killed, n)[n];
      for (int attempt = 0;; ++attempt) {
        const std::string before =
            ContentOf(killed / "plan/progress.csv") + ContentOf(killed / "plan/plan.json");
        std::optional<std::chrono::duration<double>> life;
        if (attempt < 6 && kills < kKills)
          life = durations[n] * std::uniform_real_distribution<double>(0.1, 1.05)(random);
        const auto code = Finish(killed, command, life);
        if (code) {
          ASSERT_EQ(*code, 0) << ContentOf(killed / "log");
        } else {
          ++kills;
          amid += before !=
                  ContentOf(killed / "plan/progress.csv") + ContentOf(killed / "plan/plan.json");
        }
        const Ledger ledger = Ledger::Open(killed / "ledger.gpkg");
        const LedgerCheck check = ledger.Check(acknowledged);
        ASSERT_TRUE(check.good()) << check.faults.front().In(Lang::kEnglish);
        if (fs::exists(killed / "plan/plan.json")) {
          const auto plan = planning::ReadPlan(killed / "plan/plan.json");
          ASSERT_TRUE(planning::ReadProgress(killed / "plan/progress.csv", plan).refused.empty());
        }
        if (!code) continue;
        acknowledged = check.head;
        break;
      }
    }
    const auto results = ResultsOf(killed);
    for (const auto& [name, text] : expected) {
      const auto found = results.find(name);
      ASSERT_NE(found, results.end()) << name;
      ASSERT_TRUE(found->second == text) << name << " differs after " << kills << " kills\n"
                                         << found->second.substr(0, 2000) << "\n---\n"
                                         << text.substr(0, 2000);
    }
    ASSERT_EQ(results.size(), expected.size());
  }
  // The test says something only if some kills came after a change and before its acknowledgement.
  EXPECT_GT(amid, 5);
  RecordProperty("killed_after_a_change", amid);
}

}  // namespace
}  // namespace thermoleak
