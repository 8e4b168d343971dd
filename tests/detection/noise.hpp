#pragma once

#include <cmath>
#include <cstdint>

namespace thermoleak {

/// Deterministic noise of about unit variance (sum of hashed bits is enough for a test).
inline double Noise(std::uint32_t a, std::uint32_t b) {
  std::uint64_t x = (static_cast<std::uint64_t>(a) << 32 | b) * 0x9E3779B97F4A7C15ull;
  double sum = 0;
  for (int i = 0; i < 4; ++i) {
    x ^= x >> 31;
    x *= 0xBF58476D1CE4E5B9ull;
    sum += static_cast<double>(x >> 40) / (1 << 24) - 0.5;
  }
  return sum * std::sqrt(3.0);
}

}  // namespace thermoleak
