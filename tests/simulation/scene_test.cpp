#include "thermoleak/simulation/scene.hpp"

#include <gtest/gtest.h>

#include "simulation/trench.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/simulation/ground.hpp"

namespace thermoleak::simulation {
namespace {

constexpr const char* kStreet = R"(
[weather]
surface_coefficient = 12
[picture]
cell_m = [5, 5]
map = """
....####....
A==========B
....####....
"""
[[pipe]]
id = "P"
route = "AB"
dn = 200
variation = 0
[[leak]]
pipe = "P-S"
chainage_m = 25
delta_t_k = 4
)";

std::string Complaint(const std::string& toml) {
  try {
    ParseScene(toml, "test.toml");
  } catch (const RunError& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    return error.message().In(Lang::kEnglish);
  }
  return "";
}

TEST(Scene, ReadsAPicture) {
  const Scene scene = ParseScene(kStreet, "test.toml");
  ASSERT_EQ(scene.pipes.size(), 2u);
  EXPECT_EQ(scene.pipes[0].id, "P-S");
  EXPECT_EQ(scene.pipes[1].id, "P-R");
  EXPECT_NEAR(scene.trench_m, 55, 1e-9);
  EXPECT_EQ(scene.buildings.size(), 2u);
  // Supply to the right, return to the left, casing + 0.2 m apart, on both sides of the picture's
  // line.
  EXPECT_NEAR(scene.pipes[1].axis.At(20).y() - scene.pipes[0].axis.At(20).y(), 0.555, 1e-9);
  EXPECT_NEAR(scene.pipes[1].axis.At(20).y() + scene.pipes[0].axis.At(20).y(), 15, 1e-9);
  EXPECT_EQ(scene.materials[static_cast<std::size_t>(MaterialAt(scene, {30, 7}))].name, "asphalt");
  EXPECT_EQ(scene.materials[static_cast<std::size_t>(MaterialAt(scene, {2, 2}))].name, "grass");
}

TEST(Scene, ALeaksHighestRiseIsItsDeltaT) {
  const Scene scene = ParseScene(kStreet, "test.toml");
  ASSERT_EQ(scene.leaks.size(), 1u);
  double highest = 0;
  for (double y = -4; y <= 4; y += 0.05) {
    for (double x = -4; x <= 4; x += 0.05) {
      highest =
          std::max(highest, LeakRise(scene.leaks[0], 12, scene.leaks[0].position + Vec2(x, y)));
    }
  }
  // It was scaled on a grid twice as coarse, over an edge that noise bends.
  EXPECT_NEAR(highest, 4, 0.1);
  EXPECT_GT(scene.leaks[0].half_area_m2, 1);
}

TEST(Scene, DamagedInsulationRisesByItsDeltaT) {
  const Scene scene = ParseScene(std::string(kStreet) + R"(
[[insulation]]
pipe = "P-S"
from_m = 35
to_m = 47
delta_t_k = 1.5
)",
                                 "test.toml");
  const Scene intact = ParseScene(kStreet, "test.toml");
  const Vec2 middle = scene.pipes[0].axis.At(41);
  EXPECT_NEAR(PipeRise(scene, 0, middle) - PipeRise(intact, 0, middle), 1.5, 1e-9);
}

TEST(Scene, ReportsEveryProblemAtOnce) {
  const std::string text = Complaint(R"(
[weather]
wind_m_s = 99
air_c = "cold"
[[pipe]]
points = [[0, 0]]
[[leak]]
pipe = "Q-S"
)");
  EXPECT_NE(text.find("weather.wind_m_s = 99"), std::string::npos) << text;
  EXPECT_NE(text.find("weather.air_c"), std::string::npos) << text;
  EXPECT_NE(text.find("pipe[0].points"), std::string::npos) << text;
  EXPECT_NE(text.find("leak[0].pipe = \"Q-S\""), std::string::npos) << text;
}

TEST(Scene, RefusesUnknownKeysAndBrokenToml) {
  const std::string unknown = Complaint(std::string(kStreet) + "[camera]\nfocal = 13\n[flihgt]\n");
  EXPECT_NE(unknown.find("camera.focal"), std::string::npos) << unknown;
  EXPECT_NE(unknown.find("flihgt"), std::string::npos) << unknown;
  EXPECT_NE(Complaint("[weather\n").find("1:"), std::string::npos);
  EXPECT_NE(Complaint("").find("pipe"), std::string::npos);
  EXPECT_THROW(LoadScene("/nonexistent.toml"), RunError);
}

TEST(Scene, RandomItemsDoNotMoveEachOther) {
  const std::string base = std::string(kStreet) + "[random]\nmanholes = { count = 5 }\n";
  const Scene one = ParseScene(base + "cars = { count = 2, on = \"grass\" }\n", "test.toml");
  const Scene two = ParseScene(base, "test.toml");
  ASSERT_EQ(one.manholes.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(one.manholes[i].position, two.manholes[i].position);
  const Scene other = ParseScene(base, "test.toml", 77);
  EXPECT_NE(other.manholes[0].position, two.manholes[0].position);
}

TEST(Scene, RandomLeaksKeepTheirDistance) {
  const Scene scene = ParseScene(
      std::string(kStreet) + "[random]\nleaks = { count = 3, delta_t_k = [1, 3] }\n", "t");
  ASSERT_EQ(scene.leaks.size(), 4u);
  for (std::size_t i = 0; i < scene.leaks.size(); ++i) {
    EXPECT_LT(scene.pipes[static_cast<std::size_t>(scene.leaks[i].pipe)]
                  .axis.Locate(scene.leaks[i].position)
                  .distance,
              1e-9);
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_GT((scene.leaks[i].position - scene.leaks[j].position).norm(), 6);
    }
  }
}

TEST(OffsetLine, CornersAreMitred) {
  const Polyline line({{0, 0}, {10, 0}, {10, 10}});
  const Polyline left = OffsetLine(line, 1);
  ASSERT_EQ(left.vertices().size(), 3u);
  EXPECT_TRUE(left.vertices()[1].isApprox(Vec2(9, 1), 1e-12));
  EXPECT_TRUE(left.vertices()[2].isApprox(Vec2(9, 10), 1e-12));
}

TEST(Scene, TheSampleIsWhatItSays) {
  const Scene scene = LoadScene(std::string(THERMOLEAK_SOURCE_DIR) + "/samples/street.toml");
  EXPECT_NEAR(scene.trench_m, 860, 1);
  EXPECT_EQ(scene.leaks.size(), 9u);
  EXPECT_EQ(scene.insulation.size(), 3u);
  EXPECT_GE(scene.cars.size(), 20u);
  for (const Leak& leak : scene.leaks) EXPECT_GE(leak.delta_t_k, 2);
}

}  // namespace
}  // namespace thermoleak::simulation
