#pragma once
// Inside of the detection room: likelihoods and posteriors over a square grid of shifts.

#include <opencv2/core.hpp>
#include <span>

#include "thermoleak/core/geometry.hpp"

namespace thermoleak::detection {

/// A square grid of shifts about zero; rows go north, columns east.
struct ShiftGrid {
  int half = 1;
  double step_m = 0.5;

  int side() const { return 2 * half + 1; }
  Vec2 ShiftOf(int row, int column) const {
    return {(column - half) * step_m, (row - half) * step_m};
  }
};

/// Value at a shift that need not be a grid point; clamped to the border.
double Interpolate(const cv::Mat_<double>& values, const ShiftGrid& grid, const Vec2& shift);

/// log of the mean of exp over Gaussian neighbours: what a likelihood becomes when the place where
/// it holds is uncertain.
cv::Mat_<double> BlurLog(const cv::Mat_<double>& log_ratio, double sigma_cells);

/// Limits the heights of a likelihood's ridges to `limit` and keeps their shapes (ridge.hpp);
/// `width_cells` is a ridge's full width. One grid for each turn: their heights are limited
/// together, so that they still differ.
void LimitCrests(std::span<cv::Mat_<double>> log_ratio, double width_cells, double limit);

/// Level and noise of the responses to all shifts (NaN = unseen), the strongest left out together
/// with the shifts that `across` takes within `reach_m` of it: what is about as strong as what is
/// looked for, but is something else. `across` (unit) is the direction in which shifts matter;
/// zero: all do.
struct Surroundings {
  float level = 0;
  float noise = 0;  ///< 0 where there is nothing beside
};
Surroundings SurroundingsOf(const cv::Mat_<float>& response, const ShiftGrid& grid,
                            const Vec2& across, double reach_m);

/// First and second moments of a posterior over shifts and turns.
struct ShiftMoments {
  /// East, north (m), rotation and stretch in sigmas of their prior.
  Eigen::Vector4d mean = Eigen::Vector4d::Zero();
  Eigen::Matrix4d covariance = Eigen::Matrix4d::Zero();
  double log_factor = 0;  ///< Bayes factor against "nothing of it is there"
};
/// `log_ratio[k]` belongs to rotation and stretch `turns[k]`; the priors are Gaussian about zero,
/// with `prior_covariance` for the shift and 1 for the turns.
ShiftMoments MomentsOf(std::span<const cv::Mat_<double>> log_ratio, std::span<const Vec2> turns,
                       const ShiftGrid& grid, const Mat2& prior_covariance);

}  // namespace thermoleak::detection
