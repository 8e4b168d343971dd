#pragma once
// What a ledger's numbers say: the rates that supervisors ask for, each with what it is a share of.

#include <array>
#include <string>
#include <vector>

#include "thermoleak/ledger/ledger.hpp"

namespace thermoleak {

struct Rate {
  double part = 0, whole = 0;
  std::optional<double> value() const {
    return whole > 0 ? std::optional<double>(part / whole) : std::nullopt;
  }
};

struct LedgerStatistics {
  int hazards = 0, open = 0, overdue = 0;
  std::array<int, 15> by_state{};  ///< in the order of HazardState
  Rate verified;   ///< 复核率: with a verification, of the survey's hazards that are not merged
  Rate confirmed;  ///< 确认率: found to be real, of those with a verification
  Rate dug;        ///< 开挖命中率: found, of all excavations
  Rate planned;   ///< 列入率: in the plan, an emergency repair or carried over, of the confirmed
  Rate on_time;   ///< 按期完成率: closed by their deadline, of those whose deadline has passed
  Rate closed;    ///< 销号率: closed, of the confirmed and suspect ones
  Rate recurred;  ///< 复发率: reopened, of those that were ever closed
  Rate covered_km;  ///< 覆盖率: km seen, of km in scope, over the network inspections
  std::array<int, 15> rejected_by_code{};  ///< in the order of RejectCode
  /// Hit rate of verifications by kind of hazard: found, of found and not found.
  std::array<Rate, 6> hit_by_kind{};
  std::array<Rate, 8> hit_by_method{};
};

/// Somebody found it to be real, in whatever state it is by now.
bool WasConfirmed(const Hazard& hazard);
/// It is in the plan, was repaired as an emergency, or was carried over.
bool IsProvidedFor(const Hazard& hazard);
/// Km seen, of km in scope, over network inspections that state both.
Rate CoverageOf(const std::vector<Inspection>& inspections);

LedgerStatistics StatisticsOf(const Ledger& ledger, const HazardFilter& filter, Date today);

}  // namespace thermoleak
