#pragma once

#include "service/services.hpp"

namespace thermoleak::service {

/// A hazard that this user may see, or 404.
Hazard VisibleHazard(const Services& services, const Ledger& ledger, const User& user,
                     const std::string& id);
/// What this user may decide in a review: of "accept", "reject", "merge".
Json DecisionsOn(const Hazard& hazard, const User& user);

}  // namespace thermoleak::service
