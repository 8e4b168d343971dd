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
#include "thermoleak/radiometry/summary.hpp"

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
                           return IsFlir(file);
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

bool IsDji(const json& file) { return file.contains("family"); }

class DjiFile : public testing::TestWithParam<Case> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DjiFile);
INSTANTIATE_TEST_SUITE_P(Real, DjiFile, testing::ValuesIn(FilesWhere(IsDji)), NameOf);

TEST_P(DjiFile, CountsPoseSettingsAndWhatTheTemperaturesAre) {
  const json& file = GetParam().file;
  const auto frame = ReadFrame(Folder() / file["file"].get<std::string>(), Cameras());
  ASSERT_TRUE(frame.has_value()) << frame.error().message.In(Lang::kEnglish);
  const FrameMeta& meta = frame->meta;
  EXPECT_EQ(meta.format, "DJI R-JPEG (" + file["family"].get<std::string>() + ")");
  ExpectCounts(frame->stored, file["raw"]);
  if (file["radiometry"] == "apparent") {
    EXPECT_EQ(meta.radiometry, RadiometryLevel::kApparent);
    EXPECT_EQ(meta.accuracy.scale_sigma, 0.23);
    ExpectTemperatures(*frame, file);
  } else {
    EXPECT_EQ(meta.radiometry, RadiometryLevel::kRelative);
    EXPECT_GE(meta.accuracy.scale_sigma, 0.3);
    const auto& scale = std::get<RelativeCalibration>(meta.calibration);
    // Uncooled cores: 2 to 50 mK a count.
    EXPECT_GT(scale.kelvin_per_count, 0.002);
    EXPECT_LT(scale.kelvin_per_count, 0.05);
    EXPECT_NEAR(Summarise(frame->stored, meta.calibration)->median_c, 0, 1e-6);
  }
  if (file.contains("pose")) ExpectPose(meta, file["pose"]);
  EXPECT_EQ(meta.pixel_pitch_um, file["family"] == "xts" ? 17 : 12);
  EXPECT_TRUE(file["camera"].get<std::string>().ends_with(meta.model));
  if (file["parameters"].is_null()) return;
  // Names and units differ from family to family.
  ASSERT_TRUE(meta.recorded_scene.has_value());
  const struct {
    std::string_view name;
    double unit, value;
  } known[] = {{"DistanceM", 1, meta.recorded_scene->distance_m},
               {"DistanceTenthM", 0.1, meta.recorded_scene->distance_m},
               {"HumidityPct", 0.01, meta.recorded_scene->relative_humidity},
               {"Humidity", 1, meta.recorded_scene->relative_humidity},
               {"EmissivityPct", 0.01, meta.recorded_scene->emissivity},
               {"Emissivity", 1, meta.recorded_scene->emissivity},
               {"ReflectedTenthC", 0.1, meta.recorded_scene->reflected_c},
               {"ReflectedC", 1, meta.recorded_scene->reflected_c},
               {"AmbientC", 1, meta.recorded_scene->air_c}};
  for (const auto& [name, value] : file["parameters"].items()) {
    const auto* row = std::find_if(std::begin(known), std::end(known),
                                   [&name](const auto& k) { return k.name == name; });
    ASSERT_NE(row, std::end(known)) << name;
    EXPECT_NEAR(row->value, value.get<double>() * row->unit, 1e-4) << name;
  }
}

class SequenceFile : public testing::TestWithParam<Case> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SequenceFile);
INSTANTIATE_TEST_SUITE_P(Real, SequenceFile, testing::ValuesIn(FilesWhere([](const json& file) {
                           return file.contains("each");
                         })),
                         NameOf);

TEST_P(SequenceFile, EveryFrameHasItsCounts) {
  const json& file = GetParam().file;
  const fs::path path = Folder() / file["file"].get<std::string>();
  const auto sources = DiscoverFrames({&path, 1});
  // Those that are whole; a cut one behind them is named.
  const auto whole = file["frames"].get<std::size_t>();
  ASSERT_EQ(sources.size(), whole + (file.contains("note") ? 1 : 0));
  ASSERT_EQ(file["each"].size(), whole);
  if (sources.size() > whole) {
    const auto last = ReadFrame(sources.back(), Cameras());
    ASSERT_FALSE(last.has_value());
    EXPECT_EQ(last.error().message.id, MessageId::kFileTruncated);
  }
  std::optional<double> before_s;
  for (const json& expected : file["each"]) {
    const auto index = expected["index"].get<std::size_t>();
    const auto frame = ReadFrame(sources[index], Cameras());
    ASSERT_TRUE(frame.has_value()) << frame.error().message.In(Lang::kEnglish);
    double min = 0;
    double max = 0;
    cv::minMaxLoc(frame->stored, &min, &max);
    EXPECT_EQ(min, expected["raw"]["min"].get<double>());
    EXPECT_EQ(max, expected["raw"]["max"].get<double>());
    EXPECT_EQ(cv::sum(frame->stored)[0], expected["raw"]["sum"].get<double>());
    ASSERT_TRUE(frame->meta.time_utc_s.has_value());
    if (before_s) {
      EXPECT_GT(*frame->meta.time_utc_s, *before_s);
    }
    before_s = frame->meta.time_utc_s;
  }
}

class OtherFile : public testing::TestWithParam<Case> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(OtherFile);
INSTANTIATE_TEST_SUITE_P(Real, OtherFile, testing::ValuesIn(FilesWhere([](const json& file) {
                           return !IsDji(file) && !IsFlir(file);
                         })),
                         NameOf);

TEST_P(OtherFile, IsReadOrRefusedForItsOwnReason) {
  const json& file = GetParam().file;
  const auto frame = ReadFrame(Folder() / file["file"].get<std::string>(), Cameras());
  const std::string kind = file["radiometry"];
  if (kind == "absolute" && !file.contains("constants")) {  // a T-linear TIFF
    ASSERT_TRUE(frame.has_value()) << frame.error().message.In(Lang::kEnglish);
    ExpectCounts(frame->stored, file["raw"]);
    ExpectTemperatures(*frame, file);
    ExpectPose(frame->meta, file["pose"]);
    // The file's own 3.84 mm of sensor width would be 6 um.
    EXPECT_EQ(frame->meta.pixel_pitch_um, 17);
    return;
  }
  ASSERT_FALSE(frame.has_value());
  if (kind == "counts") {
    EXPECT_EQ(frame.error().message.id, MessageId::kCountsWithoutScale);
    // 0.04 K a count makes 6.9 C of the file's mean count; 0.01 K makes -203 C.
    const double mean = file["raw"]["sum"].get<double>() / (640.0 * 512.0);
    EXPECT_NEAR(std::stod(frame.error().message.args[1]), mean * 0.04 - 273.15, 0.5);
    EXPECT_NEAR(std::stod(frame.error().message.args[2]), mean * 0.01 - 273.15, 0.5);
    ReadOptions told;
    told.tiff_scale = LinearCalibration{};
    const auto read = ReadFrame(Folder() / file["file"].get<std::string>(), Cameras(), told);
    ASSERT_TRUE(read.has_value());
    ExpectCounts(read->stored, file["raw"]);
    ExpectPose(read->meta, file["pose"]);
  } else {
    const bool infiray = file["camera"].get<std::string>().find("Infisense") != std::string::npos;
    EXPECT_EQ(frame.error().message.id,
              infiray ? MessageId::kUnsupportedFormat : MessageId::kCorruptData);
  }
}

TEST(RealFiles, EveryFileOfTheCollectionIsTested) {
  if (Expected().empty()) GTEST_SKIP() << "real data are absent: " << Folder();
  EXPECT_GE(Expected().size(), 47u);
  EXPECT_GE(FilesWhere(IsFlir).size(), 29u);
  EXPECT_GE(FilesWhere(IsDji).size(), 13u);
}

TEST(RealFiles, VueProWithoutRIsNotBelieved) {
  const fs::path path = Folder() / "drewnoakes__metadata-extractor-images__FLIR_Vue_Pro_640.jpg";
  if (!fs::exists(path)) GTEST_SKIP() << "real data are absent: " << path;
  const auto frame = ReadFrame(path, Cameras());
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->meta.radiometry, RadiometryLevel::kRelative);
  ASSERT_EQ(frame->meta.warnings.size(), 1u);
  EXPECT_EQ(frame->meta.warnings[0].id, MessageId::kNotCalibrated);
  // No focal length in Exif: 45 degrees of 640 x 17 um.
  EXPECT_NEAR(frame->meta.focal_length_mm.value_or(0), 13.1, 0.1);
}

TEST(RealFiles, DronesOfTheSurveysAreWhollyDescribed) {
  const fs::path data(THERMOLEAK_SHARED_DATA);
  const struct {
    fs::path folder;
    double focal_mm, yaw_deg;
  } surveys[] = {{data / "field_injected" / "frames", 13, 119.7},
                 {data / "novosibirsk", 25, 120.6}};
  for (const auto& survey : surveys) {
    if (!fs::exists(survey.folder)) GTEST_SKIP() << "real data are absent: " << survey.folder;
    const std::vector<fs::path> inputs{survey.folder};
    for (const FrameSource& source : DiscoverFrames(inputs)) {
      const fs::path& path = source.path;
      const auto frame = ReadFrame(source, Cameras());
      ASSERT_TRUE(frame.has_value()) << path;
      const FrameMeta& meta = frame->meta;
      EXPECT_EQ(meta.pixel_pitch_um, 17) << path;
      EXPECT_EQ(meta.focal_length_mm, survey.focal_mm) << path;
      EXPECT_TRUE(meta.pose.position && meta.pose.altitude_m && meta.pose.height_above_takeoff_m);
      ASSERT_TRUE(meta.pose.yaw_deg && meta.pose.pitch_deg) << path;
      EXPECT_LT(AngleBetween(*meta.pose.pitch_deg, -90), 2) << path;
      EXPECT_TRUE(meta.time_is_local) << path;  // the factory's zone is no zone
      EXPECT_TRUE(meta.warnings.empty()) << path;
      EXPECT_EQ(meta.radiometry, RadiometryLevel::kAbsolute);
    }
  }
}

}  // namespace
}  // namespace thermoleak
