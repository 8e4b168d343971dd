#pragma once
// The corrections that the user asks for with --map-shift. Inside network only.

#include <string>

#include "thermoleak/geo/china_shift.hpp"

namespace thermoleak::network_internal {

struct MapShift {
  bool swap = false;  ///< axes
  bool crs = false;   ///< --map-crs holds, whatever the map states
  WebShift web = WebShift::kNone;

  bool any() const { return swap || crs || web != WebShift::kNone; }
};

/// "none", or words with commas or plus signs between. Throws RunError kMapShiftUnknown (exit code
/// 2).
MapShift ParseMapShift(const std::string& words);
/// The words for an option; "none" for none.
std::string WordsOf(const MapShift& shift);

}  // namespace thermoleak::network_internal
