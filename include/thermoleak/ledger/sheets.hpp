#pragma once
// Tables that people fill in, as rows of text: CSV and XLSX.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "thermoleak/core/error.hpp"

namespace thermoleak {

struct SheetRow {
  int number = 0;                  ///< as the spreadsheet shows it, from 1
  std::vector<std::string> cells;  ///< without spaces around them
};

struct Sheet {
  std::string file;
  std::vector<SheetRow> rows;  ///< those that hold anything
};

/// The first sheet of an .xlsx, else a table of text: comma, semicolon or tab; UTF-8 with or
/// without mark, or GBK/GB18030; quotes as in RFC 4180. At most 64 MB (unpacked), 2^20 rows and ten
/// million cells. Errors: as ReadFile, kSheetUnreadable.
Result<Sheet> ReadSheet(const std::filesystem::path& path);

/// One line of RFC 4180 with its line end. Text that a spreadsheet would run as a formula gets a
/// leading apostrophe.
std::string CsvLine(const std::vector<std::string>& cells);
/// What Excel wants in front of a CSV in UTF-8.
inline constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

}  // namespace thermoleak
