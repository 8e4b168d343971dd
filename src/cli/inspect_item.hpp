#pragma once
// One inspected frame and its two written forms.

#include <filesystem>
#include <opencv2/core.hpp>
#include <optional>
#include <string>

#include "cli/inspect_pictures.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/ingest/frame.hpp"

namespace thermoleak::cli {

struct Inspected {
  Result<ThermalFrame> frame;
  cv::Mat celsius;
  std::optional<TemperatureSummary> summary;
};

/// A card for people: aligned lines, ending with a new line.
std::string CardText(const std::filesystem::path& path, const Inspected& item, Lang lang);
/// A JSON object for programs, indented, without a new line at its end.
std::string JsonText(const std::filesystem::path& path, const Inspected& item, Lang lang);

}  // namespace thermoleak::cli
