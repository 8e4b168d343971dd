#pragma once
// A child process with limits, whose progress and outcome come as lines of JSON.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "batch/text_json.hpp"
#include "thermoleak/batch/settings.hpp"

namespace thermoleak::batch {

struct ChildRequest {
  std::filesystem::path program;
  std::vector<std::string> arguments;  ///< without the program's name
  std::filesystem::path log;           ///< stderr is appended
  Limits limits;
  int keep_open = -1;  ///< a descriptor that the child inherits
};

struct ChildOutcome {
  enum class End { kExited, kSignalled, kOvertime, kStopped, kNotStarted };
  End end = End::kExited;
  int code = 0;  ///< exit code, or signal, or errno
  double peak_memory_gib = 0, cpu_s = 0;
  std::optional<Json> last;  ///< the last line that is an object without "progress"
};

/// Runs it to its end in the calling thread. `progress` gets each line of progress. `stop` is asked
/// about five times a second: once true, the child's whole process group is asked to end (SIGTERM)
/// and killed ten seconds later. The group is killed when the wall time is over, and when the
/// calling process dies (the child by the kernel, its helpers as their pipes close).
ChildOutcome RunChild(const ChildRequest& request, const std::function<void(const Json&)>& progress,
                      const std::function<bool()>& stop);

}  // namespace thermoleak::batch
