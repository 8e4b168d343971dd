#pragma once
// What the texts and numbers of a heating company's map mean. Inside network only. Everything
// unknown stays unset: a wrong diameter is worse than none.

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "thermoleak/network/network.hpp"

namespace thermoleak::network_internal {

/// Whether `text` is UTF-8; an incomplete character at its end (cut by a field's width) does not
/// count.
bool IsUtf8(std::string_view text);
/// `text` without an incomplete character at its end.
std::string_view WithoutCutCharacter(std::string_view text);

/// For comparing: full-width letters and digits to ASCII, lower case, white space and quotes
/// removed, x for ×.
std::string Normalise(std::string_view utf8);

/// An attribute's name split as in "埋深(cm)": normalised name and unit ("" when none).
struct FieldName {
  std::string name;
  std::string unit;
};
FieldName ParseFieldName(std::string_view utf8);

enum class Role {
  kPipeId,
  kDn,
  kDepth,
  kMedium,
  kLevel,
  kLaying,
  kYear,
  kInsulation,
  kUnit,
  kDistrict,
  kChamberId,
  kChamberKind,
  kHeight,
};
/// Names of an attribute, best first, normalised.
std::span<const std::string_view> Aliases(Role role);
/// Whether a normalised field name is `alias`; `cut` = the name may have lost its end (dBase: 10
/// bytes).
bool IsAlias(std::string_view name, std::string_view alias, bool cut);

enum class LayerKind { kUnknown, kPipes, kChambers, kBuildings };
LayerKind LayerKindOf(std::string_view utf8_name);

/// Nominal diameter, mm: "DN300", "300", "D219x6" and "Φ219×6" (outer diameter times wall),
/// "2xDN200".
std::optional<double> ParseDn(std::string_view utf8);
/// Metres: "1.2", "1.2 m", "120cm"; `unit` of the field's name when the value has none. 0 < depth
/// <= 30.
std::optional<double> ParseDepth(std::string_view utf8, std::string_view unit);
std::optional<double> ParseHeight(std::string_view utf8, std::string_view unit);
Medium ParseMedium(std::string_view utf8);
NetworkLevel ParseLevel(std::string_view utf8);
std::optional<Laying> ParseLaying(std::string_view utf8);
/// The first year 1900 .. 2100 in "1998", "1998-05-01", "投运于1998年".
std::optional<int> ParseYear(std::string_view utf8);

}  // namespace thermoleak::network_internal
