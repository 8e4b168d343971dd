// What the texts of a map mean: sizes, depths, years, names of layers, and the words of map-shift.

#include <cmath>
#include <string>

#include "fuzz/input_folder.hpp"
#include "network/attributes.hpp"
#include "network/drawing.hpp"
#include "network/map_shift.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using namespace thermoleak::network_internal;
  using fuzz::Require;
  const std::string_view text = fuzz::TextOf(data, size);
  const std::string plain = Normalise(text);
  Require(plain.size() <= text.size(), "nothing added");
  // Of anything else, what was apart may form a letter when zeros between it go.
  if (IsUtf8(text)) Require(Normalise(plain) == plain, "normalised once");
  const std::string_view whole = WithoutCutCharacter(text);
  Require(WithoutCutCharacter(whole) == whole, "no cut end");
  Require(!IsUtf8(text) || IsUtf8(whole), "a cut end does not count");
  const auto within = [](const std::optional<double>& value, double low, double high) {
    return !value || (*value >= low && *value <= high);
  };
  Require(within(ParseDn(text), 10, 3000), "a diameter");
  const FieldName field = ParseFieldName(text);
  for (const std::string_view unit : {std::string_view(field.unit), std::string_view("cm")}) {
    Require(within(ParseDepth(text, unit), 0, 30), "a depth");
    Require(within(ParseHeight(text, unit), 0, 1000), "a height");
  }
  const auto year = ParseYear(text);
  Require(!year || (*year >= 1900 && *year <= 2100), "a year");
  const std::string dn = DnIn(text);
  Require(dn.empty() || plain.find(dn) != std::string::npos, "a part of the text");
  ParseMedium(text);
  ParseLevel(text);
  ParseLaying(text);
  LayerKindOf(text);
  fuzz::Attempt([&] {
    const std::string words = WordsOf(ParseMapShift(std::string(text)));
    Require(WordsOf(ParseMapShift(words)) == words, "one way to write it");
  });
  return 0;
}
