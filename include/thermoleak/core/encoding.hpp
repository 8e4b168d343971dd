#pragma once
// Bytes as text: hexadecimal, Base64 (RFC 4648).

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace thermoleak {

/// Lower-case.
std::string ToHex(std::span<const std::byte> bytes);

/// With padding, no line breaks.
std::string ToBase64(std::span<const std::byte> bytes);
std::string ToBase64(std::string_view bytes);

/// Only what ToBase64 writes: nothing for other letters, for missing or misplaced padding.
std::optional<std::string> FromBase64(std::string_view text);

}  // namespace thermoleak
