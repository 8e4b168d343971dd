#pragma once
// GDAL prints its complaints to stderr and keeps its drivers in a registry; rooms that use it do so
// inside a GdalSession, so that nothing is printed and what went wrong can be told to the user.

#include <filesystem>
#include <memory>
#include <string>

#include "thermoleak/core/error.hpp"

namespace thermoleak {

/// While it lives, GDAL's messages of this thread are collected instead of printed. Registers
/// GDAL's drivers when it is the process' first. Sessions nest; one thread each.
class GdalSession {
 public:
  GdalSession();
  ~GdalSession();
  GdalSession(const GdalSession&) = delete;
  GdalSession& operator=(const GdalSession&) = delete;

  /// Whether a failure (not a mere warning) was reported.
  bool failed() const;
  /// The first failure, else the first warning, in one line; `otherwise` if there was none.
  std::string Complaint(const std::string& otherwise) const;
  /// The RunError for a write to `path` that failed: kDiskFull (exit code 4) when that is the
  /// cause, else kOutputUnwritable.
  RunError WriteFault(const std::filesystem::path& path) const;

 private:
  struct Log;
  std::unique_ptr<Log> log_;
};

}  // namespace thermoleak
