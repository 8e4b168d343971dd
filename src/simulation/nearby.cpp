#include "simulation/nearby.hpp"

#include "simulation/sun.hpp"

namespace thermoleak::simulation {
namespace {

/// A trace of 2 K and D = 1.2 m has fallen below 5 mK here: far below the sensor's noise.
constexpr double kReach = 25.0;  // metres
/// A point source falls faster: 0.1 % of its peak.
constexpr double kLeakReach = 12.0;
constexpr double kFootReach = 4.0;  // of a wall's warmth
constexpr double kBend = 0.3;       // how far borders between materials are bent, at most

Box2 BoundsOf(const Surface& surface) {
  Box2 box;
  for (const Vec2& p : surface.ring) box.Add(p);
  if (surface.ring.empty() && surface.line.valid()) {
    box = surface.line.Bounds();
    box.Grow(surface.half_width_m);
  }
  return box;
}

}  // namespace

Nearby Gather(const Scene& scene, const Box2& tile) {
  Nearby near;
  const auto in_reach = [&](Box2 box, double reach) {
    box.Grow(reach);
    return box.Intersects(tile);
  };
  const auto point = [](const Vec2& p) {
    Box2 box;
    box.Add(p);
    return box;
  };
  for (std::size_t i = 0; i < scene.pipes.size(); ++i) {
    const Pipe& pipe = scene.pipes[i];
    if (pipe.laying == Laying::kBuried && in_reach(pipe.axis.Bounds(), kReach)) {
      near.pipes.push_back(static_cast<int>(i));
    }
  }
  for (std::size_t i = 0; i < scene.leaks.size(); ++i) {
    const Leak& leak = scene.leaks[i];
    if (in_reach(point(leak.position),
                 kLeakReach + leak.wet_length_m + std::max(leak.tail_m, leak.pool_m))) {
      near.leaks.push_back(static_cast<int>(i));
    }
  }
  for (std::size_t i = 0; i < scene.foreign_lines.size(); ++i) {
    if (in_reach(scene.foreign_lines[i].axis.Bounds(), kReach))
      near.foreign.push_back(static_cast<int>(i));
  }
  for (std::size_t i = 0; i < scene.chambers.size(); ++i) {
    if (in_reach(point(scene.chambers[i].position), 2 * scene.chambers[i].size_m)) {
      near.chambers.push_back(static_cast<int>(i));
    }
  }
  for (std::size_t i = 0; i < scene.manholes.size(); ++i) {
    if (in_reach(point(scene.manholes[i].position), 2))
      near.manholes.push_back(static_cast<int>(i));
  }
  for (std::size_t i = 0; i < scene.marks.size(); ++i) {
    const GroundMark& mark = scene.marks[i];
    if (in_reach(point(mark.position), mark.size_m.norm() / 2 + 2 * mark.ragged_m + mark.soft_m))
      near.marks.push_back(static_cast<int>(i));
  }
  for (std::size_t i = 0; i < scene.surfaces.size(); ++i) {
    if (in_reach(BoundsOf(scene.surfaces[i]), kBend)) near.surfaces.push_back(static_cast<int>(i));
  }
  for (const Building& b : scene.buildings) {
    Box2 box;
    for (const Vec2& p : b.ring) box.Add(p);
    if (b.foot_k != 0 && in_reach(box, kFootReach)) near.walls.push_back(&b);
    if (scene.weather.sun_k != 0 && in_reach(box, ShadowLength(scene.weather, b)))
      near.shades.push_back(&b);
  }
  return near;
}

}  // namespace thermoleak::simulation
