#include "detection/shift_grid.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "detection/ridge.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak::detection {

double Interpolate(const cv::Mat_<double>& values, const ShiftGrid& grid, const Vec2& shift) {
  const double last = grid.side() - 1;
  const double x = std::clamp(shift.x() / grid.step_m + grid.half, 0.0, last);
  const double y = std::clamp(shift.y() / grid.step_m + grid.half, 0.0, last);
  const int c = std::min(static_cast<int>(x), grid.side() - 2);
  const int r = std::min(static_cast<int>(y), grid.side() - 2);
  const double fx = x - c;
  const double fy = y - r;
  return (1 - fy) * ((1 - fx) * values(r, c) + fx * values(r, c + 1)) +
         fy * ((1 - fx) * values(r + 1, c) + fx * values(r + 1, c + 1));
}

cv::Mat_<double> BlurLog(const cv::Mat_<double>& log_ratio, double sigma_cells) {
  if (sigma_cells < 0.05) return log_ratio.clone();
  double top = 0;
  cv::minMaxLoc(log_ratio, nullptr, &top);
  cv::Mat_<double> ratio;
  cv::exp(log_ratio - top, ratio);
  const int size = 2 * static_cast<int>(std::ceil(3 * sigma_cells)) + 1;
  cv::GaussianBlur(ratio, ratio, {size, size}, sigma_cells, sigma_cells, cv::BORDER_REPLICATE);
  ratio = cv::max(ratio, 1e-300);
  cv::log(ratio, ratio);
  ratio += top;
  return ratio;
}

void LimitCrests(std::span<cv::Mat_<double>> log_ratio, double width_cells, double limit) {
  const int reach = std::max(1, static_cast<int>(std::lround(width_cells)));
  cv::Mat_<double> highest = log_ratio.front().clone();
  for (const cv::Mat_<double>& ratio : log_ratio) highest = cv::max(highest, ratio);
  cv::Mat_<double> crest;
  cv::dilate(highest, crest,
             cv::getStructuringElement(cv::MORPH_ELLIPSE, {2 * reach + 1, 2 * reach + 1}));
  for (cv::Mat_<double>& ratio : log_ratio) {
    for (int r = 0; r < ratio.rows; ++r) {
      for (int c = 0; c < ratio.cols; ++c)
        ratio(r, c) = LimitCrest(ratio(r, c), crest(r, c), limit);
    }
  }
}

Surroundings SurroundingsOf(const cv::Mat_<float>& response, const ShiftGrid& grid,
                            const Vec2& across, double reach_m) {
  float top = -1e30f;
  Vec2 strongest(0, 0);
  for (int r = 0; r < response.rows; ++r) {
    for (int c = 0; c < response.cols; ++c) {
      if (!(response(r, c) > top)) continue;
      top = response(r, c);
      strongest = grid.ShiftOf(r, c);
    }
  }
  std::vector<float> beside;
  std::vector<float> all;
  for (int r = 0; r < response.rows; ++r) {
    for (int c = 0; c < response.cols; ++c) {
      const Vec2 apart = grid.ShiftOf(r, c) - strongest;
      const double distance = across.isZero() ? apart.norm() : std::abs(across.dot(apart));
      if (distance > reach_m) beside.push_back(response(r, c));
      all.push_back(response(r, c));
    }
  }
  const float noise = RobustSigma(std::span<const float>(beside));
  if (!(noise == noise)) return {QuantileInPlace(all, 0.5), 0};
  return {MedianOf(std::span<const float>(beside)), noise};
}

ShiftMoments MomentsOf(std::span<const cv::Mat_<double>> log_ratio, std::span<const Vec2> turns,
                       const ShiftGrid& grid, const Mat2& prior_covariance) {
  const Mat2 weight = prior_covariance.inverse();
  const auto visit = [&](auto&& each) {
    for (std::size_t k = 0; k < turns.size(); ++k) {
      for (int r = 0; r < grid.side(); ++r) {
        for (int c = 0; c < grid.side(); ++c) {
          const Vec2 shift = grid.ShiftOf(r, c);
          const double prior = -0.5 * (shift.dot(weight * shift) + turns[k].squaredNorm());
          each(Eigen::Vector4d(shift.x(), shift.y(), turns[k].x(), turns[k].y()), prior,
               log_ratio[k](r, c) + prior);
        }
      }
    }
  };
  double top = -1e300;
  visit([&](const Eigen::Vector4d&, double, double posterior) { top = std::max(top, posterior); });
  ShiftMoments out;
  double prior_sum = 0;
  double sum = 0;
  visit([&](const Eigen::Vector4d& x, double prior, double posterior) {
    const double w = std::exp(posterior - top);
    prior_sum += std::exp(prior);
    sum += w;
    out.mean += w * x;
    out.covariance += w * x * x.transpose();
  });
  out.mean /= sum;
  out.covariance = out.covariance / sum - out.mean * out.mean.transpose();
  // A grid point stands for its cell.
  out.covariance(0, 0) += grid.step_m * grid.step_m / 12;
  out.covariance(1, 1) += grid.step_m * grid.step_m / 12;
  out.log_factor = top + std::log(sum / prior_sum);
  return out;
}

}  // namespace thermoleak::detection
