#include "network/map_features.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "network/attributes.hpp"

namespace thermoleak::network_internal {
namespace {

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
          if (IsAlias(layer_.fields[f].name, alias, layer_.names_cut)) entry->second.push_back(f);
        }
      }
    }
    return entry->second;
  }

  const RawLayer& layer_;
  mutable std::map<Role, std::vector<std::size_t>> fields_;
};

/// `id`, or with "#2", "#3" behind it when it was taken.
std::string Unique(const std::string& id, TakenIds& taken) {
  const auto [entry, is_new] = taken.try_emplace(id, 1);
  if (is_new) return id;
  for (;;) {
    std::string unique = fmt::format("{}#{}", id, ++entry->second);
    if (taken.try_emplace(unique, 1).second) return unique;
  }
}

Pipe PipeOf(const Attributes& attributes, const RawFeature& feature) {
  const auto text = [&](Role role) { return attributes.Get(feature, role).text; };
  Pipe pipe;
  pipe.dn_mm = ParseDn(text(Role::kDn));
  const Attributes::Value depth = attributes.Get(feature, Role::kDepth);
  pipe.depth_m = ParseDepth(depth.text, depth.unit);
  pipe.medium = ParseMedium(text(Role::kMedium));
  pipe.level = ParseLevel(text(Role::kLevel));
  const std::optional<Laying> laying = ParseLaying(text(Role::kLaying));
  pipe.laying = laying.value_or(Laying::kBuried);
  pipe.laying_known = laying.has_value();
  pipe.year_built = ParseYear(text(Role::kYear));
  pipe.insulation = attributes.Text(feature, Role::kInsulation);
  pipe.unit = attributes.Text(feature, Role::kUnit);
  pipe.district = attributes.Text(feature, Role::kDistrict);
  return pipe;
}

}  // namespace

void Placer::Skip(const std::string& item, MessageId id, std::vector<std::string> args) {
  skipped_.push_back({item, {id, std::move(args)}});
}

std::vector<Part> Placer::Place(const RawFeature& feature, const std::string& item) {
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

void AddPipes(const RawLayer& layer, Placer& placer, TakenIds& ids, std::vector<Pipe>& pipes) {
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
  TakenIds ids;
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
      buildings.push_back({std::move(ring), ParseHeight(height.text, height.unit)});
    }
  }
}

}  // namespace thermoleak::network_internal
