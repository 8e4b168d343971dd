#include "thermoleak/simulation/render.hpp"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "simulation/plain_ground.hpp"
#include "simulation/solids.hpp"

namespace thermoleak::simulation {
namespace {

/// One buried pipe along y.
const std::string kPlain =
    std::string(kPlainGround) +
    "[[pipe]]\nid = \"P\"\npipes = \"supply\"\npoints = [[0, -60], [0, 60]]\nvariation = 0\n";

struct Stage {
  explicit Stage(const std::string& extra) : scene(ParseScene(kPlain + extra, "test")) {}
  /// A view straight down from above `at`, with the given attitude.
  View Look(const Vec2& at, double yaw = 0, double pitch = -90, double roll = 0) const {
    View view;
    view.camera.lens = LensOf(scene.camera);
    view.camera.position = {at.x(), at.y(), scene.flight.altitude_m};
    view.camera.map_from_camera = RotationFromAngles(yaw, pitch, roll);
    return view;
  }
  cv::Mat Render(const View& view) const {
    const auto footprint = view.camera.Footprint(Terrain::Plane(0), 1000);
    Box2 area;
    for (const Vec2& p : footprint) area.Add(p);
    area.Grow(1);
    GroundRaster ground(scene, area);
    ground.Cover({footprint}, {});
    return Renderer(scene, ground).Temperatures(view);
  }
  Scene scene;
};

Vec2 WarmCentre(const cv::Mat& image, double threshold) {
  Vec2 sum{0, 0};
  double weight = 0;
  for (int r = 0; r < image.rows; ++r) {
    for (int c = 0; c < image.cols; ++c) {
      const double t = static_cast<double>(image.at<float>(r, c)) - threshold;
      if (t <= 0) continue;
      sum += t * Vec2(c + 0.5, r + 0.5);
      weight += t;
    }
  }
  return sum / weight;
}

TEST(Render, ATraceIsTheLineSignature) {
  const Stage stage("");
  const Pipe& pipe = stage.scene.pipes[0];
  const cv::Mat image = stage.Render(stage.Look({3, 0}));
  // Each pixel of the middle row against the signature at its place on the ground: 30 m / 191 px =
  // 0.157 m a pixel.
  const View view = stage.Look({3, 0});
  for (int c = 0; c < image.cols; c += 7) {
    const auto p = view.camera.Ground({c + 0.5, 64.5}, Terrain::Plane(0));
    ASSERT_TRUE(p);
    const double expected = -5 + PipeRise(stage.scene, 0, p->head<2>());
    // Bilinear between 0.2 m nodes: below 0.02 K.
    EXPECT_NEAR(static_cast<double>(image.at<float>(64, c)), expected, 0.02) << c;
  }
  EXPECT_GT(PipeRise(stage.scene, 0, {0, 0}), 0.3);
  EXPECT_NEAR(
      PipeRise(stage.scene, 0, {pipe.equivalent_depth_m, 0}) / PipeRise(stage.scene, 0, {0, 0}),
      0.5, 0.01);
}

TEST(Render, AManholeIsWhereTheCameraProjectsIt) {
  const Stage stage("[[manhole]]\nat = [6, 4]\ndelta_t_k = 30\n");
  for (const auto& [yaw, pitch, roll] :
       {std::array{0.0, -90.0, 0.0}, {35.0, -86.0, 3.0}, {-120.0, -93.0, -2.0}}) {
    const View view = stage.Look({2, 1}, yaw, pitch, roll);
    const auto pixel = view.camera.Project({6, 4, 0});
    ASSERT_TRUE(pixel);
    const cv::Mat image = stage.Render(view);
    EXPECT_LT((WarmCentre(image, 10) - *pixel).norm(), 0.3) << yaw;
  }
}

TEST(Render, DistortionIsApplied) {
  Stage stage("[[manhole]]\nat = [9, 7]\ndelta_t_k = 30\n");
  stage.scene.camera.k1 = -0.2;
  const View view = stage.Look({0, 0});
  const auto pixel = view.camera.Project({9, 7, 0});
  ASSERT_TRUE(pixel);
  const Vec2 straight = Vec2(80, 64) + Vec2(9, -7) / 30 * view.camera.lens.focal_px;
  EXPECT_GT((*pixel - straight).norm(), 1.5);
  EXPECT_LT((WarmCentre(stage.Render(view), 10) - *pixel).norm(), 0.3);
}

TEST(Render, SupersamplingKeepsPlaces) {
  Stage stage("[[manhole]]\nat = [6, 4]\ndelta_t_k = 30\n");
  stage.scene.camera.supersample = true;
  const View view = stage.Look({2, 1});
  const cv::Mat image = stage.Render(view);
  EXPECT_EQ(image.cols, 160);
  EXPECT_LT((WarmCentre(image, 10) - *view.camera.Project({6, 4, 0})).norm(), 0.3);
}

TEST(Render, ARoofStandsAboveTheGround) {
  const Stage stage(
      "[[building]]\npoints = [[4, 2], [8, 2], [8, 6], [4, 6]]\nheight_m = 10\nroof_k = 20\nwall_k "
      "= 10\n");
  const View view = stage.Look({0, 0});
  const cv::Mat image = stage.Render(view);
  const auto at = [&](const Vec3& p) {
    const Vec2 pixel = view.camera.Project(p).value();
    return static_cast<double>(
        image.at<float>(static_cast<int>(pixel.y()), static_cast<int>(pixel.x())));
  };
  EXPECT_NEAR(at({6, 4, 10}), 15, 4);   // the roof, with its texture
  EXPECT_NEAR(at({4, 4, 5}), 5, 2);     // the wall towards the camera, possibly a window
  EXPECT_NEAR(at({3, 3, 0}), -5, 0.6);  // ground before it
  EXPECT_TRUE(IsHidden(stage.scene, view, {9, 4}));
  EXPECT_FALSE(IsHidden(stage.scene, view, {3, 3}));
}

TEST(Render, AnOverheadPipeShowsItsBareStretch) {
  const Stage stage(R"(
[[pipe]]
id = "O"
laying = "overhead"
pipes = "supply"
points = [[-20, 5], [20, 5]]
dn = 400
height_m = 6
skin_k = 3
variation = 0
[[insulation]]
pipe = "O-S"
from_m = 22
to_m = 26
delta_t_k = 40
)");
  const View view = stage.Look({0, 0});
  const cv::Mat image = stage.Render(view);
  const auto at = [&](const Vec3& p) {
    const Vec2 pixel = view.camera.Project(p).value();
    return static_cast<double>(
        image.at<float>(static_cast<int>(pixel.y()), static_cast<int>(pixel.x())));
  };
  EXPECT_NEAR(at({-5, 5, 6}), -5 + 3, 0.3);
  EXPECT_NEAR(at({4, 5, 6}), -5 + 43, 1);
  EXPECT_NEAR(at({8, 5, 6}), -5 + 3, 0.3);
}

TEST(Render, TheFilesParametersGiveBackTheTemperature) {
  const Stage stage("");
  const View view = stage.Look({3, 0});
  const auto footprint = view.camera.Footprint(Terrain::Plane(0), 1000);
  Box2 area;
  for (const Vec2& p : footprint) area.Add(p);
  area.Grow(1);
  GroundRaster ground(stage.scene, area);
  ground.Cover({footprint}, {});
  const Renderer renderer(stage.scene, ground);
  const cv::Mat truth = renderer.Temperatures(view);
  const cv::Mat read =
      ToCelsius(renderer.Counts(view, truth), Calibration(FileCalibration(stage.scene)));
  // Half a count: dP/dT of the XT2 constants at -5 C is 33 a kelvin, times 0.95 and the air's 0.97.
  EXPECT_LT(cv::norm(truth, read, cv::NORM_INF), 0.5 / (33 * 0.95 * 0.97) + 0.001);
}

TEST(Render, MetalLooksColderThanItIs) {
  const Stage stage(
      "[[area]]\nmaterial = \"metal\"\npoints = [[5, -5], [12, -5], [12, 5], [5, "
      "5]]\n[[material]]\nname = \"metal\"\noffset_k = 0\nemissivity = 0.3\ntexture_k = 0\n");
  const View view = stage.Look({3, 0});
  const cv::Mat image = stage.Render(view);
  const Vec2 pixel = *view.camera.Project({8, 0, 0});
  EXPECT_LT(image.at<float>(static_cast<int>(pixel.y()), static_cast<int>(pixel.x())), -15);
}

TEST(Render, ACarDrives) {
  const Stage stage(
      "[[car]]\nat = [5, 0]\nheading_deg = 90\nspeed_m_s = 6\nat_frame = 3\nbody_k = 20\n");
  const std::vector<View> views = PlanFlight(stage.scene);
  ASSERT_GT(views.size(), 3u);
  EXPECT_TRUE(CarsAt(stage.scene, views[2])[0].position.isApprox(Vec2(5, 0)));
  const double seconds = views[3].time_utc_s - views[2].time_utc_s;
  EXPECT_GT(seconds, 0.5);
  EXPECT_TRUE(CarsAt(stage.scene, views[3])[0].position.isApprox(Vec2(5 + 6 * seconds, 0), 1e-9));
  EXPECT_TRUE(IsHidden(stage.scene, views[2], {5, 0}));
  EXPECT_FALSE(IsHidden(stage.scene, views[3], {5, 0}));
}

TEST(Solids, ARayMeetsTheTopOrTheWall) {
  const Solid box{SolidKind::kBuilding, 0, {{0, 0}, {10, 0}, {10, 10}, {0, 10}}, 5, 0};
  EXPECT_DOUBLE_EQ(Meet(box, {{5, 5}, {0, 0}}).height_m, 5);
  EXPECT_EQ(Meet(box, {{5, 5}, {0, 0}}).edge, -1);
  // Comes down over (-5, 5) at the top and (5, 5) at the ground: meets x = 0 half way.
  const Hit wall = Meet(box, {{5, 5}, {-2, 0}});
  EXPECT_DOUBLE_EQ(wall.height_m, 2.5);
  EXPECT_EQ(wall.edge, 3);
  EXPECT_LT(Meet(box, {{20, 5}, {0.5, 0}}).height_m, 0);
}

}  // namespace
}  // namespace thermoleak::simulation
