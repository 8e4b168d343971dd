#include "thermoleak/core/sqlite.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "thermoleak/core/files.hpp"

namespace thermoleak::sqlite {
namespace {

constexpr int kPatience_ms = 30000;

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

void Database::Fault() const {
  sqlite3* db = handle_.get();
  const int code = sqlite3_errcode(db) & 0xFF;
  if (code == SQLITE_FULL) {
    throw RunError(ExitCode::kOutOfResources, texts_.full, {path_.string()});
  }
  if (code == SQLITE_NOMEM) throw std::bad_alloc();
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
    throw RunError(ExitCode::kOutOfResources, texts_.busy, {path_.string()});
  }
  if (code == SQLITE_READONLY || code == SQLITE_IOERR || code == SQLITE_PERM) {
    throw RunError(ExitCode::kOutOfResources, texts_.unwritable,
                   {path_.string(), sqlite3_errmsg(db)});
  }
  throw RunError(ExitCode::kInputMissing, texts_.unreadable, {path_.string(), sqlite3_errmsg(db)});
}

Statement::Statement(const Database& database, std::string_view sql) : database_(&database) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(database.handle_.get(), sql.data(), static_cast<int>(sql.size()), &raw,
                         nullptr) != SQLITE_OK)
    database.Fault();
  handle_.reset(raw);
}

Statement& Statement::Bind(const Value& value) {
  sqlite3_stmt* s = handle_.get();
  int result = SQLITE_OK;
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    result = sqlite3_bind_int64(s, next_, *number);
  } else if (const auto* real = std::get_if<double>(&value)) {
    result = sqlite3_bind_double(s, next_, *real);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    result =
        sqlite3_bind_text(s, next_, text->data(), static_cast<int>(text->size()), SQLITE_TRANSIENT);
  } else {
    result = sqlite3_bind_null(s, next_);
  }
  if (result != SQLITE_OK) database_->Fault();
  ++next_;
  return *this;
}

Statement& Statement::BindBlob(std::string_view bytes) {
  const int result = bytes.empty()
                         ? sqlite3_bind_null(handle_.get(), next_)
                         : sqlite3_bind_blob(handle_.get(), next_, bytes.data(),
                                             static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
  if (result != SQLITE_OK) database_->Fault();
  ++next_;
  return *this;
}

bool Statement::Step() {
  const int result = sqlite3_step(handle_.get());
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) database_->Fault();
  return false;
}

void Statement::Reset() {
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
  next_ = 1;
}

int Statement::columns() const { return sqlite3_column_count(handle_.get()); }

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::Integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

std::string Statement::Text(int column) const {
  const auto* text = sqlite3_column_text(handle_.get(), column);
  const int bytes = sqlite3_column_bytes(handle_.get(), column);
  return text ? std::string(reinterpret_cast<const char*>(text), static_cast<std::size_t>(bytes))
              : std::string();
}

std::string Statement::Blob(int column) const {
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const int bytes = sqlite3_column_bytes(handle_.get(), column);
  return data ? std::string(static_cast<const char*>(data), static_cast<std::size_t>(bytes))
              : std::string();
}

Value Statement::Any(int column) const {
  switch (sqlite3_column_type(handle_.get(), column)) {
    case SQLITE_INTEGER:
      return Integer(column);
    case SQLITE_FLOAT:
      return sqlite3_column_double(handle_.get(), column);
    case SQLITE_NULL:
      return {};
    default:
      return Text(column);
  }
}

Database::Database(std::filesystem::path path, bool create, const FaultTexts& texts)
    : path_(std::move(path)), texts_(texts) {
  if (create) {
    const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) throw WriteError(path_, errno);
    ::close(fd);
  } else if (std::error_code ignored; !std::filesystem::exists(path_, ignored)) {
    throw RunError(ExitCode::kInputMissing, texts_.missing, {path_.string()});
  }
  sqlite3* raw = nullptr;
  const int result =
      sqlite3_open_v2(path_.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(raw);
  if (result != SQLITE_OK) Fault();
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, kPatience_ms);
}

void Database::Run(std::string_view sql) const {
  if (sqlite3_exec(handle_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    Fault();
}

bool Database::InTransaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

std::int64_t Database::Number(std::string_view sql) const {
  Statement statement = Prepare(sql);
  return statement.Step() ? statement.Integer(0) : 0;
}

Transaction::Transaction(const Database& database) : database_(database) {
  database_.Run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    if (database_.InTransaction()) database_.Run("ROLLBACK");
  } catch (const std::exception&) {  // the file's lock goes with the connection
  }
}

void Transaction::Commit() {
  database_.Run("COMMIT");
  open_ = false;
}

}  // namespace thermoleak::sqlite
