#pragma once
// Spreadsheets as offices print them: a merged title, a frozen header that repeats on each page,
// borders, landscape A4, columns as wide as they need.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace thermoleak {

struct WorkbookColumn {
  std::string title;
  double width = 12;                   ///< characters
  std::vector<std::string> choices{};  ///< a drop-down list for the cells below
};

/// Text, number, or empty.
using WorkbookCell = std::variant<std::monostate, std::string, double>;

struct WorkbookSheet {
  std::string name;
  std::string title;  ///< merged over all columns; "" = the header is the first row
  std::vector<WorkbookColumn> columns;
  std::vector<std::vector<WorkbookCell>> rows;
  std::string footer;  ///< a last merged line: signatures, origin
};

/// How many lines a text takes in a column, wrapped at words. Chinese letters are two wide. Rows of
/// wrapped text get their height from it: not every program finds it by itself.
int WrappedLines(std::string_view text, double column_width);
/// Points for so many lines of 10-point text.
double RowHeight(int lines);

/// Writes an .xlsx whole or not at all. The same sheets give the same bytes. Throws RunError.
void WriteWorkbook(const std::vector<WorkbookSheet>& sheets, const std::filesystem::path& path);

}  // namespace thermoleak
