#include "ingest/samples.hpp"

#include <fmt/format.h>
#include <libdeflate.h>

#include <bit>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

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

std::string ProblemOfHeader(const Fields& header, int width, int height) {
  const auto byte = [&header](std::size_t at) {
    return at < header.data().size() ? std::to_integer<int>(header.data()[at]) : -1;
  };
  const std::uint32_t stated_width = header.U32(0).value_or(0);
  const std::uint32_t stated_height = header.U32(4).value_or(0);
  constexpr int kGrey = 0;
  if (stated_width != static_cast<std::uint32_t>(width) ||
      stated_height != static_cast<std::uint32_t>(height) || byte(8) != 16 || byte(9) != kGrey ||
      byte(10) != 0 || byte(11) != 0) {
    return fmt::format("PNG {} x {} x {} bit, type {} != {} x {} x 16 bit", stated_width,
                       stated_height, byte(8), byte(9), width, height);
  }
  if (byte(12) != 0) return "PNG: interlaced";
  return {};
}

/// The PNG standard's Paeth predictor; left, above, upper left. Without branches: on the noise of a
/// thermal picture every second one would be guessed wrong.
int Paeth(int a, int b, int c) {
  const int pa = std::abs(b - c);
  const int pb = std::abs(a - c);
  const int pc = std::abs(a + b - 2 * c);
  const int nearer = pb < pa ? b : a;  // a wins ties
  const int distance = pb < pa ? pb : pa;
  return pc < distance ? c : nearer;
}

/// Undoes one row's filter (PNG standard, 9.2) for pixels of two bytes. `above` is the finished row
/// before.
bool Unfilter(std::uint8_t type, const std::uint8_t* in, const std::uint8_t* above,
              std::uint8_t* out, std::size_t n) {
  constexpr std::size_t kPixel = 2;
  const auto left = [&](std::size_t i) { return i >= kPixel ? out[i - kPixel] : 0; };
  switch (type) {
    case 0:
      std::memcpy(out, in, n);
      return true;
    case 1:
      for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint8_t>(in[i] + left(i));
      return true;
    case 2:
      for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint8_t>(in[i] + above[i]);
      return true;
    case 3:
      for (std::size_t i = 0; i < n; ++i) {
        out[i] = static_cast<std::uint8_t>(in[i] + (left(i) + above[i]) / 2);
      }
      return true;
    case 4: {
      // The two bytes of a pixel are two independent chains: kept in registers.
      int a0 = 0, a1 = 0, c0 = 0, c1 = 0;
      for (std::size_t i = 0; i + 1 < n; i += kPixel) {
        const int b0 = above[i];
        const int b1 = above[i + 1];
        a0 = (in[i] + Paeth(a0, b0, c0)) & 0xFF;
        a1 = (in[i + 1] + Paeth(a1, b1, c1)) & 0xFF;
        out[i] = static_cast<std::uint8_t>(a0);
        out[i + 1] = static_cast<std::uint8_t>(a1);
        c0 = b0;
        c1 = b1;
      }
      return true;
    }
    default:
      return false;
  }
}

}  // namespace

cv::Mat CountsFromRaw(std::span<const ByteSpan> pieces, Order order, int width, int height) {
  cv::Mat counts(height, width, CV_16UC1);
  std::size_t done = 0;
  for (const ByteSpan piece : pieces) {
    CV_Assert(piece.size() <= counts.total() * 2 - done);
    std::memcpy(counts.data + done, piece.data(), piece.size());
    done += piece.size();
  }
  CV_Assert(done == counts.total() * 2);
  if (order != kNative) SwapBytes(counts);
  return counts;
}

DecodedCounts CountsFromPng(ByteSpan png, Order order, int width, int height) {
  DecodedCounts result;
  const Fields fields(png, Order::kBig);
  constexpr std::size_t kSignature = 8;
  const std::size_t row_bytes = 2 * static_cast<std::size_t>(width);
  std::vector<std::byte> packed;
  bool header_seen = false;
  bool ended = false;
  for (std::size_t at = kSignature; !ended;) {
    const auto length = fields.U32(at);
    const auto chunk = length ? Part(png, at + 4, std::uint64_t{*length} + 4) : std::nullopt;
    const auto stated_crc = length ? fields.U32(at + 8 + std::uint64_t{*length}) : std::nullopt;
    if (!chunk || !stated_crc) {
      result.problem = "PNG: cut";
      return result;
    }
    if (libdeflate_crc32(0, chunk->data(), chunk->size()) != *stated_crc) {
      result.problem = "PNG: CRC";
      return result;
    }
    const std::string_view type = AsText(chunk->first(4));
    const ByteSpan body = chunk->subspan(4);
    if (type == "IHDR" && !header_seen) {
      header_seen = true;
      result.problem = ProblemOfHeader(Fields(body, Order::kBig), width, height);
      if (!result.problem.empty()) return result;
    } else if (type == "IDAT") {
      packed.insert(packed.end(), body.begin(), body.end());
    } else if (type == "IEND") {
      ended = true;
    }
    at += 12 + std::size_t{*length};
  }
  const std::size_t unpacked_bytes = (row_bytes + 1) * static_cast<std::size_t>(height);
  // Deflate packs at most 1032 : 1; a header that promises more would only cost memory.
  if (!header_seen || unpacked_bytes / 1032 > packed.size()) {
    result.problem = fmt::format("PNG {} x {} in {} B", width, height, packed.size());
    return result;
  }
  const auto unpacked = std::make_unique_for_overwrite<std::uint8_t[]>(unpacked_bytes);
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflater(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  if (!inflater) throw std::bad_alloc();
  // Without a place for the actual size, anything but exactly the expected size is an error.
  if (libdeflate_zlib_decompress(inflater.get(), packed.data(), packed.size(), unpacked.get(),
                                 unpacked_bytes, nullptr) != LIBDEFLATE_SUCCESS) {
    result.problem = "PNG: IDAT";
    return result;
  }
  cv::Mat counts(height, width, CV_16UC1);
  const std::vector<std::uint8_t> nothing_above(row_bytes, 0);
  const std::uint8_t* above = nothing_above.data();
  for (int row = 0; row < height; ++row) {
    const std::uint8_t* line = unpacked.get() + static_cast<std::size_t>(row) * (row_bytes + 1);
    auto* out = counts.ptr<std::uint8_t>(row);
    if (!Unfilter(line[0], line + 1, above, out, row_bytes)) {
      result.problem = fmt::format("PNG: filter {}", line[0]);
      return result;
    }
    above = out;
  }
  if (order != kNative) SwapBytes(counts);
  result.counts = std::move(counts);
  return result;
}

}  // namespace thermoleak::ingest
