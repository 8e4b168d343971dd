#pragma once
// Inside of the ledger room: SQLite with its results looked at.

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "thermoleak/ledger/store.hpp"

namespace thermoleak::ledger {

/// One prepared statement. Values are bound in order, rows read with Step().
class Statement {
 public:
  Statement(sqlite3* db, const std::filesystem::path& path, std::string_view sql);

  Statement& Bind(const Value& value);
  Statement& BindBlob(std::string_view bytes);
  /// Whether there is a row. Throws RunError.
  bool Step();
  /// To use the statement again with new values.
  void Reset();

  int columns() const { return sqlite3_column_count(handle_.get()); }
  bool IsNull(int column) const {
    return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
  }
  std::int64_t Integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  std::string Text(int column) const;
  std::string Blob(int column) const;
  Value Any(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  sqlite3* db_;
  const std::filesystem::path& path_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int next_ = 1;
};

class Database {
 public:
  /// Throws RunError when the file cannot be opened. Waits up to 30 s for another writer.
  Database(std::filesystem::path path, bool create);

  void Run(std::string_view sql) const;
  Statement Prepare(std::string_view sql) const { return {handle_.get(), path_, sql}; }
  std::int64_t Number(std::string_view sql) const;
  bool InTransaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  const std::filesystem::path& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace thermoleak::ledger
