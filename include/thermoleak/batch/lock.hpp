#pragma once
// Who processes a data folder: one at a time, on this machine and over its network file systems.

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace thermoleak::batch {

/// What the lock file says for people.
struct LockOwner {
  std::string host, command;  ///< command: "serve", "nightly"
  int pid = 0;
  std::string since, heartbeat;  ///< UTC
};

/// Held from Take() until it is destroyed. The kernel's lock on the open file is the truth: it goes
/// when the owner and all jobs that it started are dead, so that a successor never meets a job of
/// its predecessor. Owner and heartbeat (every five seconds) are written into the file. Movable,
/// not thread-safe.
class ProcessLock {
 public:
  /// Nothing when somebody else has it. Throws RunError when the file cannot be written.
  static std::optional<ProcessLock> Take(const std::filesystem::path& file,
                                         const std::string& command);
  /// Who has it, or had it last.
  static std::optional<LockOwner> Owner(const std::filesystem::path& file);

  ~ProcessLock();
  ProcessLock(ProcessLock&&) noexcept;
  ProcessLock& operator=(ProcessLock&&) noexcept;

  /// The owner before, if it died without giving the lock back.
  const std::optional<LockOwner>& dead_owner() const;
  /// To be inherited by jobs.
  int descriptor() const;

 private:
  struct Impl;
  explicit ProcessLock(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace thermoleak::batch
