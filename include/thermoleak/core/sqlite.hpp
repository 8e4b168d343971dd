#pragma once
// SQLite with its results looked at. Behind rooms that keep one file with transactions; what the
// rows mean is theirs.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "thermoleak/core/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace thermoleak::sqlite {

using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

/// What to say when the file cannot be used: each text's {0} is the path, {1} what SQLite says.
struct FaultTexts {
  MessageId missing, full, busy, unwritable, unreadable;
};

/// One prepared statement. Values are bound in order, rows read with Step(). Lives no longer than
/// its Database, and is used by the same thread.
class Statement {
 public:
  Statement& Bind(const Value& value);
  Statement& BindBlob(std::string_view bytes);
  /// Whether there is a row. Throws RunError.
  bool Step();
  /// To use the statement again with new values.
  void Reset();

  int columns() const;
  bool IsNull(int column) const;
  std::int64_t Integer(int column) const;
  std::string Text(int column) const;
  std::string Blob(int column) const;
  Value Any(int column) const;

 private:
  friend class Database;
  Statement(const class Database& database, std::string_view sql);
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int next_ = 1;
};

/// One connection; for one thread at a time.
class Database {
 public:
  /// `create` makes the file and refuses one that is there. Waits up to 30 s for another writer.
  /// Throws RunError when the file cannot be opened.
  Database(std::filesystem::path path, bool create, const FaultTexts& texts);

  void Run(std::string_view sql) const;
  Statement Prepare(std::string_view sql) const { return {*this, sql}; }
  std::int64_t Number(std::string_view sql) const;
  bool InTransaction() const;
  const std::filesystem::path& path() const { return path_; }

 private:
  friend class Statement;
  [[noreturn]] void Fault() const;
  struct Close {
    void operator()(sqlite3* db) const;
  };
  std::filesystem::path path_;
  FaultTexts texts_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// BEGIN IMMEDIATE until Commit(), else ROLLBACK.
class Transaction {
 public:
  explicit Transaction(const Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void Commit();

 private:
  const Database& database_;
  bool open_ = true;
};

}  // namespace thermoleak::sqlite
