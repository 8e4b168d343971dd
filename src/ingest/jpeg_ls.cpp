#include <charls/charls.h>
#include <fmt/format.h>

#include "ingest/samples.hpp"

namespace thermoleak::ingest {

DecodedCounts CountsFromJpegLs(ByteSpan jpeg, int width, int height) {
  DecodedCounts result;
  try {
    charls::jpegls_decoder decoder;
    decoder.source(jpeg.data(), jpeg.size());
    decoder.read_header();
    const charls::frame_info& info = decoder.frame_info();
    // 2 .. 8 bits would be stored as bytes.
    if (info.width != static_cast<std::uint32_t>(width) ||
        info.height != static_cast<std::uint32_t>(height) || info.bits_per_sample <= 8 ||
        info.bits_per_sample > 16 || info.component_count != 1) {
      result.problem = fmt::format("JPEG-LS {} x {} x {} bit, {} component(s) != {} x {} x 16 bit",
                                   info.width, info.height, info.bits_per_sample,
                                   info.component_count, width, height);
      return result;
    }
    // Run mode packs a line of one value into some bits; no real picture comes near this.
    const std::uint64_t bytes = 2 * std::uint64_t{info.width} * info.height;
    if (bytes / 4096 > jpeg.size()) {
      result.problem = fmt::format("JPEG-LS {} x {} in {} B", width, height, jpeg.size());
      return result;
    }
    cv::Mat counts(height, width, CV_16UC1);
    decoder.decode(counts.data, bytes);
    result.loss_counts = decoder.near_lossless();
    result.counts = std::move(counts);
  } catch (const charls::jpegls_error& error) {
    result.problem = fmt::format("JPEG-LS: {}", error.what());
  }
  return result;
}

}  // namespace thermoleak::ingest
