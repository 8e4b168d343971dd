#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include "network/attributes.hpp"
#include "network/control_points.hpp"
#include "network/drawing.hpp"
#include "network/map_features.hpp"
#include "network/map_file.hpp"
#include "network/map_shift.hpp"
#include "thermoleak/geo/city_grid.hpp"
#include "thermoleak/network/map_check.hpp"
#include "thermoleak/network/network.hpp"

namespace thermoleak {
namespace {

using network_internal::LayerKind;
using network_internal::LayerKindOf;
using network_internal::MapFile;
using network_internal::MapShift;
using network_internal::Part;
using network_internal::Placer;
using network_internal::RawFeature;
using network_internal::RawLayer;
using network_internal::Shape;
using network_internal::ToLocalMetres;

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

/// Degrees of a GeoJSON that holds metres, and the like, do not fit.
bool Fits(const MapReading& reading, const Vec2& point) {
  return MapReader(reading, std::nullopt).LonLatFromMap(point).has_value();
}

/// What is said about the map's coordinates.
struct Statement {
  const NetworkOptions& options;
  MapShift shift;
};

/// How to read a layer: by its own CRS if its coordinates fit, else by the user's; with the user's
/// corrections, which do not hold for a second file (`second`) that states its CRS.
MapReading ReadingOf(const std::filesystem::path& path, const RawLayer& layer,
                     const Statement& said, bool second = false) {
  const std::optional<Vec2> point = MedianPoint({&layer, 1});
  if (second && !layer.crs.empty()) {
    const MapReading own{layer.crs};
    if (!point || Fits(own, *point)) return own;
  }
  MapReading reading{layer.crs, said.shift.swap, said.shift.web};
  if (!said.shift.crs && !layer.crs.empty() && (!point || Fits(reading, *point))) return reading;
  reading.crs = said.options.map_crs;
  if (reading.crs.empty()) {
    throw RunError(ExitCode::kInputMissing, MessageId::kMapNoCrs, {path.string(), layer.name});
  }
  if (point && !Fits(reading, *point)) {
    throw RunError(ExitCode::kInputMissing, MessageId::kMapCrsMismatch,
                   {path.string(), reading.crs});
  }
  return reading;
}

ToLocalMetres ByReading(const MapReading& reading, const LocalFrame& frame) {
  if (reading.shift == WebShift::kNone) {
    const auto to_local = std::make_shared<ToLocal>(reading.crs, frame);
    const bool swap = reading.swap_axes;
    return [to_local, swap](const Vec2& p) { return (*to_local)(swap ? Vec2(p.y(), p.x()) : p); };
  }
  const auto reader = std::make_shared<MapReader>(reading, frame.LonLatFromLocal({0, 0}));
  return [reader, frame](const Vec2& p) -> Vec2 {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const std::optional<LonLat> place = reader->LonLatFromMap(p);
    return place ? frame.LocalFromLonLat(*place) : Vec2(kNan, kNan);
  };
}

/// A city's own grid on the ground: metres of a projection through the middle of its control
/// points, where both have hardly any distortion against each other.
struct PlacedGrid {
  CityGrid grid;
  LocalFrame ground;
  bool swap_axes;
};

Message ControlPointsNote(const std::vector<network_internal::ControlRow>& rows,
                          const CityGridFit& fit) {
  constexpr std::size_t kMost = 30;
  std::string list;
  for (std::size_t i = 0; i < std::min(kMost, rows.size()); ++i) {
    list += fmt::format("{}{} {:.3f}/{:.3f}", i ? ", " : "", rows[i].name, fit.residual_m[i],
                        fit.leave_one_out_m[i]);
  }
  if (rows.size() > kMost) list += ", ...";
  return {MessageId::kMapControlPoints, {list}};
}

PlacedGrid PlaceGrid(const NetworkOptions& options, const MapShift& shift, const Vec2& map_middle,
                     std::vector<Message>& notes, std::optional<ControlSummary>& control) {
  const std::filesystem::path file = options.map_control;
  const std::string shown = file.filename().string();
  const auto rows = network_internal::ReadControlPoints(file, options.map_crs);
  const RunError few(ExitCode::kInputMissing, MessageId::kMapControlFew,
                     {shown, fmt::format("{}", rows.size())});
  if (rows.size() < 3) throw few;
  LonLat middle{0, 0};
  for (const auto& row : rows) {
    middle.lon_deg += row.place.lon_deg / static_cast<double>(rows.size());
    middle.lat_deg += row.place.lat_deg / static_cast<double>(rows.size());
  }
  const LocalFrame ground(
      fmt::format("+proj=tmerc +lat_0={:.1f} +lon_0={:.1f} +k=1 +x_0=0 +y_0=0 +datum=WGS84 "
                  "+units=m +type=crs",
                  middle.lat_deg, middle.lon_deg),
      middle);
  std::vector<ControlPoint> points;
  for (const auto& row : rows)
    points.push_back({row.name, row.grid, ground.LocalFromLonLat(row.place)});
  const std::optional<CityGridFit> fit = FitCityGrid(points);
  if (!fit) throw few;
  const std::string loo = fmt::format("{:.3f}", fit->leave_one_out_rms_m);
  const std::string worst = fmt::format("{:.3f}", fit->leave_one_out_m[fit->worst]);
  if (!(fit->leave_one_out_rms_m <= options.map_control_limit_m)) {
    throw RunError(ExitCode::kInputMissing, MessageId::kMapControlPoor,
                   {shown, loo, fmt::format("{:g}", options.map_control_limit_m),
                    rows[fit->worst].name, worst});
  }
  control = {static_cast<int>(rows.size()), fit->affine,
             fit->residual_rms_m,           fit->leave_one_out_rms_m,
             rows[fit->worst].name,         fit->leave_one_out_m[fit->worst]};
  notes.push_back(ControlPointsNote(rows, *fit));
  PlacedGrid placed{fit->grid, ground, shift.swap};
  Box2 box;
  for (const ControlPoint& p : points) box.Add(p.ground);
  const Vec2 at = placed.grid(shift.swap ? Vec2(map_middle.y(), map_middle.x()) : map_middle);
  const double beyond_m = (at - at.cwiseMax(box.min).cwiseMin(box.max)).norm();
  constexpr double kFar_m = 3000;
  if (beyond_m > kFar_m)
    notes.push_back({MessageId::kMapControlAway, {fmt::format("{:.1f}", beyond_m / 1000)}});
  return placed;
}

ToLocalMetres ByGrid(const PlacedGrid& placed, const LocalFrame& frame) {
  const auto to_local = std::make_shared<ToLocal>(placed.ground.wkt(), frame);
  return [to_local, placed](const Vec2& p) {
    const Vec2 grid = placed.swap_axes ? Vec2(p.y(), p.x()) : p;
    return (*to_local)(placed.ground.MapFromLocal(placed.grid(grid)));
  };
}

struct Layers {
  std::vector<RawLayer> pipes;
  std::vector<RawLayer> chambers;
  std::vector<RawLayer> buildings;
  std::vector<Message> notes;
};

/// Up to a dozen names.
std::string Listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 12;
  std::string list;
  for (std::size_t i = 0; i < std::min(kMost, names.size()); ++i)
    list += (i ? ", " : "") + names[i];
  if (names.size() > kMost) list += " ...";
  return list.empty() ? "-" : list;
}

Layers ReadDrawing(const MapFile& map) {
  std::vector<RawLayer> raw;
  for (int i = 0; i < map.layer_count(); ++i) {
    RawLayer layer = map.Read(i);
    const bool has_layers = std::any_of(layer.fields.begin(), layer.fields.end(),
                                        [](const auto& f) { return f.name == "entityhandle"; });
    if (has_layers) {
      for (RawLayer& part : network_internal::SplitByLayer(std::move(layer)))
        raw.push_back(std::move(part));
    } else {
      raw.push_back(std::move(layer));
    }
  }
  network_internal::Drawing drawing = network_internal::SortDrawing(std::move(raw));
  Layers layers{
      std::move(drawing.pipes), std::move(drawing.chambers), std::move(drawing.buildings), {}};
  std::vector<std::string> used;
  for (const RawLayer& layer : layers.pipes) used.push_back(layer.name);
  layers.notes.push_back({MessageId::kMapDrawingLayers, {Listed(used), Listed(drawing.left_out)}});
  return layers;
}

Layers ReadMap(const MapFile& map) {
  if (map.is_drawing()) return ReadDrawing(map);
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
  if (file.is_drawing()) return ReadDrawing(file).buildings;
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

/// The first layer that has a point.
const RawLayer* MainLayer(const std::vector<RawLayer>& layers) {
  const auto main = std::find_if(layers.begin(), layers.end(), [](const RawLayer& layer) {
    return MedianPoint({&layer, 1}).has_value();
  });
  return main == layers.end() ? nullptr : &*main;
}

/// Lines of the layers that state the same CRS as the main one.
std::vector<std::vector<Vec2>> LinesOf(const std::vector<RawLayer>& layers, const RawLayer& main) {
  std::vector<std::vector<Vec2>> lines;
  for (const RawLayer& layer : layers) {
    if (layer.crs != main.crs) continue;
    for (const RawFeature& feature : layer.features) {
      if (feature.shape == Shape::kLine)
        lines.insert(lines.end(), feature.parts.begin(), feature.parts.end());
    }
  }
  return lines;
}

Statement Said(const NetworkOptions& options) {
  const MapShift shift = network_internal::ParseMapShift(options.map_shift);
  if (shift.crs && options.map_crs.empty())
    throw RunError(ExitCode::kUsage, MessageId::kMapShiftNeedsCrs);
  if (!options.map_control.empty() && (shift.crs || shift.web != WebShift::kNone)) {
    throw RunError(ExitCode::kUsage, MessageId::kMapShiftWithControl,
                   {network_internal::WordsOf(shift)});
  }
  return {options, shift};
}

}  // namespace

MapSource ReadMapSource(const std::filesystem::path& map_path, const NetworkOptions& options) {
  const Statement said = Said(options);
  const Layers layers = ReadMap(MapFile(map_path));
  const RawLayer* main = MainLayer(layers.pipes);
  if (!main || !options.map_control.empty()) return {};
  MapSource source{LinesOf(layers.pipes, *main),
                   {main->crs, said.shift.swap, said.shift.web},
                   !main->crs.empty(),
                   said.shift.crs};
  const bool fits = !main->crs.empty() && Fits(source.read_as, *MedianPoint({main, 1}));
  if (said.shift.crs || main->crs.empty() || (!fits && !options.map_crs.empty()))
    source.read_as.crs = options.map_crs;
  return source;
}

LoadedNetwork LoadNetwork(const std::filesystem::path& map_path,
                          const std::optional<std::filesystem::path>& buildings_path,
                          const NetworkOptions& options) {
  const Statement said = Said(options);
  const Layers layers = ReadMap(MapFile(map_path));
  const RunError no_pipes(ExitCode::kInputMissing, MessageId::kMapNoPipes, {map_path.string()});
  const RawLayer* main = MainLayer(layers.pipes);
  if (!main) throw no_pipes;
  const Vec2 middle = *MedianPoint(layers.pipes);
  std::vector<Message> notes = layers.notes;
  std::optional<PlacedGrid> grid;
  std::optional<ControlSummary> control;
  MapReading reading;
  std::optional<LonLat> near;
  if (options.map_control.empty()) {
    reading = ReadingOf(map_path, *main, said);
    near = MapReader(reading, std::nullopt).LonLatFromMap(middle);
    if (!near)
      throw RunError(ExitCode::kInputMissing, MessageId::kMapCrsMismatch,
                     {map_path.string(), reading.crs});
    if (said.shift.any()) {
      notes.push_back({MessageId::kMapShiftApplied, {network_internal::WordsOf(said.shift)}});
    }
  } else {
    grid = PlaceGrid(options, said.shift, middle, notes, control);
    const Vec2 numbers = said.shift.swap ? Vec2(middle.y(), middle.x()) : middle;
    near = grid->ground.LonLatFromLocal(grid->grid(numbers));
  }
  const LocalFrame frame = grid ? LocalFrame::Utm(*near) : LocalFrame(reading.crs, *near);
  const Vec2 middle_local = frame.LocalFromLonLat(*near);

  std::vector<Error> skipped;
  std::vector<Pipe> pipes;
  std::vector<Chamber> chambers;
  std::vector<Building> buildings;
  network_internal::TakenIds ids;
  const auto place = [&](const std::filesystem::path& path, const std::vector<RawLayer>& raw,
                         bool second, auto add) {
    for (const RawLayer& layer : raw) {
      skipped.insert(skipped.end(), layer.errors.begin(), layer.errors.end());
      const bool in_grid = grid && !(second && !layer.crs.empty());
      Placer placer(
          in_grid ? ByGrid(*grid, frame) : ByReading(ReadingOf(path, layer, said, second), frame),
          middle_local, skipped);
      add(layer, placer);
    }
  };
  place(map_path, layers.pipes, false,
        [&](const RawLayer& layer, Placer& placer) { AddPipes(layer, placer, ids, pipes); });
  if (pipes.empty()) throw no_pipes;
  place(map_path, layers.chambers, false,
        [&](const RawLayer& layer, Placer& placer) { AddChambers(layer, placer, chambers); });
  const auto add_buildings = [&](const RawLayer& layer, Placer& placer) {
    AddBuildings(layer, placer, buildings);
  };
  place(map_path, layers.buildings, false, add_buildings);
  if (buildings_path) place(*buildings_path, ReadBuildings(*buildings_path), true, add_buildings);

  MapSource source;
  if (!grid) source = {LinesOf(layers.pipes, *main), reading, !main->crs.empty(), said.shift.crs};
  const bool stated = reading.crs == main->crs && !grid;
  std::string crs_name = grid ? frame.Name() : stated ? main->crs_name : options.map_crs;
  return {PipeNetwork(std::move(pipes), std::move(chambers), std::move(buildings), options),
          frame,
          std::move(skipped),
          std::move(crs_name),
          std::move(source),
          std::move(control),
          std::move(notes)};
}

}  // namespace thermoleak
