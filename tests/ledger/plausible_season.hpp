#pragma once
// Surveys, acts and a ledger for tests.

#include <filesystem>
#include <string>
#include <vector>

#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/ledger.hpp"
#include "thermoleak/ledger/run_folder.hpp"

namespace thermoleak::test {

/// A candidate `east_m`, `north_m` from a corner of the city, with ellipses of 0.6 m.
RunCandidate Candidate(const std::string& pipe, double east_m, double north_m, double score = 0.9,
                       HazardKind kind = HazardKind::kLeak);
/// A survey of that day; `name` makes its hashes.
SurveyRun Survey(const std::string& name, Date day, std::vector<RunCandidate> candidates);

Act Inspector(Date on);
Act Engineer(Date on, const std::string& reason = {});
Act Manager(Date on, const std::string& reason = {});
Act District(Date on);

/// A folder that goes with the test.
class Folder {
 public:
  Folder();
  ~Folder();
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// An empty ledger "SY" whose clock stands still.
Ledger NewLedger(const std::filesystem::path& path);

/// Every row of every table and every event, in order: two ledgers with the same dump are the same.
std::string Dump(const std::filesystem::path& path);

}  // namespace thermoleak::test
