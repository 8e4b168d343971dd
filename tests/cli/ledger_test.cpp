// `thermoleak ledger` as the README walks through it: the command itself, on a run made here.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "thermoleak/ledger/sheets.hpp"

namespace thermoleak {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Outcome {
  int code = -1;
  std::string out;  ///< with what went to stderr
};

class LedgerCommandTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / fmt::format("thermoleak_ledger_cli_{}", ::getpid());
    fs::remove_all(root_);
    fs::create_directories(root_ / "run");
    json features = json::array();
    for (const double score : {0.96, 0.7, 0.3}) {
      const double at = 20.0 + 60 * static_cast<double>(features.size());
      features.push_back(
          {{"type", "Feature"},
           {"geometry", {{"type", "Point"}, {"coordinates", {123.43 + at * 1.2e-5, 41.8}}}},
           {"properties",
            {{"id", fmt::format("MAIN-S@{:04.0f}", at)},
             {"score", score},
             {"kind", "leak"},
             {"p_leak", score},
             {"delta_t_k", 5.0},
             {"pipe_id", "MAIN-S"},
             {"chainage_m", at},
             {"sigma_major_m", 0.6},
             {"sigma_minor_m", 0.5},
             {"sigma_azimuth_deg", 10.0},
             {"depth_m", 1.2},
             {"unit", "东热"}}}});
    }
    std::ofstream(root_ / "run" / "candidates.geojson")
        << json{{"type", "FeatureCollection"}, {"features", features}}.dump();
    std::ofstream(root_ / "run" / "run.json")
        << json{{"schema", 1}, {"inputs", {{{"path", "a"}, {"sha256", "1"}}}}}.dump();
    std::ofstream(root_ / "run" / "frames.csv") << "file,time\na,2026-01-15T12:00:00Z\n";
  }
  void TearDown() override { fs::remove_all(root_); }

  Outcome Ledger(const std::string& arguments) {
    const std::string command =
        fmt::format("cd '{}' && {} ledger {} 2>&1", root_.string(), THERMOLEAK_COMMAND, arguments);
    Outcome outcome;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return outcome;
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
      outcome.out.append(buffer, n);
    outcome.code = WEXITSTATUS(::pclose(pipe));
    return outcome;
  }
  void Good(const std::string& arguments) {
    const Outcome outcome = Ledger(arguments);
    EXPECT_EQ(outcome.code, 0) << arguments << "\n" << outcome.out;
  }
  json Json(const std::string& arguments) {
    const Outcome outcome = Ledger(arguments + " --json");
    EXPECT_EQ(outcome.code, 0) << arguments << "\n" << outcome.out;
    return json::parse(outcome.out, nullptr, false);
  }

  fs::path root_;
};

TEST_F(LedgerCommandTest, TheWalkThroughOfTheReadme) {
  Good("init");
  Good("organisation 东热 --code U012 --by 王工");
  const json imported = Json("import run --by 李检 --performed-by self");
  EXPECT_EQ(imported["imports"][0]["opened"], 2);
  EXPECT_EQ(imported["imports"][0]["opened_ids"][0], "SY-000000-U012-2026-1-00001");
  EXPECT_TRUE(Json("import run --by 李检")["imports"][0]["already_there"]);
  EXPECT_EQ(Json("list --open")["hazards"].size(), 2u);

  const std::string inspector = " --by 李检 --role inspector --date ";
  const Outcome refused = Ledger("move 00001 confirmed --lang en" + inspector + "2026-01-20");
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.out.find("there is no step from 'clue' to 'confirmed'"), std::string::npos)
      << refused.out;
  EXPECT_NE(Ledger("move 00001 confirmed --lang zh" + inspector + "2026-01-20")
                .out.find("不能从“线索”转为“已确认”"),
            std::string::npos);
  Good("move 00001 to_verify" + inspector + "2026-01-20");
  Good("move 00001 verifying --work-order W-17" + inspector + "2026-01-20");
  std::ofstream(root_ / "pit.jpg") << "photo";
  Good(
      "record 00001 --method excavation --result found --flow 3 --by 李检 --date 2026-01-22 "
      "--photo pit.jpg");
  Good("move 00001 confirmed" + inspector + "2026-01-22");
  Good("grade 00001 larger --reason 'DN300, main road' --by 王工 --date 2026-01-22");
  Good(
      "set 00001 households=300 critical_place=yes address=北海街12号 --by 王工 --date 2026-01-22");
  const json shown = Json("show 00001");
  EXPECT_EQ(shown["state"], "confirmed");
  EXPECT_EQ(shown["grade"], "larger");
  EXPECT_EQ(shown["households"], 300);
  EXPECT_EQ(shown["critical_place"], true);
  EXPECT_TRUE(shown["year_built"].is_null());
  EXPECT_EQ(shown["verifications"].size(), 1u);
  EXPECT_EQ(shown["attachments"].size(), 1u);
  EXPECT_EQ(Ledger("show 00001 --lang zh").code, 0);

  // A sheet with a good row and a bad one.
  Good("template boilers findings.xlsx --lang zh");
  Good("template auxiliaries findings.csv --lang zh");
  std::ofstream(root_ / "filled.csv")
      << "供热单位,锅炉房,设备编号,部件,缺陷,检验方法,检验日期,检验人,检验方式\n"
         "东热,一号锅炉房,2#,水冷壁,减薄,测厚,2026/4/3,李检,自检\n"
         "东热,一号锅炉房,3#,水冷壁,减薄,测厚,昨天,李检,自检\n";
  const Outcome findings = Ledger("findings filled.csv --by 王工 --date 2026-04-05 --lang zh");
  EXPECT_EQ(findings.code, 1);
  EXPECT_NE(findings.out.find("第 3 行，检验日期"), std::string::npos) << findings.out;
  EXPECT_EQ(Json("list --source shutdown")["hazards"][0]["state"], "confirmed");

  Good("export xlsx 隐患台账.xlsx --edition desensitised --lang zh");
  Good("export csv ledger.csv --lang zh");
  Good("export geojson ledger.geojson");
  Good("export labels labels.csv");
  EXPECT_TRUE(ReadSheet(root_ / "隐患台账.xlsx"));
  EXPECT_EQ(ReadSheet(root_ / "labels.csv")->rows.size(), 2u);
  EXPECT_EQ(Json("stats")["rates"]["dug"]["rate"], 1.0);
  Good("report 检测报告.html --season 2026 --runs run --date 2026-04-16 --lang zh");
  Good("report report.html --edition desensitised --date 2026-04-16");
  EXPECT_GT(fs::file_size(root_ / "检测报告.html"), 10000u);
  EXPECT_EQ(Ledger("report none.html --season 2031").code, 2);
  EXPECT_EQ(Ledger("stats --lang zh").code, 0);
  EXPECT_EQ(Json("season 2026 --implementation 2026-04-16..2026-10-10 --by 王工")["implementation"],
            "2026-04-16..2026-10-10");
  Good("person 李检 --as inspector --by 赵经理");
  EXPECT_EQ(Ledger("move 00002 to_verify --by 李检 --role unit_manager").code, 2);

  const json check = Json("verify");
  EXPECT_EQ(check["good"], true);
  Good("verify --head " + check["head"].get<std::string>());
  EXPECT_EQ(Ledger("verify --head 3:abc").code, 1);
}

TEST_F(LedgerCommandTest, WrongUseSaysWhatIsPossible) {
  EXPECT_EQ(Ledger("list").code, 3);  // no ledger yet
  Good("init --city BJ");
  EXPECT_EQ(Ledger("init").code, 2);
  EXPECT_EQ(Ledger("import nowhere").code, 3);
  EXPECT_EQ(Ledger("show 00009").code, 2);
  const Outcome outcome = Ledger("list --state sleeping --lang en");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.out.find("to_verify"), std::string::npos);
  EXPECT_EQ(Ledger("export labels /proc/nowhere/x.csv").code, 2);
  EXPECT_EQ(Ledger("import run --match.sigmas 50").code, 2);
  EXPECT_EQ(Json("import run")["imports"][0]["opened_ids"][0], "BJ-000000-U000-2026-1-00001");
}

}  // namespace
}  // namespace thermoleak
