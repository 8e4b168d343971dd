#include "service/audit.hpp"

#include <nlohmann/json.hpp>

#include "service/secrets.hpp"
#include "thermoleak/batch/data_folder.hpp"

namespace thermoleak::service {
namespace {

using sqlite::Database;
using sqlite::Statement;

constexpr const char* kColumns =
    "SELECT number, at, user, address, method, path, status, detail, previous, hash FROM audit ";

AuditEntry From(const Statement& row) {
  return {row.Integer(0),
          row.Text(1),
          row.Text(2),
          row.Text(3),
          row.Text(4),
          row.Text(5),
          static_cast<int>(row.Integer(6)),
          row.Text(7),
          row.Text(8),
          row.Text(9)};
}

std::string ChainHash(const AuditEntry& e) {
  const nlohmann::ordered_json text = {e.number, e.at,     e.user,   e.address, e.method,
                                       e.path,   e.status, e.detail, e.previous};
  return HashOf(text.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace

Audit::Audit(ServiceStore& store) : store_(store) {
  store_.With([&](const Database& db) {
    Statement last = db.Prepare(std::string(kColumns) + "ORDER BY number DESC LIMIT 1");
    if (!last.Step()) return;
    const AuditEntry entry = From(last);
    number_ = entry.number;
    head_ = entry.hash;
  });
}

void Audit::Append(AuditEntry entry) {
  store_.With([&](const Database& db) {
    entry.number = number_ + 1;
    entry.at = batch::UtcNow();
    entry.previous = head_;
    entry.hash = ChainHash(entry);
    db.Prepare("INSERT INTO audit VALUES (?,?,?,?,?,?,?,?,?,?)")
        .Bind(entry.number)
        .Bind(entry.at)
        .Bind(entry.user)
        .Bind(entry.address)
        .Bind(entry.method)
        .Bind(entry.path)
        .Bind(std::int64_t{entry.status})
        .Bind(entry.detail)
        .Bind(entry.previous)
        .Bind(entry.hash)
        .Step();
    number_ = entry.number;
    head_ = entry.hash;
  });
}

std::vector<AuditEntry> Audit::List(std::int64_t before, int limit) const {
  return store_.With([&](const Database& db) {
    std::vector<AuditEntry> entries;
    Statement row =
        db.Prepare(std::string(kColumns) + "WHERE number < ? ORDER BY number DESC LIMIT ?");
    row.Bind(before > 0 ? before : INT64_MAX).Bind(std::int64_t{limit});
    while (row.Step()) entries.push_back(From(row));
    return entries;
  });
}

AuditCheck Audit::Check() const {
  return store_.With([&](const Database& db) {
    AuditCheck check;
    Statement row = db.Prepare(std::string(kColumns) + "ORDER BY number");
    while (row.Step()) {
      const AuditEntry entry = From(row);
      ++check.rows;
      if (check.good && (entry.number != check.rows || entry.previous != check.head ||
                         entry.hash != ChainHash(entry))) {
        check.good = false;
        check.first_bad = check.rows;
      }
      check.head = entry.hash;
    }
    return check;
  });
}

}  // namespace thermoleak::service
