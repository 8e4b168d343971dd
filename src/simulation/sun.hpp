#pragma once
// What the evening sun has left in the ground. Private to the room.

#include <vector>

#include "thermoleak/simulation/scene.hpp"

namespace thermoleak::simulation {

/// Share of the last hours that a point lay in the sun, 0 .. 1, between the shadows of `buildings`.
double SunShare(const Weather& weather, const std::vector<const Building*>& buildings,
                const Vec2& p);
/// Length of a building's shadow, metres.
double ShadowLength(const Weather& weather, const Building& building);

}  // namespace thermoleak::simulation
