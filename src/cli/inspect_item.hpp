#pragma once
// One inspected frame and its two written forms.

#include <filesystem>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/inspect_pictures.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/ingest/quality.hpp"

namespace thermoleak::cli {

struct Inspected {
  Result<ThermalFrame> frame;
  cv::Mat celsius;
  std::optional<CountHistogram> counts;
  std::optional<TemperatureSummary> summary;
  std::optional<TemperatureUncertainty> uncertainty;  ///< at the median
  std::vector<QualityFlag> flags;

  /// Counts whose scale is unknown: the numbers are kelvin above the median, not temperatures.
  const RelativeCalibration* Relative() const {
    return frame ? std::get_if<RelativeCalibration>(&frame->meta.calibration) : nullptr;
  }
};

/// A card for people: aligned lines, ending with a new line.
std::string CardText(const FrameSource& source, const Inspected& item, Lang lang);
/// A JSON object for programs, indented, without a new line at its end.
std::string JsonText(const FrameSource& source, const Inspected& item, Lang lang);

}  // namespace thermoleak::cli
