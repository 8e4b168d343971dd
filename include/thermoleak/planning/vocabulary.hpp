#pragma once
// Words of the plan: the code that files carry, and what people read in both languages.

#include <span>
#include <string_view>

#include "thermoleak/core/message.hpp"
#include "thermoleak/ledger/records.hpp"

namespace thermoleak::planning {

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

struct Term {
  std::string_view code, en, zh;
};

/// All terms of an enumeration, in its order.
template <class Enum>
std::span<const Term> Terms();

template <class Enum>
std::string_view Code(Enum value) {
  return Terms<Enum>()[static_cast<std::size_t>(value)].code;
}
template <class Enum>
std::string_view Word(Enum value, Lang lang) {
  const Term& term = Terms<Enum>()[static_cast<std::size_t>(value)];
  return lang == Lang::kChinese ? term.zh : term.en;
}
/// Empty when no code matches.
template <class Enum>
std::optional<Enum> FromCode(std::string_view code) {
  const auto terms = Terms<Enum>();
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (terms[i].code == code) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

/// The seven projects of 冬病夏治, 1 .. 7.
inline constexpr int kProjects = 7;
std::string_view ProjectName(int project, Lang lang);

}  // namespace thermoleak::planning
