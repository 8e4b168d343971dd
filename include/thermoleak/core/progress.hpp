#pragma once
// Long work takes a stop token and reports progress; it never prints. Only the edge prints.

#include <cstdint>
#include <functional>
#include <stop_token>
#include <utility>

#include "thermoleak/core/message.hpp"

namespace thermoleak {

struct ProgressEvent {
  MessageId stage{};
  std::int64_t done = 0;
  std::int64_t total = 0;  ///< 0 when not known
};

/// Called from one thread at a time.
using ProgressSink = std::function<void(const ProgressEvent&)>;

/// Thrown by CheckStop() and caught at the edge (exit code 130).
struct Cancelled {};

/// What long work is given: where to report and when to stop. Cheap to copy.
struct WorkContext {
  ProgressSink progress;
  std::stop_token stop;

  void Report(MessageId stage, std::int64_t done, std::int64_t total) const {
    if (progress) progress(ProgressEvent{stage, done, total});
  }
  void CheckStop() const {
    if (stop.stop_requested()) throw Cancelled{};
  }
};

}  // namespace thermoleak
