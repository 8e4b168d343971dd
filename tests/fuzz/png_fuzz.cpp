// The PNG inside FLIR's blocks. Check sums would keep a fuzzer at the door: an input that starts as
// a PNG gets right ones, any other is taken as width, height and the rows to be packed.

#include <zlib.h>

#include <string>

#include "fuzz/fuzz.hpp"
#include "ingest/build_files.hpp"
#include "ingest/samples.hpp"

namespace {

using namespace thermoleak;
using namespace thermoleak::fuzz;

constexpr int kMaxSide = 512;  // larger arrays only make it slow

std::string WithRightSums(std::string png) {
  for (std::size_t at = 8;;) {
    const ingest::Fields fields(std::as_bytes(std::span(png)), ingest::Order::kBig);
    const auto length = fields.U32(at);
    if (!length || !ingest::Part(fields.data(), at, std::uint64_t{*length} + 12)) return png;
    const std::uint32_t sum = static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(png.data()) + at + 4, *length + 4));
    test::Writer bytes(true);
    bytes.U32(sum);
    png.replace(at + 8 + *length, 4, bytes.bytes());
    at += std::size_t{*length} + 12;
  }
}

void Check(const std::string& png, int width, int height, bool must_decode) {
  for (const auto order : {ingest::Order::kBig, ingest::Order::kLittle}) {
    const auto bytes = std::as_bytes(std::span(png));
    const ingest::DecodedCounts result = ingest::CountsFromPng(bytes, order, width, height);
    Require(result.counts.empty() != result.problem.empty(), "counts or a reason");
    Require(result.counts.empty() || (result.counts.size() == cv::Size(width, height) &&
                                      result.counts.type() == CV_16UC1),
            "the counts have the stated size");
    Require(!must_decode || !result.counts.empty(), "a right PNG is decoded");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  std::string input(reinterpret_cast<const char*>(data), size);
  if (input.starts_with("\x89PNG")) {
    const ingest::Fields fields(BytesOf(data, size), ingest::Order::kBig);
    const std::uint32_t width = fields.U32(16).value_or(0);
    const std::uint32_t height = fields.U32(20).value_or(0);
    if (width < 1 || width > kMaxSide || height < 1 || height > kMaxSide) return 0;
    Check(WithRightSums(std::move(input)), static_cast<int>(width), static_cast<int>(height),
          false);
    return 0;
  }
  const int width = 1 + data[0];
  const std::size_t row = 1 + 2 * static_cast<std::size_t>(width);
  input.erase(0, 1);
  const std::size_t height = input.size() / row;
  if (height == 0) return 0;
  input.resize(height * row);
  bool known_filters = true;
  for (std::size_t i = 0; i < height; ++i) {
    known_filters = known_filters && static_cast<unsigned char>(input[i * row]) <= 4;
  }
  Check(test::PngOfRows(width, static_cast<int>(height), input), width, static_cast<int>(height),
        known_filters);
  return 0;
}
