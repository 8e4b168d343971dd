#pragma once
// The ledger for people and other programs.

#include <filesystem>
#include <string>

#include "thermoleak/ledger/edition.hpp"
#include "thermoleak/ledger/ledger.hpp"

namespace thermoleak {

/// 隐患台账, one row a hazard; CSV in UTF-8 with mark. Unknown facts are 待补.
void WriteLedgerCsv(const Ledger& ledger, const HazardFilter& filter, Edition edition, Lang lang,
                    const std::filesystem::path& path);
void WriteLedgerXlsx(const Ledger& ledger, const HazardFilter& filter, Edition edition, Lang lang,
                     const std::filesystem::path& path);
/// RFC 7946; in the desensitised edition every geometry is null.
void WriteLedgerGeoJson(const Ledger& ledger, const HazardFilter& filter, Edition edition,
                        const std::filesystem::path& path);
/// What verifications taught, for training: run, candidate_id, label, method, date, hazard. Signs
/// without proof ("likely") teach nothing and are left out.
void WriteLabels(const Ledger& ledger, const HazardFilter& filter,
                 const std::filesystem::path& path);

/// One hazard as JSON, every column in its order, unknown ones null; without what the edition
/// leaves out.
std::string HazardJson(const Hazard& hazard, Edition edition);
/// A hazard with all that belongs to it.
std::string HazardFileJson(const Ledger& ledger, const Hazard& hazard);

}  // namespace thermoleak
