#pragma once
// The usual ways to misread a Chinese pipe map, and how to see from the survey which one it was.
//
// A map says in which system its coordinates are, and may be wrong: axes swapped, the zone's number
// in front of the eastings or not, 3-degree and 6-degree zones or their neighbours mixed up, UTM
// taken for Gauss-Krueger, another datum, degrees for metres, lines traced on a shifted web map.
// Each of these readings puts the map somewhere else. The survey flew over the pipes, so the right
// reading is the one that puts pipes under the frames.

#include <span>
#include <vector>

#include "thermoleak/core/message.hpp"
#include "thermoleak/geo/map_reading.hpp"

namespace thermoleak {

struct CrsTrapOptions {
  double reach_m = 30;      ///< a frame sees a pipe this near its position
  double far_m = 5000;      ///< frames farther from every pipe prove that the map is misread
  double arrived_m = 1000;  ///< a map that was far is found again when it comes as near as this
  /// A map that is near is doubted only if another reading puts pipes under this share of frames,
  double least_share = 0.5;
  double least_gain = 0.3;  ///< and under this much more of them than now,
  int least_frames = 8;     ///< counted in frames,
  /// and at most this share of arbitrary shifts (within 2 km) would do as well: streets lie in
  /// grids, so that many a shift puts a line on another one.
  double most_chance = 0.03;
};

/// Another reading of the map that fits the survey.
struct CrsProposal {
  MapReading reading;
  /// What is different, one text for each difference (kTrapSwapped, kTrapGcj02 ...).
  std::vector<Message> differences;
  bool other_crs = false;  ///< `reading.crs` is "EPSG:NNNN" and not what the map was read with
  double share = 0;        ///< of frames with a pipe within reach
  double nearest_m = 0;    ///< least distance between a frame and a pipe
  /// Where the map lies now relative to where it belongs, metres east and north; zero if it was
  /// far.
  Vec2 offset_m{0, 0};
};

struct CrsTraps {
  bool placeable = false;  ///< the numbers have a place in the reading as it is
  double share = 0;        ///< of frames with a pipe within reach, as the map is read now
  double nearest_m = -1;   ///< -1 = not placeable
  bool far = true;         ///< not placeable, or farther than far_m
  std::vector<CrsProposal> proposals;  ///< best first; empty = nothing better is known
};

/// `lines` are the map's pipes as its file has them, `read_as` how they are read now (an empty crs:
/// not known). `frames` are WGS 84 positions of what the frames see (up to 200 are used). Among
/// readings that fit about equally well, the one with the fewest changes comes first. The result is
/// a proposal with its figures: positions alone never prove a reading. Thread-safe, deterministic.
CrsTraps FindCrsTraps(std::span<const std::vector<Vec2>> lines, const MapReading& read_as,
                      std::span<const LonLat> frames, const CrsTrapOptions& options = {});

}  // namespace thermoleak
