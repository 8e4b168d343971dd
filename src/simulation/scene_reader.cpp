// scene.toml -> Scene. One function a section; samples/street.toml explains the keys.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>

#include "simulation/scene_reading.hpp"
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
  return {{',', {"soil", 0.6, 0.94, 0.35, 2.0, 0, 0}},
          {'=', {"asphalt", 2.6, 0.95, 0.22, 3.0, 0.5, 0.2}},
          {':', {"pavement", 1.7, 0.94, 0.25, 1.2, 0, 0}},
          {'.', {"grass", -0.8, 0.97, 0.45, 1.6, -1.2, 0.25}},
          {'*', {"snow", -2.6, 0.98, 0.3, 2.5, 0, 0}},
          {'%', {"parking", 2.2, 0.95, 0.25, 3.0, 0, 0}}};
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
      r.scene.materials.push_back({name, 0, 0.95, 0.2, 1.5, 0, 0});
    }
    Material& m = r.scene.materials[static_cast<std::size_t>(index)];
    m.offset_k = s.Number("offset_k", m.offset_k, -40, 60);
    m.emissivity = s.Number("emissivity", m.emissivity, 0.05, 1);
    m.texture_k = s.Number("texture_k", m.texture_k, 0, 10);
    m.grain_m = s.Number("grain_m", m.grain_m, 0.05, 100);
    m.patch_k = s.Number("patch_k", m.patch_k, -20, 20);
    m.patch_share = s.Number("patch_share", m.patch_share, 0, 1);
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
  const Weather& w = r.scene.weather;
  Pipe pipe;
  pipe.trench = s.Word("id", fmt::format("P{}", number + 1));
  pipe.laying =
      s.Choice("laying", {"buried", "overhead"}) == "buried" ? Laying::kBuried : Laying::kOverhead;
  const bool pair = s.Choice("pipes", {"pair", "supply", "return"}) == "pair";
  const bool only_return = s.Word("pipes", "pair") == "return";
  pipe.dn_mm = s.Number("dn", pipe.dn_mm, 15, 1400);
  const PipeSize size = SizeOf(pipe.dn_mm);
  pipe.casing_m = size.casing_m;
  pipe.axis_depth_m = s.Number("cover_m", 0.8, 0.1, 10) + size.casing_m / 2;
  pipe.height_m = s.Number("height_m", 3, 0.3, 30);
  pipe.skin_k = s.Number("skin_k", pipe.skin_k, -5, 60);
  const double spacing = s.Number("spacing_m", size.casing_m + 0.2, 0.1, 5);
  const double supply_c = s.Number("supply_c", 85, 10, 180);
  const double return_c = s.Number("return_c", 50, 10, 180);
  const double insulation = s.Number("insulation_conductivity", 0.035, 0.01, 2);
  pipe.variation = s.Number("variation", pipe.variation, 0, 0.9);
  pipe.level = s.Choice("level", {"primary", "secondary"});
  if (s.Has("built")) pipe.built = s.Integer("built", 2000, 1900, 2100);
  pipe.on_map = s.Flag("on_map", true);
  const Polyline centre = ReadLine(r, s);
  s.Finish();
  if (!centre.valid()) return;
  const PairLoss loss =
      LossOfPair({size, pipe.axis_depth_m, spacing, supply_c, pair ? return_c : supply_c,
                  w.ground_c, w.conductivity, insulation});
  pipe.equivalent_depth_m =
      EquivalentDepth(pipe.axis_depth_m, w.conductivity, w.surface_coefficient);
  r.scene.trench_m += centre.Length();
  for (const Medium medium : {Medium::kSupply, Medium::kReturn}) {
    const bool is_supply = medium == Medium::kSupply;
    if (!pair && is_supply == only_return) continue;
    Pipe one = pipe;
    one.medium = medium;
    one.id = fmt::format("{}-{}", pipe.trench, is_supply ? "S" : "R");
    one.axis = pair ? OffsetLine(centre, is_supply ? -spacing / 2 : spacing / 2) : centre;
    one.temperature_c = is_supply ? supply_c : return_c;
    one.loss_w_per_m = is_supply ? loss.supply_w_per_m : loss.return_w_per_m;
    one.variation_seed =
        static_cast<std::uint32_t>(Rng(r.scene.seed, Stream::kPipe, r.scene.pipes.size()).Bits());
    r.scene.pipes.push_back(std::move(one));
  }
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
    const double depth = s.Number("depth_m", 0, 0, 10);
    leak.shape_seed = number++;
    s.Finish();
    if (leak.pipe < 0) continue;
    const Pipe& pipe = r.scene.pipes[static_cast<std::size_t>(leak.pipe)];
    leak.position = pipe.axis.At(leak.chainage_m);
    leak.depth_m = depth > 0 ? depth : 0.85 * pipe.equivalent_depth_m;
    r.scene.leaks.push_back(leak);
  }
  for (TomlSection& s : root.Tables("insulation")) {
    Insulation damage;
    damage.pipe = ReadPipeId(r, s);
    damage.from_m = s.Number("from_m", 0, 0, kFar);
    damage.to_m = s.Number("to_m", damage.from_m + 10, damage.from_m + 0.1, kFar);
    damage.delta_t_k = s.Number("delta_t_k", 1.5, 0.05, 120);
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
  toml::table table;
  try {
    table = toml::parse(text, name);
  } catch (const toml::parse_error& e) {
    throw RunError(ExitCode::kUsage, MessageId::kConfigUnreadable,
                   {name, fmt::format("{} ({}:{})", e.description(), e.source().begin.line,
                                      e.source().begin.column)});
  }
  Reading r;
  TomlSection root(&table, "", r.problems);
  r.scene.name = root.Word("name", r.scene.name);
  r.scene.seed = static_cast<std::uint64_t>(root.Integer("seed", 1, 0, 2147483647));
  if (seed) r.scene.seed = *seed;
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
  if (trenches.empty()) root.Complain("pipe", "?", ">= 1");
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
