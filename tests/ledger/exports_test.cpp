#include "thermoleak/ledger/exports.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "ledger/plausible_season.hpp"
#include "thermoleak/ledger/sheets.hpp"
#include "thermoleak/ledger/statistics.hpp"
#include "thermoleak/ledger/workbook.hpp"

namespace thermoleak {
namespace {

using namespace test;

const Date kJan = MakeDate(2026, 1, 10);

std::string Slurp(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

class ExportsTest : public testing::Test {
 protected:
  ExportsTest() : ledger_(NewLedger(folder_ / "ledger.gpkg")) {
    ledger_.Import(Survey("flight", kJan,
                          {Candidate("P", 0, 0), Candidate("P", 50, 0), Candidate("P", 100, 0)}),
                   ImportOptions{}, Inspector(kJan));
  }
  void Verify(int hazard, VerifyMethod method, VerifyResult result,
              std::optional<HazardKind> kind = std::nullopt) {
    Verification v;
    v.hazard_id = ledger_.Hazards().at(static_cast<std::size_t>(hazard)).id;
    v.method = method;
    v.result = result;
    v.kind = kind;
    v.date = MakeDate(2026, 1, 12);
    ASSERT_TRUE(ledger_.Record(v, Inspector(v.date)));
  }
  Folder folder_;
  Ledger ledger_;
};

TEST_F(ExportsTest, LabelsSayWhatWasProved) {
  Verify(0, VerifyMethod::kExcavation, VerifyResult::kFound);
  Verify(1, VerifyMethod::kListening, VerifyResult::kLikely);
  Verify(2, VerifyMethod::kBarHole, VerifyResult::kFound, HazardKind::kInsulation);
  WriteLabels(ledger_, {}, folder_ / "labels.csv");
  EXPECT_EQ(Slurp(folder_ / "labels.csv"),
            "run,candidate_id,label,method,date,hazard\r\n"
            "flight,P@0000,leak,excavation,2026-01-12,SY-000000-U000-2026-1-00001\r\n"
            "flight,P@0100,insulation,bar_hole,2026-01-12,SY-000000-U000-2026-1-00003\r\n");
  Verify(0, VerifyMethod::kExcavation, VerifyResult::kNotFound);  // the latest counts
  WriteLabels(ledger_, {}, folder_ / "labels.csv");
  EXPECT_NE(Slurp(folder_ / "labels.csv").find("P@0000,confuser,excavation"), std::string::npos);
}

TEST_F(ExportsTest, TheDesensitisedEditionHasNoPlacesAndNoDepths) {
  for (const Edition edition : {Edition::kInternal, Edition::kDesensitised}) {
    const bool internal = edition == Edition::kInternal;
    WriteLedgerCsv(ledger_, {}, edition, Lang::kChinese, folder_ / "l.csv");
    const std::string csv = Slurp(folder_ / "l.csv");
    EXPECT_TRUE(csv.starts_with(kUtf8Mark));
    EXPECT_EQ(csv.find("经度") != std::string::npos, internal);
    EXPECT_EQ(csv.find("埋深") != std::string::npos, internal);
    EXPECT_EQ(csv.find("123.43") != std::string::npos, internal);
    EXPECT_NE(csv.find("待补"), std::string::npos);
    WriteLedgerGeoJson(ledger_, {}, edition, folder_ / "l.geojson");
    const auto json = nlohmann::json::parse(Slurp(folder_ / "l.geojson"));
    ASSERT_EQ(json["features"].size(), 3u);
    EXPECT_EQ(json["features"][0]["geometry"].is_null(), !internal);
    EXPECT_EQ(json["features"][0]["properties"].contains("depth_m"), internal);
    EXPECT_EQ(json["features"][0]["properties"].contains("chainage_m"), internal);
    WriteLedgerXlsx(ledger_, {}, edition, Lang::kChinese, folder_ / "l.xlsx");
    const auto sheet = ReadSheet(folder_ / "l.xlsx");
    ASSERT_TRUE(sheet);
    std::string all;
    for (const SheetRow& row : sheet->rows) {
      for (const std::string& cell : row.cells) all += cell + "\n";
    }
    EXPECT_EQ(all.find("经度") != std::string::npos, internal);
    EXPECT_NE(all.find("SY-000000-U000-2026-1-00003"), std::string::npos);
    EXPECT_NE(all.find("序号"), std::string::npos);
  }
}

TEST_F(ExportsTest, TheSameLedgerGivesTheSameBytes) {
  for (const char* name : {"a.xlsx", "b.xlsx"})
    WriteLedgerXlsx(ledger_, {}, Edition::kInternal, Lang::kChinese, folder_ / name);
  EXPECT_EQ(Slurp(folder_ / "a.xlsx"), Slurp(folder_ / "b.xlsx"));
}

TEST(Workbook, LinesOfWrappedText) {
  EXPECT_EQ(WrappedLines("", 10), 1);
  EXPECT_EQ(WrappedLines("to be supplied", 15), 1);  // 14 letters
  EXPECT_EQ(WrappedLines("to be supplied", 12), 2);
  EXPECT_EQ(WrappedLines("operating inspection", 11), 2);
  EXPECT_EQ(WrappedLines("SY-210104-U012-2026-1-00296", 15), 3);  // broken after a hyphen
  EXPECT_EQ(WrappedLines("abcdefghijklmnopqrst", 6), 4);
  EXPECT_EQ(WrappedLines("运行检测运行检测", 9), 2);  // 16 wide
  EXPECT_EQ(WrappedLines("a\nb", 10), 2);
}

TEST_F(ExportsTest, FiltersChoose) {
  HazardFilter filter;
  filter.season = 2025;
  EXPECT_TRUE(ledger_.Hazards(filter).empty());
  filter = {};
  filter.text = "00002";
  EXPECT_EQ(ledger_.Hazards(filter).size(), 1u);
  filter = {};
  filter.states = {HazardState::kClosed, HazardState::kNew};
  EXPECT_EQ(ledger_.Hazards(filter).size(), 3u);
  const std::string id = ledger_.Hazards().at(0).id;
  ASSERT_TRUE(ledger_.SetFacts(id, {{"deadline", "2026-03-01"}}, Engineer(kJan)));
  filter = {};
  filter.overdue_on = MakeDate(2026, 3, 1);
  EXPECT_TRUE(ledger_.Hazards(filter).empty());
  filter.overdue_on = MakeDate(2026, 3, 2);
  EXPECT_EQ(ledger_.Hazards(filter).size(), 1u);
  EXPECT_EQ(ledger_.Find("00002")->id, "SY-000000-U000-2026-1-00002");
}

TEST_F(ExportsTest, RatesCountWhatTheySay) {
  Verify(0, VerifyMethod::kExcavation, VerifyResult::kFound);
  Verify(1, VerifyMethod::kExcavation, VerifyResult::kNotFound);
  Transition t;
  t.hazard = ledger_.Hazards().at(2).id;
  t.to = HazardState::kRejected;
  t.code = RejectCode::kStreetLight;
  t.act = Inspector(kJan);
  ASSERT_TRUE(ledger_.Move(t));
  const LedgerStatistics s = StatisticsOf(ledger_, {}, MakeDate(2026, 6, 1));
  EXPECT_EQ(s.hazards, 3);
  EXPECT_EQ(s.open, 2);
  EXPECT_DOUBLE_EQ(*s.verified.value(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(*s.confirmed.value(), 0.5);
  EXPECT_DOUBLE_EQ(*s.dug.value(), 0.5);
  EXPECT_DOUBLE_EQ(*s.planned.value(), 0.0);
  EXPECT_FALSE(s.on_time.value());  // a share of nothing is no number
  EXPECT_DOUBLE_EQ(*s.covered_km.value(), 0.75);
  EXPECT_EQ(s.rejected_by_code[static_cast<std::size_t>(RejectCode::kStreetLight)], 1);
}

}  // namespace
}  // namespace thermoleak
