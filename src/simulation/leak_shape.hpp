#pragma once
// The warm spot of a leak as point sources: one piece for drawn scenes and for real frames that
// leaks are put into. Private to the room.

#include "thermoleak/simulation/scene.hpp"

namespace thermoleak::simulation {

/// Sources strewn along the trench: densest at the hole, thinning out to both ends, the longer one
/// downhill. A leak without a wet length is one source where it is. `axis` is the leak's pipe,
/// chainage and offset those of the leak; the heats are relative until ScaleLeak(). Depends on
/// `seed` and the leak's shape_seed only.
void StrewSources(const Polyline& axis, std::uint64_t seed, Leak& leak);

/// Scales the sources so that the highest rise on the surface is delta_t_k (K), and measures the
/// spot (half_area_m2). `surface_coefficient` in W/(m2 K).
void ScaleLeak(double surface_coefficient, Leak& leak);

/// All that reaches the surface through conduction, W.
double HeatOf(const Leak& leak);

}  // namespace thermoleak::simulation
