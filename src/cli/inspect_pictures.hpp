#pragma once
// What `inspect` writes: a colour picture for people, a float TIFF for other programs.

#include <filesystem>
#include <opencv2/core.hpp>
#include <string>

#include "thermoleak/ingest/frame.hpp"
#include "thermoleak/radiometry/summary.hpp"

namespace thermoleak::cli {

/// BGR picture with a scale bar and the hottest point marked; `unit` stands above the bar.
cv::Mat DrawPreview(const cv::Mat& celsius, const TemperatureSummary& summary,
                    const std::string& unit);
void WritePreview(const std::filesystem::path& png, const cv::Mat& celsius,
                  const TemperatureSummary& summary, const std::string& unit);

/// float32 degC with camera, time and pose as Exif, and the pose as XMP too. Throws RunError.
void WriteCelsiusTiff(const std::filesystem::path& tif, const cv::Mat& celsius,
                      const FrameMeta& meta);

}  // namespace thermoleak::cli
