#pragma once
// One helper process as the survey sees it: started, spoken with against a deadline, ended without
// a trace.

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

namespace thermoleak::ingest::dji_sdk {

using Clock = std::chrono::steady_clock;

class HelperProcess {
 public:
  /// Throws nothing; see problem().
  HelperProcess(const std::filesystem::path& helper, const std::filesystem::path& folder,
                const std::filesystem::path& library);
  ~HelperProcess() { End(); }
  HelperProcess(const HelperProcess&) = delete;
  HelperProcess& operator=(const HelperProcess&) = delete;

  /// Why it could not be started; empty when it runs.
  const std::string& problem() const { return problem_; }

  enum class Outcome { kDone, kTimeout, kGone };
  Outcome Send(const void* data, std::size_t size, Clock::time_point deadline);
  Outcome Receive(void* data, std::size_t size, Clock::time_point deadline);
  /// Alive and silent, as it must be between two frames.
  bool Quiet() const;
  /// Kills it if need be and takes it off the process table; how it ended: "signal 11", "status 1".
  std::string End();

 private:
  void Start(const std::filesystem::path& helper, const std::filesystem::path& folder,
             const std::filesystem::path& library, int its_end);
  Outcome Wait(short events, Clock::time_point deadline) const;

  pid_t pid_ = -1;
  int channel_ = -1;
  std::string problem_;
};

}  // namespace thermoleak::ingest::dji_sdk
