#pragma once
// Inside of the ledger room: the table of states and what each step asks for.

#include <functional>
#include <vector>

#include "thermoleak/ledger/ledger.hpp"

namespace thermoleak::ledger {

/// All that a guard may look at.
struct MoveFacts {
  const Transition& move;
  const Hazard& hazard;
  Season season;                            ///< of the hazard
  std::vector<Verification> verifications;  ///< of its round, in their order
  std::vector<Attachment> attachments;      ///< of its round
  std::vector<Sighting> sightings;          ///< all, by date
  std::function<std::optional<Hazard>(const std::string&)> find;
  /// Whether a person may act in one of these roles, as far as the ledger knows.
  std::function<bool(const std::string& name, const std::vector<Role>& roles)> may_be;
};

/// Why not; nothing when the step is allowed.
std::optional<Message> Refusal(const MoveFacts& facts);
/// The hazard after an allowed step.
Hazard Moved(const MoveFacts& facts);

/// The earliest batch that a hazard may enter: what stage 1 found the first, what stage 2 found the
/// supplement, all else an addition.
Batch EarliestBatch(const Hazard& hazard, const Season& season);

}  // namespace thermoleak::ledger
