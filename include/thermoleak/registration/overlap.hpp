#pragma once
// What overlapping frames say about each other's temperatures.

#include <span>
#include <vector>

#include "thermoleak/radiometry/harmonisation.hpp"
#include "thermoleak/registration/registration.hpp"

namespace thermoleak {

/// Median temperature differences of frames that see the same ground, from their thumbnails
/// (parallel to `frames`, flat field removed here). Each frame is paired with the next two that see
/// a ground cell, so that the number of pairs grows with the frames, not with their square.
/// Ascending by (first, second); indices are positions in `frames`. Deterministic.
std::vector<OverlapDifference> OverlapDifferences(std::span<const RegisteredFrame> frames,
                                                  std::span<const Thumbnail> thumbnails,
                                                  const FlatField& flat, const Terrain& terrain);

}  // namespace thermoleak
