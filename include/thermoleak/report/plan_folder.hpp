#pragma once
// The folder of a season's plan: plan.json, its earlier versions, progress.csv and the documents.

#include <filesystem>
#include <vector>

#include "thermoleak/core/message.hpp"
#include "thermoleak/geo/local_frame.hpp"
#include "thermoleak/ledger/edition.hpp"
#include "thermoleak/planning/plan.hpp"

namespace thermoleak {

/// Documents first, plan.json last: where it is, all else is whole. What it replaces is kept as
/// plan-v0001.json. The folder holds the plan itself with its positions; a desensitised edition's
/// documents stand in a folder of their own. `pipes` are drawn under the items. Throws RunError.
void WritePlanFolder(const planning::RepairPlan& plan, const std::filesystem::path& folder,
                     Lang lang, Edition edition = Edition::kInternal,
                     std::vector<std::vector<LonLat>> pipes = {});

}  // namespace thermoleak
