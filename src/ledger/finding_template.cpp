#include <algorithm>
#include <array>

#include "ledger/checklist.hpp"
#include "ledger/finding_columns.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/ledger/workbook.hpp"

namespace thermoleak::ledger {
namespace {

constexpr std::array kHeaders = {
    Term{"unit", "heating unit", "供热单位"},
    Term{"district", "district", "行政区", "区县"},
    Term{"house", "boiler house", "锅炉房", "热源|热源厂|换热站|热源/换热站"},
    Term{"number", "equipment number", "设备编号", "锅炉编号|编号"},
    Term{"equipment_name", "equipment", "设备名称", "设备类别"},
    Term{"model", "model", "型号", "锅炉型号"},
    Term{"power_mw", "power (MW)", "额定功率(MW)", "额定功率|power"},
    Term{"fuel", "fuel", "燃料"},
    Term{"year_built", "year made", "制造年份", "建成年份|投运年份|制造日期"},
    Term{"scrap_listed", "listed for removal", "是否列入拆除", "列入拆小并大"},
    Term{"part", "part", "部件", "检验部位|部位"},
    Term{"defect", "defect", "缺陷", "缺陷类型|缺陷描述"},
    Term{"position", "position", "位置", "缺陷位置"},
    Term{"method", "method", "检验方法", "检测方法|方法"},
    Term{"measured", "measured value", "实测值", "measured"},
    Term{"measured_unit", "unit of measure", "计量单位"},
    Term{"limit", "limit", "限值", "允许值|标准值"},
    Term{"limit_origin", "origin of the limit", "限值依据", "依据"},
    Term{"conclusion", "conclusion", "检验结论", "结论"},
    Term{"tubes_replaced_percent", "tubes to replace (%)", "换管比例(%)", "换管比例"},
    Term{"last_internal_inspection", "last internal inspection", "上次内检日期",
         "上次内部检验日期|内检日期"},
    Term{"proposed_measure", "proposed measure", "建议措施", "措施"},
    Term{"date", "date", "检验日期", "检测日期|日期"},
    Term{"inspector", "inspector", "检验人", "检测人|检验人员"},
    Term{"performed_by", "performed by", "检验方式", "检测方式|自检/委托机构"},
    Term{"agency", "agency", "检测机构", "检验机构"},
    Term{"photo", "photo", "照片", "附件"},
    Term{"remarks", "remarks", "备注"},
};

using enum FindingColumn;
constexpr std::array kColumns = {
    FindingColumnSpec{kUnit, true, 16},           FindingColumnSpec{kDistrict, false, 10},
    FindingColumnSpec{kHouse, true, 16},          FindingColumnSpec{kNumber, true, 10},
    FindingColumnSpec{kEquipmentName, false, 12}, FindingColumnSpec{kModel, false, 12},
    FindingColumnSpec{kPower, false, 10},         FindingColumnSpec{kFuel, false, 8},
    FindingColumnSpec{kYearBuilt, false, 10},     FindingColumnSpec{kScrapListed, false, 10},
    FindingColumnSpec{kPart, true, 12},           FindingColumnSpec{kDefect, true, 12},
    FindingColumnSpec{kPosition, false, 14},      FindingColumnSpec{kMethod, true, 12},
    FindingColumnSpec{kMeasured, false, 10},      FindingColumnSpec{kMeasuredUnit, false, 8},
    FindingColumnSpec{kLimit, false, 10},         FindingColumnSpec{kLimitOrigin, false, 18},
    FindingColumnSpec{kConclusion, false, 12},    FindingColumnSpec{kTubesReplaced, false, 10},
    FindingColumnSpec{kLastInternal, false, 12},  FindingColumnSpec{kMeasure, false, 18},
    FindingColumnSpec{kDate, true, 12},           FindingColumnSpec{kInspector, true, 10},
    FindingColumnSpec{kPerformedBy, true, 10},    FindingColumnSpec{kAgency, false, 16},
    FindingColumnSpec{kPhoto, false, 14},         FindingColumnSpec{kRemarks, false, 20},
};

std::string In(const Term& term, Lang lang) {
  return std::string(lang == Lang::kChinese ? term.zh : term.en);
}

bool IsOf(FindingsTemplate which, const PartGroup& group) {
  return (group.equipment == AssetKind::kBoiler) == (which == FindingsTemplate::kBoilers);
}

std::vector<std::string> Choices(FindingsTemplate which, FindingColumn column, Lang lang) {
  std::vector<std::string> words;
  const auto add = [&](std::span<const Term> terms) {
    for (const Term& term : terms) {
      std::string word = In(term, lang);
      if (std::find(words.begin(), words.end(), word) == words.end())
        words.push_back(std::move(word));
    }
  };
  if (column == kScrapListed)
    words = {Text(MessageId::kWordYes, lang), Text(MessageId::kWordNo, lang)};
  if (column == kConclusion) add(Conclusions());
  if (column == kPerformedBy) add(TermsOf<PerformedBy>());
  for (const PartGroup& group : Checklist()) {
    if (!IsOf(which, group)) continue;
    if (column == kPart) add(group.parts);
    if (column == kDefect) add(group.defects);
    if (column == kMethod) add(group.methods);
  }
  if (column == kDefect) words.push_back(Text(MessageId::kWordNone, lang));
  return words;
}

WorkbookSheet ChecklistSheet(FindingsTemplate which, Lang lang) {
  WorkbookSheet sheet;
  sheet.name = Text(MessageId::kChecklist, lang);
  sheet.title = sheet.name;
  for (const FindingColumn column : {kPart, kDefect, kMethod})
    sheet.columns.push_back({In(kHeaders[static_cast<std::size_t>(column)], lang), 34});
  sheet.columns.push_back({Text(MessageId::kChecklistRecord, lang), 22});
  for (const PartGroup& group : Checklist()) {
    if (!IsOf(which, group)) continue;
    std::vector<WorkbookCell> row;
    for (const std::span<const Term> terms : {group.parts, group.defects, group.methods}) {
      std::string words;
      for (const Term& term : terms) {
        if (!words.empty()) words += lang == Lang::kChinese ? "、" : ", ";
        words += In(term, lang);
      }
      row.emplace_back(std::move(words));
    }
    row.emplace_back(std::string(lang == Lang::kChinese ? group.record_zh : group.record_en));
    sheet.rows.push_back(std::move(row));
  }
  sheet.footer = Text(MessageId::kChecklistOrigin, lang);
  return sheet;
}

}  // namespace

std::span<const FindingColumnSpec> FindingColumns() { return kColumns; }
std::span<const Term> FindingHeaders() { return kHeaders; }

void WriteTemplate(FindingsTemplate which, Lang lang, const std::filesystem::path& path) {
  WorkbookSheet sheet;
  sheet.name = Text(which == FindingsTemplate::kBoilers ? MessageId::kTemplateBoilers
                                                        : MessageId::kTemplateAuxiliaries,
                    lang);
  std::vector<std::string> titles;
  for (const FindingColumnSpec& column : kColumns) {
    std::string title = In(kHeaders[static_cast<std::size_t>(column.column)], lang);
    if (column.required) title += '*';
    titles.push_back(title);
    sheet.columns.push_back({std::move(title), column.width, Choices(which, column.column, lang)});
  }
  if (path.extension() == ".xlsx") {
    WriteWorkbook({sheet, ChecklistSheet(which, lang)}, path);
  } else {
    WriteFileAtomically(path, std::string(kUtf8Mark) + CsvLine(titles));
  }
}

}  // namespace thermoleak::ledger
