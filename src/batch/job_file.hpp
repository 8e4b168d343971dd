#pragma once
// A job's file: the queue's only memory.

#include <filesystem>
#include <optional>
#include <string>

#include "thermoleak/batch/jobs.hpp"

namespace thermoleak::batch {

std::optional<Job> ReadJob(const std::filesystem::path& file);
/// Whole or not at all. Throws RunError.
void WriteJob(const std::filesystem::path& folder, const Job& job);
/// "SCAN.survey", "SCAN.quality", "plan": the only names that jobs have.
bool IsJobId(std::string_view text);

/// Held while a job's file is read, changed and written: threads and processes take turns.
class QueueGuard {
 public:
  explicit QueueGuard(const std::filesystem::path& jobs);
  ~QueueGuard();
  QueueGuard(const QueueGuard&) = delete;
  QueueGuard& operator=(const QueueGuard&) = delete;

 private:
  int fd_ = -1;
};

inline BothTexts Both(const Message& message) {
  return {message.In(Lang::kEnglish), message.In(Lang::kChinese)};
}

}  // namespace thermoleak::batch
