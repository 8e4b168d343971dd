#pragma once
// Inside of the detection room: ground as it would look if it were all of one material.

#include <opencv2/core.hpp>

namespace thermoleak::detection {

/// Slope that heat from a buried pipe hardly ever exceeds on its way through soil, K/m: conduction
/// makes at most 0.86 of the peak over the depth, a trace's peak is seldom above 2 K (detection.md
/// 2).
inline constexpr double kSteepestTrace = 1.5;

/// The image with its sharp edges taken out: differences between neighbouring cells above
/// `steepest` (K/m, or where that is more, above the usual texture) count as none, and the image is
/// put together again from what is left, in the least-squares sense. Roads, pavements and roofs get
/// the same temperature as the ground beside them, the soft trace of a pipe that runs under their
/// edge remains (the "lightness" of Horn 1974, sections 3-4, with heat from below as the
/// illumination). NaN = unseen, and stays so; the result's mean is 0. Deterministic; memory some 12
/// bytes a cell.
cv::Mat_<float> WithoutEdges(const cv::Mat_<float>& celsius, double cell_m,
                             double steepest_k_per_m = kSteepestTrace);

}  // namespace thermoleak::detection
