#pragma once
// Inside of the detection room: where a strip shows what a leak would, and how far above its noise.

#include <opencv2/core.hpp>
#include <vector>

#include "detection/background.hpp"
#include "thermoleak/detection/trace.hpp"

namespace thermoleak::detection {

/// Matched filters for a leak at the pipe's depth over their noise, at every cell; the noise is
/// the strip's own, or with `material` that of each cell's material. `noise` is the strip's, of a
/// point source's amplitude, one an entry of the trace.
cv::Mat_<float> SignalToNoise(const cv::Mat_<float>& excess, double depth, const StripImage& image,
                              const Trace& trace, const MaterialFilter* material,
                              std::vector<float>& noise);

struct Peak {
  int row;
  int column;
  float snr;
};

/// Local maxima of the SNR over `reach` cells, highest first, none closer than `reach` to a higher
/// one.
std::vector<Peak> FindPeaks(const cv::Mat_<float>& snr, float threshold, int reach);

}  // namespace thermoleak::detection
