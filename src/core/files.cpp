#include "thermoleak/core/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

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

}  // namespace

Result<Bytes> ReadFile(const fs::path& path, std::uintmax_t max_bytes) {
  const std::string item = path.string();
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return Fail(item, MessageId::kFileUnreadable, {ErrnoText(errno)});
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0)
    return Fail(item, MessageId::kFileUnreadable, {ErrnoText(errno)});
  if (!S_ISREG(info.st_mode)) return Fail(item, MessageId::kFileUnreadable, {"not a regular file"});
  const auto size = static_cast<std::uintmax_t>(info.st_size);
  if (size == 0) return Fail(item, MessageId::kFileEmpty);
  if (size > max_bytes) {
    return Fail(item, MessageId::kFileTooLarge,
                {fmt::format("{}", size >> 20), fmt::format("{}", max_bytes >> 20)});
  }
  Bytes data(size);
  std::size_t done = 0;
  while (done < data.size()) {
    const ssize_t n = ::read(fd.get(), data.data() + done, data.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Fail(item, MessageId::kFileUnreadable, {ErrnoText(errno)});
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  data.resize(done);
  return data;
}

std::string Sha256(std::span<const std::byte> data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1)
    return {};
  std::string hex;
  hex.reserve(2 * length);
  for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
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
