#pragma once
// Streets that nobody drew: roads on a grid, blocks of different kinds between them, heating mains
// along the roads and branches into the blocks. Private to the room.

#include "simulation/placement.hpp"
#include "simulation/trench.hpp"

namespace thermoleak::simulation {

enum class BlockKind { kCourtyard, kSlabs, kHouses, kHalls, kPark, kCarPark };

struct DistrictOptions {
  int columns = 3;  ///< blocks
  int rows = 2;
  Span block_m{60, 100};
  Span road_m{7, 11};
  Span verge_m{0, 3};  ///< between road and pavement
  Span pavement_m{1.5, 3};
  double kerb_m = 0.15;  ///< width; 0 = none
  /// How often a block is of each kind, in BlockKind's order.
  std::vector<double> kinds{2, 1, 0, 0, 0.5, 0.5};
  std::string ground = "grass";  ///< inside the blocks
  std::string yard = "asphalt";  ///< around halls
  Span building_height_m{9, 27};
  Span roof_k{-2, 4};
  Span wall_k{0.5, 3};
  Span foot_k{0, 1.5};
  double parking_full = 0.5;   ///< share of the places that are taken
  double parking_left = 0.15;  ///< share whose cars have just left
  double kerb_parking = 0.3;   ///< share of the places along roads that are taken
  Span left_k{-1.5, 3};        ///< what cars leave behind
  double warm_share = 0.2;     ///< of parked cars with a warm hood

  double trench_m = 1000;  ///< of all trenches, about
  std::string main_in = "verge";
  Span main_dn{200, 400};
  Span branch_dn{80, 200};
  Span entry_dn{32, 65};
  Span cover_m{0.7, 1.2};
  Span entry_cover_m{0.35, 0.6};
  double entry_share = 0.7;  ///< of the buildings near a pipe
  double loop_share = 0.3;   ///< of the branches with an expansion loop
  Span insulation_conductivity{0.03, 0.05};
  double supply_c = 90;
  double return_c = 50;
  double variation = 0.15;
  double joint_variation = 0.1;
  Span chamber_cover_k{-2, 4};
};

/// A block between pavements.
struct Block {
  Box2 box;
  int column = 0;
  int row = 0;
  BlockKind kind = BlockKind::kCourtyard;
};

/// Adds the district's ground, buildings, parked cars, pipes and chambers to the scene.
void AddDistrict(Scene& scene, const DistrictOptions& options);

/// What stands and lies in one block; keeps clear of pipes that are laid. In district_blocks.cpp.
void FurnishBlock(Scene& scene, const DistrictOptions& options, const Block& block, Rng& rng);
/// A row of parking places from `from` along `along`, each as deep as `in` is long: cars, marks of
/// cars that left, and empty ones.
void ParkRow(Scene& scene, const DistrictOptions& options, const Vec2& from, const Vec2& along,
             const Vec2& in, double share_taken, Rng& rng);
int MaterialIndex(const Scene& scene, const std::string& name);

}  // namespace thermoleak::simulation
