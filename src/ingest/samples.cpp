#include "ingest/samples.hpp"

#include <fmt/format.h>
#include <spng.h>

#include <bit>
#include <cstring>
#include <memory>

namespace thermoleak::ingest {
namespace {

constexpr Order kNative = std::endian::native == std::endian::little ? Order::kLittle : Order::kBig;

void SwapBytes(cv::Mat& counts) {
  auto* sample = counts.ptr<std::uint16_t>();
  const std::size_t n = counts.total();
  for (std::size_t i = 0; i < n; ++i) {
    sample[i] = static_cast<std::uint16_t>((sample[i] >> 8) | (sample[i] << 8));
  }
}

}  // namespace

cv::Mat CountsFromRaw(ByteSpan data, Order order, int width, int height) {
  cv::Mat counts(height, width, CV_16UC1);
  CV_Assert(data.size() == counts.total() * 2);
  std::memcpy(counts.data, data.data(), data.size());
  if (order != kNative) SwapBytes(counts);
  return counts;
}

PngCounts CountsFromPng(ByteSpan png, Order order, int width, int height) {
  const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> context(spng_ctx_new(0), spng_ctx_free);
  PngCounts result;
  const auto fail = [&result](int error) -> PngCounts& {
    result.problem = spng_strerror(error);
    return result;
  };
  if (!context) return fail(SPNG_EMEM);
  spng_set_image_limits(context.get(), kMaxSide, kMaxSide);
  spng_set_chunk_limits(context.get(), 1u << 20, 4u << 20);
  if (const int error = spng_set_png_buffer(context.get(), png.data(), png.size()))
    return fail(error);
  spng_ihdr header{};
  if (const int error = spng_get_ihdr(context.get(), &header)) return fail(error);
  if (header.bit_depth != 16 || header.color_type != SPNG_COLOR_TYPE_GRAYSCALE ||
      header.width != static_cast<std::uint32_t>(width) ||
      header.height != static_cast<std::uint32_t>(height)) {
    result.problem = fmt::format("PNG {} x {} x {} bit, type {} != {} x {} x 16 bit", header.width,
                                 header.height, header.bit_depth, header.color_type, width, height);
    return result;
  }
  cv::Mat counts(height, width, CV_16UC1);
  // RAW: the bytes as the file has them, so that `order` alone decides.
  if (const int error =
          spng_decode_image(context.get(), counts.data, counts.total() * 2, SPNG_FMT_RAW, 0)) {
    return fail(error);
  }
  if (order != kNative) SwapBytes(counts);
  result.counts = std::move(counts);
  return result;
}

}  // namespace thermoleak::ingest
