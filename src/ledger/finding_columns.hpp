#pragma once
// Inside of the ledger room: the columns of a findings sheet.

#include <filesystem>
#include <span>

#include "thermoleak/ledger/findings.hpp"
#include "thermoleak/ledger/vocabulary.hpp"

namespace thermoleak::ledger {

enum class FindingColumn {
  kUnit,
  kDistrict,
  kHouse,
  kNumber,
  kEquipmentName,
  kModel,
  kPower,
  kFuel,
  kYearBuilt,
  kScrapListed,
  kPart,
  kDefect,
  kPosition,
  kMethod,
  kMeasured,
  kMeasuredUnit,
  kLimit,
  kLimitOrigin,
  kConclusion,
  kTubesReplaced,
  kLastInternal,
  kMeasure,
  kDate,
  kInspector,
  kPerformedBy,
  kAgency,
  kPhoto,
  kRemarks,
};

struct FindingColumnSpec {
  FindingColumn column;
  bool required = false;
  double width = 12;
};

std::span<const FindingColumnSpec> FindingColumns();
/// Headers in the order of FindingColumn.
std::span<const Term> FindingHeaders();
void WriteTemplate(FindingsTemplate which, Lang lang, const std::filesystem::path& path);

}  // namespace thermoleak::ledger
