#pragma once

#include <filesystem>
#include <string>

#include "thermoleak/core/error.hpp"

namespace thermoleak::batch {

struct HashedFile {
  std::uint64_t size = 0;
  std::string sha256;
};

/// Of a file of any length, in pieces. Errors: kFileUnreadable.
Result<HashedFile> HashFile(const std::filesystem::path& file);

}  // namespace thermoleak::batch
