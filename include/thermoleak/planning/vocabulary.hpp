#pragma once
// Words of the plan beside those of the ledger: the code that files carry, and what people read in
// both languages.

#include <optional>
#include <span>
#include <string_view>

#include "thermoleak/core/message.hpp"
#include "thermoleak/ledger/vocabulary.hpp"

namespace thermoleak {
namespace planning {

enum class RepairClass { kMinor, kMedium, kMajor };  ///< 小修, 中修, 大修
enum class Measure { kRepair, kReplace, kReconstruct, kBuild, kDismantle, kInspect, kVerify };
enum class Scope { kSpot, kSection, kDevice, kCourtyard };  ///< 单点, 整段, 设备, 庭院
enum class Skill { kPipe, kBoiler, kLicensed };
enum class ItemState {
  kDraft,
  kSubmitted,
  kDistrictOk,
  kFiled,
  kReady,
  kStarted,
  kDone,
  kAccepted,
  kClosed,
  kReturned,
  kAmended,
  kCancelled,
  kCarried,
};
/// Why a hazard has no item in the plan.
enum class WhyNot {
  kBudget,
  kCapacity,
  kNoCrew,
  kWindow,
  kLock,
  kMissingFacts,
  kWatch,
  kNoRule,
  kClosed,
  kOtherBatch,
};

}  // namespace planning

template <>
std::span<const Term> TermsOf<planning::RepairClass>();
template <>
std::span<const Term> TermsOf<planning::Measure>();
template <>
std::span<const Term> TermsOf<planning::Scope>();
template <>
std::span<const Term> TermsOf<planning::Skill>();
template <>
std::span<const Term> TermsOf<planning::ItemState>();
template <>
std::span<const Term> TermsOf<planning::WhyNot>();

namespace planning {

/// The value with this very code; FromText() also takes words and other spellings.
template <class Enum>
std::optional<Enum> FromCode(std::string_view code) {
  const auto terms = TermsOf<Enum>();
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (terms[i].code == code) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

/// The seven projects of 冬病夏治, 1 .. 7.
inline constexpr int kProjects = 7;
std::string_view ProjectName(int project, Lang lang);

}  // namespace planning
}  // namespace thermoleak
