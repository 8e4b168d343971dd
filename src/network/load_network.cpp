#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "network/attributes.hpp"
#include "network/map_file.hpp"
#include "thermoleak/network/network.hpp"

namespace thermoleak {
namespace {

using network_internal::Aliases;
using network_internal::LayerKind;
using network_internal::LayerKindOf;
using network_internal::MapFile;
using network_internal::Part;
using network_internal::RawFeature;
using network_internal::RawLayer;
using network_internal::Role;
using network_internal::Shape;

/// Nobody's heating network is larger; a vertex farther off is a wrong coordinate (0, 0 for
/// instance).
constexpr double kMaxExtent_m = 300e3;

/// Finds attributes by their role.
class Attributes {
 public:
  explicit Attributes(const RawLayer& layer) : layer_(layer) {}

  struct Value {
    std::string_view text;
    std::string_view unit;
  };
  /// The first set value among the role's names, best name first; empty text when there is none.
  Value Get(const RawFeature& feature, Role role) const {
    for (const std::size_t field : Fields(role)) {
      const std::string_view text = feature.values[field];
      if (text.find_first_not_of(" \t\r\n") != std::string_view::npos)
        return {text, layer_.fields[field].unit};
    }
    return {};
  }
  std::string Text(const RawFeature& feature, Role role) const {
    std::string_view text = Get(feature, role).text;
    const std::size_t from = text.find_first_not_of(" \t\r\n");
    if (from == std::string_view::npos) return "";
    return std::string(text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1));
  }

 private:
  const std::vector<std::size_t>& Fields(Role role) const {
    const auto [entry, is_new] = fields_.try_emplace(role);
    if (is_new) {
      for (const std::string_view alias : Aliases(role)) {
        for (std::size_t f = 0; f < layer_.fields.size(); ++f) {
          if (network_internal::IsAlias(layer_.fields[f].name, alias, layer_.names_cut))
            entry->second.push_back(f);
        }
      }
    }
    return entry->second;
  }

  const RawLayer& layer_;
  mutable std::map<Role, std::vector<std::size_t>> fields_;
};

/// Coordinate-wise median: one wild vertex does not move it.
std::optional<Vec2> MedianPoint(std::span<const RawLayer> layers) {
  std::vector<double> xs;
  std::vector<double> ys;
  for (const RawLayer& layer : layers) {
    for (const RawFeature& feature : layer.features) {
      for (const Part& part : feature.parts) {
        for (const Vec2& p : part) {
          if (!p.allFinite()) continue;
          xs.push_back(p.x());
          ys.push_back(p.y());
        }
      }
    }
    if (!xs.empty()) break;  // the next layer may have another CRS
  }
  if (xs.empty()) return std::nullopt;
  const auto median = [](std::vector<double>& v) {
    const auto middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
    std::nth_element(v.begin(), middle, v.end());
    return *middle;
  };
  return Vec2(median(xs), median(ys));
}

/// Degrees of a GeoJSON that holds metres, and the like.
bool Fits(const std::string& crs, const Vec2& point) { return LonLatFrom(crs, point).has_value(); }

/// The CRS to read a layer with: its own if its coordinates fit, else the user's.
std::string EffectiveCrs(const std::filesystem::path& path, const RawLayer& layer,
                         const NetworkOptions& options) {
  const std::optional<Vec2> point = MedianPoint({&layer, 1});
  if (!layer.crs.empty() && (!point || Fits(layer.crs, *point))) return layer.crs;
  if (options.map_crs.empty()) {
    throw RunError(ExitCode::kInputMissing, MessageId::kMapNoCrs, {path.string(), layer.name});
  }
  if (point && !Fits(options.map_crs, *point)) {
    throw RunError(ExitCode::kInputMissing, MessageId::kMapCrsMismatch,
                   {path.string(), options.map_crs});
  }
  return options.map_crs;
}

/// Moves features to the local frame and says what cannot be used.
class Placer {
 public:
  Placer(const std::string& crs, const LocalFrame& frame, const Vec2& middle,
         std::vector<Error>& skipped)
      : to_local_(crs, frame), middle_(middle), skipped_(skipped) {}

  void Skip(const std::string& item, MessageId id, std::vector<std::string> args = {}) {
    skipped_.push_back({item, {id, std::move(args)}});
  }

  /// The parts in local metres; a part that cannot be placed is reported and left out.
  std::vector<Part> Place(const RawFeature& feature, const std::string& item) {
    std::vector<Part> placed;
    if (feature.parts.empty()) Skip(item, MessageId::kFeatureNoGeometry);
    for (const Part& part : feature.parts) {
      Part local;
      double farthest_m = 0;
      bool finite = true;
      for (const Vec2& p : part) {
        local.push_back(to_local_(p));
        finite = finite && local.back().allFinite();
        if (finite) farthest_m = std::max(farthest_m, (local.back() - middle_).norm());
      }
      if (!finite) {
        Skip(item, MessageId::kFeatureBadCoordinates);
      } else if (farthest_m > kMaxExtent_m) {
        Skip(item, MessageId::kFeatureFarAway, {fmt::format("{:.0f}", farthest_m / 1000)});
      } else {
        placed.push_back(std::move(local));
      }
    }
    return placed;
  }

 private:
  ToLocal to_local_;
  Vec2 middle_;
  std::vector<Error>& skipped_;
};

/// `id`, or with "#2", "#3" behind it when it was taken.
std::string Unique(const std::string& id, std::set<std::string>& taken) {
  std::string unique = id;
  for (int n = 2; !taken.insert(unique).second; ++n) unique = fmt::format("{}#{}", id, n);
  return unique;
}

Pipe PipeOf(const Attributes& attributes, const RawFeature& feature) {
  const auto text = [&](Role role) { return attributes.Get(feature, role).text; };
  Pipe pipe;
  pipe.dn_mm = network_internal::ParseDn(text(Role::kDn));
  const Attributes::Value depth = attributes.Get(feature, Role::kDepth);
  pipe.depth_m = network_internal::ParseDepth(depth.text, depth.unit);
  pipe.medium = network_internal::ParseMedium(text(Role::kMedium));
  pipe.level = network_internal::ParseLevel(text(Role::kLevel));
  const std::optional<Laying> laying = network_internal::ParseLaying(text(Role::kLaying));
  pipe.laying = laying.value_or(Laying::kBuried);
  pipe.laying_known = laying.has_value();
  pipe.year_built = network_internal::ParseYear(text(Role::kYear));
  pipe.insulation = attributes.Text(feature, Role::kInsulation);
  pipe.unit = attributes.Text(feature, Role::kUnit);
  pipe.district = attributes.Text(feature, Role::kDistrict);
  return pipe;
}

void AddPipes(const RawLayer& layer, Placer& placer, std::set<std::string>& ids,
              std::vector<Pipe>& pipes) {
  const Attributes attributes(layer);
  for (const RawFeature& feature : layer.features) {
    std::string id = attributes.Text(feature, Role::kPipeId);
    if (id.empty()) id = fmt::format("pipe-{}", feature.fid);
    if (feature.shape != Shape::kLine && !feature.parts.empty()) {
      placer.Skip(id, MessageId::kFeatureNotALine, {feature.geometry_name});
      continue;
    }
    Pipe pipe = PipeOf(attributes, feature);
    for (Part& part : placer.Place(feature, id)) {
      Polyline axis(std::move(part));
      if (!axis.valid()) {
        placer.Skip(id, MessageId::kFeatureDegenerate);
        continue;
      }
      pipe.id = Unique(id, ids);
      pipe.axis = std::move(axis);
      pipes.push_back(pipe);
    }
  }
}

void AddChambers(const RawLayer& layer, Placer& placer, std::vector<Chamber>& chambers) {
  const Attributes attributes(layer);
  std::set<std::string> ids;
  for (const RawFeature& feature : layer.features) {
    std::string id = attributes.Text(feature, Role::kChamberId);
    if (id.empty()) id = fmt::format("chamber-{}", feature.fid);
    if (feature.shape != Shape::kPoint && feature.shape != Shape::kArea && !feature.parts.empty()) {
      placer.Skip(id, MessageId::kFeatureNotAPoint, {feature.geometry_name});
      continue;
    }
    for (const Part& part : placer.Place(feature, id)) {
      // Wells drawn as outlines: the middle of their box.
      Box2 box;
      for (const Vec2& p : part) box.Add(p);
      chambers.push_back(
          {Unique(id, ids), (box.min + box.max) / 2, attributes.Text(feature, Role::kChamberKind)});
    }
  }
}

void AddBuildings(const RawLayer& layer, Placer& placer, std::vector<Building>& buildings) {
  const Attributes attributes(layer);
  for (const RawFeature& feature : layer.features) {
    const std::string id = fmt::format("building-{}", feature.fid);
    if (feature.shape != Shape::kArea && !feature.parts.empty()) {
      placer.Skip(id, MessageId::kFeatureNotAnArea, {feature.geometry_name});
      continue;
    }
    const Attributes::Value height = attributes.Get(feature, Role::kHeight);
    for (Part& ring : placer.Place(feature, id)) {
      if (ring.size() > 1 && ring.front() == ring.back()) ring.pop_back();
      if (ring.size() < 3 || !(std::abs(RingArea(ring)) > 1e-6)) {
        placer.Skip(id, MessageId::kFeatureDegenerate);
        continue;
      }
      buildings.push_back(
          {std::move(ring), network_internal::ParseHeight(height.text, height.unit)});
    }
  }
}

struct Layers {
  std::vector<RawLayer> pipes;
  std::vector<RawLayer> chambers;
  std::vector<RawLayer> buildings;
};

Layers ReadMap(const MapFile& map) {
  Layers layers;
  const int count = map.layer_count();
  std::vector<int> pipes;
  std::vector<int> lines;
  for (int i = 0; i < count; ++i) {
    if (map.MayHold(i, Shape::kLine)) lines.push_back(i);
    const LayerKind kind = LayerKindOf(map.LayerName(i));
    if (count == 1) continue;  // a single layer is the pipes, whatever its name
    if (kind == LayerKind::kPipes && map.MayHold(i, Shape::kLine)) pipes.push_back(i);
    if (kind == LayerKind::kChambers &&
        (map.MayHold(i, Shape::kPoint) || map.MayHold(i, Shape::kArea))) {
      layers.chambers.push_back(map.Read(i));
    }
    if (kind == LayerKind::kBuildings && map.MayHold(i, Shape::kArea))
      layers.buildings.push_back(map.Read(i));
  }
  // The layer that is called just that wins over "pipes_old" and the like.
  const auto exact = std::find_if(pipes.begin(), pipes.end(), [&](int i) {
    return network_internal::Normalise(map.LayerName(i)) == "pipes";
  });
  if (exact != pipes.end()) pipes = {*exact};
  if (pipes.empty() && lines.size() == 1) pipes = lines;
  for (const int i : pipes) layers.pipes.push_back(map.Read(i));
  return layers;
}

std::vector<RawLayer> ReadBuildings(const std::filesystem::path& path) {
  const MapFile file(path);
  std::vector<int> named;
  std::vector<int> areas;
  for (int i = 0; i < file.layer_count(); ++i) {
    if (!file.MayHold(i, Shape::kArea)) continue;
    areas.push_back(i);
    if (LayerKindOf(file.LayerName(i)) == LayerKind::kBuildings) named.push_back(i);
  }
  std::vector<RawLayer> layers;
  for (const int i : named.empty() ? areas : named) layers.push_back(file.Read(i));
  return layers;
}

}  // namespace

LoadedNetwork LoadNetwork(const std::filesystem::path& map_path,
                          const std::optional<std::filesystem::path>& buildings_path,
                          const NetworkOptions& options) {
  const Layers layers = ReadMap(MapFile(map_path));
  const RunError no_pipes(ExitCode::kInputMissing, MessageId::kMapNoPipes, {map_path.string()});
  const std::optional<Vec2> middle = MedianPoint(layers.pipes);
  if (!middle) throw no_pipes;
  const RawLayer& main =
      *std::find_if(layers.pipes.begin(), layers.pipes.end(), [](const RawLayer& layer) {
        return MedianPoint({&layer, 1}).has_value();
      });
  const std::string map_crs = EffectiveCrs(map_path, main, options);
  const std::optional<LonLat> near = LonLatFrom(map_crs, *middle);
  if (!near)
    throw RunError(ExitCode::kInputMissing, MessageId::kMapCrsMismatch,
                   {map_path.string(), map_crs});
  const LocalFrame frame(map_crs, *near);
  const Vec2 middle_local = frame.LocalFromLonLat(*near);

  std::vector<Error> skipped;
  std::vector<Pipe> pipes;
  std::vector<Chamber> chambers;
  std::vector<Building> buildings;
  std::set<std::string> ids;
  const auto place = [&](const std::filesystem::path& path, const std::vector<RawLayer>& raw,
                         auto add) {
    for (const RawLayer& layer : raw) {
      skipped.insert(skipped.end(), layer.errors.begin(), layer.errors.end());
      Placer placer(EffectiveCrs(path, layer, options), frame, middle_local, skipped);
      add(layer, placer);
    }
  };
  place(map_path, layers.pipes,
        [&](const RawLayer& layer, Placer& placer) { AddPipes(layer, placer, ids, pipes); });
  if (pipes.empty()) throw no_pipes;
  place(map_path, layers.chambers,
        [&](const RawLayer& layer, Placer& placer) { AddChambers(layer, placer, chambers); });
  const auto add_buildings = [&](const RawLayer& layer, Placer& placer) {
    AddBuildings(layer, placer, buildings);
  };
  place(map_path, layers.buildings, add_buildings);
  if (buildings_path) place(*buildings_path, ReadBuildings(*buildings_path), add_buildings);

  const bool stated = map_crs == main.crs;
  return {PipeNetwork(std::move(pipes), std::move(chambers), std::move(buildings), options), frame,
          std::move(skipped), stated ? main.crs_name : options.map_crs};
}

}  // namespace thermoleak
