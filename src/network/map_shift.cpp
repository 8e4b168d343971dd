#include "network/map_shift.hpp"

#include <string_view>

#include "network/attributes.hpp"
#include "thermoleak/core/error.hpp"

namespace thermoleak::network_internal {

MapShift ParseMapShift(const std::string& words) {
  MapShift shift;
  const std::string text = Normalise(words);
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = rest.find_first_of(",+");
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const bool second_web = shift.web != WebShift::kNone;
    if (word == "swap") {
      shift.swap = true;
    } else if (word == "crs") {
      shift.crs = true;
    } else if ((word == "gcj02" || word == "gcj-02") && !second_web) {
      shift.web = WebShift::kGcj02;
    } else if ((word == "bd09" || word == "bd-09") && !second_web) {
      shift.web = WebShift::kBd09;
    } else if (word != "none" || text != "none") {
      throw RunError(ExitCode::kUsage, MessageId::kMapShiftUnknown, {words});
    }
  }
  return shift;
}

std::string WordsOf(const MapShift& shift) {
  std::string words;
  const auto add = [&](bool wanted, std::string_view word) {
    if (wanted) words += (words.empty() ? "" : ",") + std::string(word);
  };
  add(shift.crs, "crs");
  add(shift.swap, "swap");
  add(shift.web == WebShift::kGcj02, "gcj02");
  add(shift.web == WebShift::kBd09, "bd09");
  return words.empty() ? "none" : words;
}

}  // namespace thermoleak::network_internal
