#include <array>

#include "simulation/district.hpp"
#include "simulation/scene_reading.hpp"

namespace thermoleak::simulation {

void ReadDistrict(Reading& r, TomlSection s) {
  DistrictOptions o;
  o.columns = s.Integer("columns", o.columns, 1, 20);
  o.rows = s.Integer("rows", o.rows, 1, 20);
  o.block_m = s.Range("block_m", o.block_m, 25, 400);
  o.road_m = s.Range("road_m", o.road_m, 3, 40);
  o.verge_m = s.Range("verge_m", o.verge_m, 0, 20);
  o.pavement_m = s.Range("pavement_m", o.pavement_m, 0, 10);
  o.kerb_m = s.Number("kerb_m", o.kerb_m, 0, 1);
  const auto material = [&](std::string_view key, const std::string& fallback) {
    return r.scene.materials[static_cast<std::size_t>(MaterialOf(r, s, key, fallback))].name;
  };
  o.ground = material("ground", o.ground);
  o.yard = material("yard", o.yard);
  {
    TomlSection t = s.Table("kinds");
    constexpr std::array kNames{"courtyards", "slabs", "houses", "halls", "parks", "car_parks"};
    const bool named = s.Has("kinds");
    double total = 0;
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      o.kinds[i] = t.Number(kNames[i], named ? 0 : o.kinds[i], 0, 100);
      total += o.kinds[i];
    }
    if (total <= 0) t.Complain("courtyards", "0", "one of the kinds > 0");
    t.Finish();
  }
  o.building_height_m = s.Range("building_height_m", o.building_height_m, 2, 200);
  o.roof_k = s.Range("roof_k", o.roof_k, -30, 60);
  o.wall_k = s.Range("wall_k", o.wall_k, -30, 60);
  o.foot_k = s.Range("foot_k", o.foot_k, -10, 20);
  o.parking_full = s.Number("parking_full", o.parking_full, 0, 1);
  o.parking_left = s.Number("parking_left", o.parking_left, 0, 1);
  o.kerb_parking = s.Number("kerb_parking", o.kerb_parking, 0, 1);
  o.left_k = s.Range("left_k", o.left_k, -20, 20);
  o.warm_share = s.Number("warm_share", o.warm_share, 0, 1);
  o.trench_m = s.Number("trench_m", o.trench_m, 10, 100000);
  o.main_in = s.Choice("main_in", {"verge", "road", "pavement"});
  o.main_dn = s.Range("main_dn", o.main_dn, 32, 600);
  o.branch_dn = s.Range("branch_dn", o.branch_dn, 32, 600);
  o.entry_dn = s.Range("entry_dn", o.entry_dn, 32, 600);
  o.cover_m = s.Range("cover_m", o.cover_m, 0.1, 5);
  o.entry_cover_m = s.Range("entry_cover_m", o.entry_cover_m, 0.1, 5);
  o.entry_share = s.Number("entry_share", o.entry_share, 0, 1);
  o.loop_share = s.Number("loop_share", o.loop_share, 0, 1);
  o.insulation_conductivity =
      s.Range("insulation_conductivity", o.insulation_conductivity, 0.01, 2);
  o.supply_c = s.Number("supply_c", o.supply_c, 10, 180);
  o.return_c = s.Number("return_c", o.return_c, 10, 180);
  o.variation = s.Number("variation", o.variation, 0, 0.9);
  o.joint_variation = s.Number("joint_variation", o.joint_variation, 0, 0.9);
  o.chamber_cover_k = s.Range("chamber_cover_k", o.chamber_cover_k, -20, 40);
  s.Finish();
  if (r.problems.values.empty()) AddDistrict(r.scene, o);
}

}  // namespace thermoleak::simulation
