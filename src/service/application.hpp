#pragma once
// Inside of the service room: finds the route, says who asks, and refuses what may not be.

#include <vector>

#include "service/services.hpp"

namespace thermoleak::service {

class ServiceApplication final : public Application {
 public:
  explicit ServiceApplication(Services& services);

  Admission Admit(Request& request, std::function<void()> interrupt) override;
  Response Answer(Request& request) override;
  Response Refuse(const Request& request, int status, std::string_view why) override;
  Response FaultOf(const Request& request, std::exception_ptr fault) override;

 private:
  void FindRoute(const Request& request, Call& call) const;
  void Authenticate(const Request& request, Call& call);
  static void CheckCsrf(const Request& request, const Call& call);
  static void CheckContent(const Request& request, const Call& call);
  /// Headers, compression and the audit's line.
  Response Finished(const Request& request, Response response);
  void Record(const Request& request, const Response& response);

  Services& services_;
  std::vector<const Route*> routes_;
};

/// The language that a request asks for: the user's own, else what the browser prefers.
Lang LangOf(std::string_view accept_language, const std::string& users);
std::optional<std::string> CookieOf(std::string_view header, std::string_view name);
inline constexpr std::string_view kSessionCookie = "thermoleak_session";

}  // namespace thermoleak::service
