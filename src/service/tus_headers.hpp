#pragma once
// Inside of the service room: what tus 1.0 puts into headers
// (https://tus.io/protocols/resumable-upload).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thermoleak/core/digest.hpp"

namespace thermoleak::service {

/// "filename d29ybGQ=,path YS9i": names to decoded values; a name without a value is there with "".
/// Nothing for text that is not so, for a name said twice, for more than 32 names or 4 KiB.
std::optional<std::map<std::string, std::string>> ParseUploadMetadata(std::string_view header);

struct UploadChecksum {
  DigestKind kind = DigestKind::kSha256;
  std::string digest;  ///< bytes
};
/// "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="
std::optional<UploadChecksum> ParseUploadChecksum(std::string_view header);

/// "partial" or "final;/uploads/a /uploads/b".
struct UploadConcat {
  bool partial = false;
  std::vector<std::string> parts;  ///< ids: the last part of each address
};
std::optional<UploadConcat> ParseUploadConcat(std::string_view header);

/// 32 lower-case hexadecimal digits: what the service makes.
bool IsUploadId(std::string_view text);

}  // namespace thermoleak::service
