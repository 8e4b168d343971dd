#include "cli/progress_bar.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace thermoleak::cli {

std::string ProgressBar::Line(const ProgressEvent& event, double elapsed_s) const {
  const std::string stage = Text(event.stage, lang_);
  if (event.total <= 1) return stage;
  const double share = static_cast<double>(event.done) / static_cast<double>(event.total);
  constexpr int kWidth = 24;
  std::string bar;
  for (int i = 0; i < kWidth; ++i) bar += i < static_cast<int>(share * kWidth + 0.5) ? "█" : "░";
  std::string line =
      fmt::format("{} {} {}/{} {:3.0f} %", stage, bar, event.done, event.total, 100 * share);
  if (elapsed_s > 0.5 && event.done > 0) {
    const double rate = static_cast<double>(event.done) / elapsed_s;
    const auto left = static_cast<long>(static_cast<double>(event.total - event.done) / rate + 0.5);
    line += fmt::format("  {:.0f}/s  {:02}:{:02}", rate, left / 60, left % 60);
  }
  return line;
}

void ProgressBar::operator()(const ProgressEvent& event) {
  const std::scoped_lock lock(mutex_);
  const auto now = Clock::now();
  const bool new_stage = static_cast<int>(event.stage) != stage_;
  if (new_stage) {
    stage_ = static_cast<int>(event.stage);
    stage_start_ = now;
  }
  const bool last = event.total > 0 && event.done >= event.total;
  const double elapsed = std::chrono::duration<double>(now - stage_start_).count();
  const double since = std::chrono::duration<double>(now - last_).count();
  if (terminal_) {
    if (!new_stage && !last && since < 0.1) return;
    fmt::print(stderr, "\r{}\033[K", Line(event, elapsed));
    drawn_ = true;
  } else {
    // A log wants to know that a stage began and, of a long one, that it goes on.
    if (!new_stage && since < 5.0) return;
    if (new_stage && event.total > 1) {
      fmt::print(stderr, "{}: {}\n", Text(event.stage, lang_), event.total);
    } else if (!last || new_stage) {
      fmt::print(stderr, "{}{}\n", Text(event.stage, lang_),
                 event.total > 1 ? fmt::format(": {}/{}", event.done, event.total) : std::string());
    }
  }
  std::fflush(stderr);
  last_ = now;
}

void ProgressBar::Clear() {
  const std::scoped_lock lock(mutex_);
  if (!drawn_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace thermoleak::cli
