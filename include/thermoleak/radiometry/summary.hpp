#pragma once
// One frame's temperatures in a few numbers.

#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "thermoleak/radiometry/calibration.hpp"

namespace thermoleak {

/// How often each count occurs: everything about a frame's values without their places, from one
/// pass over it.
class CountHistogram {
 public:
  /// `counts` is CV_16UC1, not empty.
  explicit CountHistogram(const cv::Mat& counts);
  /// Of what is stored as counts; nothing for float images and empty ones.
  static std::optional<CountHistogram> Of(const cv::Mat& stored) {
    if (stored.empty() || stored.type() != CV_16UC1) return std::nullopt;
    return CountHistogram(stored);
  }
  int min() const { return first_; }
  int max() const { return first_ + static_cast<int>(pixels_.size()) - 1; }
  std::size_t total() const { return total_; }
  /// Pixels with this count; 0 outside min .. max.
  std::size_t PixelsAt(int count) const;
  /// The count of the pixel of this rank, 0 .. total - 1.
  int CountOfRank(std::size_t rank) const;
  int Median() const { return CountOfRank(total_ / 2); }

 private:
  int first_ = 0;
  std::size_t total_ = 0;
  std::vector<std::uint32_t> pixels_;  ///< by count - first_
};

/// Degrees Celsius, or kelvin above the reference for RelativeCalibration. Undefined (NaN) pixels
/// are left out.
struct TemperatureSummary {
  double min_c = 0, max_c = 0, mean_c = 0, median_c = 0;
  double p05_c = 0, p95_c = 0;              ///< quantiles 5 % and 95 %
  double p005_c = 0, p995_c = 0;            ///< quantiles 0.5 % and 99.5 %
  int hottest_row = 0, hottest_column = 0;  ///< the first such pixel in row order
  std::size_t undefined = 0;                ///< NaN pixels
};

/// `stored` as in ToCelsius(), with its histogram where the caller has it. Nothing when no pixel
/// has a temperature. Thread-safe.
std::optional<TemperatureSummary> Summarise(const cv::Mat& stored, const Calibration& calibration,
                                            const CountHistogram* counts = nullptr);

}  // namespace thermoleak
