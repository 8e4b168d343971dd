#pragma once
// What `inspect` writes: a colour picture for people, a float TIFF for other programs.

#include <filesystem>
#include <opencv2/core.hpp>
#include <optional>

#include "thermoleak/ingest/frame.hpp"

namespace thermoleak::cli {

/// Statistics of one temperature image; NaN pixels are left out.
struct TemperatureSummary {
  double min_c = 0, max_c = 0, mean_c = 0, median_c = 0;
  double p05_c = 0, p95_c = 0;    ///< quantiles 5 % and 95 %
  double p005_c = 0, p995_c = 0;  ///< quantiles 0.5 % and 99.5 %
  int hottest_row = 0, hottest_column = 0;
  std::size_t undefined = 0;  ///< NaN pixels
};
/// Nothing when no pixel is finite.
std::optional<TemperatureSummary> Summarise(const cv::Mat& celsius);

/// BGR picture with a scale bar in degC and the hottest point marked.
cv::Mat DrawPreview(const cv::Mat& celsius, const TemperatureSummary& summary);
void WritePreview(const std::filesystem::path& png, const cv::Mat& celsius,
                  const TemperatureSummary& summary);

/// float32 degC with camera, time and pose as Exif, and the pose as XMP too. Throws RunError.
void WriteCelsiusTiff(const std::filesystem::path& tif, const cv::Mat& celsius,
                      const FrameMeta& meta);

}  // namespace thermoleak::cli
