#include "thermoleak/core/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "thermoleak/core/digest.hpp"

namespace thermoleak {
namespace fs = std::filesystem;
namespace {

/// Closes the descriptor when it goes.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string ErrnoText(int error_number) {
  return std::error_code(error_number, std::generic_category()).message();
}

void SyncPath(const fs::path& path, int flags) {
  const Descriptor fd(::open(path.c_str(), flags | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) throw WriteError(path, errno);
}

struct Opened {
  Descriptor descriptor;
  std::uintmax_t size = 0;
  std::optional<Error> problem;
};

Opened Open(const fs::path& path) {
  Opened file{Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), 0, std::nullopt};
  const auto unreadable = [&path](std::string why) {
    return Error{path.string(), {MessageId::kFileUnreadable, {std::move(why)}}};
  };
  struct stat info {};
  if (file.descriptor.get() < 0 || ::fstat(file.descriptor.get(), &info) != 0) {
    file.problem = unreadable(ErrnoText(errno));
  } else if (!S_ISREG(info.st_mode)) {
    file.problem = unreadable("not a regular file");
  } else if (info.st_size == 0) {
    file.problem = Error{path.string(), {MessageId::kFileEmpty, {}}};
  } else {
    file.size = static_cast<std::uintmax_t>(info.st_size);
  }
  return file;
}

Result<Bytes> ReadFrom(const Opened& file, const fs::path& path, std::uintmax_t offset,
                       std::uintmax_t length) {
  Bytes data(length);
  std::size_t done = 0;
  while (done < data.size()) {
    const ssize_t n = ::pread(file.descriptor.get(), data.data() + done, data.size() - done,
                              static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Fail(path.string(), MessageId::kFileUnreadable, {ErrnoText(errno)});
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  data.resize(done);
  return data;
}

}  // namespace

Result<Bytes> ReadFile(const fs::path& path, std::uintmax_t max_bytes) {
  const Opened file = Open(path);
  if (file.problem) return tl::unexpected(*file.problem);
  if (file.size > max_bytes) {
    return Fail(path.string(), MessageId::kFileTooLarge,
                {fmt::format("{}", file.size >> 20), fmt::format("{}", max_bytes >> 20)});
  }
  return ReadFrom(file, path, 0, file.size);
}

Result<Bytes> ReadFilePart(const fs::path& path, std::uintmax_t offset, std::uintmax_t length) {
  const Opened file = Open(path);
  if (file.problem) return tl::unexpected(*file.problem);
  if (offset >= file.size) return Bytes();
  return ReadFrom(file, path, offset, std::min(length, file.size - offset));
}

std::string Sha256(std::span<const std::byte> data) {
  Digest digest;
  digest.Add(data);
  return digest.Hex();
}

RunError WriteError(const fs::path& path, int error_number) {
  if (error_number == ENOSPC || error_number == EDQUOT) {
    return RunError(ExitCode::kOutOfResources, MessageId::kDiskFull, {path.string()});
  }
  return RunError(ExitCode::kUsage, MessageId::kOutputUnwritable,
                  {path.string(), ErrnoText(error_number)});
}

AtomicFile::AtomicFile(fs::path final_path) : final_(std::move(final_path)) {
  temporary_ = final_.parent_path() /
               fmt::format(".{}.tmp{}", final_.stem().string(), final_.extension().string());
  std::error_code ignored;
  fs::remove(temporary_, ignored);  // left by a run that was killed
}

AtomicFile::~AtomicFile() {
  if (committed_) return;
  std::error_code ignored;
  fs::remove(temporary_, ignored);
}

void AtomicFile::Commit() {
  SyncPath(temporary_, O_RDONLY);
  if (::rename(temporary_.c_str(), final_.c_str()) != 0) throw WriteError(final_, errno);
  committed_ = true;
  SyncPath(final_.parent_path().empty() ? fs::path(".") : final_.parent_path(),
           O_RDONLY | O_DIRECTORY);
}

void WriteFileAtomically(const fs::path& path, std::string_view content) {
  AtomicFile file(path);
  {
    const Descriptor fd(
        ::open(file.temporary().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (fd.get() < 0) throw WriteError(path, errno);
    while (!content.empty()) {
      const ssize_t n = ::write(fd.get(), content.data(), content.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw WriteError(path, errno);
      content.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  file.Commit();
}

void EnsureWritableFolder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw WriteError(folder, error.value());
  if (!fs::is_directory(folder, error)) throw WriteError(folder, ENOTDIR);
  const fs::path probe = folder / ".thermoleak-probe";
  {
    const Descriptor fd(::open(probe.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (fd.get() < 0) throw WriteError(folder, errno);
    if (::write(fd.get(), "x", 1) != 1) {
      const int write_error = errno;
      fs::remove(probe, error);
      throw WriteError(folder, write_error);
    }
  }
  fs::remove(probe, error);
}

}  // namespace thermoleak
