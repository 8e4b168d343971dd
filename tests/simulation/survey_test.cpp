#include "thermoleak/simulation/survey.hpp"

#include <gtest/gtest.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "thermoleak/core/files.hpp"
#include "thermoleak/ingest/reader.hpp"
#include "thermoleak/simulation/flight.hpp"
#include "thermoleak/simulation/render.hpp"
#include "thermoleak/simulation/rjpeg.hpp"

namespace thermoleak::simulation {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kScene = R"(
name = "test"
seed = 5
[place]
lon_deg = -71.25
lat_deg = -33.5
azimuth_deg = 20
ground_height_m = 120
start = 2026-06-10T23:59:50-04:00
[picture]
cell_m = [4, 4]
map = """
###..====..
###..====..
A----====-B
.....====..
"""
[[pipe]]
id = "P"
route = "AB"
[random]
leaks = { count = 2, delta_t_k = [2, 4] }
manholes = { count = 4 }
cars = { count = 2, on = "asphalt" }
[camera]
width = 160
height = 128
focal_mm = 3.25
[flight]
altitude_m = 30
[errors]
gnss_noise_m = 0
altitude_noise_m = 0
yaw_noise_deg = 0
tilt_noise_deg = 0
)";

fs::path Folder(const std::string& name) {
  const fs::path folder = fs::temp_directory_path() / ("thermoleak-simulation-" + name);
  fs::remove_all(folder);
  return folder;
}

std::map<std::string, std::string> Hashes(const fs::path& folder) {
  std::map<std::string, std::string> hashes;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    hashes[fs::relative(entry.path(), folder).string()] = Sha256(ReadFile(entry.path()).value());
  }
  return hashes;
}

std::string Output(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  char buffer[65536];
  for (std::size_t n; (n = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) text.append(buffer, n);
  pclose(pipe);
  return text;
}

RjpegFrame SampleFrame(bool png) {
  const Scene scene = ParseScene(kScene, "test");
  RjpegFrame frame;
  frame.counts.create(120, 160, CV_16UC1);
  for (int r = 0; r < 120; ++r) {
    for (int c = 0; c < 160; ++c)
      frame.counts.at<std::uint16_t>(r, c) = static_cast<std::uint16_t>(2000 + 7 * r + 3 * c);
  }
  // Bytes that look like markers must not disturb anybody.
  frame.counts.at<std::uint16_t>(3, 3) = 0xE1FF;
  frame.counts.at<std::uint16_t>(4, 4) = 0xDAFF;
  frame.png = png;
  frame.calibration = FileCalibration(scene);
  frame.description = "DCIM/100MEDIA/DJI_0001_R.JPG";
  frame.make = "DJI";
  frame.model = "XT2";
  frame.focal_mm = 13;
  frame.pitch_um = 17;
  frame.time_utc_s = 1768399200.263;
  frame.zone_h = 8;
  frame.position = {-71.250012345, -33.500123456};
  frame.altitude_m = 170.25;
  frame.height_above_takeoff_m = 50.25;
  frame.gimbal_yaw_deg = 200;
  frame.gimbal_pitch_deg = -89.6;
  frame.gimbal_roll_deg = 0.3;
  frame.flight_yaw_deg = -44.4;
  frame.rtk_flag = 50;
  return frame;
}

class Rjpeg : public testing::TestWithParam<bool> {};

TEST_P(Rjpeg, IngestReadsItBack) {
  const RjpegFrame written = SampleFrame(GetParam());
  const Bytes bytes = EncodeRjpeg(written);
  const auto frame = ReadFrame(bytes, fs::path("DJI_0001_R.JPG"), CameraTable::BuiltIn());
  ASSERT_TRUE(frame) << frame.error().message.In(Lang::kEnglish);
  ASSERT_EQ(frame->stored.size(), written.counts.size());
  EXPECT_EQ(cv::norm(frame->stored, written.counts, cv::NORM_INF), 0);
  const FrameMeta& m = frame->meta;
  EXPECT_EQ(m.make, "DJI");
  EXPECT_EQ(m.model, "XT2");
  EXPECT_NEAR(m.focal_length_mm.value(), 13, 1e-9);
  EXPECT_NEAR(m.pixel_pitch_um.value(), 17, 1e-6);
  EXPECT_FALSE(m.time_is_local);
  EXPECT_NEAR(m.time_utc_s.value(), 1768399200.263, 1e-3);
  // A millionth of a second of arc is 3e-10 degrees.
  EXPECT_NEAR(m.pose.position->lon_deg, -71.250012345, 4e-10);
  EXPECT_NEAR(m.pose.position->lat_deg, -33.500123456, 4e-10);
  EXPECT_NEAR(m.pose.altitude_m.value(), 170.25, 1e-3);
  EXPECT_NEAR(m.pose.height_above_takeoff_m.value(), 50.25, 1e-3);
  EXPECT_NEAR(m.pose.yaw_deg.value(), -160, 1e-9);
  EXPECT_NEAR(m.pose.pitch_deg.value(), -89.6, 1e-9);
  EXPECT_NEAR(m.pose.roll_deg.value(), 0.3, 1e-9);
  EXPECT_EQ(m.pose.rtk_flag.value(), 50);
  const cv::Mat expected = ToCelsius(written.counts, Calibration(written.calibration));
  const cv::Mat read = ToCelsius(frame->stored, m.calibration);
  // 32-bit floats in the file: a few parts in 1e7 of 260 K.
  EXPECT_LT(
      cv::norm(expected(cv::Rect(0, 8, 160, 112)), read(cv::Rect(0, 8, 160, 112)), cv::NORM_INF),
      1e-3);
}

TEST_P(Rjpeg, ExifToolAgrees) {
  if (Output("exiftool -ver").empty()) GTEST_SKIP() << "exiftool is not installed";
  const fs::path folder = Folder(GetParam() ? "exif-png" : "exif-tiff");
  EnsureWritableFolder(folder);
  const RjpegFrame written = SampleFrame(GetParam());
  const Bytes bytes = EncodeRjpeg(written);
  const fs::path path = folder / "frame.jpg";
  WriteFileAtomically(path,
                      std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  const Json tags = Json::parse(Output("exiftool -json -n -a '" + path.string() + "'")).at(0);
  EXPECT_FALSE(tags.contains("Warning")) << tags["Warning"];
  EXPECT_EQ(tags["Model"], "XT2");
  EXPECT_NEAR(tags["GPSLatitude"].get<double>(), -33.500123456, 4e-10);
  EXPECT_NEAR(tags["GPSLongitude"].get<double>(), -71.250012345, 4e-10);
  EXPECT_EQ(tags["OffsetTimeOriginal"], "+08:00");
  EXPECT_EQ(tags["RawThermalImageWidth"], 160);
  EXPECT_EQ(tags["RawThermalImageHeight"], 120);
  EXPECT_EQ(tags["RawThermalImageType"], GetParam() ? "PNG" : "TIFF");
  EXPECT_NEAR(tags["PlanckR1"].get<double>(), 344449, 1e-6);
  EXPECT_EQ(tags["PlanckO"], -515);
  EXPECT_NEAR(tags["Emissivity"].get<double>(), 0.95, 1e-6);
  EXPECT_NEAR(tags["ReflectedApparentTemperature"].get<double>(), -35, 1e-4);
  EXPECT_NEAR(tags["AtmosphericTemperature"].get<double>(), -8, 1e-4);
  EXPECT_NEAR(tags["RelativeHumidity"].get<double>(), 0.6, 1e-6);
  EXPECT_EQ(Output("exiftool -s3 -FLIR:DateTimeOriginal '" + path.string() + "'"),
            "2026:01:14 22:00:00.263+08:00\n");
  EXPECT_EQ(Output("exiftool -s3 -XMP-drone-dji:GimbalPitchDegree '" + path.string() + "'"),
            "-89.6\n");
  if (!GetParam()) {
    // ExifTool wraps plain samples into a TIFF: the samples are its last bytes.
    const std::string raw = Output("exiftool -b -RawThermalImage '" + path.string() + "'");
    const std::size_t size = written.counts.total() * 2;
    ASSERT_GT(raw.size(), size);
    EXPECT_EQ(
        raw.compare(raw.size() - size, size,
                    std::string_view(reinterpret_cast<const char*>(written.counts.data), size)),
        0);
  }
  fs::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Raw, Rjpeg, testing::Bool());

TEST(Survey, SameBytesForAnyNumberOfThreads) {
  const Scene scene = ParseScene(kScene, "test");
  // More threads than this machine may have cores.
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism, 4);
  const fs::path one = Folder("one");
  const fs::path four = Folder("four");
  tbb::task_arena(1).execute([&] { WriteSurvey(scene, one, {}, {}); });
  tbb::task_arena(4).execute([&] { WriteSurvey(ParseScene(kScene, "test"), four, {}, {}); });
  const auto hashes = Hashes(one);
  EXPECT_GE(hashes.size(), 10u);
  EXPECT_EQ(hashes, Hashes(four));
  // And again over itself.
  WriteSurvey(scene, one, {}, {});
  EXPECT_EQ(hashes, Hashes(one));
  fs::remove_all(one);
  fs::remove_all(four);
}

TEST(Survey, RecordsThePoseWithItsStatedErrorsOnly) {
  const Scene scene = ParseScene(
      std::string(kScene) + "gnss_bias_m = [3, 4]\naltitude_bias_m = 2\nyaw_bias_deg = 5\n",
      "test");
  const fs::path folder = Folder("pose");
  WriteSurvey(scene, folder, {}, {});
  const std::vector<View> views = PlanFlight(scene);
  const ScenePlacement placement(scene.place);
  const auto files = DiscoverFrames(std::vector<fs::path>{folder / "frames"});
  ASSERT_EQ(files.size(), views.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto frame = ReadFrame(files[i], CameraTable::BuiltIn());
    ASSERT_TRUE(frame) << frame.error().message.In(Lang::kEnglish);
    const RecordedPose& pose = frame->meta.pose;
    const Camera truth = placement.LocalCamera(views[i].camera);
    const Vec2 recorded = placement.frame().LocalFromLonLat(pose.position.value());
    EXPECT_NEAR((recorded - truth.position.head<2>()).norm(), 5, 0.001);
    EXPECT_NEAR(pose.altitude_m.value(), truth.position.z() + 2, 0.002);
    EXPECT_NEAR(frame->meta.time_utc_s.value(), views[i].time_utc_s, 0.002);
    // Back from the file's angles to the grid: 5 degrees of yaw apart, angles written with one
    // decimal.
    const double convergence = placement.frame().ConvergenceDeg(*pose.position);
    const Mat3 read = RotationFromAngles(pose.yaw_deg.value() - convergence - 5,
                                         pose.pitch_deg.value(), pose.roll_deg.value());
    const double angle = std::acos(
        std::clamp(((read.transpose() * truth.map_from_camera).trace() - 1) / 2, -1.0, 1.0));
    EXPECT_LT(angle * 57.3, 0.12) << files[i].path;
  }
  fs::remove_all(folder);
}

TEST(Survey, TruthIsComplete) {
  const fs::path folder = Folder("truth");
  const SurveySummary summary = WriteSurvey(ParseScene(kScene, "test"), folder, {}, {});
  EXPECT_EQ(summary.leaks, 2);
  const auto read = [&](const char* name) {
    std::ifstream in(folder / name);
    return Json::parse(in);
  };
  const Json leaks = read("truth/leaks.geojson");
  ASSERT_EQ(leaks["features"].size(), 2u);
  for (const char* key :
       {"id", "kind", "class", "pipe_id", "delta_t_k", "half_area_m2", "views", "observable"}) {
    EXPECT_TRUE(leaks["features"][0]["properties"].contains(key)) << key;
  }
  EXPECT_EQ(read("truth/pipes.geojson")["features"].size(), 2u);
  EXPECT_EQ(read("truth/decoys.geojson")["features"].size(), 6u);
  EXPECT_EQ(read("network.geojson")["features"].size(), 2u);
  EXPECT_GT(fs::file_size(folder / "network.gpkg"), 0u);
  EXPECT_NEAR(read("scenario.json")["pipe_km"].get<double>(), 0.04, 1e-6);
  EXPECT_EQ(read("scenario.json")["match_radius_m"], 3.0);
  std::ifstream poses(folder / "truth/poses.csv");
  int rows = -1;
  for (std::string line; std::getline(poses, line);) ++rows;
  EXPECT_EQ(rows, summary.frames);
  fs::remove_all(folder);
}

TEST(Survey, OnlyTheFirstFramesAndNoMixing) {
  const Scene scene = ParseScene(kScene, "test");
  const fs::path folder = Folder("few");
  EXPECT_EQ(WriteSurvey(scene, folder, {2, false}, {}).frames, 2);
  WriteSurvey(scene, folder, {}, {});
  // Frames beyond the second would be left over and spoil the survey.
  EXPECT_THROW(WriteSurvey(scene, folder, {2, false}, {}), RunError);
  fs::remove_all(folder);
}

TEST(Survey, RefusesALensThatSeesTheHorizon) {
  Scene wide = ParseScene(kScene, "test");
  wide.camera.focal_mm = 0.2;
  const fs::path folder = Folder("wide");
  EXPECT_THROW(WriteSurvey(wide, folder, {}, {}), RunError);
  fs::remove_all(folder);
}

TEST(Survey, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  WorkContext work;
  work.stop = source.get_token();
  const fs::path folder = Folder("stop");
  EXPECT_THROW(WriteSurvey(ParseScene(kScene, "test"), folder, {}, work), Cancelled);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace thermoleak::simulation
