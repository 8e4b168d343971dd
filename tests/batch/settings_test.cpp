#include "thermoleak/batch/settings.hpp"

#include <gtest/gtest.h>

#include "batch/surveys.hpp"

namespace thermoleak::batch {
namespace {

TEST(SettingsTest, EveryTableAndPathsBesideTheFile) {
  const TemporaryFolder t;
  WriteText(t / "config.toml",
            "city = \"DL\"\nlang = \"en\"\nseason = 2027\n"
            "[[area]]\nid = \"n\"\nnetwork = \"maps/n.gpkg\"\ndem = \"/dem.tif\"\n"
            "[limits]\nwall_min = 3\nmemory_gib = 2.5\ntries = 2\n"
            "[retention]\nlogs_days = 0\n[inbox]\nquiet_min = 0.5\narea = \"n\"\n"
            "[service]\nwhatever = 1\n");
  const Settings s = Settings::Load(t / "config.toml");
  EXPECT_EQ(s.city, "DL");
  EXPECT_EQ(s.lang, Lang::kEnglish);
  EXPECT_EQ(s.season, 2027);
  ASSERT_EQ(s.areas.size(), 1u);
  EXPECT_EQ(s.areas[0].name, "n");
  EXPECT_EQ(s.areas[0].network, t / "maps/n.gpkg");
  EXPECT_EQ(*s.areas[0].dem, "/dem.tif");
  EXPECT_FALSE(s.areas[0].buildings);
  EXPECT_EQ(s.limits.wall_min, 3);
  EXPECT_EQ(s.limits.memory_gib, 2.5);
  EXPECT_EQ(s.limits.tries, 2);
  EXPECT_EQ(s.retention.logs_days, 0);
  EXPECT_EQ(s.inbox.quiet_min, 0.5);
}

TEST(SettingsTest, FaultsAreNamedWithTheirPlace) {
  const TemporaryFolder t;
  const auto fault = [&](const std::string& text) -> std::string {
    WriteText(t / "config.toml", text);
    try {
      Settings::Load(t / "config.toml");
    } catch (const RunError& e) {
      EXPECT_EQ(e.code(), ExitCode::kUsage);
      return e.message().In(Lang::kEnglish);
    }
    return "";
  };
  EXPECT_NE(fault("citty = \"x\"\n").find(": unknown key citty"), std::string::npos);
  EXPECT_NE(fault("citty = \"x\"\n").find("config.toml:1:"), std::string::npos);
  EXPECT_NE(fault("\n[[area]]\nid = \"n\"\n").find(":2:"), std::string::npos);
  EXPECT_NE(fault("[limits]\ntries = 0\n").find(":2:"), std::string::npos);
  EXPECT_NE(fault("[limits]\ntries = \"3\"\n"), "");
  EXPECT_NE(fault("[limits\n"), "");
  EXPECT_NE(fault("[[area]]\nid=\"a\"\nnetwork=\"x\"\n[[area]]\nid=\"a\"\nnetwork=\"x\"\n"), "");
  EXPECT_EQ(fault(""), "");
}

TEST(SettingsTest, TheExampleOfANewFolderIsGood) {
  const TemporaryFolder t;
  const DataFolder folder = DataFolder::Create(t / "data");
  EXPECT_TRUE(folder.areas().empty());
  // Without its comment marks it is a full configuration.
  std::string text = ReadText(t / "data/config.toml"), live;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# ") && (line.find(" = ") != std::string::npos || line[2] == '['))
      live += line.substr(2) + "\n";
  }
  WriteText(t / "live/config.toml", live);
  WriteText(t / "live/options.toml", "");
  const Settings s = Settings::Load(t / "live/config.toml");
  ASSERT_EQ(s.areas.size(), 1u);
  EXPECT_EQ(s.areas[0].district, "铁西区");
  EXPECT_EQ(s.areas[0].map.map_crs, "EPSG:4534");
  EXPECT_EQ(s.areas[0].map.map_control, (t / "live/maps/control.csv").string());
  EXPECT_EQ(s.inbox.area, "north");
  const Settings defaults;
  EXPECT_EQ(s.limits.cpu_min, defaults.limits.cpu_min);
  EXPECT_EQ(s.retention.summaries_days, defaults.retention.summaries_days);
}

TEST(SettingsTest, OptionsOfAllCommandsStandInAFileBesideIt) {
  const TemporaryFolder t;
  WriteText(t / "options.toml",
            "[detection]\nmin-snr = 3.5\n[network]\nmap-sigma = 0.4\ndepth-to-axis = true\n"
            "[match]\nleak-score = 0.7\n[plan]\ntrench = 20\n");
  WriteText(t / "config.toml",
            "options = \"options.toml\"\n[[area]]\nid = \"a\"\nnetwork = \"x\"\n"
            "[[area]]\nid = \"b\"\nnetwork = \"x\"\nmap_sigma_m = 2.0\n");
  const Settings s = Settings::Load(t / "config.toml");
  EXPECT_EQ(s.options.run.detection.min_snr, 3.5);
  EXPECT_EQ(s.options.match.leak_score, 0.7);
  EXPECT_EQ(s.options.plan.trench_m, 20);
  ASSERT_EQ(s.areas.size(), 2u);
  EXPECT_EQ(s.areas[0].map.map_sigma_m, 0.4);
  EXPECT_EQ(s.areas[1].map.map_sigma_m, 2.0);  // what an area says of its map goes first
  EXPECT_TRUE(s.areas[1].map.depth_to_axis);
  for (const char* bad : {"[detection]\nmin-snr = -4\n", "[detection]\nmin-snr = \"much\"\n",
                          "[detection]\nmin-snore = 4\n", "[detection\n"}) {
    WriteText(t / "options.toml", bad);
    EXPECT_THROW(Settings::Load(t / "config.toml"), RunError) << bad;
  }
  std::filesystem::remove(t / "options.toml");
  EXPECT_THROW(Settings::Load(t / "config.toml"), RunError);
}

}  // namespace
}  // namespace thermoleak::batch
