#pragma once
// The plan's rows as every document shows them: columns, words, numbers.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "report/text_format.hpp"
#include "thermoleak/report/plan_writers.hpp"

namespace thermoleak {

/// A cell is a text or a number with decimals.
struct PlanCell {
  std::string text;
  std::optional<double> number;
  int decimals = 0;
};
struct PlanColumn {
  MessageId title;
  double width;       ///< in letters
  bool sums = false;  ///< has a total
};

std::vector<PlanColumn> PlanColumns(Edition edition);
/// One item; as many cells as columns.
std::vector<PlanCell> PlanRow(const PlanDocument& document, const planning::PlanItem& item,
                              const planning::ItemProgress& progress, int number);

std::string PlaceText(const planning::PlanItem& item);
std::string QuantityUnit(const std::string& code, Lang lang);
std::string TitleOf(const PlanDocument& document);
std::string SubtitleOf(const PlanDocument& document);
std::string EditionMark(const PlanDocument& document);
/// What a rule says of a depth is one: others do not see such steps.
bool IsShown(const planning::RuleStep& step, Edition edition);
std::string InputsOf(const planning::RuleStep& step);
std::string GradeOf(const planning::PlanItem& item, Lang lang);
std::string RemarksOf(const planning::PlanItem& item, Lang lang);
std::string BasisOf(const planning::PlanItem& item, Lang lang);

/// Sums of one group of items.
struct PlanSum {
  int items = 0, hazards = 0;
  int by_class[3] = {0, 0, 0};
  double metres = 0, yuan = 0, avoided_yuan = 0;
  void Add(const planning::PlanItem& item);
};

/// The 95 % box around the position ellipse, with room to stand: never smaller than a person can
/// work in.
struct DigBox {
  double long_m = 0, short_m = 0, azimuth_deg = 0;
};
std::optional<DigBox> DigBoxOf(const planning::PlanItem& item);

}  // namespace thermoleak
