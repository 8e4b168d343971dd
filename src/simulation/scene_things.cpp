#include <fmt/format.h>

#include "simulation/scene_reading.hpp"

namespace thermoleak::simulation {

Vec2 ReadPosition(Reading& r, TomlSection& s, std::string_view key) {
  const toml::node* node = s.Raw(key);
  if (node == nullptr) {
    s.Complain(key, "?", "[x, y]");
    return {0, 0};
  }
  if (!node->is_string()) return s.Pair(key, {0, 0}, -kFar, kFar);
  const std::string place = s.Word(key, "");
  const auto found = place.size() == 1 ? r.picture.places.find(place[0]) : r.picture.places.end();
  if (found != r.picture.places.end()) return found->second;
  s.Complain(key, place, "a letter of the picture");
  return {0, 0};
}

void ReadThings(Reading& r, TomlSection& root) {
  for (TomlSection& s : root.Tables("chamber")) {
    Chamber c;
    c.position = ReadPosition(r, s, "at");
    c.cover_k = s.Number("cover_k", 2, -20, 40);
    c.body_k = s.Number("body_k", 0.5, -5, 20);
    c.size_m = s.Number("size_m", c.size_m, 0.5, 20);
    c.on_map = s.Flag("on_map", true);
    s.Finish();
    r.scene.chambers.push_back(c);
  }
  for (TomlSection& s : root.Tables("manhole")) {
    Manhole m;
    m.position = ReadPosition(r, s, "at");
    m.diameter_m = s.Number("diameter_m", m.diameter_m, 0.1, 3);
    m.delta_t_k = s.Number("delta_t_k", 3, -30, 40);
    s.Finish();
    r.scene.manholes.push_back(m);
  }
  for (TomlSection& s : root.Tables("car")) {
    Car c;
    c.position = ReadPosition(r, s, "at");
    c.heading_deg = s.Number("heading_deg", 0, -360, 360);
    c.size_m = s.Pair("size_m", c.size_m, 0.5, 30);
    c.height_m = s.Number("height_m", c.height_m, 0.1, 5);
    c.body_k = s.Number("body_k", c.body_k, -40, 40);
    c.hood_k = s.Number("hood_k", c.hood_k, -40, 80);
    c.speed_m_s = s.Number("speed_m_s", 0, 0, 60);
    c.at_frame = s.Integer("at_frame", 1, 1, 1000000);
    s.Finish();
    r.scene.cars.push_back(c);
  }
  for (TomlSection& s : root.Tables("building")) {
    Building b;
    b.ring = s.Points("points");
    b.height_m = s.Number("height_m", b.height_m, 0.5, 300);
    b.roof_k = s.Number("roof_k", b.roof_k, -30, 60);
    b.wall_k = s.Number("wall_k", b.wall_k, -30, 60);
    b.foot_k = s.Number("foot_k", b.foot_k, -10, 20);
    b.seed = static_cast<std::uint32_t>(r.scene.buildings.size());
    if (b.ring.size() < 3) s.Complain("points", "?", ">= 3");
    s.Finish();
    r.scene.buildings.push_back(b);
  }
  for (TomlSection& s : root.Tables("foreign_line")) {
    ForeignLine f;
    f.axis = ReadLine(r, s);
    f.depth_m = s.Number("depth_m", f.depth_m, 0.1, 20);
    f.delta_t_k = s.Number("delta_t_k", f.delta_t_k, -10, 30);
    s.Finish();
    if (f.axis.valid()) r.scene.foreign_lines.push_back(f);
  }
  ReadClutter(r, root);
}

void ReadRandom(Reading& r, TomlSection s) {
  {
    RandomLeaks& v = r.random.leaks;
    TomlSection t = s.Table("leaks");
    v.count = t.Integer("count", 0, 0, 100000);
    v.delta_t_k = t.Range("delta_t_k", v.delta_t_k, 0.05, 60);
    v.wet_length_m = t.Range("wet_length_m", v.wet_length_m, 0.1, 50);
    v.return_share = t.Number("return_share", v.return_share, 0, 1);
    v.surfaced_share = t.Number("surfaced_share", v.surfaced_share, 0, 1);
    v.log_spread = t.Choice("spread", {"even", "log"}) == "log";
    v.return_factor = t.Number("return_factor", v.return_factor, 0.05, 2);
    v.offset_m = t.Range("offset_m", v.offset_m, 0, 3);
    v.tail_m = t.Range("tail_m", v.tail_m, 0, 30);
    v.pool_m = t.Range("pool_m", v.pool_m, 0, 30);
    v.near_chamber_share = t.Number("near_chamber_share", v.near_chamber_share, 0, 1);
    t.Finish();
  }
  {
    RandomInsulation& v = r.random.insulation;
    TomlSection t = s.Table("insulation");
    v.count = t.Integer("count", 0, 0, 100000);
    v.delta_t_k = t.Range("delta_t_k", v.delta_t_k, 0.05, 60);
    v.length_m = t.Range("length_m", v.length_m, 0.5, 500);
    v.joint_m = t.Number("joint_m", v.joint_m, 0, 100);
    v.wet_share = t.Number("wet_share", v.wet_share, 0, 1);
    v.wet_delta_t_k = t.Range("wet_delta_t_k", v.wet_delta_t_k, 0.05, 60);
    v.wet_length_m = t.Range("wet_length_m", v.wet_length_m, 0.5, 500);
    t.Finish();
  }
  {
    RandomChambers& v = r.random.chambers;
    TomlSection t = s.Table("chambers");
    v.every_m = t.Number("every_m", 0, 0, 10000);
    v.cover_k = t.Range("cover_k", v.cover_k, -20, 40);
    t.Finish();
  }
  {
    RandomManholes& v = r.random.manholes;
    TomlSection t = s.Table("manholes");
    v.count = t.Integer("count", 0, 0, 100000);
    v.delta_t_k = t.Range("delta_t_k", v.delta_t_k, -20, 40);
    v.distance_m = t.Range("distance_m", v.distance_m, 0, 200);
    t.Finish();
  }
  {
    RandomCars& v = r.random.cars;
    TomlSection t = s.Table("cars");
    v.count = t.Integer("count", 0, 0, 100000);
    const int on = MaterialOf(r, t, "on", v.on);
    v.on = r.scene.materials[static_cast<std::size_t>(on)].name;
    v.warm_share = t.Number("warm_share", v.warm_share, 0, 1);
    v.hide_leaks = t.Flag("hide_leaks", v.hide_leaks);
    t.Finish();
  }
  ReadRandomClutter(r, s);
  s.Finish();
}

}  // namespace thermoleak::simulation
