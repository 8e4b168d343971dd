// What hides or resembles leaks, and leaks of every shape.

#include "thermoleak/simulation/clutter.hpp"

#include <gtest/gtest.h>

#include "simulation/discs.hpp"
#include "simulation/plain_ground.hpp"
#include "simulation/sun.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/simulation/ground.hpp"
#include "thermoleak/simulation/render.hpp"

namespace thermoleak::simulation {
namespace {

/// A buried pair along y.
const std::string kPlain = std::string(kPlainGround) +
                           "[[pipe]]\nid = \"P\"\npoints = [[0, -80], [0, 80]]\nvariation = 0\n";

Scene Plain(const std::string& more) { return ParseScene(kPlain + more, "test", 9); }

std::vector<Vec2> Square(const Vec2& centre, double half) {
  return {centre + Vec2(-half, -half), centre + Vec2(half, -half), centre + Vec2(half, half),
          centre + Vec2(-half, half)};
}

/// The ground around a point as the raster holds it.
GroundRaster Raster(const Scene& scene, const Vec2& centre, double half) {
  Box2 area;
  for (const Vec2& p : Square(centre, half + 1)) area.Add(p);
  GroundRaster ground(scene, area);
  ground.Cover({Square(centre, half)}, {});
  return ground;
}

cv::Mat Picture(const Scene& scene, const Vec2& above) {
  View view;
  view.camera.lens = LensOf(scene.camera);
  view.camera.position = {above.x(), above.y(), scene.flight.altitude_m};
  view.camera.map_from_camera = RotationFromAngles(0, -90, 0);
  const GroundRaster ground = Raster(scene, above, 16);
  return Renderer(scene, ground).Temperatures(view);
}

std::string Complaint(const std::string& more) {
  try {
    Plain(more);
  } catch (const RunError& error) {
    return error.message().In(Lang::kEnglish);
  }
  return "";
}

TEST(Leaks, ThePaintedPeakIsTheTruth) {
  const std::string more = R"(
[random]
leaks = { count = 8, delta_t_k = [0.5, 12], spread = "log", surfaced_share = 0.5, offset_m = [0, 1], tail_m = [0, 7], pool_m = [0, 6], return_share = 0.3, return_factor = 0.5 }
)";
  const Scene scene = Plain(more);
  Scene sound = scene;
  sound.leaks.clear();
  ASSERT_GE(scene.leaks.size(), 7u);
  for (const Leak& leak : scene.leaks) {
    constexpr double kHalf = 9;
    const GroundRaster with = Raster(scene, leak.position, kHalf);
    const GroundRaster without = Raster(sound, leak.position, kHalf);
    float peak = 0;
    for (double y = -4; y <= 4; y += 0.05) {
      for (double x = -4; x <= 4; x += 0.05) {
        const Vec2 p = leak.position + Vec2(x, y);
        peak = std::max(peak, with.At(p.x(), p.y()) - without.At(p.x(), p.y()));
      }
    }
    EXPECT_NEAR(static_cast<double>(peak) / leak.delta_t_k, 1, 0.05) << leak.id;
    const LinePosition at =
        scene.pipes[static_cast<std::size_t>(leak.pipe)].axis.Locate(leak.position);
    EXPECT_NEAR(at.offset, leak.offset_m, 1e-9);
    EXPECT_LE(at.distance, 1);
  }
}

TEST(Leaks, ATailMakesThemLongToOneSide) {
  const std::string leak = "[[leak]]\npipe = \"P-S\"\nchainage_m = 80\nwet_length_m = 1\n";
  const Scene round = Plain(leak);
  const Scene tailed = Plain(leak + "tail_m = 6\ntail_deg = 90\n");
  const Vec2 p = round.leaks[0].position;
  const auto rise = [](const Scene& s, const Vec2& at) { return LeakRise(s.leaks[0], 12, at); };
  EXPECT_GT(rise(tailed, p + Vec2(4, 0)), 2 * rise(round, p + Vec2(4, 0)));
  EXPECT_LT(rise(tailed, p - Vec2(4, 0)), 1.5 * rise(round, p - Vec2(4, 0)));
}

TEST(Leaks, APoolHasASharpEdge) {
  const Scene scene = Plain(
      "[[leak]]\npipe = \"P-S\"\nchainage_m = 80\ndelta_t_k = 6\nsurfaced = true\npool_m = "
      "5\ntail_deg = 90\nragged_m = 0\n");
  const Leak& leak = scene.leaks[0];
  const auto rise = [&](double x, double y) {
    return LeakRise(leak, 12, leak.position + Vec2(x, y));
  };
  EXPECT_GT(rise(2, 0) - rise(2, 1.3), 1.0);
  EXPECT_GT(rise(2, 0), rise(-2, 0) + 1);
}

TEST(Insulation, EndsAtJointsAndMayBeWet) {
  const Scene scene = Plain(
      "[random]\ninsulation = { count = 4, joint_m = 6, wet_share = 1, wet_delta_t_k = [3, 4], "
      "wet_length_m = [12, 24] }\n");
  ASSERT_EQ(scene.insulation.size(), 4u);
  for (const Insulation& damage : scene.insulation) {
    EXPECT_NEAR(std::remainder(damage.from_m, 6), 0, 1e-9);
    EXPECT_NEAR(std::remainder(damage.to_m, 6), 0, 1e-9);
    EXPECT_TRUE(damage.wet);
    EXPECT_GE(damage.delta_t_k, 3);
  }
}

TEST(Pipes, SectionsDiffer) {
  const Scene even = Plain("");
  Scene stepped = even;
  stepped.pipes[0].joint_variation = 0.3;
  const Pipe& pipe = stepped.pipes[0];
  double spread = 0;
  for (int i = 0; i < 12; ++i) {
    const double loss = LossAt(pipe, 12 * i + 6);
    spread += std::abs(loss / pipe.loss_w_per_m - 1) / 12;
    // Nothing jumps, not even at a joint.
    EXPECT_NEAR(LossAt(pipe, 12 * i + 11.99), LossAt(pipe, 12 * i + 12.01),
                0.01 * pipe.loss_w_per_m);
  }
  EXPECT_GT(spread, 0.1);
  EXPECT_LT(spread, 0.5);
  EXPECT_DOUBLE_EQ(LossAt(even.pipes[0], 30), even.pipes[0].loss_w_per_m);
}

TEST(Marks, ChangeTheGround) {
  const Scene scene = Plain(
      "[[mark]]\nat = [10, 0]\nsize_m = [2, 5]\ndelta_k = 3\n[[mark]]\nat = [10, 20]\nsize_m = [4, "
      "4]\nemissivity = 0.85\n");
  const GroundRaster ground = Raster(scene, {10, 10}, 20);
  EXPECT_NEAR(ground.At(10, 0) - ground.At(13, 0), 3, 0.1);
  EXPECT_NEAR(ground.At(10, 2.2) - ground.At(13, 2.2), 3, 0.1);
  // A tenth less emissivity under a cold sky: about 31 K times 0.1 (surface exchange, section 2.4).
  EXPECT_NEAR(ground.At(10, 20) - ground.At(14, 20), -3, 1);
}

TEST(Trees, HideTheGroundAndShiftWithTheView) {
  const Scene scene = Plain(
      "[[tree]]\nat = [8, 0]\nheight_m = 10\ncrown_m = 3\ngaps = 0\noffset_k = 5\n[[mark]]\nat = "
      "[8, 0]\nsize_m = [1, 1]\ndelta_k = 40\n");
  View view;
  view.camera.lens = LensOf(scene.camera);
  view.camera.position = {8, 0, 30};
  view.camera.map_from_camera = RotationFromAngles(0, -90, 0);
  EXPECT_TRUE(IsHidden(scene, view, {8, 0}));
  EXPECT_FALSE(IsHidden(scene, view, {8, 6}));
  double highest = 0;
  cv::minMaxLoc(Picture(scene, {8, 0}), nullptr, &highest);
  EXPECT_LT(highest, 5);
  // From aside, the crown leans away and the ground at its foot comes into sight.
  view.camera.position = {-6, 0, 30};
  EXPECT_TRUE(IsHidden(scene, view, {10, 0}));
  EXPECT_FALSE(IsHidden(scene, view, {4.5, 0}));
}

TEST(Trees, ALeaflessOneLetsItsShareThrough) {
  const Disc crown{{0, 0}, 4, 8, 0, 0.6, 0, 3};
  double opaque = 0;
  int points = 0;
  for (double y = -2.5; y <= 2.5; y += 0.1) {
    for (double x = -2.5; x <= 2.5; x += 0.1) {
      opaque += Opacity(crown, {x, y});
      ++points;
    }
  }
  EXPECT_NEAR(opaque / points, 0.4, 0.12);
}

TEST(Lamps, AreSeenAboveTheGround) {
  const Scene scene = Plain("[[lamp]]\nat = [6, 0]\nheight_m = 10\nsize_m = 1\nwarm_k = 20\n");
  const cv::Mat image = Picture(scene, {0, 0});
  cv::Point at;
  cv::minMaxLoc(image, nullptr, nullptr, nullptr, &at);
  View view;
  view.camera.lens = LensOf(scene.camera);
  view.camera.position = {0, 0, 30};
  view.camera.map_from_camera = RotationFromAngles(0, -90, 0);
  const auto lamp = view.camera.Project({6, 0, 10});
  ASSERT_TRUE(lamp);
  EXPECT_LT((Vec2(at.x + 0.5, at.y + 0.5) - *lamp).norm(), 4);
}

TEST(People, Walk) {
  const Scene scene =
      Plain("[[person]]\nat = [3, 0]\nheading_deg = 0\nspeed_m_s = 1.5\nat_frame = 2\n");
  const std::vector<View> views = PlanFlight(scene);
  EXPECT_TRUE(PeopleAt(scene, views[1])[0].position.isApprox(Vec2(3, 0)));
  const double seconds = views[2].time_utc_s - views[1].time_utc_s;
  EXPECT_TRUE(PeopleAt(scene, views[2])[0].position.isApprox(Vec2(3, 1.5 * seconds), 1e-9));
}

TEST(Sun, ShadowsLieBehindBuildings) {
  const Scene scene =
      Plain("[[building]]\npoints = [[10, 0], [20, 0], [20, 10], [10, 10]]\nheight_m = 10\n");
  Weather weather = scene.weather;
  weather.sun_k = 2;
  weather.sun_azimuth_deg = 180;
  weather.sun_height_deg = 30;
  const std::vector<const Building*> buildings{&scene.buildings[0]};
  EXPECT_DOUBLE_EQ(SunShare(weather, buildings, {15, -5}), 1);
  EXPECT_DOUBLE_EQ(SunShare(weather, buildings, {15, 12}), 0);
  // The shadow is 17 m long.
  EXPECT_DOUBLE_EQ(SunShare(weather, buildings, {15, 29}), 1);
}

TEST(Random, EveryKindIsPlacedAndRead) {
  const std::string more = R"(
[[area]]
material = "asphalt"
points = [[2, -80], [9, -80], [9, 80], [2, 80]]
[[area]]
material = "grass"
points = [[-12, -80], [-2, -80], [-2, 80], [-12, 80]]
[[area]]
material = "parking"
points = [[10, -80], [16, -80], [16, 80], [10, 80]]
[[street]]
width_m = 6
points = [[5, -80], [5, 80]]
[[building]]
points = [[-30, -20], [-16, -20], [-16, 20], [-30, 20]]
[random]
trees = { count = 5, crown_m = [1, 2], height_m = [4, 5], leafless_share = 1, distance_m = 10 }
lamps = { count = 4, height_m = [5, 6], warm_k = [4, 5] }
people = { count = 3, speed_m_s = [1, 2] }
moving_cars = { count = 3, speed_m_s = [5, 6] }
foreign_lines = { count = 2, distance_m = [2, 4], cross_share = 0, length_m = [50, 60], depth_m = [1, 2], delta_t_k = [1, 2], cover_every_m = 20, cover_k = [1, 2] }
parking_marks = { count = 3, delta_k = [1, 2], length_m = [4, 5], width_m = [1, 2], emissivity = 0, distance_m = 16, on = "parking" }
snow = { count = 3 }
wet_patches = { count = 3 }
warm_patches = { count = 3 }
asphalt_patches = { count = 3 }
stripes = { count = 3 }
trench_repairs = { count = 3 }
light_wells = { count = 3 }
)";
  const Scene scene = Plain(more);
  EXPECT_EQ(scene.trees.size(), 5u);
  EXPECT_EQ(scene.lamps.size(), 4u);
  EXPECT_GE(scene.people.size(), 2u);
  EXPECT_EQ(scene.cars.size(), 3u);
  EXPECT_EQ(scene.foreign_lines.size(), 2u);
  EXPECT_GE(scene.manholes.size(), 4u);
  std::map<std::string, int> kinds;
  for (const GroundMark& mark : scene.marks) ++kinds[mark.kind];
  EXPECT_EQ(kinds.size(), 8u);
  for (const auto& [kind, count] : kinds) EXPECT_EQ(count, 3) << kind;
  for (const std::string& key :
       std::vector<std::string>{"trees", "lamps", "people", "moving_cars", "foreign_lines",
                                "parking_marks", "snow", "wet_patches", "warm_patches",
                                "asphalt_patches", "stripes", "trench_repairs", "light_wells"}) {
    const std::string text = Complaint("[random]\n" + key + " = { cuont = 1 }\n");
    EXPECT_NE(text.find("random." + key + ".cuont"), std::string::npos) << text;
  }
}

TEST(Random, TyposInThingsAreRefused) {
  for (const std::string& thing : std::vector<std::string>{"tree", "lamp", "person", "mark"}) {
    const std::string text = Complaint("[[" + thing + "]]\nat = [0, 0]\nhieght_m = 3\n");
    EXPECT_NE(text.find(thing + "[0].hieght_m"), std::string::npos) << text;
  }
  EXPECT_NE(Complaint("[random]\nleaks = { count = 1, spred = \"log\" }\n").find("spred"),
            std::string::npos);
}

}  // namespace
}  // namespace thermoleak::simulation
