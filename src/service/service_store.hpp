#pragma once
// Inside of the service room: DATA/service.sqlite. Accounts, uploads' bookkeeping, audit.

#include <filesystem>
#include <mutex>

#include "thermoleak/core/sqlite.hpp"

namespace thermoleak::service {

/// One connection for all threads, one at a time: every use takes well under a millisecond.
/// WAL with synchronous=NORMAL: a kill loses nothing, a power cut at most the last moments, never
/// the file's soundness. Files that arrived are proved by blobs and manifests, not by this store.
class ServiceStore {
 public:
  /// Makes the file when it is not there. Throws RunError.
  explicit ServiceStore(const std::filesystem::path& path);

  template <class Use>
  auto With(Use&& use) {
    const std::lock_guard lock(mutex_);
    return use(static_cast<const sqlite::Database&>(database_));
  }
  /// The same in one transaction, which is committed when `use` returns.
  template <class Use>
  auto Change(Use&& use) {
    const std::lock_guard lock(mutex_);
    sqlite::Transaction transaction(database_);
    if constexpr (std::is_void_v<decltype(use(database_))>) {
      use(static_cast<const sqlite::Database&>(database_));
      transaction.Commit();
    } else {
      auto result = use(static_cast<const sqlite::Database&>(database_));
      transaction.Commit();
      return result;
    }
  }

 private:
  std::mutex mutex_;
  sqlite::Database database_;
};

/// Seconds since 1970.
std::int64_t Now();

}  // namespace thermoleak::service
