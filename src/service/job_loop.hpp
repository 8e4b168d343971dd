#pragma once
// Inside of the service room: runs what the queue has, while the service lives.

#include <condition_variable>
#include <mutex>
#include <thread>

#include "thermoleak/batch/jobs.hpp"

namespace thermoleak::service {

/// Two threads: quick checks do not wait behind surveys, since a crew waits for them. Whoever else
/// has the folder's lock (a night batch) does the work meanwhile.
class JobLoop {
 public:
  JobLoop(const batch::DataFolder& folder, batch::JobQueue& queue, std::stop_token stop);
  ~JobLoop();
  void Wake();

 private:
  void Loop(std::stop_token stop);
  /// Until there is nothing to do. Whether anything was done.
  bool Drain(const batch::ProcessLock& lock, std::stop_token stop,
             std::optional<batch::JobKind> only);
  void Rest(std::stop_token stop, std::chrono::milliseconds longest);

  const batch::DataFolder& folder_;
  batch::JobQueue& queue_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::int64_t woken_ = 0;
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> outer_;
  std::jthread thread_;
};

}  // namespace thermoleak::service
