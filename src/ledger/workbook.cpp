#include "thermoleak/ledger/workbook.hpp"

#include <xlsxwriter.h>

#include <algorithm>
#include <cmath>

#include "thermoleak/core/files.hpp"

namespace thermoleak {
namespace {

struct Formats {
  lxw_format* title;
  lxw_format* header;
  lxw_format* text;
  lxw_format* number;
  lxw_format* footer;
};

Formats MakeFormats(lxw_workbook* book) {
  const auto make = [book](bool bold, bool border, bool centred) {
    lxw_format* format = workbook_add_format(book);
    format_set_font_name(format, "SimSun");
    format_set_font_size(format, 10);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    if (bold) format_set_bold(format);
    if (border) format_set_border(format, LXW_BORDER_THIN);
    if (centred) format_set_align(format, LXW_ALIGN_CENTER);
    return format;
  };
  Formats formats{make(true, false, true), make(true, true, true), make(false, true, false),
                  make(false, true, false), make(false, false, false)};
  format_set_font_size(formats.title, 16);
  format_set_text_wrap(formats.header);
  format_set_bg_color(formats.header, 0xE7E6E6);
  format_set_text_wrap(formats.text);
  format_set_text_wrap(formats.footer);
  return formats;
}

/// Letters of the longest word of Latin text: it should not be broken.
int LongestWord(std::string_view text) {
  int longest = 0, letters = 0;
  for (const char c : text) {
    letters = c == ' ' || static_cast<unsigned char>(c) >= 0x80u ? 0 : letters + 1;
    longest = std::max(longest, letters);
  }
  return longest;
}

void WriteSheet(lxw_workbook* book, const Formats& formats, const WorkbookSheet& sheet) {
  lxw_worksheet* page = workbook_add_worksheet(book, sheet.name.c_str());
  const auto last = static_cast<lxw_col_t>(sheet.columns.empty() ? 0 : sheet.columns.size() - 1);
  // What would be too small to read on one A4 goes over as many A3 as it takes; the first column
  // stands on each of them, the title on the first.
  std::vector<double> widths;
  double width = 0;
  for (const WorkbookColumn& column : sheet.columns) {
    widths.push_back(std::max(column.width, 1.15 * LongestWord(column.title) + 1));  // in bold
    width += widths.back();
  }
  constexpr double kWidestA4 = 220, kWidestA3 = 300;  // characters of 10 points, scaled to 70 %
  const int pages = width <= kWidestA4 ? 1 : static_cast<int>(std::ceil(width / kWidestA3));
  lxw_col_t title_last = last;
  if (pages > 1) {
    double sum = 0;
    for (title_last = 0; title_last < last; ++title_last) {
      sum += widths[title_last];
      if (sum + widths[title_last + 1u] > width / pages) break;
    }
  }
  lxw_row_t row = 0;
  if (!sheet.title.empty()) {
    if (title_last > 0) {
      worksheet_merge_range(page, row, 0, row, title_last, sheet.title.c_str(), formats.title);
    } else {
      worksheet_write_string(page, row, 0, sheet.title.c_str(), formats.title);
    }
    worksheet_set_row(page, row++, 30, nullptr);
  }
  const lxw_row_t header = row;
  for (lxw_col_t c = 0; c < sheet.columns.size(); ++c) {
    const WorkbookColumn& column = sheet.columns[c];
    worksheet_set_column(page, c, c, widths[c], nullptr);
    worksheet_write_string(page, header, c, column.title.c_str(), formats.header);
    if (column.choices.empty()) continue;
    std::vector<std::string> choices = column.choices;
    std::vector<char*> list;  // the library's interface is not const, but it only reads
    for (std::string& choice : choices) list.push_back(choice.data());
    list.push_back(nullptr);
    lxw_data_validation validation{};
    validation.validate = LXW_VALIDATION_TYPE_LIST;
    validation.value_list = list.data();
    validation.error_type = LXW_VALIDATION_ERROR_TYPE_WARNING;
    constexpr lxw_row_t kFillable = 2000;
    worksheet_data_validation_range(page, header + 1, c, header + kFillable, c, &validation);
  }
  int header_lines = 1;
  for (std::size_t c = 0; c < widths.size(); ++c)
    header_lines = std::max(header_lines, WrappedLines(sheet.columns[c].title, 0.9 * widths[c]));
  worksheet_set_row(page, row++, RowHeight(header_lines), nullptr);
  for (const auto& cells : sheet.rows) {
    int lines = 1;
    for (lxw_col_t c = 0; c < cells.size(); ++c) {
      if (const auto* text = std::get_if<std::string>(&cells[c])) {
        if (c < widths.size()) lines = std::max(lines, WrappedLines(*text, widths[c]));
        worksheet_write_string(page, row, c, text->c_str(), formats.text);
      } else if (const auto* number = std::get_if<double>(&cells[c])) {
        worksheet_write_number(page, row, c, *number, formats.number);
      } else {
        worksheet_write_blank(page, row, c, formats.text);
      }
    }
    if (lines > 1) worksheet_set_row(page, row, RowHeight(lines), nullptr);
    ++row;
  }
  if (!sheet.footer.empty()) {
    if (last > 0) {
      worksheet_merge_range(page, row, 0, row, last, sheet.footer.c_str(), formats.footer);
    } else {
      worksheet_write_string(page, row, 0, sheet.footer.c_str(), formats.footer);
    }
    ++row;
  }
  worksheet_freeze_panes(page, header + 1, 0);
  worksheet_repeat_rows(page, 0, header);
  worksheet_set_landscape(page);
  constexpr std::uint8_t kA4 = 9, kA3 = 8;
  worksheet_set_paper(page, pages == 1 && width <= kWidestA4 ? kA4 : kA3);
  worksheet_fit_to_pages(page, static_cast<std::uint16_t>(pages), 0);
  if (pages > 1) worksheet_repeat_columns(page, 0, 0);
  worksheet_print_area(page, 0, 0, row > 0 ? row - 1 : 0, last);
  worksheet_set_footer(page, "&C&P / &N");
}

}  // namespace

int WrappedLines(std::string_view text, double column_width) {
  const double room = std::max(1.0, column_width - 1);  // the cell's own margins
  int lines = 1;
  double used = 0, word = 0;
  const auto end_word = [&] {
    if (used > 0 && used + word > room) {
      ++lines;
      used = 0;
    }
    for (; word > room; word -= room) ++lines;  // longer than a line: broken anywhere
    used += word;
    word = 0;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c & 0xC0u) == 0x80u) continue;
    const bool wide = c >= 0xE0u;
    if (wide) end_word();  // may be broken before and after each
    word += wide ? 2 : 1;
    if (wide || c == ' ' || c == '-') end_word();
    if (c == '\n') {
      end_word();
      ++lines;
      used = 0;
    }
  }
  end_word();
  return lines;
}

double RowHeight(int lines) { return std::min(400.0, 4 + 12.5 * lines); }

void WriteWorkbook(const std::vector<WorkbookSheet>& sheets, const std::filesystem::path& path) {
  AtomicFile file(path);
  lxw_workbook* book = workbook_new(file.temporary().c_str());
  if (!book) throw std::bad_alloc();
  // A workbook says when it was made; a fixed day keeps the bytes equal.
  lxw_doc_properties properties{};
  properties.created = 1767225600;  // 2026-01-01T00:00:00Z
  workbook_set_properties(book, &properties);
  const Formats formats = MakeFormats(book);
  for (const WorkbookSheet& sheet : sheets) WriteSheet(book, formats, sheet);
  const lxw_error error = workbook_close(book);
  if (error != LXW_NO_ERROR) {
    throw RunError(ExitCode::kUsage, MessageId::kOutputUnwritable,
                   {path.string(), lxw_strerror(error)});
  }
  file.Commit();
}

}  // namespace thermoleak
