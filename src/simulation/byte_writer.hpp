#pragma once
// Bytes in either order. Private to the room.

#include <bit>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "thermoleak/core/files.hpp"

namespace thermoleak::simulation {

enum class Order { kLittle, kBig };

/// A growing block of bytes; Put...At() overwrites what is there.
class ByteWriter {
 public:
  explicit ByteWriter(Order order, std::size_t size = 0) : order_(order), bytes_(size) {}

  std::size_t size() const { return bytes_.size(); }
  const Bytes& bytes() const { return bytes_; }

  template <class T>
  void PutAt(std::size_t offset, T value) {
    static_assert(std::is_arithmetic_v<T>);
    std::byte raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    // The machines this runs on are little-endian; checked at compile time below.
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      bytes_.at(offset + i) = raw[order_ == Order::kLittle ? i : sizeof(T) - 1 - i];
    }
  }
  template <class T>
  void Put(T value) {
    bytes_.resize(bytes_.size() + sizeof(T));
    PutAt(bytes_.size() - sizeof(T), value);
  }
  void PutTextAt(std::size_t offset, std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i)
      bytes_.at(offset + i) = static_cast<std::byte>(text[i]);
  }
  void PutText(std::string_view text) {
    bytes_.resize(bytes_.size() + text.size());
    PutTextAt(bytes_.size() - text.size(), text);
  }
  void PutBytes(const void* data, std::size_t size) {
    const auto* from = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), from, from + size);
  }

 private:
  Order order_;
  Bytes bytes_;
};

static_assert(std::endian::native == std::endian::little);

}  // namespace thermoleak::simulation
