#include "thermoleak/ingest/quality.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <random>

#include "thermoleak/ingest/reader.hpp"
#include "thermoleak/radiometry/summary.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;

/// A street at night: warm rectangles with sharp edges on cold ground, noise of 0.05 K.
cv::Mat Scene(double noise_k = 0.05) {
  cv::Mat celsius(512, 640, CV_32FC1, cv::Scalar(2.0));
  std::mt19937 random(7);
  std::uniform_int_distribution<int> place(0, 600);
  std::uniform_int_distribution<int> size(15, 70);
  std::uniform_real_distribution<double> level(0, 6);
  for (int i = 0; i < 40; ++i) {
    const cv::Rect box(place(random), place(random) * 4 / 5, size(random), size(random));
    cv::rectangle(celsius, box, cv::Scalar(level(random)), cv::FILLED);
  }
  cv::Mat noise(celsius.size(), CV_32FC1);
  cv::RNG generator(11);
  generator.fill(noise, cv::RNG::NORMAL, 0.0, noise_k);
  // Every lens blurs a little.
  cv::GaussianBlur(celsius, celsius, cv::Size(), 0.6);
  return celsius + noise;
}

/// 14-bit counts of 0.04 K.
ThermalFrame FrameOf(const cv::Mat& celsius) {
  ThermalFrame frame;
  celsius.convertTo(frame.stored, CV_16U, 1 / 0.04, 273.15 / 0.04);
  frame.meta.calibration = LinearCalibration{};
  frame.meta.width = celsius.cols;
  frame.meta.height = celsius.rows;
  return frame;
}

std::vector<std::string> Marks(const ThermalFrame& frame, const QualityOptions& options = {}) {
  const auto counts = CountHistogram::Of(frame.stored);
  std::vector<std::string> codes;
  for (const QualityFlag& flag : AssessFrame(frame, counts ? &*counts : nullptr, options)) {
    codes.emplace_back(CodeOf(flag.mark));
  }
  return codes;
}

using Codes = std::vector<std::string>;

TEST(EdgeWidth, GrowsWithTheBlur) {
  // An edge behind a Gaussian of sigma s rises over s sqrt(2 pi).
  const cv::Mat sharp = Scene();
  const double width = EdgeWidth(sharp).value();
  EXPECT_GT(width, 1.9);
  EXPECT_LT(width, 3.0);
  for (const double sigma : {1.5, 2.0, 3.0}) {
    cv::Mat soft;
    cv::GaussianBlur(Scene(0), soft, cv::Size(), sigma);
    const double total = std::hypot(sigma, 0.6) * std::sqrt(2 * M_PI);
    EXPECT_NEAR(EdgeWidth(soft).value(), total, 0.15 * total) << sigma;
  }
}

TEST(EdgeWidth, SeesMotionInOneDirectionOnly) {
  for (const cv::Size kernel : {cv::Size(8, 1), cv::Size(1, 8)}) {
    cv::Mat moved;
    cv::blur(Scene(0.0), moved, kernel);
    EXPECT_NEAR(EdgeWidth(moved).value(), 8, 1.2);
  }
}

TEST(EdgeWidth, SaysNothingOfEmptyGround) {
  cv::Mat noise(512, 640, CV_32FC1);
  cv::RNG(3).fill(noise, cv::RNG::NORMAL, 2.0, 0.05);
  EXPECT_FALSE(EdgeWidth(noise).has_value());
  EXPECT_FALSE(EdgeWidth(cv::Mat(512, 640, CV_32FC1, cv::Scalar(1))).has_value());
  EXPECT_FALSE(EdgeWidth(cv::Mat(4, 4, CV_32FC1, cv::Scalar(1))).has_value());
}

TEST(Quality, AGoodFrameHasNoMark) { EXPECT_EQ(Marks(FrameOf(Scene())), Codes{}); }

TEST(Quality, BlurIsMarkedWithItsWidth) {
  cv::Mat moved;
  cv::blur(Scene(0), moved, cv::Size(8, 1));
  const ThermalFrame frame = FrameOf(moved);
  EXPECT_EQ(Marks(frame), Codes{"blurred"});
  QualityOptions patient;
  patient.blur_px = 12;
  EXPECT_EQ(Marks(frame, patient), Codes{});
}

TEST(Quality, SaturationAtTheCamerasLimitAndAtAPlateau) {
  cv::Mat hot = Scene();
  hot(cv::Rect(100, 100, 60, 60)) = 40.0F;  // 1.1 % of the picture
  ThermalFrame limited = FrameOf(hot);
  limited.meta.valid_max_c = 39.9;
  EXPECT_EQ(Marks(limited), Codes{"saturated"});
  // No limit known, but the histogram ends in a wall.
  EXPECT_EQ(Marks(FrameOf(hot)), Codes{"saturated"});
  // A hot place with a texture of its own is just hot.
  cv::Mat texture(60, 60, CV_32FC1);
  cv::RNG(5).fill(texture, cv::RNG::UNIFORM, 30.0, 40.0);
  texture.copyTo(hot(cv::Rect(100, 100, 60, 60)));
  EXPECT_EQ(Marks(FrameOf(hot)), Codes{});
  ThermalFrame full = FrameOf(Scene());
  full.stored(cv::Rect(0, 0, 640, 20)) = 65535;
  full.meta.calibration = LinearCalibration{0.01, -273.15};
  const Codes marks = Marks(full);
  EXPECT_NE(std::find(marks.begin(), marks.end(), "saturated"), marks.end());
}

TEST(Quality, LittleContrast) {
  cv::Mat flat(512, 640, CV_32FC1);
  cv::RNG(3).fill(flat, cv::RNG::NORMAL, 2.0, 0.05);
  EXPECT_EQ(Marks(FrameOf(flat)), Codes{"low_contrast"});
}

TEST(Quality, DaylightByTheSun) {
  ThermalFrame frame = FrameOf(Scene());
  frame.meta.pose.position = LonLat{123.4, 41.8};  // Shenyang
  frame.meta.time_utc_s = 1736913600;              // 2025-01-15 04:00 UTC: noon in Beijing time
  EXPECT_EQ(Marks(frame), Codes{"daylight"});
  frame.meta.time_utc_s = 1736913600 + 43200;
  EXPECT_EQ(Marks(frame), Codes{});
  // A clock of unknown zone: noon is day in any, 08:00 may be before sunrise.
  frame.meta.time_is_local = true;
  frame.meta.time_utc_s = 1736942400;  // 2025-01-15 12:00 as written
  EXPECT_EQ(Marks(frame), Codes{"daylight"});
  frame.meta.time_utc_s = 1736942400 - 4 * 3600;
  EXPECT_EQ(Marks(frame), Codes{});
}

TEST(Quality, AStepOfTheShutter) {
  EXPECT_FALSE(AssessStep(0.7, {}).has_value());  // published drift between frames
  const auto flag = AssessStep(-5.2, {});         // published shutter step
  ASSERT_TRUE(flag.has_value());
  EXPECT_EQ(CodeOf(flag->mark), "shutter_event");
  EXPECT_NE(flag->reason.In(Lang::kEnglish).find("-5.2 K"), std::string::npos);
}

TEST(Quality, EveryMarkHasACodeAndANameInBothLanguages) {
  std::set<std::string_view> codes;
  for (int i = 0; i <= static_cast<int>(QualityMark::kDaylight); ++i) {
    const auto mark = static_cast<QualityMark>(i);
    EXPECT_TRUE(codes.insert(CodeOf(mark)).second);
    EXPECT_NE(Text(NameOf(mark), Lang::kEnglish), Text(NameOf(mark), Lang::kChinese));
  }
}

TEST(Quality, RealFramesGetBlurredWhenTheyAreBlurred) {
  const fs::path folder = fs::path(THERMOLEAK_SHARED_DATA) / "field_injected" / "frames";
  if (!fs::exists(folder)) GTEST_SKIP() << "real data are absent: " << folder;
  int sharp = 0;
  int marked = 0;
  int frames = 0;
  const CameraTable cameras = CameraTable::BuiltIn();
  for (const FrameSource& source : DiscoverFrames({&folder, 1})) {
    const auto frame = ReadFrame(source, cameras);
    ASSERT_TRUE(frame.has_value());
    const cv::Mat celsius = ToCelsius(frame->stored, frame->meta.calibration);
    const auto width = EdgeWidth(celsius);
    if (!width) continue;
    ++frames;
    sharp += *width <= QualityOptions().blur_px ? 1 : 0;
    cv::Mat moved;
    cv::blur(celsius, moved, cv::Size(1, 9));
    const auto moved_width = EdgeWidth(moved);
    marked += moved_width && *moved_width > QualityOptions().blur_px ? 1 : 0;
  }
  EXPECT_GT(frames, 50);
  EXPECT_EQ(sharp, frames);
  EXPECT_GE(marked, frames * 95 / 100);
}

}  // namespace
}  // namespace thermoleak
