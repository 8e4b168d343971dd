#pragma once
// Drawings (DXF, KML) have no table of attributes: what a line is, the name of its layer says.
// Inside network only.

#include <string>
#include <vector>

#include "network/map_file.hpp"

namespace thermoleak::network_internal {

struct Drawing {
  std::vector<RawLayer> pipes;
  std::vector<RawLayer> chambers;
  std::vector<RawLayer> buildings;
  std::vector<std::string> left_out;  ///< names of layers with lines that are no pipes
};

/// Sorts a drawing's layers by their names. Layers that speak of heating pipes (热力, 供水, 回水,
/// 一次网, 二次网, 架空, DN300 ...) are the pipes; if there are none, all lines but those of
/// chambers, buildings, other networks and lettering. Each feature gets what its layer's name (KML:
/// and its own) says as attributes "drawing_text", "drawing_dn" and "drawing_id", which count where
/// it has none of its own. Lettering and symbols are dropped; closed lines of a building layer
/// become areas, everything of a chamber layer one point.
Drawing SortDrawing(std::vector<RawLayer> layers);

/// The layers of a DXF file's only table: features by their attribute "Layer".
std::vector<RawLayer> SplitByLayer(RawLayer entities);

/// "DN300" of a text that holds one ("供水DN300-直埋"), "D219x6" likewise, else "".
std::string DnIn(std::string_view utf8);

}  // namespace thermoleak::network_internal
