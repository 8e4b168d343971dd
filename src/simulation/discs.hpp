#pragma once
// What hangs above the ground: crowns, lamps, heads. Flat discs that a ray passes or not, or
// partly. Private to the room.

#include <vector>

#include "simulation/solids.hpp"
#include "thermoleak/simulation/flight.hpp"

namespace thermoleak::simulation {

struct Disc {
  Vec2 centre{0, 0};
  double radius_m = 1;
  double height_m = 5;
  double temperature_c = 0;
  double gaps = 0;      ///< share that lets through
  double ragged_m = 0;  ///< of the outline
  std::uint32_t seed = 0;
};

/// The lowest first, so that what is drawn later lies on top.
std::vector<Disc> DiscsAt(const Scene& scene, const View& view);
/// degC; crowns are uneven.
double DiscTemperature(const Disc& disc, const Vec2& p);
/// Of a disc at a point of its height: 0 .. 1.
double Opacity(const Disc& disc, const Vec2& p);

}  // namespace thermoleak::simulation
