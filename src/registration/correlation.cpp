#include "registration/correlation.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core/hal/intrin.hpp>

namespace thermoleak {
namespace {

/// Sums of image * weights at every place of the weights in the image, of which there are at least
/// four side by side. Neighbouring places are summed together, in registers; the last of them may
/// overlap those before.
cv::Mat_<float> WeightedSums(const cv::Mat_<float>& image, const cv::Mat_<float>& weights) {
  constexpr int kLane = cv::v_float32x4::nlanes;
  constexpr int kBlock = 3 * kLane;
  cv::Mat_<float> sums(image.rows - weights.rows + 1, image.cols - weights.cols + 1);
  CV_Assert(sums.cols >= kLane);
  const int to_second = std::min(kLane, sums.cols - kLane);
  const int to_third = std::min(2 * kLane, sums.cols - kLane);
  for (int y = 0; y < sums.rows; ++y) {
    for (int block = 0; block < sums.cols; block += kBlock) {
      const int x = std::max(0, std::min(block, sums.cols - kBlock));
      cv::v_float32x4 first = cv::v_setzero_f32();
      cv::v_float32x4 second = first;
      cv::v_float32x4 third = first;
      for (int r = 0; r < weights.rows; ++r) {
        const float* in = image[y + r] + x;
        const float* weight = weights[r];
        for (int c = 0; c < weights.cols; ++c, ++in) {
          const cv::v_float32x4 w = cv::v_setall_f32(weight[c]);
          first += w * cv::v_load(in);
          second += w * cv::v_load(in + to_second);
          third += w * cv::v_load(in + to_third);
        }
      }
      cv::v_store(sums[y] + x, first);
      cv::v_store(sums[y] + x + to_second, second);
      cv::v_store(sums[y] + x + to_third, third);
    }
  }
  return sums;
}

cv::Mat_<float> Ones(int rows, int columns) { return cv::Mat_<float>(rows, columns, 1.0f); }

cv::Mat_<float> WindowSums(const cv::Mat_<float>& image, const cv::Size& window) {
  const cv::Mat_<float> along = WeightedSums(image, Ones(1, window.width));
  return WeightedSums(along, Ones(window.height, 1));
}

}  // namespace

cv::Mat_<float> Correlation(const cv::Mat_<float>& area, const cv::Mat_<float>& patch) {
  CV_Assert(area.rows >= patch.rows && area.cols >= patch.cols);
  double sum = 0;
  int known = 0;
  for (const float value : patch) {
    sum += value;
    known += value != 0 ? 1 : 0;
  }
  if (known == 0) {
    return cv::Mat_<float>(area.rows - patch.rows + 1, area.cols - patch.cols + 1, 0.0f);
  }
  const auto mean = static_cast<float>(sum / known);
  cv::Mat_<float> centred = patch.clone();
  for (float& value : centred) value = value != 0 ? value - mean : 0;
  const double of_patch = centred.dot(centred);

  const auto window = static_cast<double>(patch.total());
  const cv::Mat_<float> sums = WindowSums(area, patch.size());
  cv::Mat_<float> squared;
  cv::multiply(area, area, squared);
  const cv::Mat_<float> squares = WindowSums(squared, patch.size());
  cv::Mat_<float> correlation = WeightedSums(area, centred);
  for (int y = 0; y < correlation.rows; ++y) {
    for (int x = 0; x < correlation.cols; ++x) {
      const double of_area = (squares(y, x) - sums(y, x) * sums(y, x) / window) * known / window;
      const double scale = of_patch * of_area;
      float& value = correlation(y, x);
      value = scale > 1e-12 ? static_cast<float>(value / std::sqrt(scale)) : 0.0f;
    }
  }
  return correlation;
}

Peak HighestPeak(const cv::Mat_<float>& correlation, int guard) {
  Peak peak;
  int at_x = 0;
  int at_y = 0;
  for (int y = 0; y < correlation.rows; ++y) {
    for (int x = 0; x < correlation.cols; ++x) {
      if (correlation(y, x) <= peak.value) continue;
      peak.value = correlation(y, x);
      at_x = x;
      at_y = y;
    }
  }
  for (int y = 0; y < correlation.rows; ++y) {
    for (int x = 0; x < correlation.cols; ++x) {
      if (std::abs(x - at_x) <= guard && std::abs(y - at_y) <= guard) continue;
      peak.second = std::max<double>(peak.second, correlation(y, x));
    }
  }
  const auto refine = [](double left, double middle, double right) {
    const double curvature = left - 2 * middle + right;
    return curvature < -1e-9 ? std::clamp(0.5 * (left - right) / curvature, -0.5, 0.5) : 0.0;
  };
  peak.shift = {static_cast<double>(at_x), static_cast<double>(at_y)};
  if (at_x > 0 && at_x + 1 < correlation.cols) {
    peak.shift.x() += refine(correlation(at_y, at_x - 1), peak.value, correlation(at_y, at_x + 1));
  }
  if (at_y > 0 && at_y + 1 < correlation.rows) {
    peak.shift.y() += refine(correlation(at_y - 1, at_x), peak.value, correlation(at_y + 1, at_x));
  }
  return peak;
}

}  // namespace thermoleak
