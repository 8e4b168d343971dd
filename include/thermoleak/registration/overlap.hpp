#pragma once
// What overlapping frames say about each other's temperatures.

#include <span>
#include <vector>

#include "thermoleak/radiometry/harmonisation.hpp"
#include "thermoleak/registration/registration.hpp"

namespace thermoleak {

/// The ground's points, on a lattice of about a block's size, as pairs of frames see them in their
/// thumbnails (parallel to `frames`, bilinear). At each point a frame is paired with the next two
/// in order and with the one half the views away, so that both neighbours and crossing lines meet
/// and the number of pairs grows with the frames, not with their square. The lattice widens for
/// very many frames. Ascending by (first, second); indices are positions in `frames`.
/// Deterministic.
std::vector<GroundPair> GroundPairs(std::span<const RegisteredFrame> frames,
                                    std::span<const Thumbnail> thumbnails, const Terrain& terrain);

}  // namespace thermoleak
