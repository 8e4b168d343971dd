#pragma once
// Stage 2: what people found in boilers and auxiliaries that were shut down, from the sheets that
// they fill in.

#include <filesystem>
#include <string>
#include <vector>

#include "thermoleak/core/error.hpp"
#include "thermoleak/ledger/records.hpp"
#include "thermoleak/ledger/sheets.hpp"

namespace thermoleak {

enum class FindingsTemplate { kBoilers, kAuxiliaries };

/// An empty sheet with its headers, and the checklist of parts, defects and methods: XLSX with
/// drop-down lists and a second sheet, or CSV in UTF-8 with mark, by the file's extension.
void WriteFindingsTemplate(FindingsTemplate which, Lang lang, const std::filesystem::path& path);

/// A cell that cannot be used.
struct BadCell {
  int row = 0;         ///< as the spreadsheet shows it
  std::string column;  ///< its header in that sheet
  Message reason;
};

struct FindingsSheet {
  std::string file;
  std::vector<Finding> findings;  ///< of the good rows, without ids
  std::vector<BadCell> bad;  ///< a row with one of them is not taken; those of the first 1000 or so
  int bad_rows = 0;
};

/// Headers in Chinese or English, in any order, in one of the first ten rows; dates as people write
/// them. A sheet without the columns that every row needs is an error (kFindingsNoHeader).
Result<FindingsSheet> ParseFindings(const Sheet& sheet);

}  // namespace thermoleak
