#include "report/palette.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "thermoleak/report/writers.hpp"

namespace thermoleak {

const Palette& InfernoPalette() {
  static const Palette palette = [] {
    cv::Mat_<std::uint8_t> ramp(1, 256);
    std::iota(ramp.begin(), ramp.end(), std::uint8_t{0});
    cv::Mat_<cv::Vec3b> colours;
    cv::applyColorMap(ramp, colours, cv::COLORMAP_INFERNO);
    Palette result;
    std::copy(colours.begin(), colours.end(), result.begin());
    return result;
  }();
  return palette;
}

const Palette& GreyPalette() {
  static const Palette palette = [] {
    Palette result;
    for (std::size_t i = 0; i < result.size(); ++i) {
      const auto grey = static_cast<std::uint8_t>(48 + i * 190 / 255);
      result[i] = {grey, grey, grey};
    }
    return result;
  }();
  return palette;
}

cv::Mat_<std::uint8_t> PaletteIndices(const cv::Mat_<float>& celsius, float low_c, float high_c) {
  cv::Mat_<std::uint8_t> indices(celsius.size());
  const float gain = 254.0F / std::max(high_c - low_c, 1e-6F);
  for (int row = 0; row < celsius.rows; ++row) {
    const float* in = celsius[row];
    std::uint8_t* out = indices[row];
    for (int column = 0; column < celsius.cols; ++column) {
      const float value = in[column];
      const float step = std::clamp((value - low_c) * gain, 0.0F, 254.0F);
      // A comparison with NaN is false, so that this stays free of branches.
      out[column] = value == value ? static_cast<std::uint8_t>(1.5F + step) : std::uint8_t{0};
    }
  }
  return indices;
}

DisplayRange QuantileRange(const cv::Mat_<float>& celsius, double low, double high) {
  std::vector<float> values;
  // 40,000 samples give a quantile to a fraction of a percent; more would only cost time.
  const int step =
      std::max(1, static_cast<int>(std::sqrt(static_cast<double>(celsius.total()) / 40000.0)));
  for (int row = 0; row < celsius.rows; row += step) {
    for (int column = 0; column < celsius.cols; column += step) {
      if (std::isfinite(celsius(row, column))) values.push_back(celsius(row, column));
    }
  }
  if (values.empty()) return {};
  const auto quantile = [&](double q) {
    const auto nth =
        values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), nth, values.end());
    return *nth;
  };
  DisplayRange range{quantile(low), quantile(high)};
  constexpr float kLeastSpanK = 0.5F;
  if (range.high_c - range.low_c < kLeastSpanK) {
    const float middle = 0.5F * (range.low_c + range.high_c);
    range = {middle - 0.5F * kLeastSpanK, middle + 0.5F * kLeastSpanK};
  }
  return range;
}

cv::Mat Colourise(const cv::Mat_<float>& celsius, float low_c, float high_c) {
  const cv::Mat_<std::uint8_t> indices = PaletteIndices(celsius, low_c, high_c);
  cv::Mat_<cv::Vec4b> colours(celsius.size());
  const Palette& palette = InfernoPalette();
  std::transform(indices.begin(), indices.end(), colours.begin(), [&](std::uint8_t i) {
    const cv::Vec3b& bgr = palette[i];
    return i == 0 ? cv::Vec4b(0, 0, 0, 0) : cv::Vec4b(bgr[0], bgr[1], bgr[2], 255);
  });
  return colours;
}

}  // namespace thermoleak
