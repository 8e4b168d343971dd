#pragma once
// GDAL prints its complaints to stderr and keeps its drivers in a registry; rooms that use it do so
// inside a GdalSession, so that nothing is printed and what went wrong can be told to the user.

#include <memory>
#include <string>

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
  /// errno at the time of the first failure; 0 if there was none.
  int error_number() const;
  /// The first failure, else the first warning, in one line; `otherwise` if there was none.
  std::string Complaint(const std::string& otherwise) const;

 private:
  struct Log;
  std::unique_ptr<Log> log_;
};

}  // namespace thermoleak
