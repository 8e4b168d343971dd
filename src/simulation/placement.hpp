#pragma once
// What of a scene is left to chance, and the step that makes a Scene whole: places it, and computes
// what follows from physics. Private to the room.

#include "simulation/toml_section.hpp"
#include "thermoleak/simulation/random.hpp"
#include "thermoleak/simulation/scene.hpp"

namespace thermoleak::simulation {

struct RandomLeaks {
  int count = 0;
  Span delta_t_k{2, 6};
  Span wet_length_m{1, 4};
  double return_share = 0.2;
  double surfaced_share = 0.25;
  bool log_spread = false;   ///< delta_t_k: as many between 0.5 and 1 as between 4 and 8
  double return_factor = 1;  ///< of delta_t_k: a return's water is cooler
  Span offset_m{0, 0};       ///< from the axis, to either side
  Span tail_m{0, 0};
  Span pool_m{0, 0};
  double near_chamber_share = 0;  ///< 1.5 to 4 m from a chamber
};
struct RandomInsulation {
  int count = 0;
  Span delta_t_k{1, 2};
  Span length_m{8, 20};
  double joint_m = 0;  ///< ends lie at multiples of it; 0 = anywhere
  double wet_share = 0;
  Span wet_delta_t_k{2, 6};
  Span wet_length_m{12, 48};
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
  bool hide_leaks = false;  ///< may stand on leaks
};
struct RandomMovers {
  int count = 0;
  Span speed_m_s{1, 1};
};
struct RandomTrees {
  int count = 0;
  std::string on = "grass";
  double distance_m = 20;  ///< from pipes, at most
  Span crown_m{1.5, 4};
  Span height_m{5, 12};
  double leafless_share = 0.7;
};
struct RandomLamps {
  int count = 0;
  Span height_m{5, 9};
  Span warm_k{4, 14};
};
struct RandomForeignLines {
  int count = 0;
  Span distance_m{2, 8};  ///< from the pipes that they run beside
  double cross_share = 0.3;
  Span length_m{40, 120};
  Span depth_m{0.7, 2.5};
  Span delta_t_k{0.3, 1.5};
  double cover_every_m = 35;  ///< manholes, which no map has; 0 = none (a cable)
  Span cover_k{-2, 5};
};

enum class MarkSite { kAnywhere, kAlongPipe, kAlongStreet, kAtWall };
/// Marks of one kind.
struct RandomMarks {
  std::string key;   ///< in [random]
  std::string kind;  ///< in the truth
  MarkSite site = MarkSite::kAnywhere;
  std::string on;  ///< material; empty = any
  Span delta_k{-1, 1};
  Span length_m{1, 2};
  Span width_m{1, 2};
  Span emissivity{0, 0};
  bool round = false;
  double ragged_m = 0.05;
  double soft_m = 0.1;
  double distance_m = 20;  ///< from pipes, at most
  int count = 0;
};
/// All kinds that are known, none of them placed.
std::vector<RandomMarks> MarkKinds();

struct RandomParts {
  RandomLeaks leaks;
  RandomInsulation insulation;
  RandomChambers chambers;
  RandomManholes manholes;
  RandomCars cars;
  RandomMovers moving_cars{0, {5, 14}};
  RandomMovers people{0, {0, 1.6}};
  RandomTrees trees;
  RandomLamps lamps;
  RandomForeignLines foreign_lines;
  std::vector<RandomMarks> marks = MarkKinds();
};

double Within(Rng& rng, const Span& span);
double PipeDistance(const Scene& scene, const Vec2& p);
bool InBuilding(const Scene& scene, const Vec2& p, double margin);

/// Completes a scene whose explicit items are read: sources, losses, random items, ids in order of
/// their place.
/// Trees, lamps, traffic, foreign lines and changed ground, in clutter_placement.cpp.
void PlaceClutter(Scene& scene, const RandomParts& random);
void CompleteScene(Scene& scene, const RandomParts& random);

}  // namespace thermoleak::simulation
