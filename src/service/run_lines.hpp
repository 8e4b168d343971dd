#pragma once
// Inside of the service room: single candidates out of a run's files, which have one a line.

#include "service/services.hpp"

namespace thermoleak::service {

/// The candidate's properties, with its reasons.
std::optional<Json> CandidateOf(const std::filesystem::path& run, const std::string& candidate);
/// Names of the files that may be downloaded, by name.
Json FilesIn(const std::filesystem::path& folder);
/// To be saved, or, of a page, to be looked at without any rights.
Response DownloadResponse(const Request& request, const std::filesystem::path& file);

}  // namespace thermoleak::service
