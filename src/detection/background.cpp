#include "detection/background.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "thermoleak/core/statistics.hpp"

namespace thermoleak::detection {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kSharp = 0.2f;   // K of edge that stops what comes from `reach` away
constexpr double kNarrow = 0.3;  // an edge's change happens within this to both sides, m ...
constexpr double kWide = 0.8;    // ... a plume's takes this and more
// Of what changes within the wide distance; a plume's slope is straight at the steepest, so that
// 0.4 of it lie within the narrow one.
constexpr float kPlumeShare = 0.55f;
constexpr float kTexture = 2.0f;  // times the usual difference is no edge

/// How sharp the edge between each cell and the next one in direction (dx, dy) is.
cv::Mat_<float> Sharpness(const cv::Mat_<float>& celsius, double cell_m, int dx, int dy) {
  const int narrow = std::max(1, static_cast<int>(std::lround(kNarrow / cell_m + 0.5)));
  const int wide = std::max(narrow + 1, static_cast<int>(std::lround(kWide / cell_m)));
  const auto difference = [&](int r, int c, int half) {
    const int r0 = std::max(r - (half - 1) * dy, 0);
    const int c0 = std::max(c - (half - 1) * dx, 0);
    const int r1 = std::min(r + half * dy, celsius.rows - 1);
    const int c1 = std::min(c + half * dx, celsius.cols - 1);
    return std::abs(celsius(r1, c1) - celsius(r0, c0));
  };
  cv::Mat_<float> sharp(celsius.size());
  std::vector<float> usual;
  for (int r = 0; r < celsius.rows; ++r) {
    for (int c = 0; c < celsius.cols; ++c) {
      const float near = difference(r, c, narrow);
      const float far = difference(r, c, wide);
      sharp(r, c) = near - (far == far ? kPlumeShare * far : 0.0f);
      if (r % 2 == 0 && c % 2 == 0 && near == near) usual.push_back(near);
    }
  }
  // Most places are no edges: what differs there is the ground's texture.
  const float texture =
      usual.empty() ? 0 : kTexture * (1 - kPlumeShare) * QuantileInPlace(usual, 0.5);
  for (float& value : sharp) value = value > texture ? value - texture : 0.0f;
  return sharp;
}

/// Sums along a line of `n` cells, weights falling off to both sides: not the usual recursion,
/// which would leave the first cell beyond an edge, a mixed one, with nearly all the weight.
template <class At, class Passing>
void SumLine(int n, const At& at, const Passing& passing, std::vector<cv::Vec2f>& before) {
  before.resize(static_cast<std::size_t>(n));
  cv::Vec2f sum(0, 0);
  for (int i = 0; i < n; ++i) {
    before[static_cast<std::size_t>(i)] = sum;
    sum = passing(i) * (sum + at(i));
  }
  sum = cv::Vec2f(0, 0);
  for (int i = n - 1; i >= 0; --i) {
    const cv::Vec2f own = at(i);
    if (i < n - 1) sum *= passing(i);
    at(i) = before[static_cast<std::size_t>(i)] + own + sum;
    sum += own;
  }
}

}  // namespace

MaterialFilter::MaterialFilter(const cv::Mat_<float>& celsius, double cell_m)
    : cell_m_(cell_m),
      along_(Sharpness(celsius, cell_m, 1, 0)),
      across_(Sharpness(celsius, cell_m, 0, 1)) {}

cv::Mat_<float> MaterialFilter::Average(const cv::Mat_<float>& values, double reach_m) const {
  const int rows = values.rows;
  const int columns = values.cols;
  cv::Mat_<cv::Vec2f> sums(values.size());  // value, weight
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      const float v = values(r, c);
      sums(r, c) = v == v ? cv::Vec2f(v, 1) : cv::Vec2f(0, 0);
    }
  }
  // Narrower from pass to pass, so that no streaks remain (Gastal and Oliveira 2011, eq. 14).
  constexpr int kPasses = 3;
  const double reach = reach_m / cell_m_;
  cv::Mat_<float> pass_along(values.size());
  cv::Mat_<float> pass_across(values.size());
  std::vector<cv::Vec2f> before;
  for (int i = 0; i < kPasses; ++i) {
    const double sigma = reach * std::sqrt(3.0) * std::pow(2.0, kPasses - i - 1) /
                         std::sqrt(std::pow(4.0, kPasses) - 1);
    const auto feedback = static_cast<float>(-std::sqrt(2.0) / sigma);
    const auto per_k = static_cast<float>(reach) / kSharp;
    cv::exp(feedback * (1.0f + per_k * along_), pass_along);
    cv::exp(feedback * (1.0f + per_k * across_), pass_across);
    for (int r = 0; r < rows; ++r) {
      SumLine(
          columns, [&](int c) -> cv::Vec2f& { return sums(r, c); },
          [&](int c) { return pass_along(r, c); }, before);
    }
    for (int c = 0; c < columns; ++c) {
      SumLine(
          rows, [&](int r) -> cv::Vec2f& { return sums(r, c); },
          [&](int r) { return pass_across(r, c); }, before);
    }
  }
  cv::Mat_<float> average(values.size(), kNaN);
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      if (sums(r, c)[1] > 1e-6f) average(r, c) = sums(r, c)[0] / sums(r, c)[1];
    }
  }
  return average;
}

cv::Mat_<float> MaterialFilter::Background(const cv::Mat_<float>& celsius, double reach_m) const {
  cv::Mat_<float> background = Average(celsius, reach_m);
  std::vector<float> residuals;
  for (int r = 0; r < celsius.rows; r += 2) {
    for (int c = 0; c < celsius.cols; ++c) residuals.push_back(celsius(r, c) - background(r, c));
  }
  // What stands out does not belong to the ground: the second time it counts no more than that.
  const float most = 1.5f * RobustSigma(std::span<const float>(residuals));
  cv::Mat_<float> clipped = celsius.clone();
  for (int r = 0; r < celsius.rows; ++r) {
    for (int c = 0; c < celsius.cols; ++c) {
      const float ground = background(r, c);
      if (ground == ground) clipped(r, c) = std::clamp(celsius(r, c), ground - most, ground + most);
    }
  }
  background = Average(clipped, reach_m);
  for (int r = 0; r < celsius.rows; ++r) {
    for (int c = 0; c < celsius.cols; ++c) {
      if (!(celsius(r, c) == celsius(r, c))) background(r, c) = kNaN;
    }
  }
  return background;
}

cv::Mat_<float> MaterialFilter::Noise(const cv::Mat_<float>& values, double reach_m) const {
  // Mean absolute value, large ones counted as twice the usual; 0.8 of sigma for normal noise.
  constexpr float kMeanOfNormal = 0.798f;
  cv::Mat_<float> size = values.clone();
  for (float& value : size) value = std::abs(value);
  cv::Mat_<float> mean = Average(size, reach_m);
  for (int r = 0; r < size.rows; ++r) {
    for (int c = 0; c < size.cols; ++c) {
      if (size(r, c) > 2 * mean(r, c)) size(r, c) = 2 * mean(r, c);
    }
  }
  mean = Average(size, reach_m);
  for (float& value : mean) value /= kMeanOfNormal;
  return mean;
}

}  // namespace thermoleak::detection
