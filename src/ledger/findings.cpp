// Sheets of the shutdown inspection: reading them, row by row.

#include "thermoleak/ledger/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "ledger/checklist.hpp"
#include "ledger/finding_columns.hpp"
#include "thermoleak/ledger/dates.hpp"

namespace thermoleak {

using ledger::FindingColumn;
using ledger::FindingColumns;

namespace {

struct Header {
  std::size_t row = 0;  ///< index in the sheet
  std::map<FindingColumn, std::size_t> place;
  std::map<FindingColumn, std::string> text;
};

std::optional<Header> FindHeader(const Sheet& sheet) {
  constexpr std::size_t kTitleRows = 10;
  for (std::size_t i = 0; i < std::min(kTitleRows, sheet.rows.size()); ++i) {
    Header header{i, {}, {}};
    const auto& cells = sheet.rows[i].cells;
    for (std::size_t k = 0; k < cells.size(); ++k) {
      // "部件*" and "单位(供热)" are what people make of a header.
      std::string name = cells[k];
      std::erase(name, '*');
      if (const auto column = FindTerm(ledger::FindingHeaders(), name)) {
        header.place.try_emplace(static_cast<FindingColumn>(*column), k);
        header.text.try_emplace(static_cast<FindingColumn>(*column), cells[k]);
      }
    }
    const bool complete =
        std::all_of(FindingColumns().begin(), FindingColumns().end(), [&](const auto& column) {
          return !column.required || header.place.contains(column.column);
        });
    if (complete) return header;
  }
  return std::nullopt;
}

/// The words of a list, for "use one of".
std::string ListOf(const std::vector<const Term*>& terms, Lang lang) {
  std::string list;
  for (const Term* term : terms) {
    if (!list.empty()) list += lang == Lang::kChinese ? "、" : ", ";
    list += lang == Lang::kChinese ? term->zh : term->en;
  }
  return list;
}
std::string ListOf(std::span<const Term> terms, Lang lang) {
  std::vector<const Term*> pointers;
  for (const Term& term : terms) pointers.push_back(&term);
  return ListOf(pointers, lang);
}

/// One row on its way to a finding.
class RowReader {
 public:
  RowReader(const SheetRow& row, const Header& header, std::vector<BadCell>& bad)
      : row_(row), header_(header), bad_(bad) {}

  Finding Read() {
    using enum FindingColumn;
    Finding f;
    f.unit = Required(kUnit);
    f.district = Cell(kDistrict);
    f.house = Required(kHouse);
    f.number = Required(kNumber);
    f.equipment_name = Cell(kEquipmentName);
    f.model = Cell(kModel);
    f.power_mw = NumberIn(kPower);
    f.fuel = Cell(kFuel);
    f.year_built = Year(kYearBuilt);
    f.scrap_listed = YesNo(kScrapListed);
    ReadDefect(f);
    f.position = Cell(kPosition);
    f.measured = NumberIn(kMeasured);
    f.measured_unit = Cell(kMeasuredUnit);
    f.limit = NumberIn(kLimit);
    f.limit_origin = Cell(kLimitOrigin);
    if (f.limit && f.limit_origin.empty()) Bad(kLimitOrigin, MessageId::kCellLimitOrigin);
    if (const std::string text = Cell(kConclusion); !text.empty()) {
      const auto conclusion = FindTerm(ledger::Conclusions(), text);
      if (conclusion) {
        f.conclusion = ledger::Conclusions()[*conclusion].code;
      } else {
        BadChoice(kConclusion, text, ListOf(ledger::Conclusions(), Lang::kEnglish),
                  ListOf(ledger::Conclusions(), Lang::kChinese));
      }
    }
    f.tubes_replaced_percent = Percent(kTubesReplaced);
    f.last_internal_inspection = DateIn(kLastInternal, Cell(kLastInternal));
    f.proposed_measure = Cell(kMeasure);
    if (const auto date = DateIn(kDate, Required(kDate))) {
      f.date = *date;
      f.season = SeasonYear(*date);
    }
    if (f.last_internal_inspection > f.date && f.date != Date{})
      Bad(kLastInternal, MessageId::kCellAfterInspection, {IsoDate(f.date)});
    f.inspector = Required(kInspector);
    if (const std::string text = Required(kPerformedBy); !text.empty()) {
      if (const auto performer = FromText<PerformedBy>(text)) {
        f.performed_by = *performer;
      } else {
        BadChoice(kPerformedBy, text, ListOf(TermsOf<PerformedBy>(), Lang::kEnglish),
                  ListOf(TermsOf<PerformedBy>(), Lang::kChinese));
      }
    }
    f.agency = Cell(kAgency);
    if (f.performed_by == PerformedBy::kAgency && f.agency.empty())
      Bad(kAgency, MessageId::kCellEmpty);
    f.photo = Cell(kPhoto);
    f.remarks = Cell(kRemarks);
    return f;
  }

  bool good() const { return good_; }

 private:
  std::string Cell(FindingColumn column) const {
    const auto place = header_.place.find(column);
    if (place == header_.place.end() || place->second >= row_.cells.size()) return {};
    return row_.cells[place->second];
  }
  void Bad(FindingColumn column, MessageId id, std::vector<std::string> args = {}) {
    good_ = false;
    const auto text = header_.text.find(column);
    const Term& term = ledger::FindingHeaders()[static_cast<std::size_t>(column)];
    bad_.push_back(
        {row_.number,
         text != header_.text.end() ? text->second : fmt::format("{} {}", term.zh, term.en),
         {id, std::move(args)}});
  }
  void BadChoice(FindingColumn column, const std::string& text, const std::string& en,
                 const std::string& zh) {
    Bad(column, MessageId::kCellNotInList, {text, InBoth(en, zh)});
  }
  std::string Required(FindingColumn column) {
    std::string text = Cell(column);
    if (text.empty()) Bad(column, MessageId::kCellEmpty);
    return text;
  }
  std::optional<double> NumberIn(FindingColumn column) {
    const std::string text = Cell(column);
    if (text.empty()) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(std::abs(value) <= 1e9)) {
      Bad(column, MessageId::kCellNoNumber, {text});
      return std::nullopt;
    }
    return value;
  }
  std::optional<double> Percent(FindingColumn column) {
    const auto value = NumberIn(column);
    if (!value || (*value >= 0 && *value <= 100)) return value;
    Bad(column, MessageId::kCellNoPercent, {Cell(column)});
    return std::nullopt;
  }
  std::optional<Date> DateIn(FindingColumn column, const std::string& text) {
    if (text.empty()) return std::nullopt;
    const auto date = ParseDate(text);
    if (!date) Bad(column, MessageId::kCellNoDate, {text});
    return date;
  }
  std::optional<int> Year(FindingColumn column) {
    std::string text = Cell(column);
    if (text.ends_with("年")) text.resize(text.size() - std::string_view("年").size());
    if (text.empty()) return std::nullopt;
    int year = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), year);
    if (error != std::errc() || end != text.data() + text.size() || year < 1900 || year > 2100) {
      Bad(column, MessageId::kCellNoYear, {text});
      return std::nullopt;
    }
    return year;
  }
  std::optional<bool> YesNo(FindingColumn column) {
    const std::string text = Folded(Cell(column));
    if (text.empty()) return std::nullopt;
    if (text == "是" || text == "yes" || text == "y" || text == "true" || text == "1") return true;
    if (text == "否" || text == "no" || text == "n" || text == "false" || text == "0") return false;
    Bad(column, MessageId::kCellNoYesNo, {Cell(column)});
    return std::nullopt;
  }

  /// Part, defect and method by the checklist. Codes are kept; what "other" means is in remarks.
  void ReadDefect(Finding& f) {
    using enum FindingColumn;
    const std::string part = Required(kPart);
    const std::string defect = Cell(kDefect);
    const std::string method = Required(kMethod);
    if (part.empty()) return;
    const ledger::PartGroup* group = nullptr;
    std::vector<const Term*> all;
    for (const ledger::PartGroup& candidate : ledger::Checklist()) {
      for (const Term& term : candidate.parts) all.push_back(&term);
      if (const auto found = FindTerm(candidate.parts, part); found && !group) {
        group = &candidate;
        f.part = candidate.parts[*found].code;
      }
    }
    if (!group) {
      BadChoice(kPart, part, ListOf(all, Lang::kEnglish), ListOf(all, Lang::kChinese));
      return;
    }
    f.equipment = group->equipment;
    const auto choose = [&](FindingColumn column, std::span<const Term> terms,
                            const std::string& text, std::string& code) {
      if (const auto found = FindTerm(terms, text)) {
        code = terms[*found].code;
        if (code == "other" && Cell(kRemarks).empty())
          Bad(kRemarks, MessageId::kCellOtherNeedsWords);
      } else {
        BadChoice(column, text, ListOf(terms, Lang::kEnglish), ListOf(terms, Lang::kChinese));
      }
    };
    if (!ledger::MeansNone(defect)) choose(kDefect, group->defects, defect, f.defect);
    if (!method.empty()) choose(kMethod, group->methods, method, f.method);
  }

  const SheetRow& row_;
  const Header& header_;
  std::vector<BadCell>& bad_;
  bool good_ = true;
};

}  // namespace

Result<FindingsSheet> ParseFindings(const Sheet& sheet) {
  const auto header = FindHeader(sheet);
  if (!header) {
    std::string en, zh;
    for (const auto& column : FindingColumns()) {
      if (!column.required) continue;
      const Term& term = ledger::FindingHeaders()[static_cast<std::size_t>(column.column)];
      en += fmt::format("{}{}", en.empty() ? "" : ", ", term.en);
      zh += fmt::format("{}{}", zh.empty() ? "" : "、", term.zh);
    }
    return Fail(sheet.file, MessageId::kFindingsNoHeader, {InBoth(en, zh)});
  }
  FindingsSheet out;
  out.file = sheet.file;
  // People read what is bad; each cell's reason lists all that it could have been.
  constexpr std::size_t kMostBad = 1000;
  std::vector<BadCell> untold;
  for (std::size_t i = header->row + 1; i < sheet.rows.size(); ++i) {
    untold.clear();
    RowReader reader(sheet.rows[i], *header, out.bad.size() < kMostBad ? out.bad : untold);
    Finding finding = reader.Read();
    if (reader.good()) {
      out.findings.push_back(std::move(finding));
    } else {
      ++out.bad_rows;
    }
  }
  return out;
}

void WriteFindingsTemplate(FindingsTemplate which, Lang lang, const std::filesystem::path& path) {
  ledger::WriteTemplate(which, lang, path);
}

}  // namespace thermoleak
