#pragma once
// Wall and processor time of the stages of a run.

#include <sys/resource.h>

#include <chrono>
#include <string>
#include <vector>

#include "thermoleak/report/survey_result.hpp"

namespace thermoleak::pipeline {

class StageClock {
 public:
  /// Closes the stage that began at the last mark.
  void Mark(std::string stage) {
    const auto now = std::chrono::steady_clock::now();
    const double cpu = ProcessCpu();
    times_.push_back(
        {std::move(stage), std::chrono::duration<double>(now - wall_).count(), cpu - cpu_});
    wall_ = now;
    cpu_ = cpu;
  }
  const std::vector<StageTime>& times() const { return times_; }

 private:
  static double ProcessCpu() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  std::chrono::steady_clock::time_point wall_ = std::chrono::steady_clock::now();
  double cpu_ = ProcessCpu();
  std::vector<StageTime> times_;
};

}  // namespace thermoleak::pipeline
