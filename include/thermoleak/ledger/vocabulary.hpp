#pragma once
// The ledger's words: each value of an enumeration has a code for files and options, a Chinese and
// an English word for people, and is recognised by any of them. One table an enumeration, in
// vocabulary.cpp.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "thermoleak/core/message.hpp"
#include "thermoleak/ledger/records.hpp"

namespace thermoleak {

struct Term {
  std::string_view code;       ///< "to_verify"
  std::string_view en;         ///< "to verify"
  std::string_view zh;         ///< "待复核"
  std::string_view also = {};  ///< other spellings that are recognised, with '|' between
};

/// All values of an enumeration in its order.
template <class E>
std::span<const Term> TermsOf();
template <>
std::span<const Term> TermsOf<HazardSource>();
template <>
std::span<const Term> TermsOf<AssetKind>();
template <>
std::span<const Term> TermsOf<HazardKind>();
template <>
std::span<const Term> TermsOf<Grade>();
template <>
std::span<const Term> TermsOf<Urgency>();
template <>
std::span<const Term> TermsOf<HazardState>();
template <>
std::span<const Term> TermsOf<Role>();
template <>
std::span<const Term> TermsOf<OrganisationType>();
template <>
std::span<const Term> TermsOf<RejectCode>();
template <>
std::span<const Term> TermsOf<VerifyMethod>();
template <>
std::span<const Term> TermsOf<VerifyResult>();
template <>
std::span<const Term> TermsOf<Batch>();
template <>
std::span<const Term> TermsOf<AttachmentPurpose>();
template <>
std::span<const Term> TermsOf<PerformedBy>();
template <>
std::span<const Term> TermsOf<InspectionObject>();

template <class E>
std::string_view Code(E value) {
  return TermsOf<E>()[static_cast<std::size_t>(value)].code;
}
template <class E>
std::string Word(E value, Lang lang) {
  const Term& term = TermsOf<E>()[static_cast<std::size_t>(value)];
  return std::string(lang == Lang::kChinese ? term.zh : term.en);
}

/// As an argument of a message, in both languages.
template <class E>
std::string WordArg(E value) {
  const Term& term = TermsOf<E>()[static_cast<std::size_t>(value)];
  return InBoth(term.en, term.zh);
}

/// A code of the boiler checklist ("header", "crack") in words; anything else as it is.
std::string ChecklistWord(std::string_view code, Lang lang);
/// "buried", "duct", "overhead" in words; anything else as it is.
std::string LayingWord(std::string_view code, Lang lang);

/// Index of the term that `text` names (code, word or other spelling; case, spaces, hyphens and
/// full width ignored), or nothing.
std::optional<std::size_t> FindTerm(std::span<const Term> terms, std::string_view text);
template <class E>
std::optional<E> FromText(std::string_view text) {
  const auto index = FindTerm(TermsOf<E>(), text);
  if (!index) return std::nullopt;
  return static_cast<E>(*index);
}

/// Lower case, narrow signs, without spaces, '_' and '-': for comparing what people typed.
std::string Folded(std::string_view text);

}  // namespace thermoleak
