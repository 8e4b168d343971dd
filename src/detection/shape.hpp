#pragma once
// Inside of the detection room: what an anomaly looks like - soft as heat that came through soil,
// or sharp as something that lies on it.

#include <opencv2/core.hpp>

#include "thermoleak/detection/hot_spot.hpp"

namespace thermoleak::detection {

/// Compares the surroundings of a peak with what could be there: conduction from a point or a short
/// line at about `depth_m` (detection.md 2.1), a rectangle as large as a car at any angle (ground
/// that one has left warm), a disc as large as a cover. `excess` (NaN = unseen) has square cells
/// and columns along the pipe.
AnomalyShape ShapeOf(const cv::Mat_<float>& excess, int row, int column, double depth_m,
                     double cell_m);

}  // namespace thermoleak::detection
