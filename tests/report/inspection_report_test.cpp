// The inspection report: counts against what was done, editions, honest words, foreign strings.

#include "thermoleak/report/inspection_report.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "ledger/plausible_season.hpp"
#include "report/plausible_survey.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/ledger/findings.hpp"
#include "thermoleak/ledger/sheets.hpp"
#include "thermoleak/ledger/statistics.hpp"
#include "thermoleak/report/evidence.hpp"
#include "thermoleak/report/writers.hpp"

namespace thermoleak {
namespace {

using namespace test;

const Date kJan = MakeDate(2026, 1, 10), kJan20 = MakeDate(2026, 1, 20);

bool Has(const std::string& page, std::string_view text) {
  return page.find(text) != std::string::npos;
}

class InspectionReportTest : public testing::Test {
 protected:
  InspectionReportTest() : ledger_(NewLedger(folder_ / "ledger.gpkg")) {
    SurveyRun run = Survey("flight-7", kJan,
                           {Candidate("MAIN-S", 10, 0), Candidate("MAIN-S", 70, 0),
                            Candidate("MAIN-S", 130, 0), Candidate("MAIN-S", 190, 0, 0.3),
                            Candidate("MAIN-S", 250, 0, 0.8, HazardKind::kInsulation)});
    run.inspection.candidates = 5;
    run.inspection.instrument = "DJI M3T";
    run.inspection.pipe_map = "network.gpkg (76e2ffab)";
    run.inspection.uncovered = "MAIN-S 300.0-375.5 m: noisy; EAST R 0.0-20.0 m: no_view; by hand";
    ledger_.Import(run, ImportOptions{}, Inspector(kJan));
    // The first is dug and found, the second looked at and nothing there, the third stays a clue.
    Look(0, VerifyMethod::kExcavation, VerifyResult::kFound);
    Move(0, HazardState::kConfirmed);
    Look(1, VerifyMethod::kListening, VerifyResult::kNotFound);
    Move(1, HazardState::kRejected, RejectCode::kManhole);
    std::ofstream(folder_ / "boilers.csv")
        << "供热单位,锅炉房,设备编号,部件,缺陷,检验方法,检验日期,检验人,检验方式,结论\n"
           "东热,一号锅炉房,2#,集箱,裂纹,内窥,2026-04-03,李检,自检,不符合\n"
           "东热,一号锅炉房,3#,集箱,无,内窥,2026-04-03,李检,自检,符合\n";
    const auto sheet = ReadSheet(folder_ / "boilers.csv");
    ledger_.AddFindings(*ParseFindings(*sheet), Engineer(MakeDate(2026, 4, 5)));
  }
  std::string Id(int hazard) { return ledger_.Hazards().at(static_cast<std::size_t>(hazard)).id; }
  void Move(int hazard, HazardState to, std::optional<RejectCode> code = std::nullopt) {
    Transition t{Id(hazard), to, Inspector(kJan20)};
    t.code = code;
    t.work_order = "W-1";
    const auto moved = ledger_.Move(t);
    ASSERT_TRUE(moved) << moved.error().message.In(Lang::kEnglish);
  }
  void Look(int hazard, VerifyMethod method, VerifyResult result) {
    Move(hazard, HazardState::kToVerify);
    Move(hazard, HazardState::kVerifying);
    Verification v;
    v.hazard_id = Id(hazard);
    v.method = method;
    v.result = result;
    v.date = kJan20;
    ASSERT_TRUE(ledger_.Record(v, Inspector(kJan20)));
  }
  InspectionReport Report(Lang lang, Edition edition = Edition::kInternal) {
    InspectionReport report;
    report.ledger = &ledger_;
    report.season = 2026;
    report.date = MakeDate(2026, 4, 20);
    report.lang = lang;
    report.edition = edition;
    return report;
  }
  std::string Page(const InspectionReport& report) {
    WriteInspectionReport(report, folder_ / "r.html");
    const auto bytes = ReadFile(folder_ / "r.html");
    return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
  }
  Folder folder_;
  Ledger ledger_;
};

TEST_F(InspectionReportTest, CountsWhatWasDone) {
  const std::string page = Page(Report(Lang::kEnglish));
  for (const char* text :
       {"<b>5</b><span>thermal anomalies", "<b>3</b><span>hazards listed",
        "<b>1</b><span>confirmed leaks", "<b>1</b><span>suspected leaks, not yet confirmed",
        "<b>1</b><span>found to be none", "<b>1</b><span>boiler and auxiliary",
        "1.50 of 2.00 km in scope were seen well (75 %)", "flight-7", "DJI M3T",
        "network.gpkg (76e2ffab)", "Network: hazards listed 3; confirmed leaks 1;",
        "rows 2, with a defect 1, of these with", "EAST R", "Not seen well: 2 stretches, 96 m in all",
        "thermal anomaly, perhaps", "excavation", "header", "none</td>", "Approved by"})
    EXPECT_TRUE(Has(page, text)) << text;
  // In no plan yet: the dug leak and the boiler.
  EXPECT_TRUE(Has(
      page, "Confirmed hazards: 2; in the repair plan, an emergency repair or carried over: 0"));
  EXPECT_TRUE(Has(page, "in no plan yet: " + Id(0)));
  EXPECT_TRUE(Has(page, "to be supplied"));
  const LedgerStatistics statistics = StatisticsOf(ledger_, {}, MakeDate(2026, 4, 20));
  EXPECT_EQ(statistics.by_state[static_cast<std::size_t>(HazardState::kRejected)], 1);
  EXPECT_EQ(statistics.dug.part, 1);
}

TEST_F(InspectionReportTest, ChineseAndTheThreeWords) {
  const std::string page = Page(Report(Lang::kChinese));
  for (const char* text :
       {"2026年度供热“双检测”检测报告", "<span class=\"leak\">确认漏点", "疑似漏点", "热异常",
        "井盖热井", "不符合要求", "待补", "批准", "集箱", "裂纹"})
    EXPECT_TRUE(Has(page, text)) << text;
  for (const char* text : {"to be supplied", "suspected", "leak,", "noisy"})
    EXPECT_FALSE(Has(page, text)) << text;
}

TEST_F(InspectionReportTest, TheDesensitisedEditionHasNoPlacesAndNoDepths) {
  const std::string internal = Page(Report(Lang::kEnglish));
  const std::string open = Page(Report(Lang::kEnglish, Edition::kDesensitised));
  for (const char* text : {"123.43", "41.80", "1.20", "300 – 376"}) {
    EXPECT_TRUE(Has(internal, text)) << text;
    EXPECT_FALSE(Has(open, text)) << text;
  }
  EXPECT_FALSE(Has(open, "@0010"));  // a candidate's name has its chainage
  EXPECT_FALSE(Has(open, "300.0-375.5"));
  EXPECT_TRUE(Has(open, "MAIN-S"));
}

TEST_F(InspectionReportTest, TheSameLedgerGivesTheSameBytes) {
  EXPECT_EQ(Page(Report(Lang::kChinese)), Page(Report(Lang::kChinese)));
}

TEST_F(InspectionReportTest, AnotherUnitsBoilersAreNotInAUnitsReport) {
  InspectionReport report = Report(Lang::kEnglish);
  report.unit = "西热";
  const std::string page = Page(report);
  EXPECT_FALSE(Has(page, "一号锅炉房"));
  EXPECT_TRUE(Has(page, "<b>0</b><span>boiler and auxiliary"));
}

TEST_F(InspectionReportTest, ASeasonWithoutInspectionsSaysSo) {
  InspectionReport report = Report(Lang::kEnglish);
  report.season = 2031;
  try {
    WriteInspectionReport(report, folder_ / "none.html");
    FAIL() << "written";
  } catch (const RunError& error) {
    EXPECT_TRUE(Has(error.message().In(Lang::kEnglish), "2031"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "none.html"));
}

TEST_F(InspectionReportTest, ForeignStringsAreEscaped) {
  const std::string evil = "\"><script>alert(1)</script>";
  SurveyRun run = Survey(evil, kJan20, {Candidate(evil, 400, 400)});
  run.inspection.agency = run.inspection.instrument = run.inspection.snow = evil;
  run.inspection.uncovered = evil + " 0.0-9.0 m: " + evil;
  ledger_.Import(run, ImportOptions{}, Inspector(kJan20));
  const std::string page = Page(Report(Lang::kEnglish));
  EXPECT_FALSE(Has(page, "<script"));
  EXPECT_TRUE(Has(page, "&lt;script&gt;"));
}

TEST_F(InspectionReportTest, PicturesComeFromTheRunsFolder) {
  const auto run = folder_ / "flight-7";
  std::filesystem::create_directories(run);
  PlausibleSurvey survey = MakePlausibleSurvey();
  survey.result.candidates.resize(2);
  survey.result.candidates[0].id = "MAIN-S@0010";
  survey.result.candidates[1].id = "somewhere else";
  WriteEvidenceJson(survey.result, run / "evidence.json");
  EXPECT_EQ(ReadEvidence(run, {"MAIN-S@0010", "nobody"}).size(), 1u);
  EXPECT_TRUE(ReadEvidence(folder_ / "nowhere", {"MAIN-S@0010"}).empty());
  InspectionReport report = Report(Lang::kEnglish);
  const auto pictures = [&] {
    const std::string page = Page(report);
    std::size_t n = 0;
    for (std::size_t at = 0; (at = page.find("data:image/png", at)) != std::string::npos; ++at) ++n;
    return std::pair(n, Has(page, "axis-line\" d=\"M"));
  };
  EXPECT_EQ(pictures(), std::pair(std::size_t{0}, false));
  report.runs = {run};
  EXPECT_EQ(pictures(), std::pair(std::size_t{1}, true));
  report.edition = Edition::kDesensitised;
  EXPECT_EQ(pictures(), std::pair(std::size_t{1}, false));  // without the pipes' lines
  // What is damaged, or not of ours, gives no picture and stops nothing.
  for (
      const char* line :
      {R"~("MAIN-S@0010":{"chip":{"png":"javascript:alert(1)","spot_px":[1,1],"width_px":9,"height_px":9}})~",
       R"~("MAIN-S@0010":{"chip":{"png":7,"spot_px":"x"}})~", R"~("MAIN-S@0010":{"chip":[1,2)~",
       R"~("MAIN-S@0010":{"chip":null})~", R"~(":{"chip":)~"}) {
    std::ofstream(run / "evidence.json") << line << "\n";
    EXPECT_EQ(pictures().first, 0u) << line;
  }
}

TEST(UncoveredOf, ReadsWhatReadRunWrites) {
  Inspection inspection;
  inspection.uncovered =
      "MAIN-S 300.0-375.5 m: noisy; Line 2 m: x 0.0-20.0 m: no_view; written by hand; 5-6; m: ";
  const auto pieces = UncoveredOf(inspection);
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_EQ(pieces[0].pipe_id, "MAIN-S");
  EXPECT_DOUBLE_EQ(pieces[0].from_m, 300);
  EXPECT_DOUBLE_EQ(pieces[0].to_m, 375.5);
  EXPECT_EQ(pieces[0].reason, "noisy");
  EXPECT_EQ(pieces[1].pipe_id, "Line 2 m: x");
}

}  // namespace
}  // namespace thermoleak
