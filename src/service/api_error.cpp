#include "service/api_error.hpp"

#include <new>

namespace thermoleak::service {
namespace {

std::string Dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool IsDiskFull(MessageId id) {
  return id == MessageId::kDiskFull || id == MessageId::kLedgerDiskFull ||
         id == MessageId::kServiceStoreFull;
}

bool IsBusy(MessageId id) {
  return id == MessageId::kLedgerBusy || id == MessageId::kServiceStoreBusy;
}

}  // namespace

ApiError Refusal(const Error& error) {
  const std::string_view name = MessageName(error.message.id);
  const bool unknown = name.ends_with("Unknown") || name.ends_with("NotFound");
  return {unknown ? 404 : 409, error.message};
}

Fault FaultFrom(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const ApiError& e) {
    return {e.status, e.message, e.extra, e.headers};
  } catch (const RunError& e) {
    if (IsDiskFull(e.message().id)) return {507, {MessageId::kApiDiskFull, {}}, {}, {}};
    if (IsBusy(e.message().id)) return {503, e.message(), {}, {}};
    if (e.code() == ExitCode::kUsage) return {409, e.message(), {}, {}};
    return {500, e.message(), {}, {}};
  } catch (const std::bad_alloc&) {
    return {503, {MessageId::kApiBusy, {}}, {}, {}};
  } catch (const std::exception& e) {
    return {500, {MessageId::kInternalError, {e.what()}}, {}, {}};
  } catch (...) {
    return {500, {MessageId::kInternalError, {"?"}}, {}, {}};
  }
}

Response JsonResponse(const Json& json, int status) {
  Response response;
  response.status = status;
  response.headers.Add("Content-Type", "application/json; charset=utf-8");
  response.headers.Add("Cache-Control", "no-store");
  response.body = Dumped(json);
  return response;
}

Response ErrorResponse(int status, const Message& message, Lang lang, const Json& extra,
                       const Headers& headers) {
  Json json = {
      {"error", {{"code", std::string(MessageName(message.id))}, {"message", message.In(lang)}}}};
  if (extra.is_object()) json.update(extra);
  Response response = JsonResponse(json, status);
  for (const auto& [name, value] : headers.all()) response.headers.Add(name, value);
  return response;
}

}  // namespace thermoleak::service
