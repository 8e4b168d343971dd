#include "service/service_store.hpp"

#include <array>
#include <chrono>

namespace thermoleak::service {
namespace {

namespace fs = std::filesystem;

constexpr sqlite::FaultTexts kTexts = {
    MessageId::kServiceStoreMissing, MessageId::kServiceStoreFull, MessageId::kServiceStoreBusy,
    MessageId::kServiceStoreUnwritable, MessageId::kServiceStoreUnreadable};

constexpr int kSchema = 2;

// Each version's tables; a file is brought up to the last one by what it lacks.
constexpr std::array<const char*, kSchema> kTables = {R"(
CREATE TABLE users (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL, role TEXT NOT NULL,
  organisation TEXT NOT NULL, district TEXT NOT NULL, lang TEXT NOT NULL,
  active INTEGER NOT NULL, must_change INTEGER NOT NULL, last_login_at INTEGER,
  quota_gb INTEGER NOT NULL, used_bytes INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL);
CREATE TABLE sessions (
  hash TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users(id), csrf TEXT NOT NULL,
  created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, address TEXT NOT NULL);
CREATE INDEX sessions_user ON sessions(user);
CREATE TABLE tokens (
  id TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users(id), name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL, used_at INTEGER);
CREATE TABLE scan_files (
  scan TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
  owner TEXT NOT NULL, PRIMARY KEY (scan, path)) WITHOUT ROWID;
CREATE TABLE uploads_done (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, length INTEGER NOT NULL, expires_at INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE client_ids (
  owner TEXT NOT NULL, client_id TEXT NOT NULL, answer TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (owner, client_id)) WITHOUT ROWID;
CREATE TABLE audit (
  number INTEGER PRIMARY KEY, at TEXT NOT NULL, user TEXT NOT NULL, address TEXT NOT NULL,
  method TEXT NOT NULL, path TEXT NOT NULL, status INTEGER NOT NULL, detail TEXT NOT NULL,
  previous TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
)",
                                                      R"(
CREATE TABLE uploads (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, length INTEGER NOT NULL, metadata TEXT NOT NULL,
  scan TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, partial INTEGER NOT NULL,
  expires_at INTEGER NOT NULL) WITHOUT ROWID;
)"};

sqlite::Database Opened(const fs::path& path) {
  std::error_code ignored;
  sqlite::Database database(path, !fs::exists(path, ignored), kTexts);
  // Hashes of passwords are nobody else's business.
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, ignored);
  database.Run("PRAGMA journal_mode = WAL");
  database.Run("PRAGMA synchronous = NORMAL");
  database.Run("PRAGMA foreign_keys = ON");
  if (database.Number("PRAGMA user_version") < kSchema) {
    sqlite::Transaction transaction(database);
    for (auto version = database.Number("PRAGMA user_version"); version < kSchema; ++version)
      database.Run(kTables[static_cast<std::size_t>(version)]);
    database.Run("PRAGMA user_version = " + std::to_string(kSchema));
    transaction.Commit();
  }
  if (database.Number("PRAGMA user_version") > kSchema)
    throw RunError(ExitCode::kInputMissing, MessageId::kLedgerNewer, {path.string()});
  return database;
}

}  // namespace

ServiceStore::ServiceStore(const fs::path& path) : database_(Opened(path)) {}

std::int64_t Now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace thermoleak::service
