// Days and words as people write them in a ledger's tables.

#include <cpl_string.h>

#include <string>

#include "fuzz/input_folder.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/vocabulary.hpp"
#include "thermoleak/planning/plan_json.hpp"
#include "thermoleak/planning/vocabulary.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using fuzz::Require;
  const std::string_view text = fuzz::TextOf(data, size);
  if (const auto day = ParseDate(text)) {
    Require(ParseDate(IsoDate(*day)) == day, "the same day");
    Require(*day >= MakeDate(1900, 1, 1) && *day < MakeDate(2201, 1, 1), "a day of our times");
  }
  if (const auto day = planning::ParseDay(std::string(text)))
    Require(IsoDate(*day) == text, "one way to write it");
  Require(Folded(text).size() <= text.size(), "folded");
  if (CPLIsUTF8(text.data(), static_cast<int>(size)))
    Require(Folded(Folded(text)) == Folded(text), "folded once");
  if (const auto kind = FromText<HazardKind>(text))
    Require(planning::FromCode<HazardKind>(Code(*kind)) == kind, "a word of the list");
  return 0;
}
