// candidates.geojson and the truth's files, of this program's own simulation and of others.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "thermoleak/core/files.hpp"
#include "thermoleak/simulation/evaluation.hpp"

namespace thermoleak::simulation {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

[[noreturn]] void Unreadable(const fs::path& path, const std::string& reason) {
  throw RunError(ExitCode::kInputMissing, MessageId::kEvaluationUnreadable,
                 {path.string(), reason});
}

Json ReadJson(const fs::path& path) {
  if (!fs::exists(path))
    throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {path.string()});
  const auto bytes = ReadFile(path);
  if (!bytes) Unreadable(path, bytes.error().message.In(Lang::kEnglish));
  const auto* text = reinterpret_cast<const char*>(bytes->data());
  Json json = Json::parse(text, text + bytes->size(), nullptr, false);
  if (json.is_discarded()) Unreadable(path, "JSON");
  return json;
}

/// The features of a collection, each known to be an object with properties and a geometry (or
/// null).
std::vector<Json> Features(const fs::path& path) {
  const Json json = ReadJson(path);
  if (!json.is_object() || !json.contains("features") || !json["features"].is_array()) {
    Unreadable(path, "FeatureCollection");
  }
  std::vector<Json> features;
  for (const Json& feature : json["features"]) {
    if (!feature.is_object()) Unreadable(path, "Feature");
    features.push_back(feature);
  }
  return features;
}

Json Property(const Json& feature, const char* name) {
  const auto properties = feature.find("properties");
  if (properties == feature.end() || !properties->is_object()) return nullptr;
  const auto value = properties->find(name);
  return value == properties->end() ? Json() : *value;
}

std::string Text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? std::string() : value.dump();
}

bool IsKind(const Json& feature, const char* kind) {
  return Text(Property(feature, "kind")) == kind || Text(Property(feature, "class")) == kind;
}

LonLat ReadPosition(const fs::path& path, const Json& coordinates) {
  if (!coordinates.is_array() || coordinates.size() < 2 || !coordinates[0].is_number() ||
      !coordinates[1].is_number()) {
    Unreadable(path, "coordinates");
  }
  const LonLat p{coordinates[0].get<double>(), coordinates[1].get<double>()};
  if (!(std::abs(p.lon_deg) <= 180 && std::abs(p.lat_deg) <= 90)) {
    Unreadable(path, fmt::format("[{}, {}]: WGS 84", p.lon_deg, p.lat_deg));
  }
  return p;
}

/// The lines of a geometry: a point is a line of one vertex, a polygon its rings.
std::vector<std::vector<LonLat>> Lines(const fs::path& path, const Json& feature) {
  std::vector<std::vector<LonLat>> lines;
  const auto geometry = feature.find("geometry");
  if (geometry == feature.end() || !geometry->is_object() || !geometry->contains("coordinates"))
    return lines;
  const std::string type = Text(geometry->value("type", Json()));
  const Json& coordinates = (*geometry)["coordinates"];
  const auto add_line = [&](const Json& points) {
    std::vector<LonLat> line;
    for (const Json& p : points) line.push_back(ReadPosition(path, p));
    if (!line.empty()) lines.push_back(std::move(line));
  };
  if (type == "Point") {
    lines.push_back({ReadPosition(path, coordinates)});
  } else if (type == "MultiPoint") {
    for (const Json& p : coordinates) lines.push_back({ReadPosition(path, p)});
  } else if (type == "LineString") {
    add_line(coordinates);
  } else if (type == "MultiLineString" || type == "Polygon") {
    for (const Json& line : coordinates) add_line(line);
  } else {
    Unreadable(path, type);
  }
  return lines;
}

bool IsPoint(const Json& feature) {
  const auto geometry = feature.find("geometry");
  return geometry != feature.end() && geometry->is_object() &&
         Text(geometry->value("type", Json())) == "Point";
}

void AddInsulation(const fs::path& path, const Json& feature, Truth& truth) {
  for (auto& line : Lines(path, feature)) truth.insulation.push_back(std::move(line));
}

/// What stands on the map and may be warm by itself.
bool IsInstallation(const Json& feature) {
  const Json on_map = Property(feature, "on_map");
  if (on_map.is_boolean() && !on_map.get<bool>()) return false;
  for (const char* kind : {"chamber", "house_entry", "valve", "compensator", "installation"}) {
    if (IsKind(feature, kind)) return true;
  }
  return false;
}

void AddLeak(const fs::path& path, const Json& feature, Truth& truth) {
  TrueLeak leak;
  leak.position = Lines(path, feature).front().front();
  leak.id = Text(Property(feature, "id"));
  if (leak.id.empty()) leak.id = fmt::format("#{}", truth.leaks.size() + 1);
  if (const Json value = Property(feature, "delta_t_k"); value.is_number())
    leak.delta_t_k = value.get<double>();
  if (const Json value = Property(feature, "heat_w"); value.is_number() && value.get<double>() > 0)
    leak.heat_w = value.get<double>();
  leak.cover = Text(Property(feature, "cover"));
  const Json observable = Property(feature, "observable");
  const Json views = Property(feature, "views");
  leak.observable = !(observable.is_boolean() && !observable.get<bool>()) &&
                    !(views.is_number() && views.get<double>() == 0);
  if (const Json value = Property(feature, "injected"); value.is_boolean())
    leak.injected = value.get<bool>();
  leak.sight = Text(Property(feature, "sight"));
  if (const Json value = Property(feature, "smallest_rise_k"); value.is_number())
    leak.smallest_rise_k = value.get<double>();
  if (const Json value = Property(feature, "wet_length_m"); value.is_number())
    leak.wet_length_m = value.get<double>();
  truth.leaks.push_back(std::move(leak));
}

/// What the run before the injection has stated of the pipes.
void ReadPieces(const fs::path& path, Truth& truth) {
  const Json json = ReadJson(path);
  const auto number = [&](const Json& object, const char* name) {
    const auto value = object.find(name);
    if (value == object.end() || !value->is_number()) Unreadable(path, name);
    return value->get<double>();
  };
  if (!json.is_object() || !json.contains("pieces") || !json["pieces"].is_array())
    Unreadable(path, "pieces");
  truth.surface_coefficient = number(json, "surface_coefficient_w_per_m2k");
  for (const Json& piece : json["pieces"]) {
    if (!piece.is_object()) Unreadable(path, "pieces");
    TruePiece out{Text(piece.value("pipe_id", Json())),
                  number(piece, "from_m"),
                  number(piece, "to_m"),
                  Text(piece.value("sight", Json())),
                  std::nullopt,
                  number(piece, "equivalent_depth_m")};
    if (const Json rise = piece.value("smallest_rise_k", Json()); rise.is_number())
      out.smallest_rise_k = rise.get<double>();
    truth.pieces.push_back(std::move(out));
  }
}

/// Metres of trench: a metre of pipe counts half where another pipe runs beside it.
double TrenchKm(const fs::path& path) {
  constexpr double kBeside = 1.5;    // metres between supply and return of one trench
  constexpr double kParallel = 0.9;  // cosine: 26 degrees
  constexpr double kStep = 1.0;
  std::vector<std::vector<LonLat>> lines;
  for (const Json& feature : Features(path)) {
    // What is on the map only is no trench.
    if (IsKind(feature, "ghost") || IsPoint(feature)) continue;
    for (auto& line : Lines(path, feature)) lines.push_back(std::move(line));
  }
  if (lines.empty()) return -1;
  const LocalFrame frame = LocalFrame::Utm(lines.front().front());
  std::vector<Polyline> pipes;
  for (const auto& line : lines) {
    std::vector<Vec2> points;
    for (const LonLat& p : line) points.push_back(frame.LocalFromLonLat(p));
    pipes.emplace_back(std::move(points));
  }
  double metres = 0;
  for (std::size_t i = 0; i < pipes.size(); ++i) {
    if (!pipes[i].valid()) continue;
    const int steps = std::max(1, static_cast<int>(std::lround(pipes[i].Length() / kStep)));
    const double step = pipes[i].Length() / steps;
    for (int k = 0; k < steps; ++k) {
      const double chainage = (k + 0.5) * step;
      const Vec2 p = pipes[i].At(chainage);
      const Vec2 direction = pipes[i].Direction(chainage);
      bool paired = false;
      for (std::size_t j = 0; j < pipes.size() && !paired; ++j) {
        if (j == i || !pipes[j].valid()) continue;
        const LinePosition at = pipes[j].Locate(p);
        paired = at.distance <= kBeside &&
                 std::abs(pipes[j].Direction(at.chainage).dot(direction)) > kParallel &&
                 at.chainage > 0 && at.chainage < pipes[j].Length();
      }
      metres += paired ? step / 2 : step;
    }
  }
  return metres / 1000;
}

void ReadTrench(const fs::path& folder, Truth& truth) {
  for (const fs::path& place : {folder, folder.parent_path()}) {
    const fs::path scenario = place / "scenario.json";
    if (!fs::exists(scenario)) continue;
    const Json json = ReadJson(scenario);
    if (json.is_object() && json.contains("name") && json["name"].is_string())
      truth.scenario = json["name"].get<std::string>();
    for (const char* name : {"trench_km", "pipe_km"}) {
      if (json.is_object() && json.contains(name) && json[name].is_number()) {
        truth.trench_km = json[name].get<double>();
        truth.trench_source = TrenchSource::kScenario;
        return;
      }
    }
  }
  if (const fs::path pipes = folder / "pipes.geojson"; fs::exists(pipes)) {
    truth.trench_km = TrenchKm(pipes);
    if (truth.trench_km > 0) truth.trench_source = TrenchSource::kPipes;
  }
}

}  // namespace

std::vector<ScoredCandidate> ReadCandidates(const fs::path& folder_or_file) {
  const fs::path path =
      fs::is_directory(folder_or_file) ? folder_or_file / "candidates.geojson" : folder_or_file;
  std::vector<ScoredCandidate> candidates;
  for (const Json& feature : Features(path)) {
    const Json score = Property(feature, "score");
    if (!IsPoint(feature) || !score.is_number()) Unreadable(path, "Point, score");
    std::string id = Text(Property(feature, "id"));
    if (id.empty()) id = fmt::format("#{}", candidates.size() + 1);
    std::optional<double> heat_w;
    if (const Json heat = Property(feature, "heat_loss_w_p50"); heat.is_number())
      heat_w = heat.get<double>();
    candidates.push_back(
        {std::move(id), score.get<double>(), Lines(path, feature).front().front(), heat_w});
  }
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const ScoredCandidate& a, const ScoredCandidate& b) { return a.score > b.score; });
  return candidates;
}

Truth ReadTruth(const fs::path& file_or_folder) {
  fs::path path = file_or_folder;
  if (fs::is_directory(path)) {
    path = fs::exists(path / "truth" / "leaks.geojson") ? path / "truth" / "leaks.geojson"
                                                        : path / "leaks.geojson";
  }
  Truth truth;
  for (const Json& feature : Features(path)) {
    if (IsKind(feature, "insulation")) {
      AddInsulation(path, feature, truth);
      continue;
    }
    const bool unnamed =
        Property(feature, "kind").is_null() && Property(feature, "class").is_null();
    if (IsPoint(feature) && (unnamed || IsKind(feature, "leak"))) AddLeak(path, feature, truth);
  }
  const fs::path folder = fs::absolute(path).lexically_normal().parent_path();
  if (const fs::path beside = folder / "insulation.geojson"; fs::exists(beside)) {
    for (const Json& feature : Features(beside)) AddInsulation(beside, feature, truth);
  }
  if (const fs::path beside = folder / "decoys.geojson"; fs::exists(beside)) {
    for (const Json& feature : Features(beside)) {
      if (!IsInstallation(feature)) continue;
      for (auto& line : Lines(beside, feature)) truth.installations.push_back(std::move(line));
    }
  }
  if (const fs::path beside = folder / "existing.geojson"; fs::exists(beside)) {
    for (const Json& feature : Features(beside)) {
      for (auto& line : Lines(beside, feature)) truth.existing.push_back(std::move(line));
    }
  }
  if (const fs::path beside = folder / "coverage.json"; fs::exists(beside))
    ReadPieces(beside, truth);
  ReadTrench(folder, truth);
  return truth;
}

}  // namespace thermoleak::simulation
