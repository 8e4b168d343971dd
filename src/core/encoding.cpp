#include "thermoleak/core/encoding.hpp"

#include <openssl/evp.h>

namespace thermoleak {

std::string ToHex(std::span<const std::byte> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const std::byte byte : bytes) {
    out += kDigits[static_cast<unsigned>(byte) >> 4];
    out += kDigits[static_cast<unsigned>(byte) & 15u];
  }
  return out;
}

std::string ToBase64(std::span<const std::byte> bytes) {
  // OpenSSL counts in int and adds an end of string.
  static constexpr std::size_t kPiece = 3u << 20;
  std::string out;
  for (std::size_t from = 0; from < bytes.size(); from += kPiece) {
    const auto piece = bytes.subspan(from, std::min(kPiece, bytes.size() - from));
    const std::size_t begin = out.size();
    out.resize(begin + (piece.size() + 2) / 3 * 4 + 1);
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data() + begin),
                    reinterpret_cast<const unsigned char*>(piece.data()),
                    static_cast<int>(piece.size()));
    out.pop_back();
  }
  return out;
}

std::string ToBase64(std::string_view bytes) { return ToBase64(std::as_bytes(std::span(bytes))); }

std::optional<std::string> FromBase64(std::string_view text) {
  static constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0 || text.size() > (1u << 30)) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  // OpenSSL also takes blanks around it, and "=" anywhere in the last four.
  if (text.substr(0, text.size() - padding).find_first_not_of(kLetters) != std::string_view::npos)
    return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int n = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                reinterpret_cast<const unsigned char*>(text.data()),
                                static_cast<int>(text.size()));
  if (n < 0) return std::nullopt;
  out.resize(static_cast<std::size_t>(n) - padding);
  return out;
}

}  // namespace thermoleak
