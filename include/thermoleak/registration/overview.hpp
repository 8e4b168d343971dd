#pragma once
// Pictures reduced for matching, and freed of what belongs to the camera instead of the ground.

#include <cstdint>
#include <opencv2/core.hpp>
#include <span>

namespace thermoleak {

/// A frame reduced by block means for matching, hundredths of kelvin above -100 C in 16 bits.
struct Overview {
  static constexpr int kBlock = 4;  ///< pixels
  cv::Mat_<std::uint16_t> centikelvin;
};
Overview MakeOverview(const cv::Mat& celsius);

/// What overviews of one camera have in common after high-passing, K: vignetting and fixed pattern.
/// On ground without texture it is all there is to see, it does not move, and it would tie frames
/// in place. Median over at most 64 of the overviews; empty when they are too few to tell it from
/// the scene, or of different sizes. Deterministic.
cv::Mat_<float> FixedPattern(std::span<const Overview* const> overviews);

/// An overview freed of its large-scale pattern and of `pattern` (may be empty), normalised to unit
/// local contrast; what is matched.
cv::Mat_<float> MatchingImage(const Overview& overview, const cv::Mat_<float>& pattern = {});

}  // namespace thermoleak
