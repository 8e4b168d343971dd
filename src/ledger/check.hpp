#pragma once

#include "thermoleak/ledger/ledger.hpp"

namespace thermoleak::ledger {

/// Follows the chain of the history, replays it, and compares every row of every table.
LedgerCheck CheckStore(const Store& store, const std::optional<HistoryHead>& noted);

}  // namespace thermoleak::ledger
