#pragma once
// What a ledger needs of a store: rows of named tables, and a history of events to which one can
// only append. Another store (a database server) is one more implementation of this. What rows
// mean, the state machine and the chain of hashes are above it, in Ledger.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "thermoleak/core/error.hpp"
#include "thermoleak/ledger/records.hpp"

namespace thermoleak {

using Value = std::variant<std::monostate, std::int64_t, double, std::string>;
/// Column to value; a column that is not there is empty. Every row has a text column "id".
using Row = std::map<std::string, Value>;

/// The tables' names, in the order in which they refer to each other.
std::vector<std::string> TableNames();

class Store {
 public:
  virtual ~Store() = default;

  /// Takes the one writer's place and waits for it if need be. Throws RunError.
  virtual void Begin() = 0;
  /// Durable when it returns: it survives a kill and a power cut.
  virtual void Commit() = 0;
  virtual void Rollback() noexcept = 0;

  virtual std::optional<Row> Find(std::string_view table, const std::string& id) const = 0;
  /// Rows whose columns equal the given texts, by id.
  virtual std::vector<Row> Rows(
      std::string_view table,
      const std::vector<std::pair<std::string, std::string>>& equal = {}) const = 0;

  /// One after the other, in no order: for tables that do not fit into memory as rows.
  virtual void EachRow(std::string_view table,
                       const std::function<void(const Row&)>& visit) const = 0;

  /// Appends an event, complete with number and hash, and puts `row` (all its columns) in its
  /// place. Within Begin() and Commit().
  virtual void Append(const Event& event, const Row& row) = 0;
  /// The latest event.
  virtual std::optional<Event> Head() const = 0;
  /// All events, or those of one row, in their order.
  virtual std::vector<Event> History(std::string_view table = {},
                                     const std::string& row = {}) const = 0;
  /// Events with higher numbers, in their order.
  virtual std::vector<Event> HistoryAfter(std::int64_t number) const = 0;
  /// What about the store itself is not as it was made (a guard that was removed ...); for people.
  virtual std::vector<std::string> Damage() const = 0;
};

/// A GeoPackage (SQLite): one file that GIS programs open. `create` makes it and refuses one that
/// is there. Throws RunError: kInputMissing, kLedgerUnreadable, kLedgerNewer, kLedgerExists.
std::unique_ptr<Store> OpenGeoPackageStore(const std::filesystem::path& path, bool create);

}  // namespace thermoleak
