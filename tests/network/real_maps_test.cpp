#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "thermoleak/network/network.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;

const fs::path kData = THERMOLEAK_SHARED_DATA;

#define NEED(path) \
  if (!fs::exists(path)) GTEST_SKIP() << "shared data absent: " << (path)

const Pipe& Find(const PipeNetwork& network, const std::string& id) {
  for (const Pipe& pipe : network.pipes()) {
    if (pipe.id == id) return pipe;
  }
  ADD_FAILURE() << "no pipe " << id;
  return network.pipes().front();
}

TEST(RealMaps, Novosibirsk) {
  NEED(kData / "novosibirsk/network.gpkg");
  const LoadedNetwork map = LoadNetwork(kData / "novosibirsk/network.gpkg", {}, {});
  EXPECT_EQ(map.network.pipes().size(), 14u);
  EXPECT_EQ(map.network.chambers().size(), 3u);
  EXPECT_THAT(map.skipped, testing::IsEmpty());
  EXPECT_EQ(map.map_crs_name, "WGS 84");
  EXPECT_EQ(map.frame.Name(), "WGS 84 / UTM zone 44N");
  const Pipe& main = Find(map.network, "P01");
  EXPECT_EQ(main.dn_mm, 700);
  EXPECT_EQ(main.laying, Laying::kOverhead);
  EXPECT_TRUE(main.laying_known);
  EXPECT_EQ(main.medium, Medium::kUnknown);
  EXPECT_FALSE(main.depth_m);
  EXPECT_EQ(Find(map.network, "P15").laying, Laying::kBuried);
  EXPECT_FALSE(Find(map.network, "P03").dn_mm);
  // The same map as GeoJSON, which is written with fewer decimals.
  const LoadedNetwork json = LoadNetwork(kData / "novosibirsk/network.geojson", {}, {});
  ASSERT_EQ(json.network.pipes().size(), 14u);
  EXPECT_NEAR(json.network.TotalLength(), map.network.TotalLength(), 0.05);
  EXPECT_EQ(json.frame.origin(), map.frame.origin());
}

TEST(RealMaps, FieldInjected) {
  NEED(kData / "field_injected/network.gpkg");
  const LoadedNetwork map = LoadNetwork(kData / "field_injected/network.gpkg", {}, {});
  EXPECT_EQ(map.network.pipes().size(), 6u);
  EXPECT_EQ(map.network.chambers().size(), 4u);
  EXPECT_EQ(map.frame.Name(), "WGS 84 / UTM zone 32N");
  // Length of trench by scenario.json; the map has supply and return of each, and is displaced by
  // up to 1.5 m.
  const double trench_m =
      1000 * nlohmann::json::parse(std::ifstream(kData / "field_injected/scenario.json"))
                 .at("pipe_km")
                 .get<double>();
  EXPECT_NEAR(map.network.TotalLength(), 2 * trench_m, 0.03 * 2 * trench_m);
  for (const Pipe& pipe : map.network.pipes()) {
    EXPECT_TRUE(pipe.dn_mm) << pipe.id;
    EXPECT_NE(pipe.medium, Medium::kUnknown) << pipe.id;
  }
  const LoadedNetwork json = LoadNetwork(kData / "field_injected/network.geojson", {}, {});
  EXPECT_NEAR(json.network.TotalLength(), map.network.TotalLength(), 0.05);
}

TEST(RealMaps, FieldInjectedB) {
  NEED(kData / "field_injected_b/network.geojson");
  const LoadedNetwork map = LoadNetwork(kData / "field_injected_b/network.geojson", {}, {});
  ASSERT_EQ(map.network.pipes().size(), 3u);
  const Pipe& first = Find(map.network, "P1");
  EXPECT_EQ(first.dn_mm, 200);
  EXPECT_EQ(first.depth_m, 1.0);
  EXPECT_EQ(first.year_built, 1998);
  EXPECT_EQ(first.laying, Laying::kBuried);
  EXPECT_FALSE(Find(map.network, "P2").depth_m);
  EXPECT_EQ(Find(map.network, "P2").year_built, 2011);
  // Chambers alone are no pipe map.
  EXPECT_THROW(LoadNetwork(kData / "field_injected_b/chambers.geojson", {}, {}), RunError);
}

TEST(RealMaps, IndependentSurvey) {
  NEED(kData / "independent_survey/network.gpkg");
  const LoadedNetwork map = LoadNetwork(kData / "independent_survey/network.gpkg",
                                        kData / "independent_survey/buildings.geojson", {});
  EXPECT_EQ(map.network.pipes().size(), 30u);
  EXPECT_EQ(map.network.buildings().size(), 44u);
  EXPECT_EQ(map.frame.Name(), "WGS 84 / UTM zone 32N");
  EXPECT_EQ(map.map_crs_name, "WGS 84 / UTM zone 32N");
  EXPECT_THAT(map.skipped, testing::IsEmpty());
  // "1.0 km of pipe" is trench; supply and return lie in it.
  EXPECT_NEAR(map.network.TotalLength(), 2000, 250);
  const Pipe& first = Find(map.network, "P-0001V");
  EXPECT_EQ(first.dn_mm, 350);
  EXPECT_EQ(first.depth_m, 1.62);
  EXPECT_EQ(first.medium, Medium::kSupply);
  EXPECT_EQ(first.level, NetworkLevel::kPrimary);
  EXPECT_EQ(first.year_built, 1992);
  EXPECT_EQ(first.insulation, "pre-insulated PUR");
  EXPECT_FALSE(first.laying_known);
  // The map's CRS is the frame's: coordinates come through unchanged.
  EXPECT_LT(
      (map.frame.MapFromLocal(first.axis.vertices()[0]) - Vec2(538788.083886364, 5222947.77476753))
          .norm(),
      1e-6);
  EXPECT_THAT(map.network.ChambersNear(map.frame.LocalFromMap({538788.097, 5222947.739}), 1.0),
              testing::SizeIs(1));
  // The building's degrees fall among the pipes.
  EXPECT_LT(map.network.BuildingDistance(first.axis.At(100), 200), 200);
}

}  // namespace
}  // namespace thermoleak
