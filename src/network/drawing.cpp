#include "network/drawing.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace thermoleak::network_internal {
namespace {

bool ContainsAny(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view p) { return text.find(p) != std::string_view::npos; });
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Lettering, frames and other companies' networks.
bool IsForeign(std::string_view name) {
  return ContainsAny(name,
                     {"标注",      "注记", "文字",   "图框", "图例", "轴线", "text", "dim",
                      "defpoints", "给水", "自来水", "污水", "雨水", "排水", "中水", "燃气",
                      "煤气",      "电力", "电信",   "通信", "路灯", "道路", "road", "等高线"});
}

bool IsHeating(std::string_view name) {
  return ContainsAny(name, {"热力", "供热", "供暖", "供水", "回水", "一次", "二次", "架空", "直埋",
                            "地沟", "heat", "supply", "return"}) ||
         name.rfind("rl", 0) == 0 || !DnIn(name).empty();
}

bool HasLines(const RawLayer& layer) {
  return std::any_of(layer.features.begin(), layer.features.end(),
                     [](const RawFeature& f) { return f.shape == Shape::kLine; });
}

std::size_t FieldNamed(const RawLayer& layer, std::string_view name) {
  const auto at = std::find_if(layer.fields.begin(), layer.fields.end(),
                               [&](const FieldName& field) { return field.name == name; });
  return static_cast<std::size_t>(at - layer.fields.begin());
}

std::string ValueOf(const RawFeature& feature, std::size_t field) {
  return field < feature.values.size() ? feature.values[field] : std::string();
}

/// What a name says beside its number: "供热" is the trade, not the supply line, and a bare number
/// is no network level.
std::string Speaking(std::string_view utf8) {
  std::string text = Normalise(utf8);
  for (const std::string_view trade : {"供热", "供暖", "供回水"}) {
    for (std::size_t at; (at = text.find(trade)) != std::string::npos;)
      text.erase(at, trade.size());
  }
  return std::all_of(text.begin(), text.end(), IsDigit) ? "" : text;
}

void AddNamesAsAttributes(RawLayer& layer) {
  const std::size_t own_name = FieldNamed(layer, "name");        // KML
  const std::size_t handle = FieldNamed(layer, "entityhandle");  // DXF
  const std::size_t fields = layer.fields.size();
  layer.fields.push_back({"drawing_id", ""});
  layer.fields.push_back({"drawing_dn", ""});
  layer.fields.push_back({"drawing_text", ""});
  for (RawFeature& feature : layer.features) {
    const std::string name = ValueOf(feature, own_name);
    const std::string id = name.empty() ? ValueOf(feature, handle) : name;
    feature.values.resize(fields);
    feature.values.push_back(id);
    const std::string dn = DnIn(name);
    feature.values.push_back(dn.empty() ? DnIn(layer.name) : dn);
    const std::string text = Speaking(name);
    feature.values.push_back(text.empty() ? Speaking(layer.name)
                                          : Speaking(layer.name) + " " + text);
  }
}

void KeepLines(RawLayer& layer) {
  std::erase_if(layer.features, [](const RawFeature& f) { return f.shape != Shape::kLine; });
}

void MakePoints(RawLayer& layer) {
  const std::size_t lettering = FieldNamed(layer, "text");
  std::erase_if(layer.features, [&](const RawFeature& f) {
    return f.parts.empty() || !ValueOf(f, lettering).empty();
  });
  for (RawFeature& feature : layer.features) {
    Part all;
    for (const Part& part : feature.parts) all.insert(all.end(), part.begin(), part.end());
    feature.parts = {std::move(all)};
    feature.shape = Shape::kPoint;
  }
}

void MakeAreas(RawLayer& layer) {
  for (RawFeature& feature : layer.features) {
    const bool closed = std::all_of(
        feature.parts.begin(), feature.parts.end(),
        [](const Part& part) { return part.size() >= 4 && part.front() == part.back(); });
    if (feature.shape == Shape::kLine && closed) feature.shape = Shape::kArea;
  }
  std::erase_if(layer.features, [](const RawFeature& f) { return f.shape != Shape::kArea; });
}

}  // namespace

std::string DnIn(std::string_view utf8) {
  const std::string text = Normalise(utf8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = std::string_view(text).substr(i);
    std::size_t sign = 0;
    bool wall_needed = false;
    if (rest.rfind("dn", 0) == 0) {
      sign = 2;
    } else if (rest[0] == 'd') {
      sign = 1;
      wall_needed = true;  // "d219x6": a lone d is too common
    } else {
      for (const std::string_view phi : {"Φ", "φ", "ϕ", "Ø", "ø"}) {
        if (rest.rfind(phi, 0) == 0) sign = phi.size();
      }
    }
    std::size_t end = sign;
    while (sign > 0 && end < rest.size() && IsDigit(rest[end])) ++end;
    if (sign == 0 || end == sign) continue;
    if (end + 1 < rest.size() && rest[end] == 'x' && IsDigit(rest[end + 1])) {
      ++end;
      while (end < rest.size() && (IsDigit(rest[end]) || rest[end] == '.')) ++end;
    } else if (wall_needed) {
      continue;
    }
    return std::string(rest.substr(0, end));
  }
  return "";
}

std::vector<RawLayer> SplitByLayer(RawLayer entities) {
  const std::size_t field = FieldNamed(entities, "layer");
  std::map<std::string, RawLayer> layers;
  for (RawFeature& feature : entities.features) {
    const std::string name = ValueOf(feature, field);
    RawLayer& layer = layers[name];
    if (layer.name.empty()) {
      layer.name = name;
      layer.fields = entities.fields;
      layer.crs = entities.crs;
      layer.crs_name = entities.crs_name;
    }
    layer.features.push_back(std::move(feature));
  }
  std::vector<RawLayer> split;
  for (auto& [name, layer] : layers) split.push_back(std::move(layer));
  if (!split.empty()) split.front().errors = std::move(entities.errors);
  return split;
}

Drawing SortDrawing(std::vector<RawLayer> layers) {
  Drawing drawing;
  std::vector<RawLayer> heating;
  std::vector<RawLayer> other;
  for (RawLayer& layer : layers) {
    const std::string name = Normalise(layer.name);
    const LayerKind kind = LayerKindOf(name);
    if (IsForeign(name)) {
      if (HasLines(layer)) drawing.left_out.push_back(layer.name);
    } else if (kind == LayerKind::kChambers) {
      drawing.chambers.push_back(std::move(layer));
    } else if (kind == LayerKind::kBuildings) {
      drawing.buildings.push_back(std::move(layer));
    } else if (HasLines(layer)) {
      (kind == LayerKind::kPipes || IsHeating(name) ? heating : other).push_back(std::move(layer));
    }
  }
  if (heating.empty()) {
    drawing.pipes = std::move(other);
  } else {
    drawing.pipes = std::move(heating);
    for (const RawLayer& layer : other) drawing.left_out.push_back(layer.name);
  }
  for (RawLayer& layer : drawing.pipes) {
    KeepLines(layer);
    AddNamesAsAttributes(layer);
  }
  for (RawLayer& layer : drawing.chambers) {
    MakePoints(layer);
    AddNamesAsAttributes(layer);
  }
  for (RawLayer& layer : drawing.buildings) MakeAreas(layer);
  return drawing;
}

}  // namespace thermoleak::network_internal
