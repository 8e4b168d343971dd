#include "service/secrets.hpp"

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <mutex>
#include <new>
#include <stdexcept>

#include "thermoleak/core/encoding.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::service {
namespace {

constexpr std::uint32_t kPasses = 2, kMemory_kib = 19456, kLanes = 1;
constexpr std::size_t kSalt = 16, kTag = 32;

std::mutex& OneAtATime() {
  static std::mutex mutex;
  return mutex;
}

void FillRandom(std::span<unsigned char> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("no random numbers");
}

}  // namespace

std::string RandomHex(std::size_t bytes) {
  std::vector<unsigned char> random(bytes);
  FillRandom(random);
  return ToHex(std::as_bytes(std::span(random)));
}

std::string RandomPassword() {
  static constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz23456789";  // 31
  std::string out;
  while (out.size() < 23) {
    std::array<unsigned char, 1> byte{};
    FillRandom(byte);
    if (byte[0] >= 8 * kLetters.size()) continue;  // each letter as likely as any other
    if (out.size() % 6 == 5) out += '-';
    out += kLetters[byte[0] % kLetters.size()];
  }
  return out;
}

std::string HashOf(std::string_view secret) {
  return Sha256(std::as_bytes(std::span(secret.data(), secret.size())));
}

bool SameSecret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string HashPassword(std::string_view password) {
  std::array<unsigned char, kSalt> salt{};
  FillRandom(salt);
  std::array<char, 256> text{};
  const std::lock_guard lock(OneAtATime());
  const int result =
      argon2id_hash_encoded(kPasses, kMemory_kib, kLanes, password.data(), password.size(),
                            salt.data(), salt.size(), kTag, text.data(), text.size());
  if (result != ARGON2_OK) throw std::bad_alloc();
  return text.data();
}

bool IsPassword(std::string_view password, const std::string& hash) {
  static const std::string nobodys = HashPassword(RandomHex(16));
  const std::string& compared = hash.empty() ? nobodys : hash;
  const std::lock_guard lock(OneAtATime());
  const int result = argon2id_verify(compared.c_str(), password.data(), password.size());
  return result == ARGON2_OK && !hash.empty();
}

}  // namespace thermoleak::service
