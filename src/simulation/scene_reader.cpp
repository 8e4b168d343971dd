// scene.toml -> Scene. One function a section; samples/street.toml explains the keys.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>

#include "simulation/draw.hpp"
#include "simulation/scene_reading.hpp"
#include "simulation/trench.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/simulation/random.hpp"
#include "thermoleak/simulation/signature.hpp"

namespace thermoleak::simulation {
namespace {

int FindMaterial(const Scene& scene, const std::string& name) {
  for (std::size_t i = 0; i < scene.materials.size(); ++i) {
    if (scene.materials[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

struct BuiltInMaterial {
  char symbol;
  Material material;
};

/// A clear winter night: stone gives back the day's heat, grass and snow face the cold sky.
std::vector<BuiltInMaterial> BuiltInMaterials() {
  return {{',', {"soil", 0.6, 0.94, 0.35, 2.0, 0, 0, 0, 0.3}},
          {'=', {"asphalt", 2.6, 0.95, 0.22, 3.0, 0.5, 0.2, 0, 1}},
          {':', {"pavement", 1.7, 0.94, 0.25, 1.2, 0, 0, 0, 0.8}},
          {'.', {"grass", -0.8, 0.97, 0.45, 1.6, -1.2, 0.25, 0, 0.1}},
          {'*', {"snow", -2.6, 0.98, 0.3, 2.5, 0, 0, 0, 0}},
          {'%', {"parking", 2.2, 0.95, 0.25, 3.0, 0, 0, 0, 1}},
          {'!', {"kerb", 1.1, 0.93, 0.15, 1.0, 0, 0, 0, 0.8}}};
}

void ReadPlace(Reading& r, TomlSection s) {
  Place& p = r.scene.place;
  p.origin.lon_deg = s.Number("lon_deg", p.origin.lon_deg, -180, 180);
  p.origin.lat_deg = s.Number("lat_deg", p.origin.lat_deg, -80, 84);
  p.azimuth_deg = s.Number("azimuth_deg", p.azimuth_deg, -360, 360);
  p.ground_height_m = s.Number("ground_height_m", p.ground_height_m, -500, 9000);
  if (const toml::node* node = s.Raw("start")) {
    const auto time = node->value<toml::date_time>();
    if (!time || !time->offset || time->date.year < 1970 || time->date.year > 2100) {
      s.Complain("start", "?", "2026-01-14T21:30:00+08:00");
    } else {
      const std::chrono::sys_days day{std::chrono::year{time->date.year} /
                                      std::chrono::month{time->date.month} /
                                      std::chrono::day{time->date.day}};
      p.zone_h = time->offset->minutes / 60.0;
      p.start_utc_s = static_cast<double>(day.time_since_epoch().count()) * 86400 +
                      time->time.hour * 3600 + time->time.minute * 60 + time->time.second -
                      time->offset->minutes * 60.0;
    }
  }
  s.Finish();
}

void ReadWeather(Reading& r, TomlSection s) {
  Weather& w = r.scene.weather;
  w.air_c = s.Number("air_c", w.air_c, -60, 40);
  w.sky_c = s.Number("sky_c", w.sky_c, -90, 40);
  w.wind_m_s = s.Number("wind_m_s", w.wind_m_s, 0, 30);
  w.relative_humidity = s.Number("humidity", w.relative_humidity, 0, 1);
  w.ground_c = s.Number("ground_c", w.ground_c, -20, 40);
  w.conductivity = s.Number("conductivity", w.conductivity, 0.1, 5);
  w.surface_coefficient =
      s.Number("surface_coefficient", SurfaceCoefficient(w.air_c, w.wind_m_s), 2, 100);
  w.sun_k = s.Number("sun_k", w.sun_k, 0, 20);
  w.sun_azimuth_deg = s.Number("sun_azimuth_deg", w.sun_azimuth_deg, -360, 360);
  w.sun_height_deg = s.Number("sun_height_deg", w.sun_height_deg, 2, 89);
  s.Finish();
}

std::map<char, int> ReadMaterials(Reading& r, TomlSection& root) {
  std::map<char, int> legend;
  for (const BuiltInMaterial& built_in : BuiltInMaterials()) {
    legend[built_in.symbol] = static_cast<int>(r.scene.materials.size());
    r.scene.materials.push_back(built_in.material);
  }
  for (TomlSection& s : root.Tables("material")) {
    const std::string name = s.Word("name", "");
    int index = FindMaterial(r.scene, name);
    if (index < 0) {
      index = static_cast<int>(r.scene.materials.size());
      r.scene.materials.push_back({name, 0, 0.95, 0.2, 1.5, 0, 0, 0, 0});
    }
    Material& m = r.scene.materials[static_cast<std::size_t>(index)];
    m.offset_k = s.Number("offset_k", m.offset_k, -40, 60);
    m.emissivity = s.Number("emissivity", m.emissivity, 0.05, 1);
    m.texture_k = s.Number("texture_k", m.texture_k, 0, 10);
    m.grain_m = s.Number("grain_m", m.grain_m, 0.05, 100);
    m.patch_k = s.Number("patch_k", m.patch_k, -20, 20);
    m.patch_share = s.Number("patch_share", m.patch_share, 0, 1);
    m.fine_k = s.Number("fine_k", m.fine_k, 0, 10);
    m.sun = s.Number("sun", m.sun, 0, 2);
    const std::string symbol = s.Word("symbol", "");
    if (symbol.size() == 1) {
      legend[symbol[0]] = index;
    } else if (!symbol.empty()) {
      s.Complain("symbol", symbol, "one character");
    }
    s.Finish();
  }
  return legend;
}

void ReadPicture(Reading& r, TomlSection s, const std::map<char, int>& legend) {
  if (!s.Has("map")) return s.Finish();
  const Vec2 cell = s.Pair("cell_m", {2, 4}, 0.2, 100);
  auto picture = ParsePicture(s.Word("map", ""), cell);
  Building building;
  building.height_m = s.Number("building_height_m", 15, 0.5, 300);
  const Span roof = s.Range("roof_k", {-2, 4}, -20, 30);
  s.Finish();
  if (!picture) {
    s.Complain("map", picture.error().message.args.front(), "A .. Z, a .. z, 0 .. 9 once each");
    return;
  }
  r.picture = *std::move(picture);
  PictureGround ground{r.picture.rows, r.picture.columns, cell, {}};
  for (const char symbol : r.picture.ground) {
    const auto found = legend.find(symbol);
    if (found == legend.end() && symbol != ' ' && symbol != '#') {
      s.Complain("map", fmt::format("'{}'", symbol), "[[material]] symbol");
      return;
    }
    ground.material.push_back(found == legend.end() ? -1 : found->second);
  }
  for (const auto& block : r.picture.blocks) {
    const auto item = r.scene.buildings.size();
    Rng rng(r.scene.seed, Stream::kBuilding, item);
    building.ring = block;
    building.roof_k = rng.Uniform(roof.min, roof.max);
    building.seed = static_cast<std::uint32_t>(item);
    r.scene.buildings.push_back(building);
  }
  r.scene.picture = std::move(ground);
}

void ReadSurfaces(Reading& r, TomlSection& root) {
  for (TomlSection& s : root.Tables("street")) {
    Surface surface;
    surface.material = MaterialOf(r, s, "material", "asphalt");
    surface.half_width_m = s.Number("width_m", 8, 0.2, 200) / 2;
    surface.line = ReadLine(r, s);
    s.Finish();
    r.scene.surfaces.push_back(std::move(surface));
  }
  for (TomlSection& s : root.Tables("area")) {
    Surface surface;
    surface.material = MaterialOf(r, s, "material", "grass");
    surface.ring = s.Points("points");
    if (surface.ring.size() < 3) s.Complain("points", "?", ">= 3");
    s.Finish();
    r.scene.surfaces.push_back(std::move(surface));
  }
}

void ReadTrench(Reading& r, TomlSection& s, std::size_t number) {
  Trench t;
  t.id = s.Word("id", fmt::format("P{}", number + 1));
  t.laying =
      s.Choice("laying", {"buried", "overhead"}) == "buried" ? Laying::kBuried : Laying::kOverhead;
  const std::string pipes = s.Choice("pipes", {"pair", "supply", "return"});
  t.has_supply = pipes != "return";
  t.has_return = pipes != "supply";
  t.dn_mm = s.Number("dn", t.dn_mm, 15, 1400);
  t.cover_m = s.Number("cover_m", t.cover_m, 0.1, 10);
  t.height_m = s.Number("height_m", t.height_m, 0.3, 30);
  t.skin_k = s.Number("skin_k", t.skin_k, -5, 60);
  t.spacing_m = s.Number("spacing_m", t.spacing_m, 0.1, 5);
  t.supply_c = s.Number("supply_c", t.supply_c, 10, 180);
  t.return_c = s.Number("return_c", t.return_c, 10, 180);
  t.insulation_conductivity =
      s.Number("insulation_conductivity", t.insulation_conductivity, 0.01, 2);
  t.variation = s.Number("variation", t.variation, 0, 0.9);
  t.joint_variation = s.Number("joint_variation", t.joint_variation, 0, 0.9);
  t.section_m = s.Number("section_m", t.section_m, 1, 100);
  t.entry = s.Flag("entry", t.entry);
  t.level = s.Choice("level", {"primary", "secondary"});
  if (s.Has("built")) t.built = s.Integer("built", 2000, 1900, 2100);
  t.on_map = s.Flag("on_map", true);
  const Polyline centre = ReadLine(r, s);
  s.Finish();
  if (centre.valid()) AddTrench(r.scene, t, centre);
}
int ReadPipeId(Reading& r, TomlSection& s) {
  const std::string id = s.Word("pipe", "");
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < r.scene.pipes.size(); ++i) {
    if (r.scene.pipes[i].id == id) return static_cast<int>(i);
    ids.push_back(r.scene.pipes[i].id);
  }
  s.Complain("pipe", fmt::format("\"{}\"", id), fmt::format("{}", fmt::join(ids, ", ")));
  return -1;
}

void ReadDamages(Reading& r, TomlSection& root) {
  std::uint32_t number = 0;
  for (TomlSection& s : root.Tables("leak")) {
    Leak leak;
    leak.pipe = ReadPipeId(r, s);
    leak.chainage_m = s.Number("chainage_m", 0, 0, kFar);
    leak.delta_t_k = s.Number("delta_t_k", 4, 0.05, 60);
    leak.wet_length_m = s.Number("wet_length_m", leak.wet_length_m, 0.1, 50);
    leak.surfaced = s.Flag("surfaced", false);
    leak.edge = s.Number("ragged_m", leak.edge, 0, 3);
    leak.offset_m = s.Number("offset_m", leak.offset_m, -3, 3);
    leak.tail_m = s.Number("tail_m", leak.tail_m, 0, 30);
    leak.tail_deg = s.Number("tail_deg", leak.tail_deg, -360, 360);
    leak.pool_m = s.Number("pool_m", leak.pool_m, 0, 30);
    const double depth = s.Number("depth_m", 0, 0, 10);
    leak.shape_seed = number++;
    s.Finish();
    if (leak.pipe < 0) continue;
    const Pipe& pipe = r.scene.pipes[static_cast<std::size_t>(leak.pipe)];
    leak.position = pipe.axis.At(leak.chainage_m, leak.offset_m);
    leak.depth_m = depth > 0 ? depth : 0.85 * pipe.equivalent_depth_m;
    r.scene.leaks.push_back(leak);
  }
  for (TomlSection& s : root.Tables("insulation")) {
    Insulation damage;
    damage.pipe = ReadPipeId(r, s);
    damage.from_m = s.Number("from_m", 0, 0, kFar);
    damage.to_m = s.Number("to_m", damage.from_m + 10, damage.from_m + 0.1, kFar);
    damage.delta_t_k = s.Number("delta_t_k", 1.5, 0.05, 120);
    damage.wet = s.Flag("wet", false);
    s.Finish();
    if (damage.pipe >= 0) r.scene.insulation.push_back(damage);
  }
}

void ThrowProblems(const TomlProblems& problems, const std::string& name) {
  if (!problems.values.empty()) {
    throw RunError(ExitCode::kUsage, MessageId::kConfigUnreadable,
                   {name, fmt::format("{}", fmt::join(problems.values, "; "))});
  }
  if (!problems.unknown_keys.empty()) {
    throw RunError(ExitCode::kUsage, MessageId::kConfigUnknownKey,
                   {name, fmt::format("{}", fmt::join(problems.unknown_keys, ", "))});
  }
}

}  // namespace

int MaterialOf(Reading& r, TomlSection& s, std::string_view key, const std::string& fallback) {
  const std::string name = s.Word(key, fallback);
  const int index = FindMaterial(r.scene, name);
  if (index >= 0) return index;
  std::vector<std::string> names;
  for (const Material& m : r.scene.materials) names.push_back(m.name);
  s.Complain(key, fmt::format("\"{}\"", name), fmt::format("{}", fmt::join(names, ", ")));
  return 0;
}

/// `points`, or `route` through the picture's letters.
Polyline ReadLine(Reading& r, TomlSection& s) {
  std::vector<Vec2> points;
  if (s.Has("route")) {
    const std::string route = s.Word("route", "");
    for (const char place : route) {
      const auto found = r.picture.places.find(place);
      if (found == r.picture.places.end()) {
        s.Complain("route", fmt::format("'{}'", place), "a letter of the picture");
        return {};
      }
      points.push_back(found->second);
    }
  } else {
    points = s.Points("points");
  }
  Polyline line(std::move(points));
  if (!line.valid()) s.Complain("points", "?", ">= 2");
  return line;
}

Scene ParseScene(std::string_view text, const std::string& name,
                 std::optional<std::uint64_t> seed) {
  toml::table file;
  try {
    file = toml::parse(text, name);
  } catch (const toml::parse_error& e) {
    throw RunError(ExitCode::kUsage, MessageId::kConfigUnreadable,
                   {name, fmt::format("{} ({}:{})", e.description(), e.source().begin.line,
                                      e.source().begin.column)});
  }
  Reading r;
  r.scene.seed = static_cast<std::uint64_t>(
      TomlSection(&file, "", r.problems).Integer("seed", 1, 0, 2147483647));
  if (seed) r.scene.seed = *seed;
  const toml::table table = Drawn(file, r.scene.seed, r.problems);
  TomlSection root(&table, "", r.problems);
  root.Raw("seed");
  r.scene.name = root.Word("name", r.scene.name);
  r.scene.cell_m = root.Number("cell_m", r.scene.cell_m, 0.01, 1);
  ReadPlace(r, root.Table("place"));
  ReadWeather(r, root.Table("weather"));
  const std::map<char, int> legend = ReadMaterials(r, root);
  r.scene.base_material = MaterialOf(r, root, "ground", "grass");
  ReadMap(r, root.Table("map"));
  ReadPicture(r, root.Table("picture"), legend);
  ReadSurfaces(r, root);
  auto trenches = root.Tables("pipe");
  for (std::size_t i = 0; i < trenches.size(); ++i) ReadTrench(r, trenches[i], i);
  if (root.Has("district")) ReadDistrict(r, root.Table("district"));
  if (r.scene.pipes.empty() && r.problems.values.empty()) root.Complain("pipe", "?", ">= 1");
  ReadDamages(r, root);
  ReadThings(r, root);
  ReadRandom(r, root.Table("random"));
  ReadCamera(r, root.Table("camera"));
  ReadFlight(r, root.Table("flight"));
  ReadErrors(r, root.Table("errors"));
  root.Finish();
  ThrowProblems(r.problems, name);
  CompleteScene(r.scene, r.random);
  return std::move(r.scene);
}

Scene LoadScene(const std::filesystem::path& toml, std::optional<std::uint64_t> seed) {
  if (!std::filesystem::exists(toml)) {
    throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {toml.string()});
  }
  const auto bytes = ReadFile(toml, 16u << 20);
  if (!bytes) {
    throw RunError(ExitCode::kUsage, MessageId::kConfigUnreadable,
                   {toml.string(), bytes.error().message.In(Lang::kEnglish)});
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  return ParseScene(text, toml.string(), seed);
}

}  // namespace thermoleak::simulation
