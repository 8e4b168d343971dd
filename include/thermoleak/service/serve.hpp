#pragma once
// The service: uploads from the field, results for those who may see them, and the jobs between.
// One process, one data folder. Jobs run as children of it, with limits; whatever is killed at
// whatever instant goes on after the next start.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "thermoleak/core/error.hpp"
#include "thermoleak/core/progress.hpp"

namespace thermoleak::service {

struct ServeOptions {
  std::filesystem::path data;  ///< made when it is not there
  std::string address = "127.0.0.1";
  int port = 8080;                ///< 0 = any free one
  std::string cert, key;          ///< PEM files for TLS; empty = none
  bool behind_proxy = false;      ///< the proxy's X-Forwarded-For and -Proto are believed
  bool run_jobs = true;           ///< else somebody else does: `thermoleak nightly`
  std::filesystem::path program;  ///< the thermoleak command, to be started for jobs
};

/// What whoever started it wants to know.
struct Started {
  std::string url;
  int port = 0;
  /// Of the administrator "admin", as long as nobody has ever logged in. Shown nowhere else.
  std::optional<std::string> one_time_password;
};

/// Serves until a stop is requested. Throws RunError (kServePort, kServeTls, faults of the data
/// folder).
void Serve(const ServeOptions& options, const WorkContext& work,
           const std::function<void(const Started&)>& started);

}  // namespace thermoleak::service
