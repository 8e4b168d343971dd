#pragma once
// Inside of the report room: what is drawn over a cut-out of a thermal picture.

#include <string>
#include <vector>

#include "thermoleak/core/geometry.hpp"

namespace thermoleak {

struct ChipOverlay {
  double width_px = 0, height_px = 0;
  double gsd_m = 0;        ///< 0 = unknown: no scale bar
  double half_size_m = 0;  ///< of the spot
  Vec2 spot{0, 0};         ///< px
  std::vector<std::vector<Vec2>> pipes;
};

/// An <svg> of the picture's shape: pipe axes, ticks around the spot, a scale bar. Style sheets
/// have axis-halo, axis-line, spot-halo, spot-line, bar-halo, bar-line.
void AppendChipOverlay(std::string& out, const ChipOverlay& chip);

}  // namespace thermoleak
