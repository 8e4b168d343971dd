// Leaks put into the frames of a survey, as a user does it: simulate, run, inject, run,
// certificate.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "thermoleak/core/files.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::HasSubstr;

/// A buried pipe under grass on a cold night, no leaks of its own.
constexpr const char* kScene = R"(
name = "meadow"
seed = 3
ground = "grass"
[weather]
air_c = -5
surface_coefficient = 12
[[material]]
name = "grass"
offset_k = 0
emissivity = 0.95
texture_k = 0.25
grain_m = 2
[[pipe]]
id = "P"
points = [[0, -70], [0, 70]]
[camera]
width = 320
height = 256
focal_mm = 6.5
[flight]
altitude_m = 30
)";

class InjectTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = fs::path(testing::TempDir()) / fmt::format("thermoleak_inject_{}", ::getpid());
    fs::remove_all(root_);
    fs::create_directories(root_);
    WriteFileAtomically(root_ / "scene.toml", kScene);
    ASSERT_EQ(Call("simulate", root_ / "scene.toml", "--out", root_ / "survey"), 0);
    ASSERT_EQ(Run("survey", "run"), 0);
  }
  static void TearDownTestSuite() { fs::remove_all(root_); }

  template <class... Words>
  static int Call(const char* command, const Words&... words) {
    std::string line = std::string("\"") + THERMOLEAK_COMMAND + "\" " + command;
    ((line += " '" + fs::path(words).string() + "'"), ...);
    line += fmt::format(" > '{0}' 2> '{1}'", (root_ / "out").string(), (root_ / "err").string());
    const int status = std::system(line.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  static int Run(const char* survey, const char* run) {
    return Call("run", root_ / survey / "frames", "--network", root_ / survey / "network.gpkg",
                "--out", root_ / run, "--air-temp", "-5", "--wind", "0.5");
  }
  static int Inject(const fs::path& frames, const char* out, const char* seed) {
    return Call("simulate", frames, "--inject", root_ / "run", "--network",
                root_ / "survey" / "network.gpkg", "--out", root_ / out, "--leaks", "6", "--rise",
                "7", "12", "--seed", seed, "--json");
  }
  static std::string Text(const fs::path& path) {
    const auto bytes = ReadFile(path);
    return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size())
                 : std::string();
  }
  static Json JsonOf(const fs::path& path) { return Json::parse(Text(path), nullptr, false); }
  static std::map<std::string, std::string> Hashes(const fs::path& folder) {
    std::map<std::string, std::string> hashes;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file())
        hashes[fs::relative(entry.path(), folder).string()] = Sha256(*ReadFile(entry.path()));
    }
    return hashes;
  }
  static inline fs::path root_;
};

TEST_F(InjectTest, StrongLeaksAreFoundAndCertified) {
  ASSERT_EQ(Inject(root_ / "survey" / "frames", "injected", "5"), 0) << Text(root_ / "err");
  const Json report = JsonOf(root_ / "out");
  ASSERT_GE(report["leaks"].get<int>(), 4);
  EXPECT_TRUE(report["left_out"].empty());
  EXPECT_TRUE(fs::exists(root_ / "injected" / "network.gpkg"));
  const Json record = JsonOf(root_ / "injected" / "inject.json");
  EXPECT_EQ(record["seed"], 5);
  EXPECT_EQ(record["sources"]["map"], "network.gpkg");
  const Json leaks = JsonOf(root_ / "injected" / "truth" / "leaks.geojson");
  for (const Json& leak : leaks["features"]) {
    EXPECT_GE(leak["properties"]["delta_t_k"], 7);
    EXPECT_LE(leak["properties"]["delta_t_k"], 12);
    EXPECT_GT(leak["properties"]["views"], 0);
  }

  ASSERT_EQ(Run("injected", "rerun"), 0) << Text(root_ / "err");
  ASSERT_EQ(Call("evaluate", root_ / "rerun", "--truth", root_ / "injected" / "truth", "--score",
                 "0.1", "--certificate", root_ / "certificate.json", "--json"),
            0)
      << Text(root_ / "err");
  const Json certificate = JsonOf(root_ / "certificate.json");
  EXPECT_EQ(certificate["leaks"], report["leaks"]);
  // All stand out of the noise by far; one may lie where two of them disturb each other.
  EXPECT_GE(certificate["found"].get<int>(), certificate["leaks"].get<int>() - 1);
  EXPECT_LE(certificate["rise_k"]["p80"]["value"].get<double>(), 12);
  ASSERT_FALSE(certificate["pipes"].empty());
  EXPECT_TRUE(certificate["pipes"][0]["pieces"][0].contains("heat_w_p95"));
  EXPECT_EQ(JsonOf(root_ / "out")["certificate"], certificate);

  ASSERT_EQ(Call("evaluate", root_ / "rerun", "--truth", root_ / "injected" / "truth", "--lang",
                 "zh", "--certificate", root_ / "certificate.html"),
            0);
  EXPECT_THAT(Text(root_ / "out"), HasSubstr("灵敏度证书"));
  EXPECT_THAT(Text(root_ / "certificate.html"), HasSubstr("灵敏度证书"));
}

TEST_F(InjectTest, TheSameSeedGivesTheSameBytes) {
  ASSERT_EQ(Inject(root_ / "survey" / "frames", "one", "7"), 0);
  ASSERT_EQ(Inject(root_ / "survey" / "frames", "two", "7"), 0);
  ASSERT_EQ(Inject(root_ / "survey" / "frames", "other", "8"), 0);
  EXPECT_EQ(Hashes(root_ / "one"), Hashes(root_ / "two"));
  EXPECT_NE(Hashes(root_ / "one").at("truth/leaks.geojson"),
            Hashes(root_ / "other").at("truth/leaks.geojson"));
}

TEST_F(InjectTest, ABadFrameIsNamedAndLeftOut) {
  const fs::path frames = root_ / "damaged";
  fs::copy(root_ / "survey" / "frames", frames);
  WriteFileAtomically(frames / "DJI_0003_R.JPG", "no picture");
  fs::remove(frames / "DJI_0005_R.JPG");
  ASSERT_EQ(Inject(frames, "without", "5"), 1) << Text(root_ / "err");
  const Json left_out = JsonOf(root_ / "without" / "inject.json")["left_out"];
  ASSERT_EQ(left_out.size(), 2u);
  EXPECT_EQ(left_out[0]["file"], "DJI_0003_R.JPG");
  EXPECT_EQ(left_out[0]["reason"], "InjectFrameAltered");
  EXPECT_EQ(left_out[1]["reason"], "InjectFrameMissing");
  EXPECT_FALSE(fs::exists(root_ / "without" / "frames" / "DJI_0003_R.JPG"));
  EXPECT_TRUE(fs::exists(root_ / "without" / "frames" / "DJI_0004_R.JPG"));
}

TEST_F(InjectTest, WhatIsMissingIsSaid) {
  EXPECT_EQ(Call("simulate", "--out", root_ / "nothing"), 2);
  EXPECT_THAT(Text(root_ / "err"), HasSubstr("--inject"));
  fs::create_directories(root_ / "empty");
  EXPECT_EQ(Inject(root_ / "empty", "nothing", "1"), 3);
  EXPECT_THAT(Text(root_ / "err"), HasSubstr("empty"));
  EXPECT_EQ(Call("evaluate", root_ / "run", "--truth", root_ / "survey" / "truth", "--certificate",
                 root_ / "none.json"),
            3);
}

}  // namespace
}  // namespace thermoleak
