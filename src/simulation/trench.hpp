#pragma once
// A trench and the pipes in it. Private to the room.

#include "thermoleak/simulation/scene.hpp"

namespace thermoleak::simulation {

struct Trench {
  std::string id;
  Laying laying = Laying::kBuried;
  bool has_supply = true;
  bool has_return = true;
  double dn_mm = 200;
  double cover_m = 0.8;  ///< buried: ground to the casing's top
  double height_m = 3;   ///< overhead
  double skin_k = 3;     ///< overhead
  double spacing_m = 0;  ///< between the axes; 0 = 0.2 m between the casings
  double supply_c = 85;
  double return_c = 50;
  double insulation_conductivity = 0.035;
  double variation = 0.15;
  double joint_variation = 0;
  double section_m = 12;
  bool entry = false;
  std::string level = "primary";
  std::optional<int> built;
  bool on_map = true;
};

/// Lays the trench's pipes along a line, with the losses that follow from physics.
void AddTrench(Scene& scene, const Trench& trench, const Polyline& centre);

/// The line `offset` metres to the left, with mitred corners.
Polyline OffsetLine(const Polyline& line, double offset);

}  // namespace thermoleak::simulation
