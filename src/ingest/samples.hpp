#pragma once
// 16-bit samples of thermal arrays, stored raw or as PNG.

#include <opencv2/core.hpp>

#include "ingest/bytes.hpp"

namespace thermoleak::ingest {

/// No thermal camera has more; keeps a lying header from asking for gigabytes.
constexpr int kMaxSide = 8192;

inline bool PlausibleSize(std::uint64_t width, std::uint64_t height) {
  return width > 0 && height > 0 && width <= kMaxSide && height <= kMaxSide;
}

/// Row-major samples in `order` to CV_16UC1; the pieces have exactly 2 * width * height bytes
/// together.
cv::Mat CountsFromRaw(std::span<const ByteSpan> pieces, Order order, int width, int height);

/// A 16-bit grey PNG whose samples are in `order` (the PNG standard's is big, FLIR's are mostly
/// little). `size` receives the picture's own size. Empty with a reason when it cannot be decoded.
struct PngCounts {
  cv::Mat counts;
  std::string problem;
};
PngCounts CountsFromPng(ByteSpan png, Order order, int width, int height);

}  // namespace thermoleak::ingest
