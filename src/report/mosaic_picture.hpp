#pragma once
// The mosaic made small enough to sit under the page's map.

#include "report/palette.hpp"
#include "thermoleak/strips/mosaic.hpp"

namespace thermoleak {

struct MosaicPicture {
  cv::Mat_<std::uint8_t> indices;  ///< palette indices, 0 = nothing seen; empty for an empty mosaic
  Box2 area;                       ///< local metres that the picture covers
  DisplayRange range;
};

/// Block means, at most `max_px` on the longer side, cut to what was seen.
MosaicPicture PictureOf(const Mosaic& mosaic, int max_px);

}  // namespace thermoleak
