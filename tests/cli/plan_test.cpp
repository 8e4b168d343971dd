// The season as the README walks through it, from the simulated survey to the printed plan: the
// commands themselves, in a folder that begins empty.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class PlanCommandTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / fmt::format("thermoleak_plan_cli_{}", ::getpid());
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  /// Runs `thermoleak ARGUMENTS`; what it wrote, with what went to stderr.
  std::string Run(const std::string& arguments, int expected = 0) {
    const std::string command =
        fmt::format("cd '{}' && {} {} 2>&1", root_.string(), THERMOLEAK_COMMAND, arguments);
    std::string out;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return out;
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
      out.append(buffer, n);
    EXPECT_EQ(WEXITSTATUS(::pclose(pipe)), expected) << arguments << "\n" << out;
    return out;
  }
  std::string Read(const std::string& file) const {
    std::ostringstream text;
    text << std::ifstream(root_ / file).rdbuf();
    return text.str();
  }
  std::string StateOf(const std::string& hazard) {
    return json::parse(Run("ledger show " + hazard + " --json"))["state"];
  }

  fs::path root_;
};

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(PlanCommandTest, TheSeasonOfTheReadme) {
  Run(fmt::format("simulate {}/samples/street.toml --out survey", THERMOLEAK_SOURCE_DIR));
  Run("run survey/frames --network survey/network.gpkg --out out");
  Run("ledger init");
  Run("ledger import out --by 李检 --performed-by self");
  for (const std::string hazard : {"1-00001", "1-00002"}) {
    const std::string inspector = " --by 李检 --role inspector --date 2026-01-";
    Run("ledger move " + hazard + " to_verify" + inspector + "20");
    Run("ledger move " + hazard + " verifying --work-order W-17" + inspector + "20");
    Run("ledger record " + hazard + " --method excavation --result found --flow 3 --by 李检" +
        " --date 2026-01-22");
    Run("ledger move " + hazard + " confirmed" + inspector + "22");
  }
  Run("ledger grade 1-00001 general --by 王工 --date 2026-01-22");
  Run("ledger template boilers findings.csv --lang zh");
  std::ofstream(root_ / "findings.csv", std::ios::app)
      << "东热,,一号锅炉房,2#,,,,,2010,,集箱,裂纹,,内窥,,,,,,,,,2026-04-03,李检,自检,,,\n";
  Run("ledger findings findings.csv --by 王工 --date 2026-04-05 --lang zh");

  // The first batch; nothing of it is decided yet, so that prices and rules can be tried.
  Run("plan --ledger ledger.gpkg --season 2026 --batch first --out plan");
  const std::string again = "plan --ledger ledger.gpkg --season 2026 --batch first --out plan";
  EXPECT_TRUE(Has(Run(again + " --dry-run --lang en"), "Nothing changes."));
  const std::string item = json::parse(Read("plan/plan.json"))["items"][0]["id"];
  EXPECT_TRUE(Has(Run("plan --out plan --explain " + item), "P3"));
  const auto edited = [&](const std::string& name, const std::string& from, const std::string& to) {
    std::ostringstream text;
    text << std::ifstream(fmt::format("{}/models/plan_{}.toml", THERMOLEAK_SOURCE_DIR, name))
                .rdbuf();
    std::string changed = text.str();
    for (std::size_t at = 0; (at = changed.find(from, at)) != std::string::npos; at += to.size())
      changed.replace(at, from.size(), to);
    std::ofstream(root_ / (name + ".toml")) << changed;
  };
  edited("prices", "yuan = 2500\n", "yuan = 2600\n");
  EXPECT_FALSE(Has(Run(again + " --prices prices.toml --dry-run --lang en"), "Nothing changes."));
  edited("rules", "measure = \"verify\"", "measure = \"inspect\"");
  EXPECT_TRUE(Has(Run(again + " --rules rules.toml --dry-run"), "minor/inspect"));

  // Handed in: what is confirmed becomes planned, a clue is to be dug at and stays one.
  Run("plan submit --out plan --ledger ledger.gpkg --by 王工 --date 2026-03-31");
  EXPECT_EQ(StateOf("1-00001"), "planned");
  EXPECT_EQ(StateOf("1-00003"), "to_verify");
  Run("plan --ledger ledger.gpkg --season 2026 --batch supplement --out plan");
  bool supplement = false;
  const json items = json::parse(Read("plan/plan.json"))["items"];
  for (const json& row : items) supplement |= row["batch"] == "supplement";
  EXPECT_TRUE(supplement);

  // Work. The ledger's guards hold: without photos nothing is ready to be accepted.
  const std::string progress =
      "plan progress --out plan --ledger ledger.gpkg --by 王工 --item " + item;
  Run(progress + " --date 2026-04-20 --quantity 70");
  EXPECT_EQ(StateOf("1-00001"), "rectifying");
  Run(progress + " --date 2026-04-23 --accepted", 2);
  std::ofstream(root_ / "pit.jpg") << "photo";
  const json hazards = items[0]["hazard_ids"];
  for (const json& id : hazards) {
    for (const char* purpose : {"before", "during", "after"}) {
      Run(fmt::format("ledger attach {} pit.jpg --purpose {} --by 李检 --date 2026-04-23",
                      id.get<std::string>(), purpose));
    }
  }
  Run(progress + " --date 2026-04-23 --accepted");
  EXPECT_EQ(StateOf("1-00001"), "to_accept");
  EXPECT_TRUE(Has(Run("plan stats --out plan --date 2026-04-23"), "70/60 m"));

  // A dig answers: its item can be accepted once the ledger has the result, not before.
  const std::string dig = "plan progress --out plan --ledger ledger.gpkg --by 王工 --item P-" +
                          json::parse(Run("ledger show 1-00003 --json"))["id"].get<std::string>();
  Run(dig + " --date 2026-04-16 --quantity 1");
  EXPECT_EQ(StateOf("1-00003"), "verifying");
  Run(dig + " --date 2026-04-17 --accepted", 2);
  Run("ledger record 1-00003 --method excavation --result not_found --by 李检 --date 2026-04-16");
  Run("ledger move 1-00003 rejected --code dug_no_leak --by 李检 --role inspector --date "
      "2026-04-17");
  Run(dig + " --date 2026-04-17 --accepted");

  // Documents, also for people outside: no position, and nothing that tells a depth.
  Run("plan progress --out plan --date 2026-04-23 --edition desensitised --lang zh");
  for (const char* file : {"plan.xlsx", "plan.csv", "plan.geojson", "plan.gpkg", "plan.kml",
                           "plan.html", "work_orders.html"})
    EXPECT_TRUE(fs::exists(root_ / "plan" / file)) << file;
  for (const char* file : {"plan.csv", "plan.html", "work_orders.html"}) {
    const std::string text = Read(std::string("plan/desensitised/") + file);
    EXPECT_FALSE(text.empty()) << file;
    EXPECT_FALSE(Has(text, "depth = ")) << file;
    EXPECT_FALSE(Has(text, "123.4")) << file;
  }
  EXPECT_FALSE(fs::exists(root_ / "plan/desensitised/plan.geojson"));
  Run("ledger export xlsx 隐患台账.xlsx --edition desensitised --lang zh");
  Run("ledger verify");
}

}  // namespace
}  // namespace thermoleak
