// The audit log only grows, and whoever alters it is found out.

#include "service/audit.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "service/running_service.hpp"

namespace thermoleak::service {
namespace {

bool Execute(const std::filesystem::path& file, const char* sql) {
  sqlite3* db = nullptr;
  sqlite3_open(file.c_str(), &db);
  const bool good = sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
  sqlite3_close(db);
  return good;
}

AuditEntry Entry(int n) {
  AuditEntry entry;
  entry.user = "user";
  entry.method = "POST";
  entry.path = "/api/v1/scans/" + std::to_string(n);
  entry.status = 201;
  return entry;
}

TEST(Audit, AlterationsAreFound) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "service.sqlite";
  {
    ServiceStore store(file);
    Audit audit(store);
    for (int i = 1; i <= 20; ++i) audit.Append(Entry(i));
    EXPECT_TRUE(audit.Check().good);
    EXPECT_EQ(audit.Check().rows, 20);
    EXPECT_EQ(audit.List(0, 5).front().number, 20);
    EXPECT_EQ(audit.List(16, 100).size(), 15U);
  }
  EXPECT_FALSE(Execute(file, "UPDATE audit SET user = 'else' WHERE number = 7"));
  EXPECT_FALSE(Execute(file, "DELETE FROM audit WHERE number = 7"));
  // Who takes the guard away is found by the chain.
  ASSERT_TRUE(Execute(
      file, "DROP TRIGGER audit_no_update; UPDATE audit SET user = 'else' WHERE number = 7"));
  ServiceStore store(file);
  Audit audit(store);
  EXPECT_FALSE(audit.Check().good);
  EXPECT_EQ(audit.Check().first_bad, 7);
  audit.Append(Entry(21));
  EXPECT_EQ(audit.Check().rows, 21);
}

TEST(Audit, AccessesAndChangesOfTheService) {
  test::RunningService service;
  const std::string crew = service.MakeUser("crew", "crew", "东热");
  service.OpenScan(crew);
  service.As(crew, "GET", "/api/v1/hazards");
  service.As(crew, "GET", "/api/v1/users");  // refused
  const test::Json items = service.As(service.admin(), "GET", "/api/v1/audit").json()["items"];
  const auto find = [&](const std::string& action, const std::string& object, int status) {
    for (const auto& e : items) {
      if (e["user"] == "crew" && e["action"] == action && e["object"] == object &&
          e["status"] == status)
        return true;
    }
    return false;
  };
  EXPECT_TRUE(find("POST", "/api/v1/scans", 201)) << items.dump(1);
  EXPECT_TRUE(find("GET", "/api/v1/hazards", 200));
  EXPECT_TRUE(find("GET", "/api/v1/users", 403));
  const test::Json check = service.As(service.admin(), "GET", "/api/v1/audit/check").json();
  EXPECT_EQ(check["good"], true);
}

}  // namespace
}  // namespace thermoleak::service
