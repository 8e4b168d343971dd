#pragma once
// Connected regions above a threshold, and thresholds that a histogram sets.

#include <opencv2/core.hpp>
#include <vector>

namespace thermoleak::baselines {

struct Region {
  std::vector<cv::Point> cells;
  cv::Point peak_at{0, 0};
  float peak = 0;
  double elongation = 1;  ///< length over width, by second moments
  cv::Vec2d along{1, 0};  ///< direction of the length, columns and rows
  double area_m2 = 0;
};

/// Regions (8 neighbours) of the cells in `mask`, each with the peak of `value` in it.
std::vector<Region> RegionsOf(const cv::Mat_<uchar>& mask, const cv::Mat_<float>& value,
                              double cell_m);

/// Zack, Rogers and Latt 1977, on the warm side: where the histogram lies farthest below the line
/// from its peak to its warm end. 256 bins from the least to the largest value.
float TriangleThreshold(const std::vector<float>& values);

/// Kapur, Sahoo and Wong 1985: the largest sum of the entropies below and above. 256 bins.
float KapurThreshold(const std::vector<float>& values);

}  // namespace thermoleak::baselines
