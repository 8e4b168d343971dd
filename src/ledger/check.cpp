// Whether the ledger is what its history says.

#include "ledger/check.hpp"

#include <fmt/format.h>

#include "ledger/change.hpp"

namespace thermoleak::ledger {
namespace {

Value FromJson(const nlohmann::json& json) {
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number_float()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  return {};
}

using State = std::map<std::pair<std::string, std::string>, Row>;  // (table, id)

void Apply(const Event& event, State& state) {
  Row& row = state[{event.table, event.row}];
  const nlohmann::json changes = nlohmann::json::parse(event.changes, nullptr, false);
  if (!changes.is_object()) return;
  for (const auto& [column, value] : changes.items()) {
    if (value.is_null()) {
      row.erase(column);
    } else {
      row[column] = FromJson(value);
    }
  }
}

/// After this many faults the rest says nothing more.
constexpr std::size_t kEnough = 50;

}  // namespace

LedgerCheck CheckStore(const Store& store, const std::optional<HistoryHead>& noted) {
  LedgerCheck check;
  const auto fault = [&check](MessageId id, std::vector<std::string> args) {
    if (check.faults.size() < kEnough) check.faults.push_back({id, std::move(args)});
  };
  for (const std::string& damage : store.Damage()) fault(MessageId::kCheckStoreDamage, {damage});

  State state;
  Event last;
  bool noted_found = false;
  for (Event& event : store.History()) {
    const std::string number = fmt::format("{}", event.number);
    if (event.number != last.number + 1)
      fault(MessageId::kCheckHistoryGap, {fmt::format("{}", last.number + 1), number});
    if (event.previous != last.hash) fault(MessageId::kCheckHistoryBroken, {number});
    if (HashOf(event) != event.hash) fault(MessageId::kCheckEventAltered, {number});
    if (noted && event.number == noted->number) noted_found = event.hash == noted->hash;
    Apply(event, state);
    last = std::move(event);
    ++check.events;
  }
  check.head = {last.number, last.hash};
  if (noted && !noted_found)
    fault(MessageId::kCheckNotedMissing, {fmt::format("{}", noted->number)});

  for (const std::string& table : TableNames()) {
    for (const Row& row : store.Rows(table)) {
      ++check.rows;
      const Value id_value = row.at("id");
      const auto* text = std::get_if<std::string>(&id_value);
      const std::string id = text ? *text : std::string("?");
      const auto replayed = state.find({table, id});
      if (replayed == state.end()) {
        fault(MessageId::kCheckRowInserted, {table, id});
        continue;
      }
      for (const auto& [column, value] : row) {
        const auto should = replayed->second.find(column);
        if (should == replayed->second.end() || should->second != value)
          fault(MessageId::kCheckRowAltered, {table, id, column});
      }
      for (const auto& [column, value] : replayed->second) {
        if (!row.contains(column)) fault(MessageId::kCheckRowAltered, {table, id, column});
      }
      state.erase(replayed);
    }
  }
  for (const auto& [key, row] : state) fault(MessageId::kCheckRowMissing, {key.first, key.second});
  return check;
}

}  // namespace thermoleak::ledger
