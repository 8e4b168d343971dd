#pragma once
// A service on a free port of this machine, for tests to talk to.

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "service/http_client.hpp"

namespace thermoleak::test {

using Json = nlohmann::ordered_json;
using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// A temporary folder that goes with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Two areas of two organisations in two districts, each with a map of a few pipes; three hazards:
/// two of the first organisation, one of the second.
void MakeDataFolder(const std::filesystem::path& data);

struct Answer {
  int status = 0;
  service::Headers headers;
  std::string body;
  Json json() const { return Json::parse(body, nullptr, false); }
};

class RunningService {
 public:
  RunningService();
  ~RunningService();

  int port() const { return port_; }
  const std::filesystem::path& data() const { return data_; }
  std::string url() const;
  const std::string& one_time_password() const { return password_; }

  Answer Send(const std::string& method, const std::string& path, const HeaderList& headers = {},
              const std::string& body = {}) const;
  /// With an API token, and JSON where there is a body.
  Answer As(const std::string& token, const std::string& method, const std::string& path,
            const Json& body = nullptr) const;
  /// The administrator's token; the first call changes the one-time password.
  const std::string& admin();
  /// A new user's token.
  std::string MakeUser(const std::string& name, const std::string& role,
                       const std::string& organisation = {}, const std::string& district = {});
  /// Cookie and CSRF token of a new session.
  std::pair<std::string, std::string> Login(const std::string& name, const std::string& password);
  std::string OpenScan(const std::string& token, const std::string& area = "north");
  /// Raw bytes on a fresh connection; all that comes back until the other end closes it, or
  /// `patience_ms` passes in silence.
  std::string Raw(const std::string& bytes, int patience_ms = 3000) const;

  static constexpr const char* kPassword = "a long password";

 private:
  TemporaryFolder folder_;
  std::filesystem::path data_;
  std::stop_source stop_;
  std::jthread thread_;
  int port_ = 0;
  std::string password_, admin_;
};

/// "key base64(value),...": tus metadata.
std::string Metadata(const std::vector<std::pair<std::string, std::string>>& values);
std::string Sha256Of(const std::string& bytes);

}  // namespace thermoleak::test
