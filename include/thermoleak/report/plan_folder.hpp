#pragma once
// The folder of a season's plan: plan.json, its earlier versions, progress.csv and the documents.

#include <filesystem>

#include "thermoleak/core/message.hpp"
#include "thermoleak/ledger/edition.hpp"
#include "thermoleak/planning/plan.hpp"

namespace thermoleak {

/// Documents first, plan.json last: where it is, all else is whole. What it replaces is kept as
/// plan-v0001.json. The folder holds the plan itself with its positions; a desensitised edition's
/// documents stand in a folder of their own. Throws RunError.
void WritePlanFolder(const planning::RepairPlan& plan, const std::filesystem::path& folder,
                     Lang lang, Edition edition = Edition::kInternal);

}  // namespace thermoleak
