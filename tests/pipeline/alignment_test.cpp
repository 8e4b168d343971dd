// A simulated survey whose map is wrong by a known amount: where the run's corrected traces lie.
#include <gdal_priv.h>
#include <gtest/gtest.h>
#include <ogr_geometry.h>
#include <ogr_spatialref.h>
#include <ogrsf_frmts.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "thermoleak/core/files.hpp"
#include "thermoleak/core/geometry.hpp"
#include "thermoleak/core/statistics.hpp"
#include "thermoleak/pipeline/run.hpp"
#include "thermoleak/simulation/scene.hpp"
#include "thermoleak/simulation/survey.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;

// Two streets that cross; the map's lines wander by 1.2 m.
constexpr const char* kScene = R"(
name = "crossing"
seed = 11
ground = "grass"
[picture]
cell_m = [2.5, 5.0]
map = """
....................C...................
....................|...................
....................|...................
....................|...................
....................|...................
....................|...................
========================================
A-------------------D------------------B
....................|...................
....................|...................
....................|...................
....................|...................
....................|...................
....................E...................
"""
[[pipe]]
id = "T"
route = "AB"
dn = 200
insulation_conductivity = 0.05
[[pipe]]
id = "N"
route = "CE"
dn = 150
insulation_conductivity = 0.05
[errors]
gnss_bias_m = [0.8, -0.6]
gnss_noise_m = 0.25
[map]
shift_m = [0, 0]
wander_m = 1.2
wander_length_m = 30
)";

struct CloseDataset {
  void operator()(GDALDataset* dataset) const { GDALClose(dataset); }
};
std::unique_ptr<GDALDataset, CloseDataset> Open(const fs::path& path) {
  GDALAllRegister();
  return std::unique_ptr<GDALDataset, CloseDataset>(
      GDALDataset::Open(path.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY));
}

std::vector<Vec2> Vertices(const OGRGeometry& geometry) {
  std::vector<Vec2> vertices;
  for (const OGRPoint& p : *geometry.toLineString()) vertices.emplace_back(p.getX(), p.getY());
  return vertices;
}

/// Lines of a layer by pipe, in `crs`.
std::map<std::string, Polyline> Lines(const fs::path& path, OGRSpatialReference& crs) {
  const auto file = Open(path);
  std::map<std::string, Polyline> lines;
  for (const auto& row : *file->GetLayer(0)) {
    row->GetGeometryRef()->transformTo(&crs);
    lines[row->GetFieldAsString("pipe_id")] = Polyline(Vertices(*row->GetGeometryRef()));
  }
  return lines;
}

TEST(Alignment, CorrectedTracesLieOnThePipes) {
  const fs::path root =
      fs::path(::testing::TempDir()) / ("thermoleak_alignment_test_" + std::to_string(::getpid()));
  fs::remove_all(root);
  fs::create_directories(root);
  std::ofstream(root / "scene.toml") << kScene;
  simulation::WriteSurvey(simulation::LoadScene(root / "scene.toml", std::nullopt), root / "survey",
                          {}, {});
  RunRequest request;
  request.inputs = {root / "survey" / "frames"};
  request.network = root / "survey" / "network.geojson";
  request.out = root / "run";
  RunSurvey(request, {});

  const auto file = Open(root / "run" / "candidates.gpkg");
  ASSERT_NE(file, nullptr);
  OGRLayer* layer = file->GetLayerByName("corrected_traces");
  ASSERT_NE(layer, nullptr);
  OGRSpatialReference crs(*layer->GetSpatialRef());
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  const auto truth = Lines(root / "survey" / "truth" / "pipes.geojson", crs);
  const auto map = Lines(root / "survey" / "network.geojson", crs);
  // What all lines of a direction are off by could as well be the poses' (2 m): it is in sigma_m,
  // and taken out of what is compared along the pipe.
  std::map<std::string, std::vector<double>> errors;
  std::map<std::string, std::vector<double>> map_errors;
  double squares = 0;
  int points = 0;
  double seen_m = 0;
  double length_m = 0;
  for (const auto& row : *layer) {
    const std::string status = row->GetFieldAsString("status");
    const double metres = row->GetFieldAsDouble("to_m") - row->GetFieldAsDouble("from_m");
    length_m += metres;
    if (status != "confirmed" && status != "moved") continue;
    seen_m += metres;
    const std::string pipe = row->GetFieldAsString("pipe_id");
    for (const Vec2& p : Vertices(*row->GetGeometryRef())) {
      errors[pipe].push_back(truth.at(pipe).Locate(p).offset);
      const Vec2 mapped = map.at(pipe).At(map.at(pipe).Locate(p).chainage);
      map_errors[pipe].push_back(truth.at(pipe).Locate(mapped).offset);
      squares += std::pow(errors[pipe].back() / row->GetFieldAsDouble("sigma_m"), 2);
      ++points;
    }
  }
  EXPECT_GT(seen_m, 0.8 * length_m);
  ASSERT_EQ(errors.size(), 4u);
  EXPECT_LT(std::sqrt(squares / points), 1.4);
  const auto along = [](const std::map<std::string, std::vector<double>>& of_pipes) {
    std::vector<double> all;
    for (const auto& [pipe, values] : of_pipes) {
      const double median = MedianOf(std::span<const double>(values));
      for (const double value : values) all.push_back(std::abs(value - median));
    }
    return MedianOf(std::span<const double>(all));
  };
  EXPECT_LE(along(errors), 0.25);
  EXPECT_LT(along(errors), 0.6 * along(map_errors));  // better than the map was
  fs::remove_all(root);
}

}  // namespace
}  // namespace thermoleak
