#pragma once

#include "service/http.hpp"

namespace thermoleak::service {

/// Texts of more than a kilobyte, for whoever takes gzip: a list of a hundred thousand hazards
/// becomes a sixth.
void Compress(const Request& request, Response& response);

}  // namespace thermoleak::service
