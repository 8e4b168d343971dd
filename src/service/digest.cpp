#include "service/digest.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <new>
#include <vector>

#include "service/secrets.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::service {

void Digest::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Digest::Digest(ChecksumKind kind) : context_(EVP_MD_CTX_new()) {
  const EVP_MD* method = kind == ChecksumKind::kMd5    ? EVP_md5()
                         : kind == ChecksumKind::kSha1 ? EVP_sha1()
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
  return ToHex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

void AddFile(Digest& digest, const std::filesystem::path& file, std::uint64_t from,
             std::uint64_t length) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) throw WriteError(file, errno);
  std::vector<std::byte> block(256 << 10);
  int error_number = 0;
  while (from < length) {
    const ssize_t n =
        ::pread(fd, block.data(), std::min<std::uint64_t>(block.size(), length - from),
                static_cast<off_t>(from));
    if (n <= 0) {
      error_number = n < 0 ? errno : EIO;
      break;
    }
    digest.Add(std::span(block).first(static_cast<std::size_t>(n)));
    from += static_cast<std::uint64_t>(n);
  }
  ::close(fd);
  if (error_number != 0) throw WriteError(file, error_number);
}

}  // namespace thermoleak::service
