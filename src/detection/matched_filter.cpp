#include "detection/matched_filter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>

#include "thermoleak/core/statistics.hpp"

namespace thermoleak::detection {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr double kNoiseReach = 15;  // m of the same material that its noise comes from

struct Kernel {
  cv::Mat_<float> shape;  ///< peak 1, zero mean over its disc
  cv::Mat_<float> square;
};

/// A point source at depth D, drawn out by `wet_m` along the pipe, minus its mean over the
/// surrounding disc.
Kernel MakeKernel(double depth_m, double wet_m, double cell_m) {
  const int rows = static_cast<int>(std::ceil(2.2 * depth_m / cell_m));
  const int columns = static_cast<int>(std::ceil((2.2 * depth_m + 0.5 * wet_m) / cell_m));
  Kernel kernel{cv::Mat_<float>(2 * rows + 1, 2 * columns + 1), {}};
  for (int r = -rows; r <= rows; ++r) {
    for (int c = -columns; c <= columns; ++c) {
      const double along = std::max(0.0, std::abs(c * cell_m) - 0.5 * wet_m);
      const double q = (along * along + r * r * cell_m * cell_m) / (depth_m * depth_m);
      kernel.shape(r + rows, c + columns) = static_cast<float>(std::pow(1 + q, -1.5));
    }
  }
  kernel.shape -= static_cast<float>(cv::mean(kernel.shape)[0]);
  kernel.square = kernel.shape.mul(kernel.shape);
  return kernel;
}

/// Least-squares amplitude of the kernel at every cell; NaN where less than 60 % of its weight is
/// seen.
cv::Mat_<float> Amplitude(const cv::Mat_<float>& excess, const Kernel& kernel) {
  cv::Mat_<float> filled(excess.size());
  cv::Mat_<float> seen(excess.size());
  for (int r = 0; r < excess.rows; ++r) {
    for (int c = 0; c < excess.cols; ++c) {
      const float v = excess(r, c);
      filled(r, c) = v == v ? v : 0.0f;
      seen(r, c) = v == v ? 1.0f : 0.0f;
    }
  }
  cv::Mat_<float> response;
  cv::Mat_<float> weight;
  cv::filter2D(filled, response, CV_32F, kernel.shape, {-1, -1}, 0, cv::BORDER_CONSTANT);
  cv::filter2D(seen, weight, CV_32F, kernel.square, {-1, -1}, 0, cv::BORDER_CONSTANT);
  const auto full = static_cast<float>(cv::sum(kernel.square)[0]);
  cv::Mat_<float> amplitude(excess.size(), kNaN);
  for (int r = 0; r < excess.rows; ++r) {
    for (int c = 0; c < excess.cols; ++c) {
      if (seen(r, c) > 0 && weight(r, c) > 0.6f * full)
        amplitude(r, c) = response(r, c) / weight(r, c);
    }
  }
  return amplitude;
}

/// Robust noise of an amplitude map around each trace entry: +-40 m along the pipe, so that a busy
/// street does not set the threshold of a quiet one, and near the trace, so that roofs beside it do
/// not either.
std::vector<float> NoiseOfEntries(const cv::Mat_<float>& amplitude, const StripImage& image,
                                  const Trace& trace, double across_m) {
  const int half = std::max(1, static_cast<int>(40.0 / image.cell_m));
  constexpr int kSkip = 3;
  std::vector<float> noise(trace.size(), kNaN);
  std::vector<float> values;
  // Every fifth entry is computed, the others take the nearest: the window is forty metres wide.
  constexpr std::size_t kStride = 5;
  for (std::size_t e = 0; e < trace.size(); e += kStride) {
    const int centre = static_cast<int>(static_cast<double>(e) * trace.step_m / image.cell_m);
    values.clear();
    for (int c = std::max(0, centre - half); c < std::min(image.columns(), centre + half);
         c += kSkip) {
      const double offset = trace.OffsetAt(image.ChainageOf(c));
      const int top = std::max(0, static_cast<int>(image.RowOf(offset + across_m)));
      const int bottom =
          std::min(image.rows() - 1, static_cast<int>(image.RowOf(offset - across_m)));
      for (int r = top; r <= bottom; r += 2) values.push_back(amplitude(r, c));
    }
    const float sigma = RobustSigma(std::span<const float>(values));
    for (std::size_t i = e; i < std::min(trace.size(), e + kStride); ++i) noise[i] = sigma;
  }
  return noise;
}

}  // namespace

cv::Mat_<float> SignalToNoise(const cv::Mat_<float>& excess, double depth, const StripImage& image,
                              const Trace& trace, const MaterialFilter* material,
                              std::vector<float>& noise) {
  // Depth in the map is uncertain and a wet length unknown: a few shapes, the best one counts.
  cv::Mat_<float> snr(excess.size(), kNaN);
  for (const auto& [scale, wet_m] : {std::pair{0.7, 0.0}, {1.1, 0.0}, {0.9, 3.0}}) {
    const cv::Mat_<float> amplitude =
        Amplitude(excess, MakeKernel(scale * depth, wet_m, image.cell_m));
    const std::vector<float> of_entries =
        NoiseOfEntries(amplitude, image, trace, std::max(2.5, 2 * depth));
    if (wet_m == 0 && scale > 1) noise = of_entries;
    cv::Mat_<float> of_material;
    if (material) of_material = material->Noise(amplitude, kNoiseReach);
    for (int c = 0; c < snr.cols; ++c) {
      const float local = of_entries[static_cast<std::size_t>(trace.EntryAt(image.ChainageOf(c)))];
      // Half a sigma of the sensor is the least that can be believed of a strip without structure.
      const float floor = std::max(local, 0.02f);
      for (int r = 0; r < snr.rows; ++r) {
        const float value =
            amplitude(r, c) / (material ? std::max(of_material(r, c), 0.05f) : floor);
        if (value == value && !(snr(r, c) >= value)) snr(r, c) = value;
      }
    }
  }
  return snr;
}

std::vector<Peak> FindPeaks(const cv::Mat_<float>& snr, float threshold, int reach) {
  std::vector<Peak> peaks;
  for (int r = 0; r < snr.rows; ++r) {
    for (int c = 0; c < snr.cols; ++c) {
      if (snr(r, c) >= threshold) peaks.push_back({r, c, snr(r, c)});
    }
  }
  std::stable_sort(peaks.begin(), peaks.end(),
                   [](const Peak& a, const Peak& b) { return a.snr > b.snr; });
  // A cell on the flank of a higher one is no peak of its own even beyond `reach`: claim the whole
  // neighbourhood.
  cv::Mat_<std::uint8_t> claimed(snr.size(), std::uint8_t{0});
  std::vector<Peak> kept;
  for (const Peak& p : peaks) {
    if (claimed(p.row, p.column)) continue;
    bool highest = true;
    for (int y = std::max(0, p.row - 1); y <= std::min(snr.rows - 1, p.row + 1) && highest; ++y) {
      for (int x = std::max(0, p.column - 1); x <= std::min(snr.cols - 1, p.column + 1); ++x) {
        if (snr(y, x) > p.snr) highest = false;
      }
    }
    if (!highest) continue;
    kept.push_back(p);
    for (int y = std::max(0, p.row - reach); y <= std::min(snr.rows - 1, p.row + reach); ++y) {
      for (int x = std::max(0, p.column - reach); x <= std::min(snr.cols - 1, p.column + reach);
           ++x) {
        claimed(y, x) = 1;
      }
    }
  }
  return kept;
}

}  // namespace thermoleak::detection
