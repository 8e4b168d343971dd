#include "thermoleak/registration/overview.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace thermoleak {
namespace {

/// Differences from the mean of the surroundings, K.
cv::Mat_<float> HighPassed(const Overview& overview) {
  constexpr int kSurroundings = 15;  // cells
  cv::Mat_<float> image;
  overview.centikelvin.convertTo(image, CV_32F, 0.01);
  cv::Mat_<float> low;
  cv::blur(image, low, {kSurroundings, kSurroundings});
  image -= low;
  return image;
}

}  // namespace

Overview MakeOverview(const cv::Mat& celsius) {
  Overview overview;
  const int rows = celsius.rows / Overview::kBlock;
  const int columns = celsius.cols / Overview::kBlock;
  cv::Mat_<float> small;
  cv::resize(celsius(cv::Rect(0, 0, columns * Overview::kBlock, rows * Overview::kBlock)), small,
             {columns, rows}, 0, 0, cv::INTER_AREA);
  small.convertTo(overview.centikelvin, CV_16U, 100.0, 10000.0);
  return overview;
}

cv::Mat_<float> FixedPattern(std::span<const Overview* const> overviews) {
  constexpr std::size_t kFewest = 12;
  constexpr std::size_t kMost = 64;
  if (overviews.size() < kFewest) return {};
  const std::size_t count = std::min(kMost, overviews.size());
  std::vector<cv::Mat_<float>> images;
  for (std::size_t k = 0; k < count; ++k) {
    const Overview& overview = *overviews[k * overviews.size() / count];
    if (overview.centikelvin.size() != overviews.front()->centikelvin.size()) return {};
    images.push_back(HighPassed(overview));
  }
  cv::Mat_<float> pattern(images.front().size());
  std::vector<float> values(count);
  for (int r = 0; r < pattern.rows; ++r) {
    for (int c = 0; c < pattern.cols; ++c) {
      for (std::size_t k = 0; k < count; ++k) values[k] = images[k](r, c);
      const auto middle = values.begin() + static_cast<std::ptrdiff_t>(count / 2);
      std::nth_element(values.begin(), middle, values.end());
      pattern(r, c) = *middle;
    }
  }
  return pattern;
}

cv::Mat_<float> MatchingImage(const Overview& overview, const cv::Mat_<float>& pattern) {
  cv::Mat_<float> image = HighPassed(overview);
  if (pattern.size() == image.size()) image -= pattern;
  // Extremes (a hot chimney, bare pipe) are held back before the contrast is normalised.
  cv::Mat_<float> variance;
  cv::blur(image.mul(image), variance, {31, 31});
  for (int r = 0; r < image.rows; ++r) {
    for (int c = 0; c < image.cols; ++c) {
      const float value = image(r, c) / std::max(0.03f, std::sqrt(variance(r, c)));
      image(r, c) = std::clamp(value, -3.0f, 3.0f);
      if (image(r, c) == 0) image(r, c) = 1e-6f;  // zero means "not seen" after warping
    }
  }
  return image;
}

}  // namespace thermoleak
