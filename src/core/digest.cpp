#include "thermoleak/core/digest.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <new>
#include <system_error>
#include <vector>

#include "thermoleak/core/encoding.hpp"

namespace thermoleak {

void Digest::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Digest::Digest(DigestKind kind) : context_(EVP_MD_CTX_new()) {
  const EVP_MD* method = kind == DigestKind::kMd5    ? EVP_md5()
                         : kind == DigestKind::kSha1 ? EVP_sha1()
                                                     : EVP_sha256();
  if (!context_ || EVP_DigestInit_ex(context_.get(), method, nullptr) != 1) throw std::bad_alloc();
}

void Digest::Add(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}

std::string Digest::Bytes() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(context_.get(), digest.data(), &length);
  return {reinterpret_cast<const char*>(digest.data()), length};
}

std::string Digest::Hex() {
  const std::string bytes = Bytes();
  return ToHex(std::as_bytes(std::span(bytes)));
}

Result<HashedFile> HashFile(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  Digest digest;
  HashedFile hashed;
  int error = fd < 0 ? errno : 0;
  struct stat info {};
  if (error == 0 && ::fstat(fd, &info) != 0) error = errno;
  if (error == 0 && !S_ISREG(info.st_mode)) error = EINVAL;
  std::vector<std::byte> piece(error == 0 ? 256u << 10 : 0u);
  while (error == 0) {
    const ssize_t n = ::read(fd, piece.data(), piece.size());
    if (n == 0) break;
    if (n < 0) {
      if (errno != EINTR) error = errno;
      continue;
    }
    hashed.size += static_cast<std::uint64_t>(n);
    digest.Add(std::span(piece).first(static_cast<std::size_t>(n)));
  }
  if (fd >= 0) ::close(fd);
  if (error != 0) {
    return Fail(file.string(), MessageId::kFileUnreadable,
                {std::error_code(error, std::generic_category()).message()});
  }
  hashed.sha256 = digest.Hex();
  return hashed;
}

}  // namespace thermoleak
