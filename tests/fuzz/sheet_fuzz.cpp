// Tables of text that people fill in: commas, semicolons or tabs, UTF-8 or GBK. What a findings
// sheet says, and that what we write is read as it was.

#include <cpl_string.h>

#include <cmath>
#include <string>

#include "fuzz/input_folder.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/findings.hpp"
#include "thermoleak/ledger/sheets.hpp"

namespace {

using namespace thermoleak;
using fuzz::Require;

void CheckFindings(const Sheet& sheet) {
  const auto read = ParseFindings(sheet);
  if (!read) return fuzz::CheckSentence(read.error().message);
  for (const Finding& f : read->findings) {
    Require(!f.unit.empty() && !f.house.empty() && !f.number.empty() && !f.part.empty() &&
                !f.method.empty() && !f.inspector.empty(),
            "what every row needs");
    Require(ParseDate(IsoDate(f.date)) == f.date, "a date");
    for (const auto& number : {f.power_mw, f.measured, f.limit, f.tubes_replaced_percent})
      Require(!number || std::isfinite(*number), "a number");
  }
  Require(read->bad.empty() == (read->bad_rows == 0), "a bad row has a bad cell");
  for (const BadCell& cell : read->bad) {
    Require(cell.row >= 1 && !cell.column.empty(), "a bad cell has a place");
    fuzz::CheckSentence(cell.reason);
  }
}

void CheckWrittenAgain(const Sheet& sheet) {
  std::vector<std::string> header;
  std::string text(kUtf8Mark);
  for (std::size_t i = 0; i < 99; ++i) header.push_back("c" + std::to_string(i));
  text += CsvLine(header);
  std::vector<const SheetRow*> expected;
  for (const SheetRow& row : sheet.rows) {
    text += CsvLine(row.cells);
    expected.push_back(&row);
  }
  const auto again = ReadSheet(fuzz::Folder().Put("again.csv", text));
  Require(again.has_value(), "our own table is read");
  Require(again->rows.size() == expected.size() + 1, "as many rows");
  for (std::size_t i = 0; i < expected.size(); ++i)
    Require(again->rows[i + 1].cells == expected[i]->cells, "the same cells");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto sheet = ReadSheet(fuzz::Folder().Put("sheet.csv", fuzz::TextOf(data, size)));
  if (!sheet) {
    fuzz::CheckSentence(sheet.error().message);
    return 0;
  }
  int last = 0;
  for (const SheetRow& row : sheet->rows) {
    Require(row.number > last, "rows in order");
    last = row.number;
    Require(!row.cells.empty() && !row.cells.back().empty(), "a row holds something");
    for (const std::string& cell : row.cells)
      Require(CPLIsUTF8(cell.data(), static_cast<int>(cell.size())), "UTF-8");
  }
  CheckFindings(*sheet);
  CheckWrittenAgain(*sheet);
  return 0;
}
