#pragma once
// Whole files: read with a cap, written whole or not at all, hashed.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "thermoleak/core/error.hpp"

namespace thermoleak {

using Bytes = std::vector<std::byte>;

/// The whole file. Errors: kFileUnreadable, kFileEmpty, kFileTooLarge.
Result<Bytes> ReadFile(const std::filesystem::path& path, std::uintmax_t max_bytes = 512u << 20);

/// `length` bytes from `offset`, fewer where the file ends before. Errors as above.
Result<Bytes> ReadFilePart(const std::filesystem::path& path, std::uintmax_t offset,
                           std::uintmax_t length);

/// Lower-case hexadecimal SHA-256.
std::string Sha256(std::span<const std::byte> data);

/// A file that appears under its final name only when it is complete: writers fill `temporary()`,
/// then Commit() syncs it to disk and renames it. A temporary that was not committed is removed by
/// the destructor. Not thread-safe. Throws RunError (kOutputUnwritable, kDiskFull; exit code 4 when
/// the disk is full, 2 otherwise).
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path final_path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Same folder, same extension (some writers choose the format by it), a name that starts with
  /// '.'.
  const std::filesystem::path& temporary() const { return temporary_; }
  void Commit();

 private:
  std::filesystem::path final_;
  std::filesystem::path temporary_;
  bool committed_ = false;
};

/// Writes `content` through an AtomicFile.
void WriteFileAtomically(const std::filesystem::path& path, std::string_view content);

/// Creates the folder with its parents and proves that a file can be written there.
void EnsureWritableFolder(const std::filesystem::path& folder);

/// The RunError for the failed system call that left `error_number` (errno) while writing `path`.
RunError WriteError(const std::filesystem::path& path, int error_number);

}  // namespace thermoleak
