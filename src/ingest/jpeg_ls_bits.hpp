#pragma once
// The bits of a JPEG-LS scan.

#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "ingest/bytes.hpp"

namespace thermoleak::ingest::jpeg_ls {

/// What the standard does not allow; stays inside the decoder.
struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void Require(bool holds, const char* otherwise) {
  if (!holds) [[unlikely]] {
    throw Violation(otherwise);
  }
}

/// The scan's bits, the first one highest. In the byte after FF the highest bit is stuffed, not
/// data (A.1); when it is set, the two are a marker and the data end before it.
class BitReader {
 public:
  explicit BitReader(ByteSpan data)
      : next_(reinterpret_cast<const std::uint8_t*>(data.data())), end_(next_ + data.size()) {
    FindStuffing();
  }

  /// Afterwards 56 bits can be taken: zeros where the data have ended.
  void Refill() {
    if (plain_end_ - next_ < 8) [[unlikely]] {
      return RefillByByte();
    }
    std::uint64_t word = 0;
    std::memcpy(&word, next_, 8);
    if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
    // What goes in beyond the whole bytes is what the next time puts there again.
    cache_ |= word >> held_;
    next_ += (63 - held_) >> 3;
    held_ |= 56;
  }

  /// 0 .. 24 bits.
  int Take(int bits) {
    const auto value = static_cast<int>(cache_ >> 1 >> (63 - bits));
    Skip(bits);
    return value;
  }

  /// Number of zeros before the next one, which goes with them; at least 24 bits can be taken then.
  int TakeZeros(int most) {
    Refill();
    int zeros = 0;
    while (cache_ >> 32 == 0) {
      zeros += 32;
      Require(zeros <= most, TooLong());
      Skip(32);
      Refill();
    }
    const int more = std::countl_zero(cache_);
    Skip(more + 1);
    Require(zeros + more <= most, TooLong());
    return zeros + more;
  }

  /// Whether bits were taken that are not there.
  bool Exhausted() const { return held_ < missing_; }

  /// The data must end here, but for zeros in the last byte, and the image with them.
  void ExpectEnd() {
    Refill();
    Require(next_ == data_end_ && held_ - missing_ < 8 && cache_ == 0,
            "data after the last sample");
    while (end_ - next_ > 2 && next_[1] == 0xFF) ++next_;
    Require(end_ - next_ >= 2 && next_[1] == 0xD9, "no end of image");
  }

 private:
  const char* TooLong() const {
    return missing_ > 0 ? "the data end early" : "a Golomb code is longer than LIMIT";
  }

  void Skip(int bits) {
    cache_ <<= bits;
    held_ -= bits;
  }

  void RefillByByte() {
    while (held_ < 56) {
      std::uint64_t value = 0;
      int bits = 8;
      if (next_ < plain_end_) {
        value = *next_++;
      } else if (next_ < data_end_) {
        value = *next_++;
        bits = 7;
        FindStuffing();
      } else {
        missing_ += 8;
      }
      cache_ |= value << (64 - bits - held_);
      held_ += bits;
    }
  }

  /// Bytes before plain_end_ have 8 bits; there, unless the data have ended, stands one with 7.
  void FindStuffing() {
    const auto left = static_cast<std::size_t>(end_ - next_);
    const void* found = left > 0 ? std::memchr(next_, 0xFF, left) : nullptr;
    const auto* ff = found == nullptr ? end_ : static_cast<const std::uint8_t*>(found);
    const bool stuffed = end_ - ff >= 2 && ff[1] < 0x80;
    plain_end_ = stuffed ? ff + 1 : ff;
    data_end_ = stuffed ? ff + 2 : ff;
  }

  const std::uint8_t* next_;
  const std::uint8_t* end_;
  const std::uint8_t* plain_end_ = nullptr;
  const std::uint8_t* data_end_ = nullptr;
  std::uint64_t cache_ = 0;
  int held_ = 0;     ///< bits in the cache
  int missing_ = 0;  ///< how many of those ever held were not in the data
};

}  // namespace thermoleak::ingest::jpeg_ls
