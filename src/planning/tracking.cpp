#include "thermoleak/planning/tracking.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "planning/toml_file.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/planning/plan_json.hpp"

namespace thermoleak::planning {
namespace {

constexpr std::string_view kHeader = "item,date,quantity,accepted,closed,by,note";

std::vector<std::string> Split(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted) {
      if (c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
        fields.back() += c;
        ++i;
      } else if (c == '"') {
        quoted = false;
      } else {
        fields.back() += c;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

std::string Quote(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out + '"';
}

const PlanItem* Find(const RepairPlan& plan, const std::string& id) {
  for (const PlanItem& item : plan.items) {
    if (item.id == id) return &item;
  }
  return nullptr;
}

/// On the disk when it returns. Two programs may do it at the same time: each line stays whole, and
/// one that cannot be written whole (disk full) is taken back.
void AppendLine(const std::filesystem::path& file, std::string line) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const auto fail = [&](int error_number) {
    if (fd >= 0) ::close(fd);
    throw WriteError(file, error_number);
  };
  if (fd < 0 || ::flock(fd, LOCK_EX) != 0) fail(errno);
  const off_t size = ::lseek(fd, 0, SEEK_END);
  char last = '\n';
  if (size < 0 || (size > 0 && ::pread(fd, &last, 1, size - 1) != 1)) fail(errno);
  if (size == 0) line = "\xEF\xBB\xBF" + std::string(kHeader) + "\r\n" + line;
  if (last != '\n') line = "\r\n" + line;  // a power cut ended the line before
  const ssize_t n = ::write(fd, line.data(), line.size());
  const bool whole = n == static_cast<ssize_t>(line.size());
  if (!whole || ::fsync(fd) != 0) {
    const int error_number = n >= 0 && !whole ? ENOSPC : errno;
    if (::ftruncate(fd, size) != 0) fail(EIO);
    fail(error_number);
  }
  ::close(fd);
}

}  // namespace

ProgressFile ReadProgress(const std::filesystem::path& file, const RepairPlan& plan) {
  ProgressFile out;
  if (!std::filesystem::exists(file)) return out;
  std::string text = ReadText(file);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  int number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.empty() || line == "\r" || number == 1) continue;
    const std::vector<std::string> f = Split(line);
    const std::string where = fmt::format("{}:{}", file.filename().string(), number);
    ProgressEntry entry;
    const auto refuse = [&](MessageId id, std::vector<std::string> args) {
      out.refused.push_back({where, {id, std::move(args)}});
    };
    if (f.size() < 5) {
      refuse(MessageId::kPlanProgressRow, {std::string(kHeader)});
      continue;
    }
    entry.item = f[0];
    const auto day = ParseDay(f[1]);
    const auto [stop, error] =
        std::from_chars(f[2].data(), f[2].data() + f[2].size(), entry.quantity);
    const bool number_good =
        f[2].empty() || (error == std::errc() && stop == f[2].data() + f[2].size() &&
                         entry.quantity >= 0 && entry.quantity < 1e9);
    if (!day || !number_good) {
      refuse(MessageId::kPlanProgressRow, {std::string(kHeader)});
      continue;
    }
    if (Find(plan, entry.item) == nullptr) {
      refuse(MessageId::kPlanNoItem, {entry.item});
      continue;
    }
    entry.date = *day;
    entry.accepted = f[3] == "1";
    entry.closed = f[4] == "1";
    if (f.size() > 5) entry.by = f[5];
    if (f.size() > 6) entry.note = f[6];
    out.entries.push_back(std::move(entry));
  }
  return out;
}

const PlanItem& CheckProgress(const std::filesystem::path& file, const RepairPlan& plan,
                              const ProgressEntry& entry) {
  const PlanItem* item = Find(plan, entry.item);
  if (item == nullptr) throw RunError(ExitCode::kUsage, MessageId::kPlanNoItem, {entry.item});
  ProgressFile known = ReadProgress(file, plan);
  known.entries.push_back(entry);
  const ItemProgress p = ProgressBy(plan, known.entries, entry.date)[entry.item];
  if (entry.accepted && !p.started)
    throw RunError(ExitCode::kUsage, MessageId::kPlanNotStarted, {entry.item});
  if (entry.closed && !p.accepted)
    throw RunError(ExitCode::kUsage, MessageId::kPlanNotAccepted, {entry.item});
  return *item;
}

void AddProgress(const std::filesystem::path& file, const RepairPlan& plan,
                 const ProgressEntry& entry) {
  CheckProgress(file, plan, entry);
  AppendLine(file, fmt::format("{},{},{},{},{},{},{}\r\n", Quote(entry.item), IsoDate(entry.date),
                               entry.quantity, entry.accepted ? 1 : 0, entry.closed ? 1 : 0,
                               Quote(entry.by), Quote(entry.note)));
}

std::map<std::string, ItemProgress> ProgressBy(const RepairPlan& plan,
                                               const std::vector<ProgressEntry>& entries,
                                               Date day) {
  std::vector<ProgressEntry> sorted;
  for (const ProgressEntry& entry : entries) {
    if (entry.date <= day) sorted.push_back(entry);
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.date < b.date; });
  std::map<std::string, ItemProgress> out;
  for (const PlanItem& item : plan.items) out[item.id];
  for (const ProgressEntry& entry : sorted) {
    const PlanItem* item = Find(plan, entry.item);
    if (item == nullptr) continue;
    ItemProgress& p = out[entry.item];
    p.done += entry.quantity;
    if (!p.started && entry.quantity > 0) p.started = entry.date;
    if (!p.finished && p.started && p.done >= item->quantity - 1e-9) p.finished = entry.date;
    if (entry.accepted) {
      p.accepted = entry.date;
      // Who accepts it finds it finished, whatever was measured.
      if (!p.finished) p.finished = entry.date;
    }
    if (entry.closed) p.closed = entry.date;
  }
  return out;
}

Statistics StatisticsOf(const RepairPlan& plan, const std::vector<ProgressEntry>& entries,
                        Date day) {
  Statistics s;
  s.day = day;
  s.week_from = day - std::chrono::days(std::chrono::weekday(day).iso_encoding() - 1);
  const auto progress = ProgressBy(plan, entries, day);
  const Date season_end = plan.implementation.to;
  for (const PlanItem& item : plan.items) {
    if (item.state == ItemState::kCancelled) continue;
    const ItemProgress& p = progress.at(item.id);
    const bool late = !p.finished && item.end < day;
    for (StatRow* row : {&s.city, &s.by_unit[item.unit], &s.by_district[item.district]}) {
      ++row->items;
      row->started += p.started.has_value();
      row->finished += p.finished.has_value();
      row->accepted += p.accepted.has_value();
      row->closed += p.closed.has_value();
      row->overdue += late;
      row->planned_yuan += item.Money();
      row->planned[item.quantity_unit] += item.quantity;
      row->done[item.quantity_unit] += p.done;
    }
    if (late) s.overdue.push_back(item.id);
    if (item.no_start && !p.accepted)
      s.locked.push_back(item.asset_id.empty() ? item.id : item.unit + ' ' + item.asset_id);
    if (!p.finished && day > season_end) s.carried.push_back(item.id);
    for (const int tag : item.tags) ++s.by_project[tag];
  }
  std::sort(s.locked.begin(), s.locked.end());
  s.locked.erase(std::unique(s.locked.begin(), s.locked.end()), s.locked.end());
  for (const ProgressEntry& entry : entries) {
    const PlanItem* item = Find(plan, entry.item);
    if (item == nullptr || entry.date > day) continue;
    if (entry.date == day) s.done_today[item->quantity_unit] += entry.quantity;
    if (entry.date >= s.week_from) s.done_this_week[item->quantity_unit] += entry.quantity;
  }
  return s;
}

RepairPlan CloseSeason(const RepairPlan& plan, const std::vector<ProgressEntry>& entries,
                       Date day) {
  RepairPlan closed = plan;
  const Date season_end = plan.implementation.to;
  if (day <= season_end)
    throw RunError(ExitCode::kUsage, MessageId::kPlanSeasonOpen, {IsoDate(season_end)});
  ++closed.version;
  closed.date = day;
  const auto progress = ProgressBy(plan, entries, day);
  int carried = 0;
  for (PlanItem& item : closed.items) {
    const ItemProgress& p = progress.at(item.id);
    if (p.closed) {
      item.state = ItemState::kClosed;
    } else if (p.accepted) {
      item.state = ItemState::kAccepted;
    } else if (p.finished) {
      item.state = ItemState::kDone;
    } else if (item.state != ItemState::kCancelled) {
      item.state = ItemState::kCarried;
      ++carried;
      const std::string rate = fmt::format("{:.0f}", 100 * p.Rate(item));
      item.trace.push_back(
          {"carried",
           true,
           {},
           {},
           {fmt::format("carried over: {} % done on {}", rate, IsoDate(season_end)),
            fmt::format("结转:至 {} 完成 {} %", IsoDate(season_end), rate)},
           "W1"});
    }
  }
  if (carried > 0)
    closed.warnings.push_back({MessageId::kPlanWarnCarried, {std::to_string(carried)}});
  return closed;
}

}  // namespace thermoleak::planning
