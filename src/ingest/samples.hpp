#pragma once
// 16-bit samples of thermal arrays, stored raw, as PNG or as JPEG-LS.

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

/// Decoded samples, or why there are none.
struct DecodedCounts {
  cv::Mat counts;
  std::string problem;
  int loss_counts = 0;  ///< each count may be off by this much
};

/// A 16-bit grey PNG whose samples are in `order` (the PNG standard's is big, FLIR's are mostly
/// little) and whose own size is the stated one.
DecodedCounts CountsFromPng(ByteSpan png, Order order, int width, int height);
/// A JPEG-LS picture of one component with up to 16 bits and the stated size; near-lossless ones
/// are named by their loss. Of a stream that is cut, nothing.
DecodedCounts CountsFromJpegLs(ByteSpan jpeg, int width, int height);

}  // namespace thermoleak::ingest
