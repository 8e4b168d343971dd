#pragma once
// The night batch: everything that was committed and is not done goes into the ledger, in scan
// order; then the plan, the morning summary, and the removal of what is too old. Killed at any
// instant and started again it ends with the same bytes in candidates, ledger and plan: days and
// times in them are the scans' or the given day's, never the clock's.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "thermoleak/batch/data_folder.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/core/message.hpp"
#include "thermoleak/core/progress.hpp"
#include "thermoleak/ledger/records.hpp"
#include "thermoleak/planning/rules.hpp"

namespace thermoleak::batch {

struct NightlyRequest {
  std::filesystem::path data;
  std::optional<Date> date;       ///< of plan and summary; absent: today
  double wait_min = 0;            ///< for whoever has the lock
  std::filesystem::path program;  ///< the thermoleak command
  Lang lang = Lang::kEnglish;
};

/// A scan, a card or the plan that a person should look at.
struct NightProblem {
  std::string item;
  planning::Text2 text;
};

struct NightlyOutcome {
  std::string day;
  int taken_in = 0;                      ///< folders of the inbox that became scans
  int done = 0, failed = 0, parked = 0;  ///< scans of this summary
  int opened = 0, updated = 0;           ///< hazards, by the scans of this summary
  int plan_items = 0;
  int removed = 0;                     ///< files that were too old
  std::filesystem::path summary;       ///< summary.html
  std::vector<NightProblem> problems;  ///< failed and parked scans with their reasons, inbox faults
  std::optional<Message> took_over;    ///< from whom, when the lock's owner had died
  bool good() const { return failed == 0 && parked == 0 && problems.empty(); }
  /// One line for a scheduler's log.
  Message Line() const;
};

/// One night. Scans that were parked are tried again when config.toml has changed since. Throws
/// RunError (kNightBusy when somebody else has the lock; kNightStopped when the disk is full, with
/// what was done so far kept), Cancelled.
NightlyOutcome RunNight(const NightlyRequest& request, const WorkContext& work);

/// Until a stop request: takes in cards from the inbox as soon as they are whole, and processes
/// what is committed. `each` is called after every round that did something, `waits` when the disk
/// is full. Throws as RunNight, but waits while somebody else has the lock or the disk is full.
void WatchInbox(const NightlyRequest& request, const WorkContext& work,
                const std::function<void(const NightlyOutcome&)>& each,
                const std::function<void(const Message&)>& waits);

/// Folders of the inbox that have not changed for settings().inbox.quiet_min become committed
/// scans; their files become blobs, and the folder goes. Facts come from the card's scan.toml
/// (area, crew, instrument, flown_on, air_temp_c, wind_m_s, humidity_pct, note), else from
/// config.toml; the day from the files' times when nothing says it. Interrupted anywhere, the next
/// call goes on. Returns the scans' ids; faults are appended to `problems`.
std::vector<std::string> TakeInInbox(const DataFolder& folder, std::vector<Error>& problems,
                                     const WorkContext& work);

/// Removes what is older than the retention allows. `today`: from which ages are counted. Returns
/// the number of files.
int Prune(const DataFolder& folder, Date today);

}  // namespace thermoleak::batch
