#pragma once
// From degC to colours: one perceptual palette, as true colour or as indices.

#include <array>
#include <opencv2/core.hpp>

namespace thermoleak {

using Palette = std::array<cv::Vec3b, 256>;  ///< BGR

/// Inferno (Smith and van der Walt, matplotlib): equal steps of temperature look like equal steps.
const Palette& InfernoPalette();
/// Greys that leave room for darker and brighter ink on top.
const Palette& GreyPalette();

/// Index 0 = not a number, 1 .. 255 from `low_c` to `high_c`, clamped.
cv::Mat_<std::uint8_t> PaletteIndices(const cv::Mat_<float>& celsius, float low_c, float high_c);

/// Bounds for display: the `low` and `high` quantiles (0 .. 1) of the finite values, at least 0.5 K
/// apart. 0 .. 1 degC when nothing is finite.
struct DisplayRange {
  float low_c = 0;
  float high_c = 1;
};
DisplayRange QuantileRange(const cv::Mat_<float>& celsius, double low, double high);

}  // namespace thermoleak
