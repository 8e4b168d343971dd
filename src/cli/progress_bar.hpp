#pragma once
// Progress on stderr: a bar with rate and remaining time on a terminal, plain lines otherwise.

#include <chrono>
#include <mutex>
#include <string>

#include "thermoleak/core/progress.hpp"

namespace thermoleak::cli {

/// Thread-safe. At most ten updates a second on a terminal, one line every five seconds elsewhere.
class ProgressBar {
 public:
  ProgressBar(Lang lang, bool terminal) : lang_(lang), terminal_(terminal) {}
  ~ProgressBar() { Clear(); }
  void operator()(const ProgressEvent& event);
  /// Removes the bar, so that other lines can be printed.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;
  std::string Line(const ProgressEvent& event, double elapsed_s) const;

  Lang lang_;
  bool terminal_;
  std::mutex mutex_;
  bool drawn_ = false;
  int stage_ = -1;
  Clock::time_point stage_start_{};
  Clock::time_point last_{};
};

}  // namespace thermoleak::cli
