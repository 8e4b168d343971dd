#pragma once
// Inside of the ledger room: what is looked at when a boiler is shut down. From practice, not from
// a regulation's text: a unit's own rules may ask for more, and "other" takes it.

#include <span>
#include <string_view>

#include "thermoleak/ledger/records.hpp"
#include "thermoleak/ledger/vocabulary.hpp"

namespace thermoleak::ledger {

struct PartGroup {
  AssetKind equipment;  ///< kBoiler, kAuxiliary or kFlueGas
  std::span<const Term> parts;
  std::span<const Term> defects;
  std::span<const Term> methods;
  std::string_view record_en, record_zh;  ///< what has to be recorded
};

std::span<const PartGroup> Checklist();
std::span<const Term> Conclusions();  ///< unfit, basically fit, fit
/// For rows without a defect.
bool MeansNone(std::string_view text);

}  // namespace thermoleak::ledger
