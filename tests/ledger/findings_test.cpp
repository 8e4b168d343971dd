#include "thermoleak/ledger/findings.hpp"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gtest/gtest.h>

#include <fstream>

#include "ledger/plausible_season.hpp"
#include "thermoleak/ledger/workbook.hpp"

namespace thermoleak {
namespace {

using namespace test;
namespace fs = std::filesystem;

const std::string kHeader =
    "供热单位,行政区,锅炉房,设备编号,部件,缺陷,位置,检验方法,实测值,计量单位,限值,限值依据,"
    "检验结论,"
    "检验日期,检验人,检验方式,检测机构,备注\n";

std::string Row(const std::string& number, const std::string& date, const std::string& rest = {}) {
  return "U007,沈河区,一号锅炉房," + number +
         ",水冷壁,减薄,前墙,测厚,2.8,mm,3.0,厂家说明书,不符合," + date + ",李检,自检," + rest +
         "\n";
}

class FindingsTest : public testing::Test {
 protected:
  fs::path Write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }
  FindingsSheet Parse(const fs::path& path) {
    const auto sheet = ReadSheet(path);
    EXPECT_TRUE(sheet);
    return ParseFindings(*sheet).value();
  }
  Folder folder_;
};

TEST_F(FindingsTest, EncodingsAndSignsGiveTheSameRows) {
  const std::string text = kHeader + Row("2#", "2026年4月3日") + Row("3#", "2026/4/5");
  char* gbk = CPLRecode(text.c_str(), CPL_ENC_UTF8, "GBK");
  const std::string gbk_text = gbk;
  CPLFree(gbk);
  std::string semicolons = text;
  for (char& c : semicolons) c = c == ',' ? ';' : c;
  for (const auto& path : {Write("a.csv", text), Write("b.csv", std::string(kUtf8Mark) + text),
                           Write("c.csv", gbk_text), Write("d.csv", semicolons),
                           Write("e.csv", std::string(kUtf8Mark) + gbk_text)}) {
    const FindingsSheet sheet = Parse(path);
    EXPECT_EQ(sheet.bad.size(), 0u) << path;
    ASSERT_EQ(sheet.findings.size(), 2u) << path;
    const Finding& f = sheet.findings[0];
    EXPECT_EQ(f.unit, "U007");
    EXPECT_EQ(f.part, "water_wall");
    EXPECT_EQ(f.defect, "thinning");
    EXPECT_EQ(f.method, "thickness");
    EXPECT_EQ(f.measured, 2.8);
    EXPECT_EQ(f.limit_origin, "厂家说明书");
    EXPECT_EQ(f.conclusion, "unfit");
    EXPECT_EQ(f.date, MakeDate(2026, 4, 3));
    EXPECT_EQ(f.performed_by, PerformedBy::kSelf);
    EXPECT_EQ(f.equipment, AssetKind::kBoiler);
  }
}

// A few bytes a cell on disk become ten times as many in memory.
TEST_F(FindingsTest, MoreThanATableCanHoldIsRefused) {
  for (const std::string& text : {kHeader + std::string(11'000'000, ','), kHeader + [] {
                                    std::string rows;
                                    for (int i = 0; i < 1'100'000; ++i) rows += "x\n";
                                    return rows;
                                  }()}) {
    const auto sheet = ReadSheet(Write("large.csv", text));
    ASSERT_FALSE(sheet);
    EXPECT_EQ(sheet.error().message.id, MessageId::kSheetUnreadable);
  }
}

// 70 MB of one text in 70 kB: no archive may unpack to more than memory has.
TEST_F(FindingsTest, AWorkbookThatUnpacksWithoutEndIsRefused) {
  const fs::path path = folder_ / "bomb.xlsx";
  const auto put = [&](const std::string& name, const std::string& text, int times,
                       const std::string& end) {
    VSILFILE* file = VSIFOpenL(("/vsizip/" + path.string() + "/" + name).c_str(), "wb");
    ASSERT_NE(file, nullptr);
    for (int i = 0; i < times; ++i) VSIFWriteL(text.data(), 1, text.size(), file);
    VSIFWriteL(end.data(), 1, end.size(), file);
    VSIFCloseL(file);
  };
  const std::string schemas = "http://schemas.openxmlformats.org/";
  const std::string office = schemas + "officeDocument/2006/relationships";
  const std::string main = schemas + "spreadsheetml/2006/main";
  put("[Content_Types].xml", "", 0,
      "<Types xmlns=\"" + schemas +
          "package/2006/content-types\"><Override PartName=\"/xl/workbook.xml\" ContentType="
          "\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></"
          "Types>");
  put("xl/_rels/workbook.xml.rels", "", 0,
      "<Relationships><Relationship Id=\"rId1\" Type=\"" + office +
          "/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>");
  put("xl/workbook.xml", "", 0,
      "<workbook xmlns=\"" + main + "\" xmlns:r=\"" + office +
          "\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>");
  put("xl/worksheets/sheet1.xml", std::string(1 << 20, ' '), 70,
      "<worksheet xmlns=\"" + main +
          "\"><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData></worksheet>");
  ASSERT_LT(fs::file_size(path), 1u << 20);
  const auto sheet = ReadSheet(path);
  ASSERT_FALSE(sheet);
  EXPECT_NE(sheet.error().message.In(Lang::kEnglish).find("more than a table can hold"),
            std::string::npos);
}

// The list of what is wrong is read by people: it ends, the count does not.
TEST_F(FindingsTest, ATableOfNothingButFaultsIsCounted) {
  std::string text = kHeader;
  for (int i = 0; i < 3000; ++i) text += "U007\n";
  const FindingsSheet sheet = Parse(Write("a.csv", text));
  EXPECT_EQ(sheet.bad_rows, 3000);
  EXPECT_LE(sheet.bad.size(), 1000u + 28);
  EXPECT_EQ(sheet.bad.front().row, 2);
}

TEST_F(FindingsTest, EveryBadRowIsNamedAndTheGoodOnesAreKept) {
  const FindingsSheet sheet = Parse(Write(
      "a.csv",
      kHeader + Row("1#", "2026-04-03") +                                          // 2: good
          "U007,沈河区,一号锅炉房,2#,水冷壁,减薄,,测厚,,,,,,soon,李检,自检,,\n" +  // 3: no date
          "\n" +                                                                   // 4: empty
          "U007,,一号锅炉房,3#,烟囱,减薄,,测厚,,,,,,2026-04-03,李检,自检,,\n" +  // 5: unknown part
          "U007,,一号锅炉房,4#,锅筒,鼓风,,测厚,abc,,,,,2026-04-03,李检,自检,,\n" +  // 6: two things
          "U007,,一号锅炉房,5#,锅筒,裂纹,,MT,1,mm,2,,,2026-04-03,李检,自检,,\n" +   // 7: no origin
          "U007,,,6#,锅筒,裂纹,,MT,,,,,,2026-04-03,李检,委托,,\n" +            // 8: house, agency
          "U007,,一号锅炉房,7#,锅筒,其他,,MT,,,,,,2026-04-03,李检,自检,,\n" +  // 9: other, no words
          "U007,,一号锅炉房,8#,鼓风机,无,,解体,,,,,符合,46115,李检,委托机构,省特检院,\n"));  // 10
  EXPECT_EQ(sheet.findings.size(), 2u);
  EXPECT_EQ(sheet.bad_rows, 6);
  std::string named;
  for (const BadCell& b : sheet.bad)
    named +=
        std::to_string(b.row) + " " + b.column + " " + std::string(MessageName(b.reason.id)) + "\n";
  EXPECT_EQ(named,
            "3 检验日期 CellNoDate\n"
            "5 部件 CellNotInList\n"
            "6 缺陷 CellNotInList\n"
            "6 实测值 CellNoNumber\n"
            "7 限值依据 CellLimitOrigin\n"
            "8 锅炉房 CellEmpty\n"
            "8 检测机构 CellEmpty\n"
            "9 备注 CellOtherNeedsWords\n");
  EXPECT_EQ(sheet.findings[1].equipment, AssetKind::kAuxiliary);
  EXPECT_TRUE(sheet.findings[1].defect.empty());
  EXPECT_EQ(sheet.findings[1].date, MakeDate(2026, 4, 3));
}

TEST_F(FindingsTest, ASheetWithoutItsColumnsIsRefusedWithTheirNames) {
  const auto sheet = ParseFindings(ReadSheet(Write("a.csv", "a,b\n1,2\n")).value());
  ASSERT_FALSE(sheet);
  EXPECT_NE(sheet.error().message.In(Lang::kChinese).find("供热单位"), std::string::npos);
  EXPECT_NE(sheet.error().message.In(Lang::kEnglish).find("boiler house"), std::string::npos);
  EXPECT_FALSE(ReadSheet(Write("b.xlsx", std::string("PK\x03\x04", 4) + "nonsense")));
  EXPECT_FALSE(ReadSheet(Write("c.csv", std::string("a\0b", 3))));
}

TEST_F(FindingsTest, TemplatesAreReadBackInBothLanguagesAndForms) {
  for (const Lang lang : {Lang::kChinese, Lang::kEnglish}) {
    for (const char* name : {"t.csv", "t.xlsx"}) {
      for (const auto which : {FindingsTemplate::kBoilers, FindingsTemplate::kAuxiliaries}) {
        WriteFindingsTemplate(which, lang, folder_ / name);
        const FindingsSheet sheet = Parse(folder_ / name);  // the header is found
        EXPECT_EQ(sheet.findings.size(), 0u);
        EXPECT_EQ(sheet.bad_rows, 0) << name;
      }
    }
  }
}

TEST_F(FindingsTest, TubesAndTheLastInspectionReachTheHazard) {
  const std::string header =
      "供热单位,锅炉房,设备编号,部件,缺陷,检验方法,检验日期,检验人,检验方式,换管比例(%),"
      "上次内检日期\n";
  const auto row = [](const std::string& number, const std::string& rest) {
    return "U007,一号锅炉房," + number + ",水冷壁,腐蚀,测厚,2026-04-03,李检,自检," + rest + "\n";
  };
  const FindingsSheet sheet =
      Parse(Write("a.csv", header + row("1#", "12.5,2023年5月10日") + row("2#", ",") +
                               row("3#", "120,") + row("4#", ",2026-04-04")));
  ASSERT_EQ(sheet.findings.size(), 2u);
  ASSERT_EQ(sheet.bad.size(), 2u);
  EXPECT_EQ(sheet.bad[0].column, "换管比例(%)");
  EXPECT_EQ(sheet.bad[1].column, "上次内检日期");  // after the inspection itself
  Ledger ledger = NewLedger(folder_ / "ledger.gpkg");
  ledger.AddFindings(sheet, Engineer(MakeDate(2026, 4, 6)));
  const Hazard h = ledger.Hazards().at(0);
  EXPECT_EQ(h.tubes_replaced_percent, 12.5);
  EXPECT_EQ(h.last_internal_inspection, MakeDate(2023, 5, 10));
  EXPECT_FALSE(ledger.Hazards().at(1).tubes_replaced_percent);
}

TEST_F(FindingsTest, AWorkbookHoldsNumbersDatesAndATitle) {
  WorkbookSheet page;
  page.name = "锅炉";
  page.title = "2026 年停炉检测";
  for (const char* title : {"供热单位*", "锅炉房*", "设备编号*", "部件*", "缺陷*", "检验方法*",
                            "检验日期*", "检验人*", "检验方式*", "实测值"})
    page.columns.push_back({title, 12, {}});
  page.rows = {{"U007", "一号锅炉房", 2.0, "锅筒", "裂纹", "MT", 46115.0, "李检", "自检", 2.5},
               {"U007", "一号锅炉房", "3#", "锅筒", "裂纹", "MT", "2026年4月4日", "李检", "自检",
                std::monostate{}},
               {"U007", "一号锅炉房", "4#", "锅筒", "裂纹", "MT", "明天", "李检", "自检", 1.0}};
  WriteWorkbook({page}, folder_ / "a.xlsx");
  const FindingsSheet sheet = Parse(folder_ / "a.xlsx");
  ASSERT_EQ(sheet.findings.size(), 2u);
  EXPECT_EQ(sheet.findings[0].number, "2");
  EXPECT_EQ(sheet.findings[0].date, MakeDate(2026, 4, 3));
  EXPECT_EQ(sheet.findings[0].measured, 2.5);
  EXPECT_EQ(sheet.findings[1].date, MakeDate(2026, 4, 4));
  ASSERT_EQ(sheet.bad.size(), 1u);
  EXPECT_EQ(sheet.bad[0].row, 5);  // as the spreadsheet shows it
}

TEST_F(FindingsTest, FindingsBecomeConfirmedHazardsOnce) {
  Ledger ledger = NewLedger(folder_ / "ledger.gpkg");
  const Act act = Engineer(MakeDate(2026, 4, 6));
  const std::string none =
      "U007,沈河区,一号锅炉房,8#,鼓风机,无,,解体,,,,,符合,2026-04-03,李检,自检,,\n";
  const FindingsSheet sheet =
      Parse(Write("a.csv", kHeader + Row("1#", "2026-04-03") + Row("2#", "2026-04-04") + none));
  FindingsSummary s = ledger.AddFindings(sheet, act);
  EXPECT_EQ(s.added, 3);
  EXPECT_EQ(s.without_defect, 1);
  EXPECT_EQ(s.opened_ids, (std::vector<std::string>{"SY-000000-U007-2026-2-00001",
                                                    "SY-000000-U007-2026-2-00002"}));
  const Hazard h = ledger.Hazards().at(0);
  EXPECT_EQ(h.source, HazardSource::kShutdown);
  EXPECT_EQ(h.state, HazardState::kConfirmed);
  EXPECT_EQ(h.asset.kind, AssetKind::kBoiler);
  EXPECT_EQ(h.asset.part, "water_wall");
  EXPECT_EQ(h.limit_value, 3.0);
  EXPECT_EQ(h.conclusion, "unfit");
  EXPECT_EQ(ledger.Inspections().size(), 1u);
  EXPECT_EQ(ledger.Inspections()[0].performed_by, PerformedBy::kSelf);

  const std::string once = Dump(folder_ / "ledger.gpkg");
  s = ledger.AddFindings(sheet, act);
  EXPECT_EQ(s.unchanged, 3);
  EXPECT_TRUE(s.opened_ids.empty());
  EXPECT_EQ(Dump(folder_ / "ledger.gpkg"), once);

  // A corrected value changes its finding and its hazard, and opens none.
  std::string corrected = kHeader + Row("1#", "2026-04-03");
  corrected.replace(corrected.find("2.8"), 3, "2.4");
  s = ledger.AddFindings(Parse(Write("b.csv", corrected)), act);
  EXPECT_EQ(s.changed, 1);
  EXPECT_EQ(ledger.Hazards().size(), 2u);
  EXPECT_EQ(ledger.Hazards().at(0).measured_value, 2.4);
  EXPECT_TRUE(ledger.Check().good());
}

TEST_F(FindingsTest, CsvLinesAreQuotedAndRunNoFormulas) {
  EXPECT_EQ(CsvLine({"a", "b,c", "d\"e", "=1+1", "-3.5", ""}),
            "a,\"b,c\",\"d\"\"e\",'=1+1,-3.5,\r\n");
  const auto sheet = ReadSheet(Write("a.csv", CsvLine({"x", "b,c", "d\"e\nf", "=1+1"})));
  EXPECT_EQ(sheet->rows.at(0).cells, (std::vector<std::string>{"x", "b,c", "d\"e\nf", "=1+1"}));
}

}  // namespace
}  // namespace thermoleak
