// Users and the audit log.

#include <charconv>

#include "service/secrets.hpp"
#include "service/services.hpp"

namespace thermoleak::service {
namespace {

Json UserJson(const User& user) {
  return {
      {"id", user.id},
      {"name", user.name},
      {"role", std::string(CodeOf(user.role))},
      {"organisation", user.organisation},
      {"district", user.district},
      {"lang", user.lang},
      {"active", user.active},
      {"must_change", user.must_change},
      {"quota_gb", user.quota_gb},
      {"used_bytes", user.used_bytes},
      {"last_login_at", user.last_login_at ? Json(TimeText(*user.last_login_at)) : Json(nullptr)}};
}

/// A manager has the crews and engineers of his own organisation; an administrator all.
bool Manages(const User& who, const User& other) {
  if (who.role == UserRole::kAdministrator) return true;
  return who.role == UserRole::kManager && other.organisation == who.organisation &&
         other.district == who.district &&
         (other.role == UserRole::kCrew || other.role == UserRole::kEngineer);
}

/// The stated fields over what is there.
void TakeFields(const Fields& in, User& user) {
  if (in.Has("role")) {
    const auto role = RoleOf(in.Text("role"));
    if (!role)
      throw Refusal(400, MessageId::kApiFieldWrong,
                    {"role", "administrator, manager, engineer, crew, district, city, auditor"});
    user.role = *role;
  }
  user.organisation = in.TextOr("organisation", user.organisation);
  user.district = in.TextOr("district", user.district);
  user.lang = in.TextOr("lang", user.lang);
  if (user.lang != "" && user.lang != "zh" && user.lang != "en")
    throw Refusal(400, MessageId::kApiFieldWrong, {"lang", "zh, en"});
  user.active = in.FlagOr("active", user.active);
  if (in.Has("quota_gb")) user.quota_gb = in.Integer("quota_gb", 0, 1 << 20);
}

Response ListUsers(Services& services, const Request&, Call& call) {
  Json items = Json::array();
  for (const User& user : services.accounts.Users()) {
    if (Manages(call.Who(), user)) items.push_back(UserJson(user));
  }
  return JsonResponse({{"items", std::move(items)}, {"next", nullptr}});
}

Response AddUser(Services& services, const Request&, Call& call) {
  const Fields in = call.In();
  User user;
  user.name = in.Text("name", 64);
  user.quota_gb = 200;
  user.must_change = true;
  if (call.Who().role == UserRole::kManager) {
    user.organisation = call.Who().organisation;
    user.district = call.Who().district;
  }
  in.Text("role");
  TakeFields(in, user);
  if (!Manages(call.Who(), user)) throw Refusal(403, MessageId::kApiForbidden);
  // A one-time password, unless one is given; shown once.
  const bool given = in.Has("password");
  const std::string password = given ? in.Text("password", 1000) : RandomPassword();
  user = services.accounts.AddUser(user, password);
  call.detail = user.name + " " + std::string(CodeOf(user.role));
  Json json = UserJson(user);
  if (!given) json["password"] = password;
  return JsonResponse(json, 201);
}

Response ChangeUser(Services& services, const Request&, Call& call) {
  const auto found = services.accounts.FindUser(call.params[0]);
  if (!found || !Manages(call.Who(), *found)) throw Refusal(404, MessageId::kApiNotFound);
  User user = *found;
  TakeFields(call.In(), user);
  if (!Manages(call.Who(), user)) throw Refusal(403, MessageId::kApiForbidden);
  const bool reset = call.In().FlagOr("reset_password", false);
  const std::string password = reset ? RandomPassword() : call.In().TextOr("password", {}, 1000);
  user = services.accounts.ChangeUser(user, password);
  call.detail = user.name + " " + std::string(CodeOf(user.role)) + (user.active ? "" : " off");
  Json json = UserJson(*services.accounts.FindUser(user.id));
  if (reset) json["password"] = password;
  return JsonResponse(json);
}

Response ListAudit(Services& services, const Request& request, Call&) {
  std::int64_t before = 0;
  if (const auto after = request.target.Find("after")) {
    const auto number = ParseCount(*after);
    if (!number) throw Refusal(400, MessageId::kApiFieldWrong, {"after", "0-9"});
    before = static_cast<std::int64_t>(*number);
  }
  const int limit = LimitOf(request, 100, 1000);
  Json items = Json::array();
  for (const AuditEntry& e : services.audit.List(before, limit)) {
    items.push_back({{"number", e.number},
                     {"at", e.at},
                     {"user", e.user},
                     {"address", e.address},
                     {"action", e.method},
                     {"object", e.path},
                     {"status", e.status},
                     {"detail", e.detail},
                     {"hash", e.hash}});
  }
  Json next = nullptr;
  if (items.size() == static_cast<std::size_t>(limit))
    next = std::to_string(items.back()["number"].get<std::int64_t>());
  return JsonResponse({{"items", std::move(items)}, {"next", std::move(next)}});
}

Response CheckAudit(Services& services, const Request&, Call&) {
  const AuditCheck check = services.audit.Check();
  return JsonResponse({{"good", check.good},
                       {"rows", check.rows},
                       {"first_bad", check.good ? Json(nullptr) : Json(check.first_bad)},
                       {"head", check.head}});
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/users", Permission::kManageUsers, BodyKind::kNone, ListUsers},
    {"POST", "/api/v1/users", Permission::kManageUsers, BodyKind::kJson, AddUser},
    {"PATCH", "/api/v1/users/{id}", Permission::kManageUsers, BodyKind::kJson, ChangeUser},
    {"GET", "/api/v1/audit", Permission::kAudit, BodyKind::kNone, ListAudit},
    {"GET", "/api/v1/audit/check", Permission::kAudit, BodyKind::kNone, CheckAudit},
};

}  // namespace

std::span<const Route> UserRoutes() { return kRoutes; }

}  // namespace thermoleak::service
