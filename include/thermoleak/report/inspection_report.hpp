#pragma once
// The inspection report (检测报告): a season's inspections, what they covered and what they found,
// as one paper that people sign.

#include <filesystem>
#include <string>
#include <vector>

#include "thermoleak/core/message.hpp"
#include "thermoleak/ledger/edition.hpp"
#include "thermoleak/ledger/ledger.hpp"

namespace thermoleak {

struct InspectionReport {
  const Ledger* ledger = nullptr;
  int season = 0;
  std::string unit, district;  ///< only hazards and boiler houses of it; "" = all
  /// Folders of `thermoleak run` for thermal pictures, found by their names as the ledger has them.
  std::vector<std::filesystem::path> runs;
  Date date{};  ///< of the report
  Lang lang = Lang::kEnglish;
  Edition edition = Edition::kInternal;
};

/// One self-contained page for A4 paper. The same ledger and date give the same bytes. The
/// desensitised edition has no coordinates, no chainages, no depths and no pipes in its pictures.
/// Throws RunError (kReportNothingInspected; files that cannot be written).
void WriteInspectionReport(const InspectionReport& report, const std::filesystem::path& path);

}  // namespace thermoleak
