#include "thermoleak/geo/gdal_session.hpp"

#include <cpl_error.h>
#include <gdal_priv.h>

#include <cerrno>
#include <mutex>

namespace thermoleak {

struct GdalSession::Log {
  std::string failure;
  std::string warning;
  int error_number = 0;
  bool failed = false;
};

namespace {

std::string OneLine(const char* text) {
  std::string line = text ? text : "";
  for (char& c : line) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  return line;
}

}  // namespace

GdalSession::GdalSession() : log_(std::make_unique<Log>()) {
  static std::once_flag registered;
  std::call_once(registered, [] { GDALAllRegister(); });
  const auto collect = [](CPLErr level, CPLErrorNum, const char* text) {
    const int error_number = errno;
    Log& log = *static_cast<Log*>(CPLGetErrorHandlerUserData());
    if (level >= CE_Failure) {
      if (!log.failed) {
        log.failure = OneLine(text);
        log.error_number = error_number;
      }
      log.failed = true;
    } else if (level == CE_Warning && log.warning.empty()) {
      log.warning = OneLine(text);
    }
  };
  errno = 0;
  CPLPushErrorHandlerEx(collect, log_.get());
}

GdalSession::~GdalSession() {
  CPLPopErrorHandler();
  CPLErrorReset();
}

bool GdalSession::failed() const { return log_->failed; }

std::string GdalSession::Complaint(const std::string& otherwise) const {
  if (!log_->failure.empty()) return log_->failure;
  return log_->warning.empty() ? otherwise : log_->warning;
}

RunError GdalSession::WriteFault(const std::filesystem::path& path) const {
  // errno does not survive every driver's way to its message: the words and the disk are asked,
  // too.
  constexpr std::uintmax_t kLittle = 64u << 10;
  std::error_code error;
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const std::filesystem::space_info space = std::filesystem::space(folder, error);
  const std::string complaint = Complaint("write failed");
  if (log_->error_number == ENOSPC || log_->error_number == EDQUOT ||
      complaint.find("No space left") != std::string::npos ||
      complaint.find("disk is full") != std::string::npos ||
      (!error && space.available < kLittle)) {
    return {ExitCode::kOutOfResources, MessageId::kDiskFull, {path.string()}};
  }
  return {ExitCode::kUsage, MessageId::kOutputUnwritable, {path.string(), complaint}};
}

}  // namespace thermoleak
