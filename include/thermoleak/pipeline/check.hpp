#pragma once
// The quick check of a survey: what a crew wants to know while it is still on site. Frames are read
// once and looked at one by one, and placed by their recorded poses; nothing is tied together.

#include <filesystem>

#include "thermoleak/core/progress.hpp"
#include "thermoleak/pipeline/run.hpp"

namespace thermoleak {

struct CheckOutcome {
  int frames = 0;
  int unusable = 0;
  double pipe_m = 0;  ///< of the pipes in the surveyed area
  double seen_m = 0;  ///< of them, under at least one sharp frame
};

/// Writes quality.json (report/quick_check.hpp) to `out`. Of `request`: inputs, network, dem,
/// cameras, dji_sdk, program, threads, options. A frame without position or geometry is unusable
/// like a damaged one; blurred frames and those without contrast count as no view. Throws RunError,
/// Cancelled.
CheckOutcome CheckSurvey(const RunRequest& request, const std::filesystem::path& out,
                         const WorkContext& work);

}  // namespace thermoleak
