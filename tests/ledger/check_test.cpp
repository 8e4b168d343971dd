// Whoever changes a row of the file beside the command is found out.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ledger/plausible_season.hpp"
#include "thermoleak/ledger/findings.hpp"

namespace thermoleak {
namespace {

using namespace test;
namespace fs = std::filesystem;

const Date kJan = MakeDate(2026, 1, 10);

/// A ledger with at least one row in every table.
void FillEveryTable(const fs::path& path, const Folder& folder) {
  Ledger ledger = NewLedger(path);
  ledger.SetSeason(DefaultSeason(2026), Engineer(kJan)).value();
  ledger.SetOrganisation({"东热", OrganisationType::kUnit, "U012", "东热"}, Engineer(kJan)).value();
  Person person;
  person.name = "李检";
  ledger.SetPerson(person, Manager(kJan)).value();
  ledger.Import(Survey("a", kJan, {Candidate("P", 0, 0), Candidate("P", 50, 0)}), ImportOptions{},
                Inspector(kJan));
  const std::string id = ledger.Hazards().at(0).id;
  Verification v;
  v.hazard_id = id;
  v.date = kJan;
  ledger.Record(v, Inspector(kJan)).value();
  std::ofstream(folder / "photo.jpg") << "photo";
  ledger.Attach(id, AttachmentPurpose::kBefore, folder / "photo.jpg", Inspector(kJan)).value();
  FindingsSheet sheet;
  Finding finding;
  finding.season = 2026;
  finding.unit = "U012";
  finding.house = "一号锅炉房";
  finding.number = "2#";
  finding.part = "water_wall";
  finding.defect = "thinning";
  finding.method = "thickness";
  finding.date = MakeDate(2026, 4, 3);
  finding.inspector = "王工";
  sheet.findings = {finding};
  ledger.AddFindings(sheet, Engineer(MakeDate(2026, 4, 5)));
}

void Sql(const fs::path& path, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  char* error = nullptr;
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
  sqlite3_free(error);
  sqlite3_close(db);
}
bool SqlFails(const fs::path& path, const std::string& sql) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  const bool failed = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK;
  sqlite3_close(db);
  return failed;
}

class CheckTest : public testing::Test {
 protected:
  CheckTest() : path_(folder_ / "ledger.gpkg") { FillEveryTable(path_, folder_); }

  /// The faults of a copy to which something was done.
  std::vector<std::string> FaultsAfter(const std::string& sql) {
    const fs::path copy = folder_ / "copy.gpkg";
    fs::copy_file(path_, copy, fs::copy_options::overwrite_existing);
    Sql(copy, sql);
    std::vector<std::string> names;
    for (const Message& fault : Ledger::Open(copy).Check().faults)
      names.emplace_back(MessageName(fault.id));
    return names;
  }

  Folder folder_;
  fs::path path_;
};

TEST_F(CheckTest, AnUntouchedLedgerIsGood) {
  const LedgerCheck check = Ledger::Open(path_).Check();
  EXPECT_TRUE(check.good()) << check.faults.front().In(Lang::kEnglish);
  EXPECT_GT(check.events, 12);
  EXPECT_EQ(check.head.number, check.events);
}

TEST_F(CheckTest, ALedgerOfTheFirstVersionIsBroughtUpToDate) {
  const std::string whole = Dump(path_);
  // As the first version made it: without the columns that came later.
  std::string sql = "DROP VIEW hazard_sheet;";
  for (const char* table : {"hazards", "findings"}) {
    for (const char* column : {"tubes_replaced_percent", "last_internal_inspection"})
      sql += fmt::format("ALTER TABLE {} DROP COLUMN {};", table, column);
  }
  for (const char* column : {"pipe_map", "frames"})
    sql += fmt::format("ALTER TABLE inspections DROP COLUMN {};", column);
  Sql(path_,
      sql + "CREATE VIEW hazard_sheet AS SELECT * FROM hazards; PRAGMA user_version = 10301");
  EXPECT_TRUE(Ledger::Open(path_).Check().good());
  EXPECT_EQ(Dump(path_), whole);
  EXPECT_FALSE(SqlFails(path_, "SELECT tubes_replaced_percent, dn_mm FROM hazard_sheet"));
  EXPECT_TRUE(FaultsAfter("UPDATE hazards SET tubes_replaced_percent = 5").size() > 0);
}

TEST_F(CheckTest, EveryColumnOfEveryTableIsGuarded) {
  for (const std::string& table : TableNames()) {
    const std::vector<Row> rows = OpenGeoPackageStore(path_, false)->Rows(table);
    ASSERT_FALSE(rows.empty()) << table;
    for (const auto& [column, value] : rows.front()) {
      if (column == "id" || column == "lon_deg" || column == "lat_deg") continue;
      const std::string other = std::holds_alternative<std::string>(value) ? "'x'" : "77";
      const std::string sql = fmt::format("PRAGMA foreign_keys=OFF; UPDATE {0} SET \"{1}\" = {2}",
                                          table, column, other);
      EXPECT_FALSE(FaultsAfter(sql).empty()) << table << "." << column;
    }
    const std::string emptied =
        fmt::format("DROP TRIGGER {0}_no_delete; DELETE FROM {0} WHERE fid = 1", table);
    EXPECT_FALSE(FaultsAfter("PRAGMA foreign_keys=OFF; " + emptied).empty()) << table;
    EXPECT_EQ(FaultsAfter(fmt::format("INSERT INTO {} (id) VALUES ('smuggled')", table)),
              std::vector<std::string>{"CheckRowInserted"})
        << table;
  }
}

TEST_F(CheckTest, AFactThatWasMissingCannotBeAdded) {
  EXPECT_EQ(FaultsAfter("UPDATE hazards SET households = 5 WHERE fid = 1"),
            std::vector<std::string>{"CheckRowAltered"});
}

TEST_F(CheckTest, APointThatWasMovedIsFound) {
  // The last byte of the latitude; and a geometry that is none.
  EXPECT_FALSE(FaultsAfter("UPDATE hazards SET geom = CAST(substr(geom, 1, 28) || x'41' AS BLOB) "
                           "WHERE fid = 1")
                   .empty());
  EXPECT_FALSE(FaultsAfter("UPDATE sightings SET geom = x'4750' WHERE fid = 1").empty());
}

TEST_F(CheckTest, TheHistoryCannotBeRewritten) {
  for (const char* column : {"command", "at", "\"on\"", "\"by\"", "role", "action", "reason",
                             "\"table\"", "row", "changes", "previous", "hash"}) {
    EXPECT_TRUE(SqlFails(path_, fmt::format("UPDATE history SET {} = 'x' WHERE fid = 3", column)));
    EXPECT_FALSE(FaultsAfter(fmt::format("DROP TRIGGER history_no_update; UPDATE history SET {} = "
                                         "'7' WHERE fid = 3",
                                         column))
                     .empty())
        << column;
  }
  EXPECT_TRUE(SqlFails(path_, "DELETE FROM history WHERE fid = 3"));
  EXPECT_TRUE(SqlFails(path_, "DELETE FROM hazards"));
  for (const char* which : {"fid = 1", "fid = 5", "fid = (SELECT max(fid) FROM history)"}) {
    EXPECT_FALSE(
        FaultsAfter(
            fmt::format("DROP TRIGGER history_no_delete; DELETE FROM history WHERE {}", which))
            .empty())
        << which;
  }
  EXPECT_FALSE(FaultsAfter("INSERT INTO history SELECT fid + 1000, command, at, \"on\", \"by\", "
                           "role, action, reason, \"table\", row, changes, previous, hash || 'x' "
                           "FROM history WHERE fid = 3")
                   .empty());
}

TEST_F(CheckTest, ANotedHeadProvesThatTheEndIsThere) {
  const HistoryHead noted = Ledger::Open(path_).Check().head;
  EXPECT_TRUE(Ledger::Open(path_).Check(noted).good());
  HistoryHead other = noted;
  other.hash[0] = other.hash[0] == 'a' ? 'b' : 'a';
  EXPECT_FALSE(Ledger::Open(path_).Check(other).good());
  other = noted;
  ++other.number;
  EXPECT_FALSE(Ledger::Open(path_).Check(other).good());
}

TEST_F(CheckTest, GdalOpensItAsAGeoPackage) {
  // A witness that has nothing of ours: GDAL's own program.
  const fs::path out = folder_ / "ogrinfo.txt";
  const std::string command =
      fmt::format("ogrinfo -ro -al -so '{}' > '{}' 2>&1", path_.string(), out.string());
  if (std::system("ogrinfo --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no ogrinfo here";
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::ifstream file(out);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(text.find("using driver `GPKG' successful"), std::string::npos) << text;
  EXPECT_EQ(text.find("Warning"), std::string::npos) << text;
  EXPECT_EQ(text.find("ERROR"), std::string::npos) << text;
  for (const char* layer : {"hazards", "sightings", "history", "hazard_sheet", "findings"})
    EXPECT_NE(text.find(fmt::format("Layer name: {}", layer)), std::string::npos) << layer;
  EXPECT_NE(text.find("Geometry: Point"), std::string::npos);
  EXPECT_NE(text.find("WGS 84"), std::string::npos);
  EXPECT_TRUE(Ledger::Open(path_).Check().good());  // looking changes nothing
}

TEST_F(CheckTest, FilesThatAreNoLedgerAreSaidToBeNone) {
  const auto id_of = [](const fs::path& path) {
    try {
      Ledger::Open(path);
    } catch (const RunError& e) {
      return std::string(MessageName(e.message().id));
    }
    return std::string();
  };
  EXPECT_EQ(id_of(folder_ / "none.gpkg"), "LedgerMissing");
  std::ofstream(folder_ / "text.gpkg") << std::string(5000, 'x');
  EXPECT_EQ(id_of(folder_ / "text.gpkg"), "LedgerUnreadable");
  std::ofstream(folder_ / "empty.gpkg");
  EXPECT_EQ(id_of(folder_ / "empty.gpkg"), "LedgerNotOne");
  Sql(path_, "PRAGMA user_version = 10399");
  EXPECT_EQ(id_of(path_), "LedgerNewer");
  try {
    NewLedger(path_);
    FAIL();
  } catch (const RunError& e) {
    EXPECT_EQ(e.message().id, MessageId::kLedgerExists);
  }
}

TEST_F(CheckTest, TwoWhoWriteWaitForEachOther) {
  Ledger a = Ledger::Open(path_), b = Ledger::Open(path_);
  const std::string id = a.Hazards().at(0).id;
  ASSERT_TRUE(a.SetFacts(id, {{"households", "1"}}, Engineer(kJan)));
  ASSERT_TRUE(b.SetFacts(id, {{"households", "2"}}, Engineer(kJan)));
  ASSERT_TRUE(a.SetFacts(id, {{"owner", "x"}}, Engineer(kJan)));
  EXPECT_EQ(a.Find(id)->households, 2);
  EXPECT_TRUE(b.Check().good());
}

}  // namespace
}  // namespace thermoleak
