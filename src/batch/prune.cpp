// What is too old goes. Nothing that cannot be had again, or that proves something, is touched:
// ledger, manifests, blobs, candidates, reports, plan.

#include <sys/stat.h>

#include <chrono>

#include "batch/job_file.hpp"
#include "thermoleak/batch/nightly.hpp"
#include "thermoleak/ledger/dates.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

/// Days since the file was last written, from `today`'s begin; nothing when it is gone.
std::optional<double> AgeDays(const fs::path& path, Date today) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return std::nullopt;
  const auto begin = std::chrono::duration_cast<std::chrono::seconds>(today.time_since_epoch());
  return static_cast<double>(begin.count() - info.st_mtim.tv_sec) / 86400;
}

int RemoveFile(const fs::path& path) {
  std::error_code ignored;
  return fs::remove(path, ignored) ? 1 : 0;
}

std::vector<fs::path> In(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    paths.push_back(it->path());
  return paths;
}

}  // namespace

int Prune(const DataFolder& folder, Date today) {
  const Retention& keep = folder.settings().retention;
  int removed = 0;
  if (keep.uploads_days > 0) {
    for (const fs::path& file : In(folder.uploads())) {
      const auto age = AgeDays(file, today);
      if (age && *age > keep.uploads_days) removed += RemoveFile(file);
    }
  }
  for (const Scan& scan : folder.Scans()) {
    if (scan.state != ScanState::kDone || keep.caches_days <= 0) continue;
    // The journal only; the marker of completeness stays, or the run would be made anew.
    const fs::path journal = folder.RunPath(scan.id) / ".thermoleak" / "frames.journal";
    const auto age = AgeDays(journal, today);
    if (age && *age > keep.caches_days) removed += RemoveFile(journal);
  }
  if (keep.logs_days > 0) {
    for (const fs::path& file : In(folder.jobs())) {
      const auto age = AgeDays(file, today);
      if (file.extension() != ".log" || !age || *age <= keep.logs_days) continue;
      const auto job = ReadJob(fs::path(file).replace_extension(".json"));
      if (!job || job->state == JobState::kDone) removed += RemoveFile(file);
    }
  }
  if (keep.summaries_days > 0) {
    for (const fs::path& day_folder : In(folder.summaries())) {
      const std::string name = day_folder.filename().string();
      const auto day = name.size() == 10 ? ParseDate(name) : std::nullopt;
      if (!day || static_cast<double>((today - *day).count()) <= keep.summaries_days) continue;
      std::error_code ignored;
      const auto files = fs::remove_all(day_folder, ignored);
      if (!ignored) removed += static_cast<int>(files);
    }
  }
  return removed;
}

}  // namespace thermoleak::batch
