#include "simulation/truth.hpp"

#include <fmt/format.h>

#include "simulation/feature_writer.hpp"
#include "simulation/leak_shape.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/radiometry/harmonisation.hpp"
#include "thermoleak/simulation/ground.hpp"
#include "thermoleak/simulation/render.hpp"

namespace thermoleak::simulation {
namespace {

/// Matching radius of evaluations, metres; written for whoever scores the survey.
constexpr double kMatchRadius = 3.0;
/// A leak closer than this to the picture's edge is not counted as seen.
constexpr double kEdgePixels = 12;

const char* NameOf(Medium medium) { return medium == Medium::kSupply ? "supply" : "return"; }

double NearestPipe(const Scene& scene, const Vec2& p) {
  double nearest = 1e300;
  for (const Pipe& pipe : scene.pipes) nearest = std::min(nearest, pipe.axis.Locate(p).distance);
  return Decimals(nearest, 2);
}

double TraceAt(const Scene& scene, const Vec2& p) {
  double rise = 0;
  for (std::size_t i = 0; i < scene.pipes.size(); ++i) {
    if (scene.pipes[i].laying == Laying::kBuried) rise += PipeRise(scene, static_cast<int>(i), p);
  }
  return rise;
}

void WriteLeaks(const Scene& scene, const ScenePlacement& placement,
                const std::vector<LeakViews>& views, const std::filesystem::path& path) {
  FeatureWriter out(placement);
  for (std::size_t i = 0; i < scene.leaks.size(); ++i) {
    const Leak& leak = scene.leaks[i];
    const Pipe& pipe = scene.pipes[static_cast<std::size_t>(leak.pipe)];
    const bool near_chamber =
        std::any_of(scene.chambers.begin(), scene.chambers.end(),
                    [&](const Chamber& c) { return (c.position - leak.position).norm() < 6; });
    out.Point({{"id", leak.id},
               {"kind", "leak"},
               {"class", "leak"},
               {"pipe_id", pipe.id},
               {"chainage_m", Decimals(leak.chainage_m, 2)},
               {"medium", NameOf(pipe.medium)},
               {"delta_t_k", Decimals(leak.delta_t_k, 2)},
               {"depth_m", Decimals(pipe.axis_depth_m, 2)},
               {"cover",
                scene.materials[static_cast<std::size_t>(MaterialAt(scene, leak.position))].name},
               {"heat_w", Decimals(HeatOf(leak), 0)},
               {"half_area_m2", Decimals(leak.half_area_m2, 2)},
               {"wet_length_m", Decimals(leak.wet_length_m, 2)},
               {"surfaced", leak.surfaced},
               {"offset_m", Decimals(leak.offset_m, 2)},
               {"tail_m", Decimals(leak.tail_m, 2)},
               {"near_chamber", near_chamber},
               {"on_map", pipe.on_map},
               {"trace_k", Decimals(TraceAt(scene, leak.position), 3)},
               {"views", views[i].clear},
               {"views_hidden", views[i].hidden},
               {"observable", views[i].clear > 0}},
              leak.position);
  }
  out.Write(path);
}

void WriteInsulation(const Scene& scene, const ScenePlacement& placement,
                     const std::filesystem::path& path) {
  FeatureWriter out(placement);
  for (const Insulation& damage : scene.insulation) {
    const Pipe& pipe = scene.pipes[static_cast<std::size_t>(damage.pipe)];
    out.Line({{"id", damage.id},
              {"kind", "insulation"},
              {"class", "insulation"},
              {"pipe_id", pipe.id},
              {"delta_t_k", Decimals(damage.delta_t_k, 2)},
              {"wet", damage.wet},
              {"from_m", Decimals(damage.from_m, 2)},
              {"to_m", Decimals(damage.to_m, 2)},
              {"length_m", Decimals(damage.to_m - damage.from_m, 2)}},
             pipe.axis.Part(damage.from_m, damage.to_m));
  }
  out.Write(path);
}

void WriteDecoys(const Scene& scene, const ScenePlacement& placement,
                 const std::filesystem::path& path) {
  FeatureWriter out(placement);
  for (const Chamber& c : scene.chambers) {
    out.Point({{"id", c.id},
               {"kind", "chamber"},
               {"class", "installation"},
               {"delta_t_k", Decimals(c.cover_k, 2)},
               {"on_map", c.on_map},
               {"pipe_dist_m", NearestPipe(scene, c.position)}},
              c.position);
  }
  for (const Manhole& m : scene.manholes) {
    out.Point({{"kind", m.sewer ? "sewer_manhole" : "manhole"},
               {"class", "confuser"},
               {"delta_t_k", Decimals(m.delta_t_k, 2)},
               {"diameter_m", Decimals(m.diameter_m, 2)},
               {"pipe_dist_m", NearestPipe(scene, m.position)}},
              m.position);
  }
  for (const Car& car : scene.cars) {
    out.Point({{"kind", car.speed_m_s > 0 ? "moving_car" : "car"},
               {"class", "confuser"},
               {"delta_t_k", Decimals(car.body_k + car.hood_k, 2)},
               {"pipe_dist_m", NearestPipe(scene, car.position)}},
              car.position);
  }
  for (const ForeignLine& f : scene.foreign_lines) {
    out.Line(
        {{"kind", "foreign_line"}, {"class", "confuser"}, {"delta_t_k", Decimals(f.delta_t_k, 2)}},
        f.axis);
  }
  for (const Pipe& pipe : scene.pipes) {
    if (!pipe.entry || pipe.medium != Medium::kSupply) continue;
    out.Line({{"kind", "house_entry"}, {"class", "installation"}, {"pipe_id", pipe.id}}, pipe.axis);
  }
  const auto confuser = [&](const std::string& kind, double delta_k, const Vec2& p, Json more) {
    Json properties{{"kind", kind},
                    {"class", "confuser"},
                    {"delta_t_k", Decimals(delta_k, 2)},
                    {"pipe_dist_m", NearestPipe(scene, p)}};
    properties.update(more);
    out.Point(std::move(properties), p);
  };
  for (const GroundMark& m : scene.marks) {
    confuser(m.kind, m.delta_k, m.position,
             {{"width_m", Decimals(m.size_m.x(), 2)},
              {"length_m", Decimals(m.size_m.y(), 2)},
              {"heading_deg", Decimals(m.heading_deg, 1)}});
  }
  for (const Tree& t : scene.trees) {
    confuser("tree", t.offset_k, t.position,
             {{"crown_m", Decimals(t.crown_m, 2)},
              {"height_m", Decimals(t.height_m, 2)},
              {"gaps", Decimals(t.gaps, 2)}});
  }
  for (const Lamp& l : scene.lamps)
    confuser("lamp", l.warm_k, l.position, {{"height_m", Decimals(l.height_m, 2)}});
  for (const Person& p : scene.people) confuser("person", p.warm_k, p.position, Json::object());
  out.Write(path);
}

void WritePipes(const Scene& scene, const ScenePlacement& placement,
                const std::filesystem::path& path) {
  FeatureWriter out(placement);
  for (const Pipe& pipe : scene.pipes) {
    Json properties{{"pipe_id", pipe.id},
                    {"trench", pipe.trench},
                    {"dn_mm", pipe.dn_mm},
                    {"medium", NameOf(pipe.medium)},
                    {"laying", pipe.laying == Laying::kBuried ? "buried" : "overhead"},
                    {"temperature_c", pipe.temperature_c},
                    {"on_map", pipe.on_map},
                    {"length_m", Decimals(pipe.axis.Length(), 2)}};
    if (pipe.laying == Laying::kBuried) {
      properties["depth_m"] = Decimals(pipe.axis_depth_m, 3);
      properties["equivalent_depth_m"] = Decimals(pipe.equivalent_depth_m, 3);
      properties["loss_w_per_m"] = Decimals(pipe.loss_w_per_m, 2);
      properties["trace_k"] = Decimals(TraceAt(scene, pipe.axis.At(pipe.axis.Length() / 2)), 3);
    } else {
      properties["height_m"] = pipe.height_m;
      properties["skin_k"] = pipe.skin_k;
    }
    out.Line(std::move(properties), pipe.axis);
  }
  out.Write(path);
}

/// Rotation rows are the local east, north and up of the camera's x (right), y (down) and z
/// (forward) axes.
void WritePoses(const Scene& scene, const ScenePlacement& placement, const std::vector<View>& views,
                const std::filesystem::path& path) {
  std::string csv =
      "frame,status,time,x,y,z,lon,lat,up_azimuth_deg,centre_x,centre_y,centre_z,centre_lon,centre_"
      "lat,recorded_x,"
      "recorded_y,recorded_rel_alt,r00,r01,r02,r10,r11,r12,r20,r21,r22\n";
  const Terrain terrain = Terrain::Plane(scene.place.ground_height_m);
  const LocalFrame& frame = placement.frame();
  for (const View& view : views) {
    const Camera camera = placement.LocalCamera(view.camera);
    const Mat3& r = camera.map_from_camera;
    const Vec2 position = camera.position.head<2>();
    const LonLat at = frame.LonLatFromLocal(position);
    const Vec2 up = -r.col(1).head<2>();
    double azimuth = std::atan2(up.x(), up.y()) * 180 / 3.14159265358979323846;
    if (azimuth < 0) azimuth += 360;
    const auto ground = camera.Ground({camera.lens.width / 2.0, camera.lens.height / 2.0}, terrain);
    const Vec3 centre = ground.value_or(camera.position);
    const LonLat centre_at = frame.LonLatFromLocal(centre.head<2>());
    const Vec2 map = frame.MapFromLocal(position);
    const Vec2 centre_map = frame.MapFromLocal(centre.head<2>());
    const Vec2 recorded = frame.MapFromLocal(placement.LocalFromScene(view.recorded_position));
    csv += fmt::format(
        "{},ok,{:.3f},{:.3f},{:.3f},{:.3f},{:.9f},{:.9f},{:.4f},{:.3f},{:.3f},{:.3f},{:.9f},{:.9f}"
        ",",
        FrameName(view), view.time_utc_s, map.x(), map.y(), camera.position.z(), at.lon_deg,
        at.lat_deg, azimuth, centre_map.x(), centre_map.y(), centre.z(), centre_at.lon_deg,
        centre_at.lat_deg);
    csv += fmt::format("{:.3f},{:.3f},{:.3f}", recorded.x(), recorded.y(), view.recorded_height_m);
    for (int row = 0; row < 3; ++row) {
      for (int column = 0; column < 3; ++column) csv += fmt::format(",{:.8f}", r(row, column));
    }
    csv += '\n';
  }
  WriteFileAtomically(path, csv);
}

/// What the sensor does to each frame, and to all of them: block means of 16 pixels, row by row.
void WriteSensor(const Scene& scene, const std::vector<View>& views,
                 const std::filesystem::path& truth) {
  std::string drift = "frame,drift_k\n";
  for (const View& view : views)
    drift += fmt::format("{},{:.4f}\n", FrameName(view), DriftOf(scene, view));
  WriteFileAtomically(truth / "drift.csv", drift);
  const Thumbnail flat = MakeThumbnail(FixedPatternOf(scene), 16);
  std::string csv;
  for (int r = 0; r < flat.celsius.rows; ++r) {
    for (int c = 0; c < flat.celsius.cols; ++c) {
      csv += fmt::format("{}{:.4f}", c > 0 ? "," : "", static_cast<double>(flat.celsius(r, c)));
    }
    csv += '\n';
  }
  WriteFileAtomically(truth / "flat_field.csv", csv);
}

}  // namespace

std::string FrameName(const View& view) { return fmt::format("DJI_{:04}_R.JPG", view.number); }

std::vector<LeakViews> CountViews(const Scene& scene, const std::vector<View>& views) {
  std::vector<LeakViews> counts;
  for (const Leak& leak : scene.leaks) {
    const Vec3 point{leak.position.x(), leak.position.y(), 0};
    LeakViews count;
    for (const View& view : views) {
      const auto pixel = view.camera.Project(point);
      if (!pixel || !view.camera.InPicture(*pixel, kEdgePixels)) continue;
      (IsHidden(scene, view, leak.position) ? count.hidden : count.clear) += 1;
    }
    counts.push_back(count);
  }
  return counts;
}

void WriteTruth(const Scene& scene, const ScenePlacement& placement, const std::vector<View>& views,
                const std::vector<LeakViews>& leak_views, const std::filesystem::path& folder) {
  const std::filesystem::path truth = folder / "truth";
  WriteLeaks(scene, placement, leak_views, truth / "leaks.geojson");
  WriteInsulation(scene, placement, truth / "insulation.geojson");
  WriteDecoys(scene, placement, truth / "decoys.geojson");
  WritePipes(scene, placement, truth / "pipes.geojson");
  WritePoses(scene, placement, views, truth / "poses.csv");
  WriteSensor(scene, views, truth);
  const Json scenario{
      {"name", scene.name},
      {"seed", scene.seed},
      {"frames", views.size()},
      {"pipe_km", Decimals(scene.trench_m / 1000, 4)},
      {"leaks", scene.leaks.size()},
      {"insulation", scene.insulation.size()},
      {"match_radius_m", kMatchRadius},
      {"network", "network.geojson"},
      {"air_c", scene.weather.air_c},
      {"wind_m_s", scene.weather.wind_m_s},
      {"surface_coefficient_w_per_m2k", Decimals(scene.weather.surface_coefficient, 2)},
      {"ground_conductivity_w_per_mk", scene.weather.conductivity}};
  WriteFileAtomically(folder / "scenario.json", scenario.dump(1) + "\n");
}

}  // namespace thermoleak::simulation
