// Names that come from outside.

#include <algorithm>
#include <cstddef>

#include "thermoleak/batch/data_folder.hpp"

namespace thermoleak::batch {
namespace {

/// Bytes of the UTF-8 sequence at the text's begin, 0 when it is none (overlong forms, surrogates
/// and what lies beyond U+10FFFF are none). Unicode 15, table 3-7.
std::size_t SequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

/// UTF-8 without control characters, C1 and the marks that turn the direction of text among them.
bool IsPlainText(std::string_view text) {
  while (!text.empty()) {
    const std::size_t n = SequenceLength(text);
    if (n == 0) return false;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (n == 1 && (byte(0) < 0x20 || byte(0) == 0x7F)) return false;
    if (n == 2 && byte(0) == 0xC2 && byte(1) < 0xA0) return false;
    if (n == 3 && byte(0) == 0xE2 &&
        ((byte(1) == 0x80 && byte(2) >= 0xA8 && byte(2) <= 0xAE) ||
         (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9)))
      return false;
    text.remove_prefix(n);
  }
  return true;
}

bool AllOf(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

Result<std::string> CleanPath(std::string_view path) {
  constexpr std::size_t kMostBytes = 1000, kMostParts = 8, kMostPart = 200;
  const auto refused = [&] {
    const bool shown = path.size() <= 80 && IsPlainText(path);
    const std::string text(shown ? path : std::string_view("?"));
    return Fail(text, MessageId::kPathRefused, {text});
  };
  if (path.empty() || path.size() > kMostBytes || path.front() == '/' || path.back() == '/' ||
      path.find('\\') != std::string_view::npos || !IsPlainText(path))
    return refused();
  std::size_t parts = 0;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    if (part.empty() || part == "." || part == ".." || part.size() > kMostPart ||
        ++parts > kMostParts)
      return refused();
    at = end + 1;
  }
  if (path.size() > 1 && path[1] == ':') return refused();  // a drive
  return std::string(path);
}

bool IsScanId(std::string_view text) {
  return text.size() == 17 && text[8] == '-' && AllOf(text.substr(0, 8), "0123456789") &&
         AllOf(text.substr(9), "abcdefghijklmnopqrstuvwxyz0123456789");
}

bool IsSha256(std::string_view text) {
  return text.size() == 64 && AllOf(text, "0123456789abcdef");
}

}  // namespace thermoleak::batch
