// The first sheet of an .xlsx. Mutated archives end at their check sums, so the input is what lies
// inside: the sheet's XML, then, after a line of "%", that of its shared texts.

#include <zlib.h>

#include <string>

#include "fuzz/input_folder.hpp"
#include "fuzz/stored_zip.hpp"
#include "thermoleak/ledger/findings.hpp"
#include "thermoleak/ledger/sheets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using fuzz::Require;
  const std::string_view all = fuzz::TextOf(data, size);
  const std::size_t cut = std::min(all.find("\n%\n"), all.size());
  const std::string_view texts = all.substr(std::min(cut + 3, all.size()));
  const auto sheet =
      ReadSheet(fuzz::Folder().Put("book.xlsx", test::Workbook(all.substr(0, cut), texts)));
  if (!sheet) {
    fuzz::CheckSentence(sheet.error().message);
    return 0;
  }
  for (const SheetRow& row : sheet->rows)
    Require(row.number >= 1 && !row.cells.empty() && !row.cells.back().empty(), "a row");
  if (const auto read = ParseFindings(*sheet)) {
    for (const BadCell& cell : read->bad) fuzz::CheckSentence(cell.reason);
  }
  return 0;
}
