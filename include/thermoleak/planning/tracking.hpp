#pragma once
// How far the plan has come: progress by quantity, acceptance, close-out; what supervision asks
// for every day and week.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "thermoleak/core/error.hpp"
#include "thermoleak/planning/plan.hpp"

namespace thermoleak::planning {

/// One line of the progress file: a day's work, an acceptance, a close-out.
struct ProgressEntry {
  std::string item;
  Date date{};
  double quantity = 0;    ///< done on this day, in the item's unit
  bool accepted = false;  ///< 验收: passed on this day
  bool closed = false;    ///< 销号
  std::string by{}, note{};

  bool operator==(const ProgressEntry&) const = default;
};

/// progress.csv: item,date,quantity,accepted,closed,by,note. Bad rows are named and left out.
struct ProgressFile {
  std::vector<ProgressEntry> entries;
  std::vector<Error> refused;
};
ProgressFile ReadProgress(const std::filesystem::path& file, const RepairPlan& plan);
/// The item that an entry speaks of. Throws RunError: an unknown item, an acceptance before any
/// work, a close-out before acceptance.
const PlanItem& CheckProgress(const std::filesystem::path& file, const RepairPlan& plan,
                              const ProgressEntry& entry);
/// Adds one line; the file is written whole or not at all. Throws as CheckProgress.
void AddProgress(const std::filesystem::path& file, const RepairPlan& plan,
                 const ProgressEntry& entry);

struct ItemProgress {
  double done = 0;
  std::optional<Date> started, finished, accepted, closed;
  double Rate(const PlanItem& item) const { return item.quantity > 0 ? done / item.quantity : 0; }
};
std::map<std::string, ItemProgress> ProgressBy(const RepairPlan& plan,
                                               const std::vector<ProgressEntry>& entries, Date day);

/// One row of the statistics. Quantities of different units are never added: rates are by items and
/// by unit of quantity.
struct StatRow {
  int items = 0, started = 0, finished = 0, accepted = 0, closed = 0, overdue = 0;
  double planned_yuan = 0;
  std::map<std::string, double> planned, done;  ///< by unit of quantity
};
struct Statistics {
  Date day{}, week_from{};
  StatRow city;
  std::map<std::string, StatRow> by_unit, by_district;
  std::map<std::string, double> done_today, done_this_week;  ///< by unit of quantity
  std::vector<std::string> overdue;  ///< items not finished on their planned day
  std::vector<std::string> carried;  ///< not finished when the season ended: carried over
  std::vector<std::string> locked;   ///< boilers that may not be lit: their items are not accepted
  std::map<int, int> by_project;     ///< the seven projects
};
/// `day` and the week (Monday on) that it lies in.
Statistics StatisticsOf(const RepairPlan& plan, const std::vector<ProgressEntry>& entries,
                        Date day);

/// After the season's end: items that are not finished become CARRIED, in a new version.
RepairPlan CloseSeason(const RepairPlan& plan, const std::vector<ProgressEntry>& entries, Date day);

}  // namespace thermoleak::planning
