#include "service/tus_headers.hpp"

#include <algorithm>

#include "service/secrets.hpp"
#include "thermoleak/core/encoding.hpp"

namespace thermoleak::service {
namespace {

constexpr std::size_t kMostHeader = 4096, kMostNames = 32, kMostParts = 1000;

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != ',';
  });
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::map<std::string, std::string>> ParseUploadMetadata(std::string_view header) {
  std::map<std::string, std::string> metadata;
  if (header.size() > kMostHeader) return std::nullopt;
  if (Trimmed(header).empty()) return metadata;
  for (bool more = true; more;) {
    const std::size_t comma = header.find(',');
    more = comma != std::string_view::npos;
    const std::string_view pair = Trimmed(header.substr(0, comma));
    const std::size_t space = std::min(pair.find(' '), pair.size());
    const std::string_view name = pair.substr(0, space);
    const auto value = FromBase64(Trimmed(pair.substr(space)));
    if (!IsName(name) || !value || metadata.size() >= kMostNames) return std::nullopt;
    if (!metadata.emplace(name, *value).second) return std::nullopt;
    if (more) header.remove_prefix(comma + 1);
  }
  return metadata;
}

std::optional<UploadChecksum> ParseUploadChecksum(std::string_view header) {
  const std::size_t space = header.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view name = header.substr(0, space);
  UploadChecksum checksum;
  std::size_t length = 0;
  if (name == "md5") {
    checksum.kind = DigestKind::kMd5;
    length = 16;
  } else if (name == "sha1") {
    checksum.kind = DigestKind::kSha1;
    length = 20;
  } else if (name == "sha256") {
    checksum.kind = DigestKind::kSha256;
    length = 32;
  } else {
    return std::nullopt;
  }
  const auto digest = FromBase64(Trimmed(header.substr(space)));
  if (!digest || digest->size() != length) return std::nullopt;
  checksum.digest = *digest;
  return checksum;
}

std::optional<UploadConcat> ParseUploadConcat(std::string_view header) {
  UploadConcat concat;
  if (header == "partial") {
    concat.partial = true;
    return concat;
  }
  constexpr std::string_view kFinal = "final;";
  if (!header.starts_with(kFinal)) return std::nullopt;
  header.remove_prefix(kFinal.size());
  while (!(header = Trimmed(header)).empty()) {
    const std::size_t space = std::min(header.find(' '), header.size());
    const std::string_view url = header.substr(0, space);
    const std::string_view id = url.substr(url.rfind('/') + 1);
    if (!IsUploadId(id) || concat.parts.size() >= kMostParts) return std::nullopt;
    concat.parts.emplace_back(id);
    header.remove_prefix(space);
  }
  if (concat.parts.empty()) return std::nullopt;
  return concat;
}

bool IsUploadId(std::string_view text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace thermoleak::service
