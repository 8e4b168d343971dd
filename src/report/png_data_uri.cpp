#include "report/png_data_uri.hpp"

#include <spng.h>

#include <memory>
#include <string_view>
#include <vector>

#include "thermoleak/core/encoding.hpp"
#include "thermoleak/core/error.hpp"

namespace thermoleak {
namespace {

void Check(int code) {
  if (code != 0)
    throw RunError(ExitCode::kOutOfResources, MessageId::kInternalError, {spng_strerror(code)});
}

}  // namespace

std::string PngDataUri(const cv::Mat_<std::uint8_t>& indices, const Palette& palette) {
  if (indices.empty()) return {};
  const std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)> context(spng_ctx_new(SPNG_CTX_ENCODER),
                                                                    &spng_ctx_free);
  if (!context) throw std::bad_alloc();
  spng_ctx* png = context.get();
  Check(spng_set_option(png, SPNG_ENCODE_TO_BUFFER, 1));
  // Fast rather than small: the page is read from a disk nearby.
  Check(spng_set_option(png, SPNG_IMG_COMPRESSION_LEVEL, 1));
  Check(spng_set_option(png, SPNG_FILTER_CHOICE, SPNG_FILTER_CHOICE_NONE));
  spng_ihdr header{};
  header.width = static_cast<std::uint32_t>(indices.cols);
  header.height = static_cast<std::uint32_t>(indices.rows);
  header.bit_depth = 8;
  header.color_type = SPNG_COLOR_TYPE_INDEXED;
  Check(spng_set_ihdr(png, &header));
  spng_plte colours{};
  colours.n_entries = static_cast<std::uint32_t>(palette.size());
  for (std::size_t i = 0; i < palette.size(); ++i) {
    colours.entries[i] = {palette[i][2], palette[i][1], palette[i][0], 255};
  }
  Check(spng_set_plte(png, &colours));
  spng_trns transparency{};
  transparency.n_type3_entries = 1;
  transparency.type3_alpha[0] = 0;
  Check(spng_set_trns(png, &transparency));
  const cv::Mat_<std::uint8_t> packed = indices.isContinuous() ? indices : indices.clone();
  Check(spng_encode_image(png, packed.data, packed.total(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE));
  std::size_t size = 0;
  int error = 0;
  const std::unique_ptr<void, decltype(&std::free)> buffer(spng_get_png_buffer(png, &size, &error),
                                                           &std::free);
  Check(error);
  return "data:image/png;base64," + ToBase64({static_cast<const std::byte*>(buffer.get()), size});
}

}  // namespace thermoleak
