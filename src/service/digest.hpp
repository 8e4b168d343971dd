#pragma once
// Inside of the service room: hashes of what arrives piece by piece.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "service/tus_headers.hpp"

struct evp_md_ctx_st;

namespace thermoleak::service {

class Digest {
 public:
  explicit Digest(ChecksumKind kind = ChecksumKind::kSha256);
  void Add(std::span<const std::byte> bytes);
  std::string Bytes();  ///< once, at the end
  std::string Hex();    ///< once, at the end

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// SHA-256 of a file, `from` 0 up to `length`, added to `digest`. Throws RunError.
void AddFile(Digest& digest, const std::filesystem::path& file, std::uint64_t from,
             std::uint64_t length);

}  // namespace thermoleak::service
