#pragma once
// What a street has besides pipes, buildings and cars, and what makes life hard for whoever looks
// for leaks: crowns that hide the ground, warm spots of other origin, ground that was changed.

#include <cstdint>
#include <string>

#include "thermoleak/core/geometry.hpp"

namespace thermoleak::simulation {

/// A crown above the ground; of a leafless one the ground shows through.
struct Tree {
  Vec2 position{0, 0};
  double height_m = 8;    ///< of the top
  double crown_m = 2.5;   ///< radius
  double offset_k = 0.4;  ///< against the air: twigs hardly cool below it
  double gaps = 0.15;     ///< share of the crown that lets the ground through
  std::uint32_t seed = 0;
};

/// A street lamp: tiny, warm and high up, so that it moves against the ground from view to view.
struct Lamp {
  Vec2 position{0, 0};
  double height_m = 7;
  double size_m = 0.5;
  double warm_k = 8;  ///< against the air
};

struct Person {
  Vec2 position{0, 0};
  double heading_deg = 0;  ///< clockwise from the scene's y axis
  double speed_m_s = 1.2;
  int at_frame = 1;    ///< is at `position` when this frame is taken
  double warm_k = 10;  ///< against the air, clothes on
};

/// A rectangle or blob of ground that differs from what is around it. What it is, `kind` says: a
/// place that a car has left, a patch of newer asphalt, the strip of a trench repair, a puddle, a
/// patch of snow, a light well at a wall.
struct GroundMark {
  std::string kind = "mark";
  Vec2 position{0, 0};
  Vec2 size_m{2, 4};       ///< across and along
  double heading_deg = 0;  ///< of its length, clockwise from the scene's y axis
  double delta_k = 0;
  double emissivity = 0;  ///< 0 = as the ground around it
  bool round = false;
  double ragged_m = 0.1;  ///< of the outline
  double soft_m = 0.1;    ///< width of the edge
  std::uint32_t seed = 0;
};

/// How much of a mark is at a point: 1 inside, 0 outside. Thread-safe.
double MarkShare(const GroundMark& mark, const Vec2& p);

}  // namespace thermoleak::simulation
