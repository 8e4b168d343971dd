// Every real file of the collection against values computed independently of this project
// (exiftool's raw extraction and the vendor's formula).

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include "thermoleak/ingest/reader.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

fs::path Folder() { return fs::path(THERMOLEAK_SHARED_DATA) / "formats"; }

const json& Expected() {
  static const json expected = [] {
    std::ifstream file(Folder() / "expected.json");
    return file ? json::parse(file)["files"] : json::array();
  }();
  return expected;
}

const CameraTable& Cameras() {
  static const CameraTable table = CameraTable::BuiltIn();
  return table;
}

/// A row of the collection that prints as its file's name.
struct Case {
  json file;
};
void PrintTo(const Case& row, std::ostream* out) { *out << row.file["file"].get<std::string>(); }

std::vector<Case> FilesWhere(const std::function<bool(const json&)>& wanted) {
  std::vector<Case> files;
  for (const json& file : Expected()) {
    if (wanted(file)) files.push_back({file});
  }
  return files;
}

void ExpectCounts(const cv::Mat& counts, const json& raw) {
  ASSERT_EQ(counts.type(), CV_16UC1);
  ASSERT_EQ(counts.rows, raw["height"].get<int>());
  ASSERT_EQ(counts.cols, raw["width"].get<int>());
  double min = 0;
  double max = 0;
  cv::minMaxLoc(counts, &min, &max);
  EXPECT_EQ(min, raw["min"].get<double>());
  EXPECT_EQ(max, raw["max"].get<double>());
  EXPECT_EQ(cv::sum(counts)[0], raw["sum"].get<double>());
  const auto crc = crc32(0, counts.data, static_cast<unsigned>(counts.total() * 2));
  EXPECT_EQ(fmt::format("{:08x}", crc), raw["crc32"].get<std::string>());
}

void ExpectTemperatures(const ThermalFrame& frame, const json& file) {
  const cv::Mat celsius = ToCelsius(frame.stored, frame.meta.calibration);
  double min = 0;
  double max = 0;
  cv::minMaxLoc(celsius, &min, &max);
  const json& expected = file["temperature_c"];
  EXPECT_NEAR(min, expected["min"].get<double>(), 0.05);
  EXPECT_NEAR(max, expected["max"].get<double>(), 0.05);
  EXPECT_NEAR(cv::mean(celsius)[0], expected["mean"].get<double>(), 0.05);
  if (!file.contains("pixels")) return;
  EXPECT_GE(file["pixels"].size(), 18u);
  for (const json& pixel : file["pixels"]) {
    const int row = pixel["row"];
    const int column = pixel["col"];
    EXPECT_EQ(frame.stored.at<std::uint16_t>(row, column), pixel["raw"].get<int>());
    EXPECT_NEAR(celsius.at<float>(row, column), pixel["c"].get<double>(), 0.05);
  }
}

void ExpectCalibration(const ThermalFrame& frame, const json& file) {
  const auto* planck = std::get_if<PlanckCalibration>(&frame.meta.calibration);
  ASSERT_NE(planck, nullptr);
  const json& constants = file["constants"];
  EXPECT_NEAR(planck->planck.r1, constants["PlanckR1"].get<double>(), 1e-3);
  EXPECT_NEAR(planck->planck.b, constants["PlanckB"].get<double>(), 1e-3);
  EXPECT_NEAR(planck->planck.f, constants["PlanckF"].get<double>(), 1e-6);
  EXPECT_NEAR(planck->planck.o, constants["PlanckO"].get<double>(), 1e-6);
  EXPECT_NEAR(planck->planck.r2, constants["PlanckR2"].get<double>(), 1e-9);
  EXPECT_NEAR(planck->atmosphere.x, constants["AtmosphericTransX"].get<double>(), 1e-6);
  const json& scene = file["scene"];
  EXPECT_NEAR(planck->scene.emissivity, scene["emissivity"].get<double>(), 1e-6);
  EXPECT_NEAR(planck->scene.distance_m, scene["distance_m"].get<double>(), 1e-6);
  EXPECT_NEAR(planck->scene.reflected_c, scene["reflected_c"].get<double>(), 1e-4);
  EXPECT_NEAR(planck->scene.air_c, scene["air_c"].get<double>(), 1e-4);
  EXPECT_NEAR(planck->scene.relative_humidity, scene["relative_humidity"].get<double>(), 1e-6);
  EXPECT_NEAR(planck->scene.window_c, scene["window_c"].get<double>(), 1e-4);
  EXPECT_NEAR(planck->scene.window_transmission, scene["window_transmission"].get<double>(), 1e-6);
}

double AngleBetween(double a_deg, double b_deg) {
  return std::abs(std::remainder(a_deg - b_deg, 360.0));
}

void ExpectPose(const FrameMeta& meta, const json& pose) {
  if (pose.contains("lat")) {
    ASSERT_TRUE(meta.pose.position.has_value());
    EXPECT_NEAR(meta.pose.position->lat_deg, pose["lat"].get<double>(), 1e-7);
    EXPECT_NEAR(meta.pose.position->lon_deg, pose["lon"].get<double>(), 1e-7);
    if (pose.contains("alt_m")) {
      ASSERT_TRUE(meta.pose.altitude_m.has_value());
      EXPECT_NEAR(*meta.pose.altitude_m, pose["alt_m"].get<double>(), 0.1);  // Exif cuts decimals
    }
  } else {
    EXPECT_FALSE(meta.pose.position.has_value());
  }
  if (pose.contains("rel_alt_m")) {
    ASSERT_TRUE(meta.pose.height_above_takeoff_m.has_value());
    EXPECT_NEAR(*meta.pose.height_above_takeoff_m, pose["rel_alt_m"].get<double>(), 1e-3);
  } else {
    EXPECT_FALSE(meta.pose.height_above_takeoff_m.has_value());
  }
  if (pose.contains("yaw_deg")) {
    ASSERT_TRUE(meta.pose.yaw_deg && meta.pose.pitch_deg && meta.pose.roll_deg);
    EXPECT_LT(AngleBetween(*meta.pose.yaw_deg, pose["yaw_deg"].get<double>()), 1e-3);
    EXPECT_NEAR(*meta.pose.pitch_deg, pose["pitch_deg"].get<double>(), 1e-3);
    EXPECT_NEAR(*meta.pose.roll_deg, pose["roll_recorded_deg"].get<double>(), 1e-3);
  } else {
    EXPECT_FALSE(meta.pose.yaw_deg.has_value());
    EXPECT_FALSE(meta.pose.pitch_deg.has_value());
  }
  if (pose.contains("rtk_flag")) {
    EXPECT_EQ(meta.pose.rtk_flag, pose["rtk_flag"].get<int>());
  }
  if (pose.contains("focal_mm") && pose["focal_mm"].get<double>() > 0) {
    ASSERT_TRUE(meta.focal_length_mm.has_value());
    EXPECT_NEAR(*meta.focal_length_mm, pose["focal_mm"].get<double>(), 0.01);
  }
  if (pose.contains("time")) {
    // To the second, as the camera's local clock.
    const std::string time = pose["time"];
    ASSERT_TRUE(meta.time_utc_s.has_value());
    const auto seconds =
        [](const std::string& text) {  // of the hour: one camera's two clocks differ by 1 h
          return std::stoi(text.substr(14, 2)) * 60 + std::stoi(text.substr(17, 2));
        };
    EXPECT_NEAR(seconds(meta.time_text), seconds(time), 1);
  }
}

std::string NameOf(const testing::TestParamInfo<Case>& info) {
  std::string name = info.param.file["file"];
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

bool IsFlir(const json& file) {
  return file["radiometry"] == "absolute" && file.contains("constants");
}

class FlirFile : public testing::TestWithParam<Case> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(FlirFile);
INSTANTIATE_TEST_SUITE_P(Real, FlirFile, testing::ValuesIn(FilesWhere([](const json& file) {
                           return IsFlir(file) && file["raw_encoding"] != "JPEG-LS";
                         })),
                         NameOf);

TEST_P(FlirFile, CountsTemperaturesPoseAndCamera) {
  const json& file = GetParam().file;
  const fs::path path = Folder() / file["file"].get<std::string>();
  const auto frame = ReadFrame(path, Cameras());
  ASSERT_TRUE(frame.has_value()) << frame.error().message.In(Lang::kEnglish);
  ExpectCounts(frame->stored, file["raw"]);
  ExpectCalibration(*frame, file);
  ExpectTemperatures(*frame, file);
  if (file.contains("pose")) ExpectPose(frame->meta, file["pose"]);
  const std::string camera = file["camera"];
  // Where Exif names the maker only, the FLIR record knows the model.
  const bool maker_only = camera == frame->meta.make;
  EXPECT_TRUE(maker_only ? !frame->meta.model.empty() : camera.ends_with(frame->meta.model))
      << camera << " / " << frame->meta.model;
  EXPECT_EQ(frame->meta.name, file["file"].get<std::string>());

  ReadOptions facts_only;
  facts_only.pixels = false;
  const auto facts = ReadFrame(path, Cameras(), facts_only);
  ASSERT_TRUE(facts.has_value());
  EXPECT_TRUE(facts->stored.empty());
  EXPECT_EQ(facts->meta.width, frame->stored.cols);
  EXPECT_EQ(facts->meta.height, frame->stored.rows);
  EXPECT_EQ(facts->meta.time_utc_s, frame->meta.time_utc_s);
}

}  // namespace
}  // namespace thermoleak
