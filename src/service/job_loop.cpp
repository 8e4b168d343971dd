#include "service/job_loop.hpp"

#include <chrono>

#include "thermoleak/batch/lock.hpp"

namespace thermoleak::service {

using std::chrono::milliseconds;
using std::chrono::seconds;

JobLoop::JobLoop(const batch::DataFolder& folder, batch::JobQueue& queue, std::stop_token stop)
    : folder_(folder),
      queue_(queue),
      outer_(std::move(stop), [this] { stop_.request_stop(); }),
      thread_([this] { Loop(stop_.get_token()); }) {}

JobLoop::~JobLoop() {
  stop_.request_stop();
  Wake();
}

void JobLoop::Wake() {
  {
    const std::lock_guard lock(mutex_);
    ++woken_;
  }
  changed_.notify_all();
}

void JobLoop::Rest(std::stop_token stop, milliseconds longest) {
  std::unique_lock lock(mutex_);
  const std::int64_t before = woken_;
  changed_.wait_for(lock, stop, longest, [&] { return woken_ != before; });
}

bool JobLoop::Drain(const batch::ProcessLock& lock, std::stop_token stop,
                    std::optional<batch::JobKind> only) {
  WorkContext work;
  work.stop = stop;
  bool any = false;
  while (!stop.stop_requested()) {
    const auto job = queue_.RunNext(lock, work, only);
    if (!job) break;
    any = true;
    // A full disk: it waits again, and so do we.
    if (job->state == batch::JobState::kWaiting) Rest(stop, seconds(20));
  }
  return any;
}

void JobLoop::Loop(std::stop_token stop) {
  while (!stop.stop_requested()) {
    try {
      auto lock = batch::ProcessLock::Take(folder_.lock(), "serve");
      if (!lock) {
        Rest(stop, seconds(5));
        continue;
      }
      queue_.Recover(*lock);
      std::jthread quick([&](const std::stop_token& ended) {
        std::stop_source both;
        const std::stop_callback a(stop, [&] { both.request_stop(); });
        const std::stop_callback b(ended, [&] { both.request_stop(); });
        while (!both.stop_requested()) {
          try {
            if (Drain(*lock, both.get_token(), batch::JobKind::kQuality)) continue;
          } catch (...) {  // the disk; the other thread meets it, too
          }
          Rest(both.get_token(), seconds(2));
        }
      });
      // The lock is given back when all is quiet, so that a night batch can begin.
      bool quiet = false;
      while (!stop.stop_requested() && !quiet) {
        if (!Drain(*lock, stop, std::nullopt)) {
          const auto rested = std::chrono::steady_clock::now();
          Rest(stop, seconds(30));
          quiet = std::chrono::steady_clock::now() - rested >= seconds(29);
        }
      }
    } catch (...) {  // the disk is full or the folder is gone: requests say so; try again later
      Rest(stop, seconds(20));
    }
    Rest(stop, seconds(1));
  }
}

}  // namespace thermoleak::service
