#pragma once
// Back-pressure by bytes: how many frames may be on their way at once.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <system_error>

#include "thermoleak/ingest/frame.hpp"

namespace thermoleak {

/// Bytes of the largest frame; what a frame in flight may cost is judged by it.
inline std::uintmax_t LargestFrame(std::span<const FrameSource> sources) {
  std::uintmax_t largest = 0;
  for (const FrameSource& source : sources) {
    std::error_code ignored;
    const std::uintmax_t size =
        source.length > 0 ? source.length : std::filesystem::file_size(source.path, ignored);
    if (!ignored) largest = std::max(largest, size);
  }
  return largest;
}

/// Frames in flight so that they stay within 256 MiB, at least one, at most four a thread. A frame
/// in flight is its file, its counts, its temperatures and its samples: about six times a raw
/// file's size, never less than 8 MiB.
inline std::size_t TokensFor(std::uintmax_t file_bytes, int threads) {
  constexpr std::uintmax_t kBudget = 256u << 20;
  const std::uintmax_t frame = std::max<std::uintmax_t>(8u << 20, 6 * file_bytes);
  const auto most = static_cast<std::uintmax_t>(4 * std::max(1, threads));
  return static_cast<std::size_t>(std::clamp<std::uintmax_t>(kBudget / frame, 1, most));
}

}  // namespace thermoleak
