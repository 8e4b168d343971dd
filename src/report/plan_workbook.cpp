// plan.xlsx, as the offices that file such plans expect it.

#include <fmt/format.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <memory>

#include "report/plan_table.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/ledger/workbook.hpp"
#include "thermoleak/planning/plan_json.hpp"

namespace thermoleak {
namespace {

using namespace planning;
using enum MessageId;

class Book {
 public:
  Book(const PlanDocument& document, const std::filesystem::path& path)
      : d_(document), book_(workbook_new(path.c_str())) {
    // The plan's day, not the clock: the same plan is the same file.
    lxw_doc_properties properties{};
    std::string title = TitleOf(d_);
    std::string author = "thermoleak";
    properties.title = title.data();
    properties.author = author.data();
    properties.created = static_cast<time_t>(d_.plan->date.time_since_epoch().count()) * 86400;
    workbook_set_properties(book_, &properties);
    title_ = Format(16, true);
    format_set_align(title_, LXW_ALIGN_CENTER);
    small_ = Format(9, false);
    format_set_font_color(small_, 0x555555);
    mark_ = Format(9, true);
    format_set_font_color(mark_, d_.edition == Edition::kDesensitised ? 0x1F6E43 : 0xA61C2B);
    format_set_align(mark_, LXW_ALIGN_RIGHT);
    head_ = Format(9, true);
    Frame(head_);
    format_set_bg_color(head_, 0xDCE6F0);
    format_set_text_wrap(head_);
    format_set_align(head_, LXW_ALIGN_CENTER);
    text_ = Format(9, false);
    Frame(text_);
    format_set_text_wrap(text_);
    for (int i = 0; i < 3; ++i) {
      number_[i] = Format(9, false);
      Frame(number_[i]);
      total_[i] = Format(9, true);
      Frame(total_[i]);
      format_set_bg_color(total_[i], 0xF3F3F3);
      const char* const kDecimals[] = {"#,##0", "#,##0.0", "#,##0.00"};
      format_set_num_format(number_[i], kDecimals[i]);
      format_set_num_format(total_[i], kDecimals[i]);
    }
    sign_ = Format(11, false);
    format_set_border(sign_, LXW_BORDER_THIN);
    format_set_align(sign_, LXW_ALIGN_VERTICAL_TOP);
  }

  void Items() {
    const std::vector<PlanColumn> columns = PlanColumns(d_.edition);
    const auto last = static_cast<lxw_col_t>(columns.size() - 1);
    // Two A3 pages beside each other, what and where, then how much and when: on one page it would
    // be too small to read.
    const auto money = std::find_if(columns.begin(), columns.end(), [](const PlanColumn& column) {
      return column.title == kPlanColumnCost;
    });
    const auto second = static_cast<lxw_col_t>(money - columns.begin());
    lxw_worksheet* sheet = Sheet(kPlanSheetItems, static_cast<lxw_col_t>(second - 1));
    worksheet_set_print_scale(sheet, 65);
    worksheet_repeat_columns(sheet, 0, 0);
    lxw_col_t breaks[] = {second, 0};
    worksheet_set_v_pagebreaks(sheet, breaks);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      Text(sheet, 3, c, columns[c].title, head_);
      worksheet_set_column(sheet, static_cast<lxw_col_t>(c), static_cast<lxw_col_t>(c),
                           columns[c].width, nullptr);
    }
    worksheet_set_row(sheet, 3, 30, nullptr);
    const auto progress = ProgressBy(*d_.plan, d_.progress, Date(std::chrono::days(100000)));
    lxw_row_t row = 4;
    for (const PlanItem& item : d_.plan->items) {
      const auto cells = PlanRow(d_, item, progress.at(item.id), static_cast<int>(row - 3));
      int lines = static_cast<int>(item.hazard_ids.size());
      for (std::size_t c = 0; c < cells.size(); ++c) {
        Cell(sheet, row, c, cells[c], false);
        lines = std::max(lines, WrappedLines(cells[c].text, columns[c].width));
      }
      worksheet_set_row(sheet, row, RowHeight(lines), nullptr);
      ++row;
    }
    const lxw_row_t end = row;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (c == 0)
        Text(sheet, row, c, kPlanTotal, total_[0]);
      else if (columns[c].sums && end > 4) {
        double sum = 0;
        for (const PlanItem& item : d_.plan->items)
          sum += columns[c].title == kPlanColumnCost ? item.Money() / 10000
                                                     : item.households.value_or(0);
        const std::string formula = fmt::format("=SUM({0}5:{0}{1})", ColumnName(c), end);
        worksheet_write_formula_num(sheet, row, static_cast<lxw_col_t>(c), formula.c_str(),
                                    total_[columns[c].title == kPlanColumnCost ? 2 : 0], sum);
      } else {
        worksheet_write_blank(sheet, row, static_cast<lxw_col_t>(c), total_[0]);
      }
    }
    row += 2;
    lxw_col_t from = 0;
    for (const MessageId id : {kPlanSignMade, kPlanSignUnit, kPlanSignDistrict, kPlanSignCity}) {
      const auto to =
          static_cast<lxw_col_t>(id == kPlanSignCity ? second - 1 : from + second / 4 - 1);
      const std::string text = thermoleak::Text(id, d_.lang);
      worksheet_merge_range(sheet, row, from, row + 3, to, text.c_str(), sign_);
      from = static_cast<lxw_col_t>(to + 1);
    }
    worksheet_print_area(sheet, 0, 0, row + 3, last);
    worksheet_freeze_panes(sheet, 4, 6);
    if (end > 4) worksheet_autofilter(sheet, 3, 0, end - 1, last);
  }

  template <class Key>
  void RollUp(MessageId name, MessageId first, const Key& key, bool budgets) {
    std::map<std::string, PlanSum> sums;
    PlanSum all;
    for (const PlanItem& item : d_.plan->items) {
      sums[key(item)].Add(item);
      all.Add(item);
    }
    std::vector<MessageId> titles = {first,
                                     kPlanColumnItems,
                                     kPlanColumnHazards,
                                     kPlanColumnMajor,
                                     kPlanColumnMedium,
                                     kPlanColumnMinor,
                                     kPlanColumnMetres,
                                     kPlanColumnCost,
                                     kPlanColumnAvoided};
    if (budgets) titles.push_back(kPlanColumnBudget);
    const auto last = static_cast<lxw_col_t>(titles.size() - 1);
    lxw_worksheet* sheet = Sheet(name, last);
    worksheet_set_column(sheet, 0, 0, 30, nullptr);
    worksheet_set_column(sheet, 1, last, 15, nullptr);
    for (std::size_t c = 0; c < titles.size(); ++c) Text(sheet, 3, c, titles[c], head_);
    worksheet_set_row(sheet, 3, 30, nullptr);
    lxw_row_t row = 4;
    const auto line = [&](const std::string& who, const PlanSum& s, bool total) {
      const std::vector<PlanCell> cells = {
          {who, {}, 0},           {{}, s.items, 0},       {{}, s.hazards, 0},
          {{}, s.by_class[2], 0}, {{}, s.by_class[1], 0}, {{}, s.by_class[0], 0},
          {{}, s.metres, 1},      {{}, s.yuan / 1e4, 2},  {{}, s.avoided_yuan / 1e4, 2}};
      for (std::size_t c = 0; c < cells.size(); ++c) Cell(sheet, row, c, cells[c], total);
      if (budgets) {
        const auto found = d_.plan->budget_yuan.find(total ? "" : who);
        Cell(
            sheet, row, cells.size(),
            found == d_.plan->budget_yuan.end() ? PlanCell{} : PlanCell{{}, found->second / 1e4, 2},
            total);
      }
      ++row;
    };
    for (const auto& [who, sum] : sums) line(who, sum, false);
    line(thermoleak::Text(kPlanTotal, d_.lang), all, true);
    worksheet_print_area(sheet, 0, 0, row - 1, last);
    worksheet_freeze_panes(sheet, 4, 1);
  }

  void Unplanned() {
    const MessageId titles[] = {kPlanColumnNumber, kPlanColumnHazards, kPlanColumnDistrict,
                                kPlanColumnUnit,   kPlanColumnWhy,     kPlanColumnDetail,
                                kPlanColumnCost};
    const double widths[] = {6, 30, 12, 12, 18, 60, 12};
    lxw_worksheet* sheet = Sheet(kPlanSheetUnplanned, 6);
    for (std::size_t c = 0; c < 7; ++c) {
      Text(sheet, 3, c, titles[c], head_);
      worksheet_set_column(sheet, static_cast<lxw_col_t>(c), static_cast<lxw_col_t>(c), widths[c],
                           nullptr);
    }
    lxw_row_t row = 4;
    for (const planning::Unplanned& u : d_.plan->unplanned) {
      const std::vector<PlanCell> cells = {
          {{}, row - 3.0, 0},
          {u.hazard_id, {}, 0},
          {u.district, {}, 0},
          {u.unit, {}, 0},
          {Word(u.why, d_.lang), {}, 0},
          {u.detail.In(d_.lang), {}, 0},
          u.cost_yuan ? PlanCell{{}, *u.cost_yuan / 1e4, 2} : PlanCell{}};
      for (std::size_t c = 0; c < cells.size(); ++c) Cell(sheet, row, c, cells[c], false);
      ++row;
    }
    worksheet_print_area(sheet, 0, 0, row - 1, 6);
    worksheet_freeze_panes(sheet, 4, 2);
  }

  void Reasons() {
    const MessageId titles[] = {kPlanColumnNumber, kPlanColumnHazards, kPlanColumnRule,
                                kPlanColumnWork,   kPlanColumnInputs,  kPlanColumnOrigin,
                                kPlanColumnBasis};
    const double widths[] = {6, 28, 8, 36, 40, 30, 60};
    lxw_worksheet* sheet = Sheet(kPlanSheetReasons, 6);
    for (std::size_t c = 0; c < 7; ++c) {
      Text(sheet, 3, c, titles[c], head_);
      worksheet_set_column(sheet, static_cast<lxw_col_t>(c), static_cast<lxw_col_t>(c), widths[c],
                           nullptr);
    }
    lxw_row_t row = 4;
    double number = 0;
    for (const PlanItem& item : d_.plan->items) {
      ++number;
      bool first = true;
      for (const RuleStep& step : item.trace) {
        if (!IsShown(step, d_.edition)) continue;
        const std::string missing = step.fired ? "" : " (?)";
        const std::vector<PlanCell> cells = {
            {{}, number, 0},
            {item.hazard_ids.empty() ? "" : item.hazard_ids.front(), {}, 0},
            {step.id + missing, {}, 0},
            {step.text.In(d_.lang), {}, 0},
            {InputsOf(step), {}, 0},
            {step.origin, {}, 0},
            {first ? BasisOf(item, d_.lang) : "", {}, 0}};
        for (std::size_t c = 0; c < cells.size(); ++c) Cell(sheet, row, c, cells[c], false);
        first = false;
        ++row;
      }
    }
    worksheet_print_area(sheet, 0, 0, row - 1, 6);
    worksheet_freeze_panes(sheet, 4, 3);
  }

  bool Close() { return workbook_close(book_) == LXW_NO_ERROR; }

 private:
  lxw_format* Format(double size, bool bold) {
    lxw_format* format = workbook_add_format(book_);
    format_set_font_name(format, d_.lang == Lang::kChinese ? "SimSun" : "Calibri");
    format_set_font_size(format, size);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    if (bold) format_set_bold(format);
    return format;
  }
  static void Frame(lxw_format* format) {
    format_set_border(format, LXW_BORDER_THIN);
    format_set_border_color(format, 0x9AA5B1);
  }

  lxw_worksheet* Sheet(MessageId name, lxw_col_t last) {
    lxw_worksheet* sheet = workbook_add_worksheet(book_, thermoleak::Text(name, d_.lang).c_str());
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 8);  // A3
    worksheet_fit_to_pages(sheet, 1, 0);
    worksheet_set_margins(sheet, 0.4, 0.4, 0.5, 0.6);
    worksheet_repeat_rows(sheet, 0, 3);
    worksheet_set_footer(sheet, "&C&P / &N");
    worksheet_gridlines(sheet, LXW_HIDE_ALL_GRIDLINES);
    worksheet_merge_range(sheet, 0, 0, 0, last, TitleOf(d_).c_str(), title_);
    worksheet_set_row(sheet, 0, 30, nullptr);
    worksheet_merge_range(sheet, 1, 0, 1, last, SubtitleOf(d_).c_str(), small_);
    worksheet_merge_range(sheet, 2, 0, 2, last, EditionMark(d_).c_str(), mark_);
    return sheet;
  }
  void Text(lxw_worksheet* sheet, lxw_row_t row, std::size_t c, MessageId id, lxw_format* format) {
    worksheet_write_string(sheet, row, static_cast<lxw_col_t>(c),
                           thermoleak::Text(id, d_.lang).c_str(), format);
  }
  void Cell(lxw_worksheet* sheet, lxw_row_t row, std::size_t c, const PlanCell& cell, bool total) {
    const auto col = static_cast<lxw_col_t>(c);
    if (cell.number) {
      worksheet_write_number(sheet, row, col, *cell.number,
                             total ? total_[cell.decimals] : number_[cell.decimals]);
    } else if (cell.text.empty()) {
      worksheet_write_blank(sheet, row, col, total ? total_[0] : text_);
    } else {
      std::string text;  // line ends between a group's hazards are wanted
      for (std::size_t at = 0; at <= cell.text.size();) {
        const std::size_t end = std::min(cell.text.find('\n', at), cell.text.size());
        text += (at == 0 ? "" : "\n") + CleanUtf8(cell.text.substr(at, end - at));
        at = end + 1;
      }
      worksheet_write_string(sheet, row, col, text.c_str(), total ? total_[0] : text_);
    }
  }
  static std::string ColumnName(std::size_t c) {
    std::string name;
    for (std::size_t n = c + 1; n > 0; n = (n - 1) / 26)
      name.insert(name.begin(), static_cast<char>('A' + (n - 1) % 26));
    return name;
  }

  const PlanDocument& d_;
  lxw_workbook* book_;
  lxw_format *title_, *small_, *mark_, *head_, *text_, *sign_;
  lxw_format *number_[3], *total_[3];
};

}  // namespace

void WritePlanWorkbook(const PlanDocument& document, const std::filesystem::path& path) {
  AtomicFile file(path);
  Book book(document, file.temporary());
  book.Items();
  book.RollUp(
      kPlanSheetUnits, kPlanColumnUnit, [](const PlanItem& i) { return i.unit; }, true);
  book.RollUp(
      kPlanSheetDistricts, kPlanColumnDistrict, [](const PlanItem& i) { return i.district; },
      false);
  book.RollUp(
      kPlanSheetCategories, kPlanColumnAsset,
      [&](const PlanItem& i) {
        return Word(i.asset, document.lang) + " · " + Word(i.measure, document.lang);
      },
      false);
  book.Unplanned();
  book.Reasons();
  if (!book.Close()) throw WriteError(path, errno);
  file.Commit();
}

}  // namespace thermoleak
