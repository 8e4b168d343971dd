#pragma once
// Hashes of what comes piece by piece.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "thermoleak/core/error.hpp"

struct evp_md_ctx_st;

namespace thermoleak {

enum class DigestKind { kMd5, kSha1, kSha256 };

/// Not thread-safe. Memory that cannot be had throws std::bad_alloc.
class Digest {
 public:
  explicit Digest(DigestKind kind = DigestKind::kSha256);
  void Add(std::span<const std::byte> bytes);
  std::string Bytes();  ///< once, at the end
  std::string Hex();    ///< once, at the end; lower-case

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

struct HashedFile {
  std::uint64_t size = 0;
  std::string sha256;
};

/// Of a regular file of any length (a symbolic link is refused), read in pieces. Errors:
/// kFileUnreadable.
Result<HashedFile> HashFile(const std::filesystem::path& file);

}  // namespace thermoleak
