#pragma once

#include "service/services.hpp"

namespace thermoleak::service {

/// Items of the plan that are to be worked on at a day and are this user's to see: [] without a
/// plan.
Json WorkOrdersOf(Services& services, const User& user, Date day);

}  // namespace thermoleak::service
