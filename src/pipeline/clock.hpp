#pragma once
// Wall and processor time of the stages of a run.

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "thermoleak/report/survey_result.hpp"

namespace thermoleak::pipeline {

class StageClock {
 public:
  /// Closes the stage that began at the last mark; one that comes again goes on.
  void Mark(const std::string& stage) {
    const auto now = std::chrono::steady_clock::now();
    const double cpu = ProcessCpu();
    auto time = std::find_if(times_.begin(), times_.end(),
                             [&](const StageTime& t) { return t.stage == stage; });
    if (time == times_.end()) time = times_.insert(time, {stage, 0, 0});
    time->wall_s += std::chrono::duration<double>(now - wall_).count();
    time->cpu_s += cpu - cpu_;
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
