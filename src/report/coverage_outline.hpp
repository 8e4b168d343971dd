#pragma once
#include <span>
#include <vector>

#include "thermoleak/report/survey_result.hpp"

namespace thermoleak {

/// Outline of all that the used frames look at, holes included: rings in local metres. Drawn from a
/// mask of at most 1200 cells, so that thousands of overlapping footprints become one line that
/// people can read.
std::vector<std::vector<Vec2>> CoverageOutline(std::span<const FrameRecord> frames);

}  // namespace thermoleak
