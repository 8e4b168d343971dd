#pragma once
#include <opencv2/core.hpp>
#include <string>

#include "report/palette.hpp"

namespace thermoleak {

/// "data:image/png;base64,..." of a palette picture whose index 0 is transparent. One byte a pixel
/// keeps page and time small.
std::string PngDataUri(const cv::Mat_<std::uint8_t>& indices, const Palette& palette);

}  // namespace thermoleak
