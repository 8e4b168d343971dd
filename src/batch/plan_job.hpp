#pragma once
// The plan as a job: `thermoleak plan` over the ledger.

#include <string>
#include <vector>

#include "thermoleak/batch/data_folder.hpp"
#include "thermoleak/ledger/records.hpp"

namespace thermoleak::batch {

/// The season to which a day's plan belongs: of config.toml, else the day's.
int SeasonFor(const DataFolder& folder, Date day);

/// What `thermoleak` is called with. The batch is the first whose gate is not over; after both it
/// is an addition. A plan of an earlier season is put aside as plan-YEAR. Throws RunError.
std::vector<std::string> PlanArguments(const DataFolder& folder, Date day);

}  // namespace thermoleak::batch
