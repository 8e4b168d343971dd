// Login, logout, password, API tokens.

#include <fmt/format.h>

#include "service/application.hpp"

namespace thermoleak::service {
namespace {

Json UserJson(const User& user) {
  return {{"id", user.id},
          {"name", user.name},
          {"role", std::string(CodeOf(user.role))},
          {"organisation", user.organisation},
          {"district", user.district},
          {"lang", user.lang},
          {"must_change", user.must_change}};
}

std::string CookieText(const Request& request, const std::string& secret, int max_age_s) {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", kSessionCookie,
                     secret, max_age_s, request.secure ? "; Secure" : "");
}

Response Login(Services& services, const Request& request, Call& call) {
  const std::string name = call.In().Text("name"), password = call.In().Text("password");
  const std::int64_t now = Now();
  if (const std::int64_t wait = services.throttle.Wait(name, request.peer, now); wait > 0) {
    ApiError error = Refusal(429, MessageId::kApiLoginThrottled, {std::to_string(wait)});
    error.headers.Add("Retry-After", std::to_string(wait));
    throw error;
  }
  const auto user = services.accounts.CheckLogin(name, password);
  call.detail = "login " + name;
  if (!user) {
    services.throttle.Failed(name, request.peer, now);
    throw Refusal(401, MessageId::kApiLoginFailed);
  }
  services.throttle.Succeeded(name, request.peer);
  const NewSession session = services.accounts.OpenSession(*user, request.peer);
  Response response = JsonResponse({{"user", UserJson(*user)}, {"csrf", session.csrf}});
  response.headers.Add("Set-Cookie", CookieText(request, session.secret, 7 * 24 * 3600));
  return response;
}

Response WhoAmI(Services&, const Request&, Call& call) {
  return JsonResponse({{"user", UserJson(call.Who())}, {"csrf", call.csrf}});
}

Response Logout(Services& services, const Request& request, Call& call) {
  services.accounts.CloseSession(call.session_hash);
  Response response;
  response.status = 204;
  response.headers.Add("Set-Cookie", CookieText(request, "", 0));
  return response;
}

Response Password(Services& services, const Request& request, Call& call) {
  // Guessing the old password through a stolen session is slowed down like a login.
  const std::string& name = call.Who().name;
  if (const std::int64_t wait = services.throttle.Wait(name, request.peer, Now()); wait > 0)
    throw Refusal(429, MessageId::kApiLoginThrottled, {std::to_string(wait)});
  try {
    services.accounts.SetPassword(call.Who(), call.In().Text("old"), call.In().Text("new", 1000),
                                  call.session_hash);
  } catch (const ApiError& e) {
    if (e.status == 403) services.throttle.Failed(name, request.peer, Now());
    throw;
  }
  Response response;
  response.status = 204;
  return response;
}

Json TokenJson(const TokenInfo& token) {
  return {{"id", token.id},
          {"name", token.name},
          {"created_at", TimeText(token.created_at)},
          {"last_used_at", token.used_at ? Json(TimeText(*token.used_at)) : Json(nullptr)}};
}

Response ListTokens(Services& services, const Request&, Call& call) {
  Json items = Json::array();
  for (const TokenInfo& token : services.accounts.Tokens(call.Who().id))
    items.push_back(TokenJson(token));
  return JsonResponse({{"items", std::move(items)}, {"next", nullptr}});
}

Response AddToken(Services& services, const Request&, Call& call) {
  // A token may not make tokens: a stolen one dies when it is deleted.
  if (call.session_hash.empty()) throw Refusal(403, MessageId::kApiForbidden);
  const auto [token, secret] = services.accounts.AddToken(call.Who().id, call.In().Text("name"));
  call.detail = token.id;
  Json json = TokenJson(token);
  json["token"] = secret;
  return JsonResponse(json, 201);
}

Response DropToken(Services& services, const Request&, Call& call) {
  if (!services.accounts.DropToken(call.Who().id, call.params[0]))
    throw Refusal(404, MessageId::kApiNotFound);
  Response response;
  response.status = 204;
  return response;
}

constexpr Route kRoutes[] = {
    {"POST", "/api/v1/session", Permission::kAnyone, BodyKind::kJson, Login},
    {"GET", "/api/v1/session", Permission::kLoggedIn, BodyKind::kNone, WhoAmI, nullptr, true},
    {"DELETE", "/api/v1/session", Permission::kLoggedIn, BodyKind::kNone, Logout},
    {"POST", "/api/v1/password", Permission::kLoggedIn, BodyKind::kJson, Password},
    {"GET", "/api/v1/tokens", Permission::kRead, BodyKind::kNone, ListTokens},
    {"POST", "/api/v1/tokens", Permission::kRead, BodyKind::kJson, AddToken},
    {"DELETE", "/api/v1/tokens/{id}", Permission::kRead, BodyKind::kNone, DropToken},
};

}  // namespace

std::span<const Route> SessionRoutes() { return kRoutes; }

}  // namespace thermoleak::service
