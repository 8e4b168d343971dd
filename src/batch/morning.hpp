#pragma once
// Collects the morning summary from the jobs, the runs, the ledger and the plan.

#include "thermoleak/batch/data_folder.hpp"
#include "thermoleak/batch/jobs.hpp"
#include "thermoleak/report/morning_summary.hpp"

namespace thermoleak::batch {

/// Scans whose jobs have ended and of which no other day's summary has told, and all that still
/// have a problem.
MorningSummary CollectMorning(const DataFolder& folder, const JobQueue& queue, Date day);

/// summary/DAY: in the folder's language, and in the other one below it. Returns summary.html.
std::filesystem::path WriteMorning(const DataFolder& folder, const MorningSummary& summary);

}  // namespace thermoleak::batch
