#pragma once
// Inside of the registration room: where a patch fits best.

#include <opencv2/core.hpp>

#include "thermoleak/core/geometry.hpp"

namespace thermoleak {

/// Normalised cross-correlation (-1 .. 1) of `patch` with every place of `area`, both CV_32FC1,
/// rows x columns of possible places. Cells of the patch that are 0 are unknown and do not count;
/// the area's energy is taken as even over the window, which it is in MatchingImage's pictures.
/// Summed directly: patches and searches here are small, and a Fourier transform costs several
/// times as much.
cv::Mat_<float> Correlation(const cv::Mat_<float>& area, const cv::Mat_<float>& patch);

struct Peak {
  Vec2 shift{0, 0};  ///< of the patch in the area, cells, refined by a parabola
  double value = -1;
  double second = -1;  ///< highest value further than the guard from the peak
};

/// The highest correlation; `guard` cells around it do not count as a second one.
Peak HighestPeak(const cv::Mat_<float>& correlation, int guard);

}  // namespace thermoleak
