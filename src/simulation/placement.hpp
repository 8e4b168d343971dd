#pragma once
// What of a scene is left to chance, and the step that makes a Scene whole: places it, and computes
// what follows from physics. Private to the room.

#include "simulation/toml_section.hpp"
#include "thermoleak/simulation/scene.hpp"

namespace thermoleak::simulation {

struct RandomLeaks {
  int count = 0;
  Span delta_t_k{2, 6};
  Span wet_length_m{1, 4};
  double return_share = 0.2;
  double surfaced_share = 0.25;
};
struct RandomInsulation {
  int count = 0;
  Span delta_t_k{1, 2};
  Span length_m{8, 20};
};
struct RandomChambers {
  double every_m = 0;  ///< 0 = none
  Span cover_k{-2, 4};
};
struct RandomManholes {
  int count = 0;
  Span delta_t_k{-3, 4};
  Span distance_m{2.5, 18};  ///< from the nearest pipe
};
struct RandomCars {
  int count = 0;
  std::string on = "asphalt";
  double warm_share = 0.25;
};
struct RandomParts {
  RandomLeaks leaks;
  RandomInsulation insulation;
  RandomChambers chambers;
  RandomManholes manholes;
  RandomCars cars;
};

/// The line `offset` metres to the left, with mitred corners.
Polyline OffsetLine(const Polyline& line, double offset);
/// Completes a scene whose explicit items are read: sources, losses, random items, ids in order of
/// their place.
void CompleteScene(Scene& scene, const RandomParts& random);

}  // namespace thermoleak::simulation
