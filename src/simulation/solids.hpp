#pragma once
// What stands on the ground: where a ray meets it, and how warm it looks there. Private to the
// room.

#include <vector>

#include "thermoleak/core/geometry.hpp"
#include "thermoleak/simulation/scene.hpp"

namespace thermoleak::simulation {

/// A ray that looks down: at height z it is over `at_ground + slope * z`.
struct DownRay {
  Vec2 at_ground{0, 0};
  Vec2 slope{0, 0};
  Vec2 At(double z) const { return at_ground + slope * z; }
};

enum class SolidKind { kBuilding, kCar, kOverheadPipe };
/// A prism, or a straight piece of overhead pipe (seen as the ribbon at its axis' height).
struct Solid {
  SolidKind kind = SolidKind::kBuilding;
  int index = 0;           ///< into the scene's list of its kind
  std::vector<Vec2> ring;  ///< footprint
  double height_m = 0;
  double start_chainage_m = 0;  ///< overhead pipe: of ring's first side
};

/// `cars` are the scene's cars where they are at the moment.
std::vector<Solid> SolidsOf(const Scene& scene, const std::vector<Car>& cars);

/// Where a ray meets a solid: the height, and the edge for a wall (-1 = top). No hit: negative
/// height.
struct Hit {
  double height_m = -1;
  int edge = -1;
};
Hit Meet(const Solid& solid, const DownRay& ray);
/// Temperature of the solid where the ray met it, degC.
double SolidTemperature(const Scene& scene, const std::vector<Car>& cars, const Solid& solid,
                        const Hit& hit, const DownRay& ray);

}  // namespace thermoleak::simulation
