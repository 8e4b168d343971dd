#pragma once
// The middle of a run's registration: recorded cameras in, cameras that fit each other out.

#include <span>

#include "thermoleak/core/progress.hpp"
#include "thermoleak/pipeline/run.hpp"
#include "thermoleak/registration/adjust.hpp"

namespace thermoleak {

/// Ties the registered frames to each other and adjusts their cameras. `overviews` is parallel to
/// `registration.frames`; none may be null. Of the map, the buildings say which ties may lie above the
/// ground.
/// Parallel within the caller's arena; the result does not depend on the number of threads. Throws
/// Cancelled.
AdjustSummary TieAndAdjust(Registration& registration, std::span<const Overview* const> overviews,
                           const PipeNetwork& map, const RunOptions& options,
                           const WorkContext& work);

}  // namespace thermoleak
