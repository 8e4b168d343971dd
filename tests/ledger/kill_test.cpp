// kill -9 at arbitrary instants of an import: the ledger opens, verifies, and nothing that was
// acknowledged is lost.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "ledger/plausible_season.hpp"

namespace thermoleak {
namespace {

/// Runs the importing process for so long (after its first acknowledgement, if it is waited for),
/// kills it, and gives the last head that it acknowledged.
std::optional<HistoryHead> ImportUntilKilled(const std::string& ledger, const std::string& seed,
                                             bool wait_for_first, std::chrono::microseconds life) {
  int ends[2];
  if (::pipe(ends) != 0) return std::nullopt;
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execl(THERMOLEAK_IMPORT_LOOP, THERMOLEAK_IMPORT_LOOP, ledger.c_str(), seed.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  std::string out;
  char buffer[4096];
  if (wait_for_first) {
    if (const ssize_t n = ::read(ends[0], buffer, sizeof buffer); n > 0)
      out.append(buffer, static_cast<std::size_t>(n));
  }
  std::this_thread::sleep_for(life);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself";
  for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    out.append(buffer, static_cast<std::size_t>(n));
  ::close(ends[0]);
  while (!out.empty() && out.back() != '\n') out.pop_back();
  if (out.empty()) return std::nullopt;
  out.pop_back();
  const std::string line = out.substr(out.rfind('\n') + 1);
  const std::size_t colon = line.find(':');
  return HistoryHead{std::stoll(line.substr(0, colon)), line.substr(colon + 1)};
}

TEST(Kill, NothingAcknowledgedIsLostIn200Kills) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> early_us(0, 80000), working_us(0, 25000);
  int acknowledged = 0;
  std::int64_t cut_off = 0;
  for (int group = 0; group < 10; ++group) {
    const test::Folder folder;
    const std::string path = (folder / "ledger.gpkg").string();
    test::NewLedger(path);
    for (int n = 0; n < 20; ++n) {
      // One in four at any time from the start on, the others amid their imports.
      const bool early = n % 4 == 0;
      const auto head = ImportUntilKilled(
          path, std::to_string(group * 20 + n), !early,
          std::chrono::microseconds(early ? early_us(random) : working_us(random)));
      const Ledger ledger = Ledger::Open(path);
      const LedgerCheck check = ledger.Check(head);
      ASSERT_TRUE(check.good()) << check.faults.front().In(Lang::kEnglish) << " after kill "
                                << group * 20 + n;
      if (head) {
        ++acknowledged;
        ASSERT_GE(check.head.number, head->number);
        if (check.head.number > head->number) ++cut_off;
      }
    }
  }
  // The test says something only if kills hit the work: most processes had acknowledged some.
  EXPECT_GE(acknowledged, 150);
  RecordProperty("acknowledged", acknowledged);
  RecordProperty("durable_but_not_acknowledged", static_cast<int>(cut_off));
}

}  // namespace
}  // namespace thermoleak
