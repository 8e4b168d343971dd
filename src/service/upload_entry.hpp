#pragma once
// Inside of the service room: an upload that a request is writing to, or has been lately.

#include <functional>
#include <optional>

#include "service/uploads.hpp"

namespace thermoleak::service {

struct Uploads::Entry {
  bool busy = false;
  std::function<void()> interrupt;  ///< ends the request that is writing
  std::optional<Digest> digest;     ///< SHA-256 of the bytes up to `hashed`
  std::uint64_t hashed = 0;
};

}  // namespace thermoleak::service
