#pragma once
// Inside of the service room: why a request is refused. Thrown by handlers, mapped once.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "service/http.hpp"
#include "thermoleak/core/error.hpp"

namespace thermoleak::service {

using Json = nlohmann::ordered_json;

struct ApiError {
  int status = 400;
  Message message;
  Json extra{};  ///< more fields beside "error"
  Headers headers{};
};

/// `throw Refusal(404, MessageId::kApiNotFound);`
inline ApiError Refusal(int status, MessageId id, std::vector<std::string> args = {}) {
  return {status, {id, std::move(args)}};
}

/// A refusal of another room becomes one of ours: unknown things 404, the rest 409.
ApiError Refusal(const Error& error);

/// The status and the words of whatever a handler threw.
struct Fault {
  int status = 500;
  Message message;
  Json extra;
  Headers headers;
};
Fault FaultFrom(std::exception_ptr thrown);

Response JsonResponse(const Json& json, int status = 200);
Response ErrorResponse(int status, const Message& message, Lang lang, const Json& extra = {},
                       const Headers& headers = {});

}  // namespace thermoleak::service
