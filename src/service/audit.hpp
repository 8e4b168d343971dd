#pragma once
// Inside of the service room: who asked for what, and what came of it. The table only grows, and
// its rows are chained by hashes: an altered, removed or smuggled row breaks the chain.

#include <string>
#include <vector>

#include "service/service_store.hpp"

namespace thermoleak::service {

struct AuditEntry {
  std::int64_t number = 0;
  std::string at;    ///< UTC
  std::string user;  ///< name; "" = nobody, not logged in
  std::string address, method, path;
  int status = 0;
  std::string detail;  ///< what was changed, where the path does not say it
  std::string previous, hash;
};

struct AuditCheck {
  bool good = true;
  std::int64_t rows = 0;
  std::int64_t first_bad = 0;  ///< number of the first row that is not what the chain says
  std::string head;            ///< hash of the last row: noted elsewhere, it proves the end, too
};

/// Thread-safe.
class Audit {
 public:
  explicit Audit(ServiceStore& store);
  /// Number, time and hashes are filled in. Throws RunError.
  void Append(AuditEntry entry);
  /// Newest first, those before number `before` (0 = all).
  std::vector<AuditEntry> List(std::int64_t before, int limit) const;
  AuditCheck Check() const;

 private:
  ServiceStore& store_;
  std::int64_t number_ = 0;  ///< of the last row; guarded by the store's lock
  std::string head_;
};

}  // namespace thermoleak::service
