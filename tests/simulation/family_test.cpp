// Scenes that are drawn: families, districts, and what chance puts into them.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "thermoleak/core/error.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/simulation/evaluation.hpp"
#include "thermoleak/simulation/flight.hpp"
#include "thermoleak/simulation/ground.hpp"
#include "thermoleak/simulation/scene.hpp"
#include "thermoleak/simulation/survey.hpp"

namespace thermoleak::simulation {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFamily = R"(
[weather]
air_c = { from = -20.0, to = 5.0 }
sky_c = { from = -60.0, to = -20.0 }
[district]
trench_m = 900
[random]
leaks = { count = { from = 2, to = 9 }, delta_t_k = [{ from = 0.5, to = 1.0 }, 12], spread = "log" }
[camera]
focal_mm = { one_of = [9.1, 13] }
width = 160
height = 128
[flight]
altitude_m = { from = 40, to = 80, log = true }
[map]
shift_m = [{ from = -1.5, to = 1.5 }, 0]
)";

std::string Complaint(const std::string& toml) {
  try {
    ParseScene(toml, "test.toml", 1);
  } catch (const RunError& error) {
    return error.message().In(Lang::kEnglish);
  }
  return "";
}

double Overhang(const Scene& scene) {
  double worst = 0;
  for (const Pipe& pipe : scene.pipes) {
    if (pipe.entry) continue;
    for (double s = 0; s < pipe.axis.Length(); s += 0.5) {
      for (const Building& b : scene.buildings)
        worst += RingContains(b.ring, pipe.axis.At(s)) ? 0.5 : 0;
    }
  }
  return worst;
}

TEST(Family, ValuesAreDrawnWithinTheirRanges) {
  std::set<double> airs;
  std::set<double> focals;
  std::set<std::size_t> leaks;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Scene scene = ParseScene(kFamily, "test", seed);
    airs.insert(scene.weather.air_c);
    focals.insert(scene.camera.focal_mm);
    leaks.insert(scene.leaks.size());
    EXPECT_GE(scene.weather.air_c, -20);
    EXPECT_LE(scene.weather.air_c, 5);
    EXPECT_GE(scene.flight.altitude_m, 40);
    EXPECT_LE(scene.flight.altitude_m, 80);
    EXPECT_LE(std::abs(scene.map.shift_m.x()), 1.5);
    EXPECT_EQ(scene.map.shift_m.y(), 0);
    EXPECT_GE(scene.leaks.size(), 2u);
    EXPECT_LE(scene.leaks.size(), 9u);
    for (const Leak& leak : scene.leaks) {
      EXPECT_GE(leak.delta_t_k, 0.5);
      EXPECT_LE(leak.delta_t_k, 12);
    }
  }
  EXPECT_EQ(airs.size(), 12u);
  EXPECT_EQ(focals, (std::set<double>{9.1, 13}));
  EXPECT_GE(leaks.size(), 4u);
}

TEST(Family, ASeedIsAScene) {
  const Scene one = ParseScene(kFamily, "test", 3);
  const Scene same = ParseScene(kFamily, "test", 3);
  const Scene other = ParseScene(kFamily, "test", 4);
  ASSERT_EQ(one.pipes.size(), same.pipes.size());
  EXPECT_EQ(one.trench_m, same.trench_m);
  for (std::size_t i = 0; i < one.leaks.size(); ++i)
    EXPECT_EQ(one.leaks[i].position, same.leaks[i].position);
  EXPECT_NE(one.trench_m, other.trench_m);
}

TEST(Family, RefusesWhatCannotBeDrawn) {
  EXPECT_NE(Complaint("[weather]\nair_c = { from = 5, to = 1 }\n").find("weather.air_c"),
            std::string::npos);
  EXPECT_NE(Complaint("[weather]\nair_c = { from = 0, to = 1, log = true }\n").find("air_c"),
            std::string::npos);
  EXPECT_NE(Complaint("[weather]\nair_c = { from = 0, to = 1, lgo = true }\n").find("air_c"),
            std::string::npos);
  EXPECT_NE(Complaint("[weather]\nair_c = { one_of = [] }\n").find("air_c"), std::string::npos);
  // What was drawn is checked like what was written.
  EXPECT_NE(Complaint("[weather]\nair_c = { from = 900, to = 901 }\n").find("air_c"),
            std::string::npos);
}

TEST(District, HasWhatWasAskedFor) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Scene scene = ParseScene(kFamily, "test", seed);
    EXPECT_NEAR(scene.trench_m, 900, 250) << seed;
    EXPECT_GE(scene.buildings.size(), 6u) << seed;
    EXPECT_GE(scene.chambers.size(), 1u) << seed;
    EXPECT_EQ(Overhang(scene), 0) << seed;
    for (const Pipe& pipe : scene.pipes) EXPECT_GT(pipe.loss_w_per_m, 1) << pipe.id;
  }
}

TEST(District, RefusesTyposAndNothingButZeroKinds) {
  EXPECT_NE(Complaint("[district]\ntrench = 3\n").find("district.trench"), std::string::npos);
  EXPECT_NE(Complaint("[district]\nkinds = { slab = 3, parks = 1 }\n").find("kinds.slab"),
            std::string::npos);
  EXPECT_NE(Complaint("[district]\nkinds = { slabs = 0 }\n").find("kinds"), std::string::npos);
}

constexpr const char* kClutter = R"(
trees = { count = 10 }
lamps = { count = 5 }
people = { count = 5 }
trench_repairs = { count = 4 }
foreign_lines = { count = 2 }
)";

/// The survey of a seed, all files by their hash.
std::map<std::string, std::string> Written(std::uint64_t seed, const fs::path& folder) {
  fs::remove_all(folder);
  std::string family(kFamily);
  family.insert(family.find("[camera]"), kClutter);
  WriteSurvey(ParseScene(family, "test", seed), folder, {3, false}, {});
  std::map<std::string, std::string> hashes;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file())
      hashes[fs::relative(entry.path(), folder).string()] = Sha256(ReadFile(entry.path()).value());
  }
  return hashes;
}

TEST(Family, ASeedIsASurveyByteForByte) {
  const fs::path folder = fs::temp_directory_path() / "thermoleak-simulation-family";
  const auto one = Written(7, folder);
  EXPECT_EQ(one, Written(7, folder));
  const auto other = Written(8, folder);
  for (const auto& [name, hash] : one) {
    // Of frames and map; neither seed damages insulation, and the sensor does not drift.
    if (name.find("truth") == std::string::npos) {
      EXPECT_NE(hash, other.at(name)) << name;
    }
  }
  fs::remove_all(folder);
}

TEST(Family, TheTruthNamesConfusersAndInstallations) {
  const fs::path folder = fs::temp_directory_path() / "thermoleak-simulation-truth";
  Written(7, folder);
  const auto read = [&](const char* name) {
    std::ifstream in(folder / "truth" / name);
    return nlohmann::json::parse(in);
  };
  std::map<std::string, std::string> classes;
  const auto decoys = read("decoys.geojson");
  for (const auto& feature : decoys["features"])
    classes[feature["properties"]["kind"]] = feature["properties"]["class"];
  for (const std::string& kind : std::vector<std::string>{"tree", "lamp", "person", "trench_repair",
                                                          "foreign_line", "sewer_manhole", "car"})
    EXPECT_EQ(classes[kind], "confuser") << kind;
  EXPECT_EQ(classes["chamber"], "installation");
  EXPECT_EQ(classes["house_entry"], "installation");
  const auto leaks = read("leaks.geojson")["features"];
  ASSERT_FALSE(leaks.empty());
  for (const auto& leak : leaks) {
    for (const char* key : {"delta_t_k", "cover", "class", "views", "views_hidden", "offset_m"})
      EXPECT_TRUE(leak["properties"].contains(key)) << key;
  }
  EXPECT_EQ(ReadTruth(folder).leaks.size(), leaks.size());
  fs::remove_all(folder);
}

/// All families of a folder of the project.
std::vector<fs::path> Families(const std::string& folder) {
  std::vector<fs::path> files;
  const fs::path root(THERMOLEAK_SOURCE_DIR);
  for (const auto& entry : fs::directory_iterator(root / "models" / "families" / folder))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Families, AreValidForSeveralSeeds) {
  for (const char* folder : {"train", "test"}) {
    for (const fs::path& file : Families(folder)) {
      double first = 0;
      for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const Scene scene = LoadScene(file, seed);
        EXPECT_GT(scene.trench_m, 600) << file << " " << seed;
        EXPECT_LT(scene.trench_m, 1500) << file << " " << seed;
        EXPECT_EQ(Overhang(scene), 0) << file << " " << seed;
        EXPECT_NE(scene.trench_m, first) << file << " " << seed;
        first = scene.trench_m;
        const std::size_t views = PlanFlight(scene).size();
        EXPECT_GT(views, 30u) << file << " " << seed;
        EXPECT_LT(views, 260u) << file << " " << seed;
      }
    }
  }
  EXPECT_GE(Families("train").size(), 6u);
  EXPECT_GE(Families("test").size(), 4u);
}

TEST(Families, SomeHaveNoLeaks) {
  const fs::path root = fs::path(THERMOLEAK_SOURCE_DIR) / "models" / "families";
  EXPECT_TRUE(LoadScene(root / "test" / "sound_network.toml", 1).leaks.empty());
  int sound = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed)
    sound += LoadScene(root / "train" / "suburb.toml", seed).leaks.empty() ? 1 : 0;
  EXPECT_GT(sound, 0);
  EXPECT_LT(sound, 12);
}

}  // namespace
}  // namespace thermoleak::simulation
