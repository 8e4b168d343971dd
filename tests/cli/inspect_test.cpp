// `thermoleak inspect` as a user runs it: the command itself, on frames made here.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ingest/build_files.hpp"
#include "thermoleak/ingest/reader.hpp"

namespace thermoleak {
namespace {

using namespace test;
namespace fs = std::filesystem;
using nlohmann::json;

struct Outcome {
  int code = -1;
  std::string out;
};

Outcome Inspect(const std::string& arguments) {
  const std::string command =
      fmt::format("{} inspect {} 2>/dev/null", THERMOLEAK_COMMAND, arguments);
  Outcome outcome;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return outcome;
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    outcome.out.append(buffer, n);
  }
  outcome.code = WEXITSTATUS(::pclose(pipe));
  return outcome;
}

/// A card of frames: a JPEG with a pose, a video of two frames, and a text that calls itself a
/// JPEG.
class InspectTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / fmt::format("thermoleak_inspect_{}", ::getpid());
    fs::remove_all(root_);
    fs::create_directories(root_ / "card");
    FffSpec spec;
    spec.width = 80;
    spec.height = 64;
    const std::string packet =
        Packet("xmlns:drone-dji=\"http://www.dji.com/drone-dji/1.0/\"",
               "drone-dji:GimbalYawDegree=\"+33.25\" drone-dji:GimbalPitchDegree=\"-89.5\" "
               "drone-dji:GimbalRollDegree=\"0\" drone-dji:RelativeAltitude=\"+75.2\"");
    std::vector<Segment> segments{
        {0xE1,
         std::string("Exif\0\0", 6) + ExifBlock({{0x010F, 2, "DJI", {}}, {0x0110, 2, "XT2", {}}},
                                                {{0x9003, 2, "2023:01:15 03:35:16", {}},
                                                 {0x9011, 2, "+08:00", {}},
                                                 {0x920A, 5, {}, {19, 1}}},
                                                {{1, 2, "N", {}},
                                                 {2, 5, {}, {41, 1, 48, 1, 2112, 100}},
                                                 {3, 2, "E", {}},
                                                 {4, 5, {}, {123, 1, 25, 1, 5859, 100}}})},
        {0xE1, std::string("http://ns.adobe.com/xap/1.0/\0", 29) + packet}};
    for (Segment& segment : FlirSegments(FffBlock(spec), 60000)) segments.push_back(segment);
    Write("a.jpg", Jpeg(segments));
    Write("b.seq", FffBlock(spec) + FffBlock(spec));
    Write("c.jpg", "no picture at all");
  }
  void TearDown() override { fs::remove_all(root_); }
  void Write(const std::string& name, const std::string& bytes) {
    std::ofstream(root_ / "card" / name, std::ios::binary) << bytes;
  }
  std::string Card() const { return (root_ / "card").string(); }

  fs::path root_;
};

TEST_F(InspectTest, JsonNamesEveryFrameInOrderAndTheBadFile) {
  const Outcome outcome = Inspect("--json " + Card());
  EXPECT_EQ(outcome.code, 1);  // done, but one input is no frame
  const json frames = json::parse(outcome.out);
  ASSERT_EQ(frames.size(), 4u);
  EXPECT_TRUE(frames[0]["file"].get<std::string>().ends_with("a.jpg"));
  EXPECT_EQ(frames[0]["schema"], 1);
  EXPECT_NEAR(frames[0]["pose"]["latitude_deg"].get<double>(), 41.8058667, 1e-7);
  EXPECT_NEAR(frames[0]["pose"]["yaw_deg"].get<double>(), 33.25, 1e-9);
  EXPECT_EQ(frames[0]["radiometry"], "absolute");
  EXPECT_GT(frames[0]["uncertainty"]["total_k"].get<double>(), 1);
  EXPECT_EQ(frames[0]["counts"]["min"], CountAt(0, 0));
  EXPECT_EQ(frames[0]["temperature_c"]["hottest"]["row"], 63);
  EXPECT_EQ(frames[0]["temperature_c"]["hottest"]["column"], 79);
  EXPECT_FALSE(frames[0].contains("frame"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(
        frames[static_cast<std::size_t>(i) + 1]["file"].get<std::string>().ends_with("b.seq"));
    EXPECT_EQ(frames[static_cast<std::size_t>(i) + 1]["frame"]["index"], i);
    EXPECT_EQ(frames[static_cast<std::size_t>(i) + 1]["frame"]["count"], 2);
  }
  EXPECT_FALSE(frames[3]["error"]["text"].get<std::string>().empty());
}

TEST_F(InspectTest, ThreadsDoNotChangeAByte) {
  const std::string one = Inspect("--json --threads 1 " + Card()).out;
  EXPECT_FALSE(one.empty());
  EXPECT_EQ(Inspect("--json --threads 8 " + Card()).out, one);
}

TEST_F(InspectTest, QuickGivesFactsOnly) {
  const json frames = json::parse(Inspect("--json --quick " + Card() + "/a.jpg").out);
  EXPECT_EQ(frames[0]["model"], "XT2");
  EXPECT_TRUE(frames[0]["temperature_c"].is_null());
  EXPECT_FALSE(frames[0].contains("counts"));
}

TEST_F(InspectTest, TheCardSpeaksBothLanguages) {
  const Outcome english = Inspect(Card() + "/a.jpg --lang en");
  EXPECT_EQ(english.code, 0);
  EXPECT_NE(english.out.find("Uncertainty"), std::string::npos);
  const Outcome chinese = Inspect(Card() + "/b.seq --lang zh");
  EXPECT_NE(chinese.out.find("不确定度"), std::string::npos);
  EXPECT_NE(chinese.out.find("第 2 帧，共 2 帧"), std::string::npos);
}

TEST_F(InspectTest, ExportsAndPreviewsOfSeveralFramesGoToAFolder) {
  const fs::path out = root_ / "out";
  EXPECT_EQ(
      Inspect(fmt::format("{0}/a.jpg {0}/b.seq --export {1}/ --preview {1}/", Card(), out.string()))
          .code,
      0);
  for (const char* name : {"a", "b_00001", "b_00002"}) {
    EXPECT_TRUE(fs::exists(out / (std::string(name) + ".tif"))) << name;
    std::ifstream png(out / (std::string(name) + ".png"), std::ios::binary);
    char head[4] = {};
    png.read(head, 4);
    EXPECT_EQ(std::string(head, 4), "\x89PNG") << name;
  }
  // What was exported is read again as the same temperatures at the same place.
  const CameraTable cameras = CameraTable::BuiltIn();
  const auto frame = ReadFrame(fs::path(Card()) / "a.jpg", cameras);
  const auto again = ReadFrame(out / "a.tif", cameras);
  ASSERT_TRUE(frame && again);
  const cv::Mat expected = ToCelsius(frame->stored, frame->meta.calibration);
  EXPECT_EQ(cv::norm(expected, again->stored, cv::NORM_INF), 0);
  EXPECT_NEAR(again->meta.pose.position->lat_deg, frame->meta.pose.position->lat_deg, 1e-8);
  EXPECT_NEAR(again->meta.pose.yaw_deg.value(), 33.25, 1e-9);
  EXPECT_NEAR(again->meta.time_utc_s.value(), frame->meta.time_utc_s.value(), 1e-3);
  EXPECT_EQ(again->meta.model, "XT2");
  EXPECT_EQ(again->meta.focal_length_mm, frame->meta.focal_length_mm);
}

TEST_F(InspectTest, OnePictureForManyFramesIsRefused) {
  EXPECT_EQ(Inspect(Card() + " --preview " + (root_ / "x.png").string()).code, 2);
  EXPECT_FALSE(fs::exists(root_ / "x.png"));
  EXPECT_EQ(Inspect((root_ / "absent").string()).code, 3);
}

}  // namespace
}  // namespace thermoleak
