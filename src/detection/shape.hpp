#pragma once
// Inside of the detection room: what an anomaly looks like - soft as heat that came through soil,
// or sharp as something that lies on it.

#include <map>
#include <opencv2/core.hpp>
#include <vector>

#include "thermoleak/detection/hot_spot.hpp"

namespace thermoleak::detection {

/// What the surroundings of a peak are compared with: conduction from a point or a short line at
/// about a depth (detection.md 2.1), a rectangle as large as a car at any angle (ground that one
/// has left warm), a disc as large as a cover. Immutable, thread-safe.
class ShapeTemplates {
 public:
  ShapeTemplates(double depth_m, double cell_m);

  /// `excess` (NaN = unseen) has square cells of that size and columns along the pipe.
  AnomalyShape Compare(const cv::Mat_<float>& excess, int row, int column) const;

  /// Heights around a middle, by rows, columns in reverse and with zeros beside them, so that
  /// comparisons at neighbouring columns read side by side.
  using Template = std::vector<double>;

 private:
  double cell_m_;
  int half_;  ///< cells from a template's middle to its edge
  std::vector<Template> plumes_, rectangles_, discs_;
};

/// Tells whether a rise of an image is soft: what is left of it when slopes steeper than
/// conduction's are taken out. One picture a class of peaks, made when it is first asked for; not
/// thread-safe.
class Softness {
 public:
  Softness(const cv::Mat_<float>& celsius, double depth_m, double cell_m)
      : celsius_(celsius), depth_m_(depth_m), cell_m_(cell_m) {}

  /// Fills soft_share and warm_ground of an anomaly whose peak rises by `rise_k` at that cell.
  void Measure(int row, int column, double rise_k, AnomalyShape& shape);

 private:
  const cv::Mat_<float>& celsius_;
  double depth_m_;
  double cell_m_;
  std::map<int, cv::Mat_<float>> soft_;  ///< by the class of allowed slopes
  std::vector<float> sorted_;            ///< some of the image's temperatures, ascending
};

}  // namespace thermoleak::detection
