#pragma once
// Inside of the ledger room: one command's change of the ledger, and the chain of its history.

#include <functional>
#include <string>

#include "ledger/fields.hpp"
#include "thermoleak/ledger/ledger.hpp"

namespace thermoleak::ledger {

/// What an event's hash is taken of: the previous hash and everything the event says.
std::string HashOf(const Event& event);

/// Canonical JSON of the columns in which `after` differs from `before`; null for one that became
/// empty. "" when they are equal.
std::string Difference(const Row& before, const Row& after);

/// Begins a transaction; Save() puts rows and their events into it, Commit() makes it durable. When
/// it goes without Commit(), nothing has happened.
class Change {
 public:
  Change(Store& store, const Act& act, std::string action,
         const std::function<std::int64_t()>& clock);
  ~Change();
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;

  /// Returns whether anything differed from what was there.
  bool Save(std::string_view table, const std::string& id, Row row, bool always = false);
  template <class T>
  bool Save(std::string_view table, const T& record) {
    return Save(table, record.id, ToRow(record));
  }
  /// For changes that several people make in one command.
  void SetAct(const Act& act) { act_ = act; }
  void SetAction(std::string action) { action_ = std::move(action); }
  void Commit();

  Store& store() { return store_; }

 private:
  Store& store_;
  Act act_;
  std::string action_;
  std::string at_;
  Event last_;
  std::int64_t command_ = 0;
  bool open_ = false;
  bool changed_ = false;
};

}  // namespace thermoleak::ledger
