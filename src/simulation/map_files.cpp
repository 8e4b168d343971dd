// What the heating company knows: pipes, chambers and buildings, with the map's errors.

#include <fmt/format.h>
#include <ogrsf_frmts.h>

#include "simulation/feature_writer.hpp"
#include "simulation/truth.hpp"
#include "thermoleak/geo/gdal_session.hpp"
#include "thermoleak/simulation/random.hpp"

namespace thermoleak::simulation {
namespace {

double Rounded(double value, double step) { return std::round(value / step) * step; }

/// The line as the map has it: shifted, and wandering smoothly to both sides. Both pipes of a
/// trench wander together, as they were surveyed together.
Polyline MapLine(const Scene& scene, const Pipe& pipe) {
  constexpr double kStep = 6;
  std::uint64_t trench = 0;
  for (const char c : pipe.trench) trench = Mix(trench ^ static_cast<unsigned char>(c));
  const auto seed = static_cast<std::uint32_t>(Rng(scene.seed, Stream::kMap, trench).Bits());
  std::vector<double> chainages(pipe.axis.chainages().begin(), pipe.axis.chainages().end());
  for (double s = kStep; s < pipe.axis.Length(); s += kStep) chainages.push_back(s);
  std::sort(chainages.begin(), chainages.end());
  std::vector<Vec2> points;
  for (const double s : chainages) {
    const double wander =
        scene.map.wander_m * FractalNoise(seed, {s / scene.map.wander_length_m, 0.5}, 2);
    const Vec2 d = pipe.axis.Direction(s, kStep);
    points.push_back(pipe.axis.At(s) + scene.map.shift_m + wander * Vec2(-d.y(), d.x()));
  }
  return Polyline(std::move(points));
}

/// One pipe as the map has it.
struct MapPipe {
  std::string id;
  double dn_mm = 0;
  std::string medium;
  std::string laying;
  std::string level;
  std::optional<double> depth_m;  ///< to the pipe's top, as field books have it
  std::optional<int> built;
  Polyline line;  ///< scene
};

std::vector<MapPipe> MapPipes(const Scene& scene) {
  std::vector<MapPipe> pipes;
  for (const Pipe& pipe : scene.pipes) {
    if (!pipe.on_map) continue;
    MapPipe map{pipe.id,
                pipe.dn_mm,
                pipe.medium == Medium::kSupply ? "供水" : "回水",
                pipe.laying == Laying::kBuried ? "直埋" : "架空",
                pipe.level == "primary" ? "一次网" : "二次网",
                std::nullopt,
                pipe.built,
                MapLine(scene, pipe)};
    if (scene.map.depths && pipe.laying == Laying::kBuried) {
      map.depth_m = Decimals(Rounded(pipe.axis_depth_m - pipe.casing_m / 2, 0.05), 2);
    }
    pipes.push_back(std::move(map));
  }
  return pipes;
}

constexpr const char* kChamberKind = "检查室";

void WriteGeoJson(const Scene& scene, const std::vector<MapPipe>& map,
                  const ScenePlacement& placement, const std::filesystem::path& folder) {
  FeatureWriter pipes(placement);
  for (const MapPipe& pipe : map) {
    Json properties{{"pipe_id", pipe.id},
                    {"dn", pipe.dn_mm},
                    {"medium", pipe.medium},
                    {"laying", pipe.laying},
                    {"level", pipe.level}};
    if (pipe.depth_m) properties["depth_m"] = *pipe.depth_m;
    if (pipe.built) properties["built"] = *pipe.built;
    pipes.Line(std::move(properties), pipe.line);
  }
  pipes.Write(folder / "network.geojson");
  if (scene.buildings.empty()) return;
  FeatureWriter buildings(placement);
  for (const Building& b : scene.buildings) buildings.Ring({{"height_m", b.height_m}}, b.ring);
  buildings.Write(folder / "buildings.geojson");
}

struct DatasetCloser {
  void operator()(GDALDataset* dataset) const { GDALClose(dataset); }
};
using DatasetPointer = std::unique_ptr<GDALDataset, DatasetCloser>;

/// Pipes and chambers as layers of one GeoPackage, in the survey's UTM zone.
class GeoPackageMap {
 public:
  GeoPackageMap(const std::filesystem::path& path, const ScenePlacement& placement)
      : path_(path), placement_(placement) {
    // The date would be the only thing that differs between two runs.
    CPLSetThreadLocalConfigOption("OGR_CURRENT_DATE", "2026-01-01T00:00:00.000Z");
    srs_.importFromWkt(placement.frame().wkt().c_str());
    srs_.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GPKG");
    if (driver != nullptr)
      dataset_.reset(driver->Create(path.c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    if (!dataset_) Fail();
  }
  ~GeoPackageMap() { CPLSetThreadLocalConfigOption("OGR_CURRENT_DATE", nullptr); }
  GeoPackageMap(const GeoPackageMap&) = delete;
  GeoPackageMap& operator=(const GeoPackageMap&) = delete;

  void WritePipes(const std::vector<MapPipe>& pipes) {
    OGRLayer* layer = Layer("pipes", wkbLineString,
                            {{"pipe_id", OFTString},
                             {"dn", OFTReal},
                             {"medium", OFTString},
                             {"laying", OFTString},
                             {"level", OFTString},
                             {"depth_m", OFTReal},
                             {"built", OFTInteger}});
    for (const MapPipe& pipe : pipes) {
      OGRFeature feature(layer->GetLayerDefn());
      feature.SetField("pipe_id", pipe.id.c_str());
      feature.SetField("dn", pipe.dn_mm);
      feature.SetField("medium", pipe.medium.c_str());
      feature.SetField("laying", pipe.laying.c_str());
      feature.SetField("level", pipe.level.c_str());
      if (pipe.depth_m) feature.SetField("depth_m", *pipe.depth_m);
      if (pipe.built) feature.SetField("built", *pipe.built);
      OGRLineString line;
      for (const Vec2& p : pipe.line.vertices()) {
        const Vec2 at = MapFromScene(p);
        line.addPoint(at.x(), at.y());
      }
      feature.SetGeometry(&line);
      if (layer->CreateFeature(&feature) != OGRERR_NONE) Fail();
    }
  }
  void WriteChambers(const Scene& scene) {
    OGRLayer* layer = Layer("chambers", wkbPoint, {{"id", OFTString}, {"kind", OFTString}});
    for (const Chamber& chamber : scene.chambers) {
      if (!chamber.on_map) continue;
      OGRFeature feature(layer->GetLayerDefn());
      feature.SetField("id", chamber.id.c_str());
      feature.SetField("kind", kChamberKind);
      const Vec2 at = MapFromScene(chamber.position + scene.map.shift_m);
      const OGRPoint point(at.x(), at.y());
      feature.SetGeometry(&point);
      if (layer->CreateFeature(&feature) != OGRERR_NONE) Fail();
    }
  }
  /// Closes the file; what could not be written shows here.
  void Close() {
    dataset_.reset();
    if (session_.failed()) Fail();
  }

 private:
  [[noreturn]] void Fail() const {
    throw RunError(ExitCode::kUsage, MessageId::kOutputUnwritable,
                   {path_.string(), session_.Complaint("GPKG")});
  }
  Vec2 MapFromScene(const Vec2& p) const {
    return placement_.frame().MapFromLocal(placement_.LocalFromScene(p));
  }
  OGRLayer* Layer(const char* name, OGRwkbGeometryType type,
                  std::initializer_list<std::pair<const char*, OGRFieldType>> fields) {
    OGRLayer* layer = dataset_->CreateLayer(name, &srs_, type, nullptr);
    if (layer == nullptr) Fail();
    for (const auto& [field, field_type] : fields) {
      OGRFieldDefn definition(field, field_type);
      if (layer->CreateField(&definition) != OGRERR_NONE) Fail();
    }
    return layer;
  }

  GdalSession session_;
  std::filesystem::path path_;
  const ScenePlacement& placement_;
  OGRSpatialReference srs_;
  DatasetPointer dataset_;
};

}  // namespace

void WriteNetwork(const Scene& scene, const ScenePlacement& placement,
                  const std::filesystem::path& folder) {
  const std::vector<MapPipe> pipes = MapPipes(scene);
  WriteGeoJson(scene, pipes, placement, folder);
  AtomicFile file(folder / "network.gpkg");
  GeoPackageMap map(file.temporary(), placement);
  map.WritePipes(pipes);
  map.WriteChambers(scene);
  map.Close();
  file.Commit();
}

}  // namespace thermoleak::simulation
