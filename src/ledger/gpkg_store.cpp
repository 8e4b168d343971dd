// The ledger's store as a GeoPackage. A row's position is kept as its geometry only, so that what a
// GIS program shows and what the ledger says are the same bytes.

#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <cstring>

#include "ledger/schema.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/core/sqlite.hpp"
#include "thermoleak/ledger/store.hpp"

namespace thermoleak {
namespace {

using ledger::ColumnSpec;
using ledger::TableNamed;
using ledger::TableSpec;

constexpr std::int32_t kWgs84 = 4326;
constexpr int kApplicationId = 0x47504B47;  // "GPKG"

template <class T>
void Put(std::string& bytes, T value) {
  static_assert(std::endian::native == std::endian::little);
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  bytes.append(raw, sizeof(T));
}

/// GeoPackage 1.3, clause 2.1.3: header without envelope, little endian; then a WKB point.
std::string PointBlob(double lon_deg, double lat_deg) {
  std::string bytes = "GP";
  Put(bytes, std::uint8_t{0});  // version 1
  Put(bytes, std::uint8_t{1});  // little endian, no envelope, not empty
  Put(bytes, kWgs84);
  Put(bytes, std::uint8_t{1});   // WKB: little endian
  Put(bytes, std::uint32_t{1});  // a point
  Put(bytes, lon_deg);
  Put(bytes, lat_deg);
  return bytes;
}

constexpr std::size_t kPointOffset = 13;

/// Text where the blob is not one that PointBlob() made: whoever compares will see it.
void ReadPoint(const std::string& bytes, Row& row) {
  double lon = 0, lat = 0;
  if (bytes.size() == kPointOffset + 16) {
    std::memcpy(&lon, bytes.data() + kPointOffset, 8);
    std::memcpy(&lat, bytes.data() + kPointOffset + 8, 8);
    if (PointBlob(lon, lat) == bytes) {
      row["lon_deg"] = lon;
      row["lat_deg"] = lat;
      return;
    }
  }
  row["lon_deg"] = row["lat_deg"] = std::string("?");
}

std::string Quoted(std::string_view name) { return fmt::format("\"{}\"", name); }

using sqlite::Database;
using sqlite::Statement;

constexpr sqlite::FaultTexts kFaultTexts = {MessageId::kLedgerMissing, MessageId::kLedgerDiskFull,
                                            MessageId::kLedgerBusy, MessageId::kLedgerUnwritable,
                                            MessageId::kLedgerUnreadable};

class GeoPackageStore final : public Store {
 public:
  GeoPackageStore(const std::filesystem::path& path, bool create) : db_(path, create, kFaultTexts) {
    if (create) {
      db_.Run(fmt::format("PRAGMA application_id = {}", kApplicationId));
      db_.Run(fmt::format("PRAGMA user_version = {}", ledger::kGeoPackageVersion));
    } else if (db_.Number("PRAGMA application_id") != kApplicationId) {
      throw RunError(ExitCode::kInputMissing, MessageId::kLedgerNotOne, {path.string()});
    }
    // FULL: the log is synced at each commit, so that what was acknowledged survives a power cut.
    db_.Run("PRAGMA journal_mode = WAL");
    db_.Run("PRAGMA synchronous = FULL");
    db_.Run("PRAGMA foreign_keys = ON");
    Migrate(path);
  }

  void Begin() override { db_.Run("BEGIN IMMEDIATE"); }
  void Commit() override { db_.Run("COMMIT"); }
  void Rollback() noexcept override {
    try {
      if (db_.InTransaction()) db_.Run("ROLLBACK");
    } catch (const std::exception&) {  // the file's lock goes with the process; nothing was written
    }
  }

  std::optional<Row> Find(std::string_view table, const std::string& id) const override {
    std::vector<Row> rows = Rows(table, {{"id", id}});
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
  }

  std::vector<Row> Rows(
      std::string_view table,
      const std::vector<std::pair<std::string, std::string>>& equal) const override {
    const TableSpec& spec = TableNamed(table);
    std::string sql = Selection(spec);
    for (std::size_t i = 0; i < equal.size(); ++i)
      sql += (i == 0 ? " WHERE " : " AND ") + Quoted(equal[i].first) + " = ?";
    Statement statement = db_.Prepare(sql + " ORDER BY id");
    for (const auto& [column, text] : equal) statement.Bind(text);
    std::vector<Row> rows;
    while (statement.Step()) rows.push_back(ReadRow(statement, spec));
    return rows;
  }

  void EachRow(std::string_view table,
               const std::function<void(const Row&)>& visit) const override {
    const TableSpec& spec = TableNamed(table);
    Statement statement = db_.Prepare(Selection(spec));
    while (statement.Step()) visit(ReadRow(statement, spec));
  }

  void Append(const Event& event, const Row& row) override {
    Statement history = db_.Prepare("INSERT INTO history VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)");
    history.Bind(Value{event.number}).Bind(Value{event.command});
    for (const std::string* text :
         {&event.at, &event.on, &event.by, &event.role, &event.action, &event.reason, &event.table,
          &event.row, &event.changes, &event.previous, &event.hash})
      history.Bind(Value{*text});
    history.Step();
    Upsert(TableNamed(event.table), row);
  }

  std::optional<Event> Head() const override {
    std::vector<Event> last = ReadHistory("ORDER BY fid DESC LIMIT 1", {});
    if (last.empty()) return std::nullopt;
    return std::move(last.front());
  }

  std::vector<Event> History(std::string_view table, const std::string& row) const override {
    if (table.empty()) return ReadHistory("ORDER BY fid", {});
    return ReadHistory("WHERE \"table\" = ? AND row = ? ORDER BY fid", {std::string(table), row});
  }

  std::vector<Event> HistoryAfter(std::int64_t number) const override {
    return ReadHistory(fmt::format("WHERE fid > {} ORDER BY fid", number), {});
  }

  std::vector<std::string> Damage() const override {
    std::vector<std::string> damage;
    Statement check = db_.Prepare("PRAGMA integrity_check(5)");
    while (check.Step()) {
      if (check.Text(0) != "ok") damage.push_back(check.Text(0));
    }
    Statement broken = db_.Prepare("PRAGMA foreign_key_check");
    while (broken.Step()) damage.push_back(fmt::format("{} -> {}", broken.Text(0), broken.Text(2)));
    for (const auto& [name, text] : ledger::Guards()) {
      Statement found =
          db_.Prepare("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?");
      found.Bind(name);
      if (!found.Step() || found.Text(0) != text) damage.push_back(name);
    }
    return damage;
  }

 private:
  void Migrate(const std::filesystem::path& path) {
    const auto& migrations = ledger::Migrations();
    const auto newest = static_cast<std::int64_t>(migrations.size());
    const auto version = [this] {
      return db_.Number("PRAGMA user_version") - ledger::kGeoPackageVersion;
    };
    if (version() < 0 || version() > 99)
      throw RunError(ExitCode::kInputMissing, MessageId::kLedgerNotOne, {path.string()});
    if (version() > newest)
      throw RunError(ExitCode::kInputMissing, MessageId::kLedgerNewer, {path.string()});
    if (version() == newest) return;
    Begin();
    try {
      for (std::int64_t n = version(); n < newest; ++n) {
        for (const std::string& sql : migrations[static_cast<std::size_t>(n)]) db_.Run(sql);
      }
      db_.Run(fmt::format("PRAGMA user_version = {}", ledger::kGeoPackageVersion + newest));
      Commit();
    } catch (...) {
      Rollback();
      throw;
    }
  }

  void Upsert(const TableSpec& table, const Row& row) {
    std::string columns = "id";
    std::string marks = "?";
    std::string updates;
    for (const ColumnSpec& column : table.columns) {
      columns += ", " + Quoted(column.name);
      marks += ", ?";
      updates +=
          fmt::format("{0}{1} = excluded.{1}", updates.empty() ? "" : ", ", Quoted(column.name));
    }
    if (table.has_place) {
      columns += ", geom";
      marks += ", ?";
      updates += ", geom = excluded.geom";
    }
    Statement statement =
        db_.Prepare(fmt::format("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT (id) DO UPDATE SET {}",
                                table.name, columns, marks, updates));
    const auto value = [&row](const std::string& column) {
      const auto found = row.find(column);
      return found == row.end() ? Value{} : found->second;
    };
    statement.Bind(value("id"));
    for (const ColumnSpec& column : table.columns) statement.Bind(value(column.name));
    if (table.has_place) {
      const Value lon = value("lon_deg"), lat = value("lat_deg");
      const auto* x = std::get_if<double>(&lon);
      const auto* y = std::get_if<double>(&lat);
      statement.BindBlob(x && y ? PointBlob(*x, *y) : std::string());
    }
    statement.Step();
  }

  static std::string Selection(const TableSpec& spec) {
    std::string sql = "SELECT id";
    for (const ColumnSpec& column : spec.columns) sql += ", " + Quoted(column.name);
    if (spec.has_place) sql += ", geom";
    return sql + " FROM " + spec.name;
  }

  static Row ReadRow(const Statement& statement, const TableSpec& spec) {
    Row row;
    row["id"] = statement.Any(0);
    int at = 1;
    for (const ColumnSpec& column : spec.columns) {
      Value value = statement.Any(at++);
      if (!std::holds_alternative<std::monostate>(value)) row[column.name] = std::move(value);
    }
    if (spec.has_place && !statement.IsNull(at)) ReadPoint(statement.Blob(at), row);
    return row;
  }

  std::vector<Event> ReadHistory(std::string_view rest,
                                 const std::vector<std::string>& values) const {
    Statement statement = db_.Prepare(fmt::format(
        "SELECT fid, command, at, \"on\", \"by\", role, action, reason, \"table\", row, changes, "
        "previous, hash FROM history {}",
        rest));
    for (const std::string& value : values) statement.Bind(value);
    std::vector<Event> events;
    while (statement.Step()) {
      Event& event = events.emplace_back();
      event.number = statement.Integer(0);
      event.command = statement.Integer(1);
      int at = 2;
      for (std::string* text :
           {&event.at, &event.on, &event.by, &event.role, &event.action, &event.reason,
            &event.table, &event.row, &event.changes, &event.previous, &event.hash})
        *text = statement.Text(at++);
    }
    return events;
  }

  Database db_;
};

}  // namespace

std::unique_ptr<Store> OpenGeoPackageStore(const std::filesystem::path& path, bool create) {
  if (!create) return std::make_unique<GeoPackageStore>(path, false);
  // Made under another name and linked when it is whole: a ledger is there or not, and of two who
  // create it one is told.
  const std::filesystem::path made =
      path.parent_path() / fmt::format(".{}.{}.gpkg", path.stem().string(), ::getpid());
  std::error_code ignored;
  std::filesystem::remove(made, ignored);
  try {
    { const GeoPackageStore store(made, true); }
    if (::link(made.c_str(), path.c_str()) != 0) {
      const int link_error = errno;
      if (link_error == EEXIST)
        throw RunError(ExitCode::kUsage, MessageId::kLedgerExists, {path.string()});
      throw WriteError(path, link_error);
    }
  } catch (...) {
    std::filesystem::remove(made, ignored);
    throw;
  }
  std::filesystem::remove(made, ignored);
  return std::make_unique<GeoPackageStore>(path, false);
}

}  // namespace thermoleak
