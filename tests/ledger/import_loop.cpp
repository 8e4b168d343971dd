// Opens a ledger and imports one survey after the other. After each import that was acknowledged it
// writes the history's head to stdout: that much must be there after a kill.

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "ledger/plausible_season.hpp"

int main(int argc, char** argv) {
  using namespace thermoleak;
  if (argc != 3) return 2;
  const std::string seed = argv[2];
  Ledger ledger = Ledger::Open(argv[1]);
  for (int n = 0;; ++n) {
    // Two places that are seen again and again, one that is new.
    const SurveyRun run =
        test::Survey(fmt::format("{}-{}", seed, n), MakeDate(2026, 2, 1),
                     {test::Candidate("A", 10, 0), test::Candidate("A", 60, 0),
                      test::Candidate("B", 100 + 10 * n, 50 * (std::atoi(argv[2]) % 10))});
    ledger.Import(run, ImportOptions{}, test::Inspector(MakeDate(2026, 2, 1)));
    const Event head = ledger.History().back();
    const std::string line = fmt::format("{}:{}\n", head.number, head.hash);
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return 1;
  }
}
