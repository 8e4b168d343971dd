#include "detection/without_edges.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "thermoleak/core/statistics.hpp"

namespace thermoleak::detection {
namespace {

constexpr float kTexture = 3.0f;  // sigmas of the usual differences are no edge

/// Difference to the next cell; none where one of both is unseen.
float Step(float from, float to) { return from == from && to == to ? to - from : 0.0f; }

/// Differences of up to this are the ground's own.
float Limit(const cv::Mat_<float>& celsius, double steepest_k) {
  std::vector<float> steps;
  for (int r = 0; r < celsius.rows; r += 2) {
    for (int c = 0; c + 1 < celsius.cols; c += 2) {
      const float step = celsius(r, c + 1) - celsius(r, c);
      if (step == step) steps.push_back(step);
    }
  }
  const float usual = steps.empty() ? 0.0f : RobustSigma(std::span<const float>(steps));
  return std::max(static_cast<float>(steepest_k), kTexture * usual);
}

/// Solves the five-point Poisson equation with free borders in place: cosines are its
/// eigenfunctions.
void SolvePoisson(cv::Mat_<float>& image) {
  cv::dct(image, image);
  const auto eigenvalue = [](int k, int n) { return 2 * std::cos(CV_PI * k / n) - 2; };
  for (int r = 0; r < image.rows; ++r) {
    const double of_row = eigenvalue(r, image.rows);
    for (int c = 0; c < image.cols; ++c) {
      const double sum = of_row + eigenvalue(c, image.cols);
      image(r, c) = sum < 0 ? static_cast<float>(image(r, c) / sum) : 0.0f;
    }
  }
  cv::idct(image, image);
}

}  // namespace

cv::Mat_<float> WithoutEdges(const cv::Mat_<float>& celsius, double cell_m,
                             double steepest_k_per_m) {
  const float limit = Limit(celsius, steepest_k_per_m * cell_m);
  const auto soft = [&](float step) { return std::abs(step) <= limit ? step : 0.0f; };
  // The transform takes even sizes only, and is fast for products of small primes. The mirrored
  // image fits free borders without a pull.
  const int columns = 2 * cv::getOptimalDFTSize((celsius.cols + 1) / 2);
  const int rows = 2 * cv::getOptimalDFTSize((celsius.rows + 1) / 2);
  cv::Mat_<float> whole;
  cv::copyMakeBorder(celsius, whole, 0, rows - celsius.rows, 0, columns - celsius.cols,
                     cv::BORDER_REFLECT);
  cv::Mat_<float> field(whole.size(), 0.0f);  // divergence of the soft differences
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      if (c + 1 < columns) {
        const float right = soft(Step(whole(r, c), whole(r, c + 1)));
        field(r, c) += right;
        field(r, c + 1) -= right;
      }
      if (r + 1 < rows) {
        const float down = soft(Step(whole(r, c), whole(r + 1, c)));
        field(r, c) += down;
        field(r + 1, c) -= down;
      }
    }
  }
  SolvePoisson(field);
  cv::Mat_<float> out = field(cv::Rect(0, 0, celsius.cols, celsius.rows)).clone();
  for (int r = 0; r < celsius.rows; ++r) {
    for (int c = 0; c < celsius.cols; ++c) {
      if (!(celsius(r, c) == celsius(r, c))) out(r, c) = std::numeric_limits<float>::quiet_NaN();
    }
  }
  return out;
}

}  // namespace thermoleak::detection
