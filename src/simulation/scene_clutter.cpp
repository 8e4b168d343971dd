#include "simulation/scene_reading.hpp"

namespace thermoleak::simulation {

void ReadClutter(Reading& r, TomlSection& root) {
  for (TomlSection& s : root.Tables("tree")) {
    Tree t;
    t.position = ReadPosition(r, s, "at");
    t.height_m = s.Number("height_m", t.height_m, 0.5, 60);
    t.crown_m = s.Number("crown_m", t.crown_m, 0.2, 20);
    t.offset_k = s.Number("offset_k", t.offset_k, -10, 10);
    t.gaps = s.Number("gaps", t.gaps, 0, 1);
    t.seed = static_cast<std::uint32_t>(r.scene.trees.size());
    s.Finish();
    r.scene.trees.push_back(t);
  }
  for (TomlSection& s : root.Tables("lamp")) {
    Lamp l;
    l.position = ReadPosition(r, s, "at");
    l.height_m = s.Number("height_m", l.height_m, 0.5, 40);
    l.size_m = s.Number("size_m", l.size_m, 0.05, 5);
    l.warm_k = s.Number("warm_k", l.warm_k, -20, 80);
    s.Finish();
    r.scene.lamps.push_back(l);
  }
  for (TomlSection& s : root.Tables("person")) {
    Person p;
    p.position = ReadPosition(r, s, "at");
    p.heading_deg = s.Number("heading_deg", p.heading_deg, -360, 360);
    p.speed_m_s = s.Number("speed_m_s", p.speed_m_s, 0, 10);
    p.at_frame = s.Integer("at_frame", p.at_frame, 1, 1000000);
    p.warm_k = s.Number("warm_k", p.warm_k, -20, 40);
    s.Finish();
    r.scene.people.push_back(p);
  }
  for (TomlSection& s : root.Tables("mark")) {
    GroundMark m;
    m.kind = s.Word("kind", m.kind);
    m.position = ReadPosition(r, s, "at");
    m.size_m = s.Pair("size_m", m.size_m, 0.05, 500);
    m.heading_deg = s.Number("heading_deg", m.heading_deg, -360, 360);
    m.delta_k = s.Number("delta_k", m.delta_k, -40, 60);
    m.emissivity = s.Number("emissivity", m.emissivity, 0, 1);
    m.round = s.Flag("round", m.round);
    m.ragged_m = s.Number("ragged_m", m.ragged_m, 0, 5);
    m.soft_m = s.Number("soft_m", m.soft_m, 0, 5);
    m.seed = static_cast<std::uint32_t>(r.scene.marks.size());
    s.Finish();
    r.scene.marks.push_back(m);
  }
}

void ReadRandomClutter(Reading& r, TomlSection& s) {
  const auto material = [&r](TomlSection& t, const std::string& fallback) {
    return r.scene.materials[static_cast<std::size_t>(MaterialOf(r, t, "on", fallback))].name;
  };
  {
    RandomMovers& v = r.random.moving_cars;
    TomlSection t = s.Table("moving_cars");
    v.count = t.Integer("count", 0, 0, 100000);
    v.speed_m_s = t.Range("speed_m_s", v.speed_m_s, 0, 60);
    t.Finish();
  }
  {
    RandomMovers& v = r.random.people;
    TomlSection t = s.Table("people");
    v.count = t.Integer("count", 0, 0, 100000);
    v.speed_m_s = t.Range("speed_m_s", v.speed_m_s, 0, 10);
    t.Finish();
  }
  {
    RandomTrees& v = r.random.trees;
    TomlSection t = s.Table("trees");
    v.count = t.Integer("count", 0, 0, 100000);
    v.on = material(t, v.on);
    v.distance_m = t.Number("distance_m", v.distance_m, 0, 200);
    v.crown_m = t.Range("crown_m", v.crown_m, 0.2, 20);
    v.height_m = t.Range("height_m", v.height_m, 0.5, 60);
    v.leafless_share = t.Number("leafless_share", v.leafless_share, 0, 1);
    t.Finish();
  }
  {
    RandomLamps& v = r.random.lamps;
    TomlSection t = s.Table("lamps");
    v.count = t.Integer("count", 0, 0, 100000);
    v.height_m = t.Range("height_m", v.height_m, 0.5, 40);
    v.warm_k = t.Range("warm_k", v.warm_k, -20, 80);
    t.Finish();
  }
  {
    RandomForeignLines& v = r.random.foreign_lines;
    TomlSection t = s.Table("foreign_lines");
    v.count = t.Integer("count", 0, 0, 100000);
    v.distance_m = t.Range("distance_m", v.distance_m, 0, 200);
    v.cross_share = t.Number("cross_share", v.cross_share, 0, 1);
    v.length_m = t.Range("length_m", v.length_m, 5, 1000);
    v.depth_m = t.Range("depth_m", v.depth_m, 0.1, 20);
    v.delta_t_k = t.Range("delta_t_k", v.delta_t_k, -10, 30);
    v.cover_every_m = t.Number("cover_every_m", v.cover_every_m, 0, 1000);
    v.cover_k = t.Range("cover_k", v.cover_k, -20, 40);
    t.Finish();
  }
  for (RandomMarks& v : r.random.marks) {
    TomlSection t = s.Table(v.key);
    v.count = t.Integer("count", 0, 0, 100000);
    v.delta_k = t.Range("delta_k", v.delta_k, -40, 60);
    v.length_m = t.Range("length_m", v.length_m, 0.05, 500);
    v.width_m = t.Range("width_m", v.width_m, 0.05, 100);
    v.emissivity = t.Range("emissivity", v.emissivity, 0, 1);
    v.distance_m = t.Number("distance_m", v.distance_m, 0, 200);
    if (v.site == MarkSite::kAnywhere) v.on = material(t, v.on);
    t.Finish();
  }
}

}  // namespace thermoleak::simulation
