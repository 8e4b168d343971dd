#pragma once
// What a crew wants to know before it leaves the site: quality.json.

#include <filesystem>
#include <optional>

#include "thermoleak/report/survey_result.hpp"

namespace thermoleak {

/// Medians over the frames that can be used; nothing where none could be measured.
struct QuickMedians {
  std::optional<double> edge_px, contrast_k;
};

/// Frames that cannot be used and why, marks, sharpness, contrast, coverage, and the stretches to
/// fly again as GeoJSON lines in WGS 84. Of `result`: network, frame, frames, coverage. Sentences
/// in both languages. Throws RunError.
void WriteQualityJson(const SurveyResult& result, const QuickMedians& medians,
                      const QualityOptions& options, const std::filesystem::path& path);

}  // namespace thermoleak
