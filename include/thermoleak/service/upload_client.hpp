#pragma once
// A folder of frames to a service: only what is not there, several files at a time, each from
// where it stopped, and at the end the commit of the scan.

#include <cstdint>
#include <filesystem>
#include <string>

#include "thermoleak/core/error.hpp"
#include "thermoleak/core/progress.hpp"

namespace thermoleak::service {

struct UploadRequest {
  std::filesystem::path folder;
  std::string url;      ///< http:// or https://
  std::string token;    ///< API token
  std::string ca_file;  ///< certificates to trust; "" = the system's
  std::string area, crew, instrument, flown_on, note;
  std::string air_temp_c, wind_m_s, humidity_pct;  ///< as typed; "" = not stated
  int parallel = 4;
  int patience_s = 600;  ///< that the service may be away before we give up
};

struct UploadSummary {
  std::string scan;
  int files = 0;
  std::uint64_t bytes = 0, sent_bytes = 0;
};

/// What was begun for this folder is noted in DIR/.thermoleak-upload.json, so that the same
/// command goes on after anything. Throws RunError (kUploadNoAnswer, kUploadRefused, ...),
/// Cancelled.
UploadSummary UploadFolder(const UploadRequest& request, Lang lang, const WorkContext& work);

}  // namespace thermoleak::service
