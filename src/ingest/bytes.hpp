#pragma once
// Bounded reading of numbers and texts from a file's bytes: whatever an offset says, nothing
// outside is touched, and absence is a value.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace thermoleak::ingest {

using ByteSpan = std::span<const std::byte>;

enum class Order { kLittle, kBig };

/// The part [offset, offset + length) if it lies inside, otherwise nothing.
inline std::optional<ByteSpan> Part(ByteSpan data, std::uint64_t offset, std::uint64_t length) {
  if (offset > data.size() || length > data.size() - offset) return std::nullopt;
  return data.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
}

inline std::string_view AsText(ByteSpan data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

inline bool StartsWith(ByteSpan data, std::string_view prefix) {
  return AsText(data).starts_with(prefix);
}

/// A block of bytes in one byte order.
class Fields {
 public:
  Fields(ByteSpan data, Order order) : data_(data), order_(order) {}

  ByteSpan data() const { return data_; }
  Order order() const { return order_; }

  std::optional<std::uint16_t> U16(std::uint64_t offset) const {
    return Get<std::uint16_t>(offset);
  }
  std::optional<std::uint32_t> U32(std::uint64_t offset) const {
    return Get<std::uint32_t>(offset);
  }
  std::optional<std::uint64_t> U64(std::uint64_t offset) const {
    return Get<std::uint64_t>(offset);
  }
  std::optional<std::int16_t> I16(std::uint64_t offset) const {
    return Cast<std::int16_t>(U16(offset));
  }
  std::optional<std::int32_t> I32(std::uint64_t offset) const {
    return Cast<std::int32_t>(U32(offset));
  }
  std::optional<float> F32(std::uint64_t offset) const { return Cast<float>(U32(offset)); }
  std::optional<double> F64(std::uint64_t offset) const { return Cast<double>(U64(offset)); }

  /// Text up to the first NUL, without blanks at its ends; empty where it would leave the block.
  std::string Text(std::uint64_t offset, std::uint64_t length) const {
    const auto part = Part(data_, offset, length);
    if (!part) return {};
    std::string_view text = AsText(*part);
    text = text.substr(0, text.find('\0'));
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
  }

 private:
  template <class T>
  std::optional<T> Get(std::uint64_t offset) const {
    const auto part = Part(data_, offset, sizeof(T));
    if (!part) return std::nullopt;
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      const std::size_t from = order_ == Order::kBig ? i : sizeof(T) - 1 - i;
      value = static_cast<T>((value << 8) | std::to_integer<T>((*part)[from]));
    }
    return value;
  }
  template <class To, class From>
  static std::optional<To> Cast(std::optional<From> value) {
    if (!value) return std::nullopt;
    return std::bit_cast<To>(*value);
  }

  ByteSpan data_;
  Order order_;
};

}  // namespace thermoleak::ingest
