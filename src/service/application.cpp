#include "service/application.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "service/compress.hpp"
#include "service/secrets.hpp"

namespace thermoleak::service {
namespace {

constexpr std::uint64_t kMostJson = 1 << 20, kMostFiles = 16 << 20;

// Nothing from elsewhere, nothing inline, nobody's frame.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; font-src 'self'; form-action "
    "'self'; base-uri 'none'; frame-ancestors 'none'";

bool IsSafe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

/// A streamed body's answer gets what every answer gets.
class FinishingSink final : public BodySink {
 public:
  FinishingSink(std::unique_ptr<BodySink> inner, std::function<Response(Response)> finish)
      : inner_(std::move(inner)), finish_(std::move(finish)) {}
  void Write(std::span<const std::byte> bytes) override { inner_->Write(bytes); }
  Response Finish() override { return finish_(inner_->Finish()); }
  void Broken() noexcept override { inner_->Broken(); }

 private:
  std::unique_ptr<BodySink> inner_;
  std::function<Response(Response)> finish_;
};

/// "a/{x}/b" against segments; what stands for {x} is appended to `params`.
bool Matches(std::string_view pattern, const std::vector<std::string>& segments,
             std::vector<std::string>& params) {
  params.clear();
  std::size_t i = 0;
  pattern.remove_prefix(1);
  while (!pattern.empty()) {
    const std::size_t slash = std::min(pattern.find('/'), pattern.size());
    const std::string_view part = pattern.substr(0, slash);
    if (i >= segments.size()) return false;
    if (part.front() == '{') {
      params.push_back(segments[i]);
    } else if (part != segments[i]) {
      return false;
    }
    ++i;
    pattern.remove_prefix(std::min(slash + 1, pattern.size()));
  }
  return i == segments.size();
}

}  // namespace

Lang LangOf(std::string_view accept_language, const std::string& users) {
  if (users == "zh") return Lang::kChinese;
  if (users == "en") return Lang::kEnglish;
  const std::size_t zh = accept_language.find("zh"), en = accept_language.find("en");
  return zh != std::string_view::npos && (en == std::string_view::npos || zh < en) ? Lang::kChinese
                                                                                   : Lang::kEnglish;
}

std::optional<std::string> CookieOf(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    std::string_view pair = header.substr(0, end);
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name)
      return std::string(pair.substr(equals + 1));
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  return std::nullopt;
}

std::vector<const Route*> AllRoutes() {
  std::vector<const Route*> all;
  for (const std::span<const Route> part :
       {SessionRoutes(), UserRoutes(), UploadRoutes(), ScanRoutes(), RunRoutes(), HazardRoutes(),
        ReviewRoutes(), PlanRoutes(), JobRoutes(), MetaRoutes()}) {
    for (const Route& route : part) all.push_back(&route);
  }
  return all;
}

ServiceApplication::ServiceApplication(Services& services)
    : services_(services), routes_(AllRoutes()) {}

void ServiceApplication::FindRoute(const Request& request, Call& call) const {
  std::string allowed;
  for (const Route* route : routes_) {
    std::vector<std::string> params;
    if (!Matches(route->pattern, request.target.segments, params)) continue;
    const bool head = request.method == "HEAD" && route->method == "GET";
    if (route->method == request.method || (head && !call.route)) {
      call.route = route;
      call.params = std::move(params);
      if (!head) return;
      continue;  // a HEAD route of its own goes before
    }
    allowed += (allowed.empty() ? "" : ", ") + std::string(route->method);
  }
  if (call.route) return;
  if (allowed.empty()) throw Refusal(404, MessageId::kApiNotFound);
  ApiError error = Refusal(405, MessageId::kApiMethod, {request.method});
  error.headers.Add("Allow", allowed);
  throw error;
}

void ServiceApplication::Authenticate(const Request& request, Call& call) {
  std::optional<Authenticated> who;
  const std::string_view authorization = request.headers.Get("Authorization");
  constexpr std::string_view kBearer = "Bearer ";
  if (authorization.starts_with(kBearer)) {
    who = services_.accounts.FindToken(std::string(authorization.substr(kBearer.size())));
  } else if (const auto cookie = CookieOf(request.headers.Get("Cookie"), kSessionCookie)) {
    who = services_.accounts.FindSession(*cookie);
  }
  if (who) {
    call.user = who->user;
    call.csrf = who->csrf;
    call.session_hash = who->session_hash;
    call.lang = LangOf(request.headers.Get("Accept-Language"), who->user.lang);
  }
  const Permission need = call.route->need;
  if (need == Permission::kAnyone) return;
  if (!who) {
    ApiError error = Refusal(401, MessageId::kApiNeedsLogin);
    error.headers.Add("WWW-Authenticate", "Bearer");
    throw error;
  }
  CheckCsrf(request, call);
  if (who->user.must_change && need != Permission::kLoggedIn)
    throw Refusal(403, MessageId::kApiMustChangePassword);
  if (!May(who->user, need)) throw Refusal(403, MessageId::kApiForbidden);
}

void ServiceApplication::CheckCsrf(const Request& request, const Call& call) {
  if (IsSafe(request.method) || call.session_hash.empty()) return;
  const std::string_view site = request.headers.Get("Sec-Fetch-Site");
  const bool foreign = !site.empty() && site != "same-origin" && site != "none";
  if (foreign || !SameSecret(request.headers.Get("X-CSRF-Token"), call.csrf))
    throw Refusal(403, MessageId::kApiCsrf);
}

void ServiceApplication::CheckContent(const Request& request, const Call& call) {
  const std::string_view type = request.headers.Get("Content-Type");
  if (call.route->body == BodyKind::kJson && request.has_body &&
      !type.starts_with("application/json"))
    throw Refusal(415, MessageId::kApiContentType, {"application/json"});
}

Admission ServiceApplication::Admit(Request& request, std::function<void()> interrupt) {
  request.call = std::make_shared<Call>();
  Call& call = *request.call;
  call.lang = LangOf(request.headers.Get("Accept-Language"), {});
  call.interrupt = std::move(interrupt);
  Admission admission;
  try {
    for (const char* name : {"Host", "Content-Length", "Authorization", "Upload-Offset",
                             "Upload-Length", "Upload-Metadata", "Upload-Checksum"}) {
      if (request.headers.IsAmbiguous(name)) throw Refusal(400, MessageId::kApiHeader, {name});
    }
    FindRoute(request, call);
    Authenticate(request, call);
    CheckContent(request, call);
    if (call.route->body == BodyKind::kStream) {
      admission.sink = std::make_unique<FinishingSink>(
          call.route->stream(services_, request, call),
          [this, &request](Response response) { return Finished(request, std::move(response)); });
    } else if (call.route->body == BodyKind::kJson) {
      const bool lists_files =
          call.route->pattern.ends_with("/commit") || call.route->pattern.ends_with("/missing");
      admission.max_body = lists_files ? kMostFiles : kMostJson;
    }
  } catch (...) {
    admission.refused = FaultOf(request, std::current_exception());
  }
  return admission;
}

Response ServiceApplication::Answer(Request& request) {
  Call& call = *request.call;
  try {
    if (call.route->body == BodyKind::kJson) {
      ParsedBody body = ParseJsonBody(request.body);
      if (!body.fault.empty()) throw Refusal(400, MessageId::kApiJson, {body.fault});
      call.body = std::move(body.json);
    }
    return Finished(request, call.route->answer(services_, request, call));
  } catch (...) {
    return FaultOf(request, std::current_exception());
  }
}

Response ServiceApplication::Refuse(const Request& request, int status, std::string_view why) {
  try {
    const Lang lang =
        request.call ? request.call->lang : LangOf(request.headers.Get("Accept-Language"), {});
    Message message{MessageId::kApiHttp, {std::string(why)}};
    if (status == 413) message.id = MessageId::kApiBodyTooLarge;
    if (status == 408) message = {MessageId::kApiTimeout, {}};
    return Finished(request, ErrorResponse(status, message, lang));
  } catch (const std::exception&) {
    return {};
  }
}

Response ServiceApplication::FaultOf(const Request& request, std::exception_ptr thrown) {
  try {
    const Fault fault = FaultFrom(thrown);
    const Lang lang = request.call ? request.call->lang : Lang::kEnglish;
    return Finished(request,
                    ErrorResponse(fault.status, fault.message, lang, fault.extra, fault.headers));
  } catch (const std::exception&) {
    Response bare;
    bare.status = 500;
    bare.close = true;
    return bare;
  }
}

void ServiceApplication::Record(const Request& request, const Response& response) {
  const Call* call = request.call.get();
  if (!call || !call->route || !call->route->pattern.starts_with("/api/")) return;
  const bool refused = response.status >= 400;
  if (call->route->quiet && !refused) return;
  // Strangers' knocking is counted, not kept: only what they tried as a login is.
  if (!call->user && call->detail.empty()) return;
  AuditEntry entry;
  entry.user = call->user ? call->user->name : std::string();
  entry.address = request.peer;
  entry.method = request.method;
  entry.path = request.target.path.substr(0, 500);
  entry.status = response.status;
  entry.detail = call->detail.substr(0, 500);
  try {
    services_.audit.Append(std::move(entry));
  } catch (const std::exception&) {
    // A full disk: reading goes on, changes fail by themselves.
    ++services_.audit_failures;
  }
}

Response ServiceApplication::Finished(const Request& request, Response response) {
  Headers& headers = response.headers;
  if (!headers.Has("Content-Security-Policy")) headers.Add("Content-Security-Policy", kPolicy);
  headers.Add("X-Content-Type-Options", "nosniff");
  headers.Add("X-Frame-Options", "DENY");
  headers.Add("Referrer-Policy", "no-referrer");
  headers.Add("Cross-Origin-Opener-Policy", "same-origin");
  headers.Add("Cross-Origin-Resource-Policy", "same-origin");
  headers.Add("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()");
  if (request.secure) headers.Add("Strict-Transport-Security", "max-age=31536000");
  const Call* call = request.call.get();
  const bool secret = call && call->route && call->route->pattern.ends_with("/session");
  // Nothing secret in one compressed text with what somebody else may have put there.
  if (!secret) Compress(request, response);
  Record(request, response);
  return response;
}

}  // namespace thermoleak::service
