#pragma once
// Inside of the detection room: averages that stay on one material of the ground.

#include <opencv2/core.hpp>

namespace thermoleak::detection {

/// Averages over some metres of ground that do not pass sharp edges (kerbs, roads, beds, cars), but
/// do pass the soft slopes of heat that came through soil. An edge-aware filter along rows and
/// columns in turn (domain transform, Gastal and Oliveira 2011) whose edges are what changes within
/// half a metre more than conduction can. After construction thread-safe; deterministic.
class MaterialFilter {
 public:
  /// Edges of `celsius` (NaN = unseen).
  MaterialFilter(const cv::Mat_<float>& celsius, double cell_m);

  /// Average of `values` (same size, NaN = unknown) over about `reach_m` of the same material; NaN
  /// where nothing is known.
  cv::Mat_<float> Average(const cv::Mat_<float>& values, double reach_m) const;

  /// Temperature of the ground around each cell without what stands out; NaN where unseen.
  cv::Mat_<float> Background(const cv::Mat_<float>& celsius, double reach_m) const;

  /// Noise of `values` around each cell, on the same material: one sigma, of what does not stand
  /// out.
  cv::Mat_<float> Noise(const cv::Mat_<float>& values, double reach_m) const;

 private:
  double cell_m_;
  cv::Mat_<float> along_;   ///< sharpness between a cell and the next of its row, K
  cv::Mat_<float> across_;  ///< and the next of its column
};

}  // namespace thermoleak::detection
