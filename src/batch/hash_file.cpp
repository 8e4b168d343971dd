#include "batch/hash_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

namespace thermoleak::batch {

Result<HashedFile> HashFile(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  std::vector<unsigned char> piece(1u << 20);
  HashedFile hashed;
  int error = fd < 0 ? errno : 0;
  if (EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) error = EIO;
  while (error == 0) {
    const ssize_t n = ::read(fd, piece.data(), piece.size());
    if (n == 0) break;
    if (n < 0) {
      if (errno != EINTR) error = errno;
      continue;
    }
    hashed.size += static_cast<std::uint64_t>(n);
    EVP_DigestUpdate(context.get(), piece.data(), static_cast<std::size_t>(n));
  }
  if (fd >= 0) ::close(fd);
  if (error != 0) {
    return Fail(file.string(), MessageId::kFileUnreadable,
                {std::error_code(error, std::generic_category()).message()});
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &length);
  for (unsigned int i = 0; i < length; ++i) hashed.sha256 += fmt::format("{:02x}", digest[i]);
  return hashed;
}

}  // namespace thermoleak::batch
