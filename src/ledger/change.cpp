#include "ledger/change.hpp"

#include <fmt/format.h>

#include "thermoleak/core/files.hpp"

namespace thermoleak::ledger {
namespace {

std::string UtcText(std::int64_t seconds) {
  using namespace std::chrono;
  const sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = floor<days>(time);
  const hh_mm_ss clock(time - day);
  return fmt::format("{}T{:02}:{:02}:{:02}Z", IsoDate(Date(day)), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

/// Keys sorted, no spaces, bytes that are not UTF-8 replaced: one text for one content.
std::string Canonical(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string HashOf(const Event& e) {
  const std::string text =
      e.previous + "\n" +
      Canonical(nlohmann::json::array({e.number, e.command, e.at, e.on, e.by, e.role, e.action,
                                       e.reason, e.table, e.row, e.changes}));
  return Sha256(std::as_bytes(std::span(text)));
}

std::string Difference(const Row& before, const Row& after) {
  nlohmann::json changes = nlohmann::json::object();
  for (const auto& [column, value] : after) {
    const auto old = before.find(column);
    if (old == before.end() || old->second != value) changes[column] = ToJson(value);
  }
  for (const auto& [column, value] : before) {
    if (!after.contains(column)) changes[column] = nullptr;
  }
  return changes.empty() ? std::string() : Canonical(changes);
}

Change::Change(Store& store, const Act& act, std::string action,
               const std::function<std::int64_t()>& clock)
    : store_(store), act_(act), action_(std::move(action)), at_(UtcText(clock())) {
  store_.Begin();
  open_ = true;
  if (std::optional<Event> head = store_.Head()) last_ = std::move(*head);
  command_ = last_.command + 1;
}

Change::~Change() {
  if (open_) store_.Rollback();
}

bool Change::Save(std::string_view table, const std::string& id, Row row, bool always) {
  row["id"] = id;
  // What people type goes into one canonical text: no bytes in it that are not UTF-8.
  for (auto& [column, value] : row) {
    if (auto* text = std::get_if<std::string>(&value))
      *text = nlohmann::json::parse(Canonical(*text)).get<std::string>();
  }
  std::erase_if(
      row, [](const auto& cell) { return std::holds_alternative<std::monostate>(cell.second); });
  const Row before = store_.Find(table, id).value_or(Row{});
  std::string changes = Difference(before, row);
  if (changes.empty() && !always) return false;
  if (changes.empty()) changes = "{}";
  const auto clean = [](const std::string& text) {
    return nlohmann::json::parse(Canonical(text)).get<std::string>();
  };
  Event event;
  event.number = last_.number + 1;
  event.command = command_;
  event.at = at_;
  event.on = IsoDate(act_.on);
  event.by = clean(act_.by);
  event.role = Code(act_.role);
  event.action = action_;
  event.reason = clean(act_.reason);
  event.table = table;
  event.row = std::get<std::string>(row["id"]);
  event.changes = std::move(changes);
  event.previous = last_.hash;
  event.hash = HashOf(event);
  store_.Append(event, row);
  last_ = std::move(event);
  changed_ = true;
  return true;
}

void Change::Commit() {
  if (changed_) {
    store_.Commit();
  } else {
    store_.Rollback();
  }
  open_ = false;
}

}  // namespace thermoleak::ledger
