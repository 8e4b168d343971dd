#include "service/running_service.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <random>

#include "thermoleak/core/files.hpp"
#include "thermoleak/ledger/dates.hpp"
#include "thermoleak/ledger/ledger.hpp"
#include "thermoleak/service/serve.hpp"

namespace thermoleak::test {
namespace {

namespace fs = std::filesystem;

std::string Base64(const std::string& bytes) {
  static constexpr char kLetters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = held << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) out += kLetters[held >> (bits - 6) & 63];
  }
  if (bits > 0) out += kLetters[held << (6 - bits) & 63];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

void WriteText(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::string MapAt(double lon) {
  return fmt::format(
      R"({{"type":"FeatureCollection","name":"pipes","features":[
{{"type":"Feature","properties":{{"pipe_id":"P1","dn":300}},"geometry":{{"type":"LineString","coordinates":[[{0},41.80],[{1},41.80]]}}}},
{{"type":"Feature","properties":{{"pipe_id":"P2","dn":150}},"geometry":{{"type":"LineString","coordinates":[[{1},41.80],[{1},41.803]]}}}}]}})",
      lon, lon + 0.004);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::random_device random;
  path_ = fs::temp_directory_path() / fmt::format("thermoleak-service-{:08x}", random());
  fs::create_directories(path_);
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void MakeDataFolder(const fs::path& data) {
  WriteText(data / "config.toml", R"(city = "SY"
[[area]]
id = "north"
name = "北区"
network = "maps/north.geojson"
organisation = "东热"
district = "铁西区"
[[area]]
id = "south"
name = "South"
network = "maps/south.geojson"
map_shift = "gcj02"
organisation = "西热"
district = "和平区"
)");
  WriteText(data / "maps" / "north.geojson", MapAt(123.40));
  WriteText(data / "maps" / "south.geojson", MapAt(123.50));
  Ledger ledger = Ledger::Create(data / "ledger.gpkg", "SY",
                                 Act{"test", Role::kUnitEngineer, MakeDate(2026, 1, 10), {}});
  const Act act{"test", Role::kUnitEngineer, MakeDate(2026, 1, 12), {}};
  for (const auto& [unit, district, lon] : {std::tuple{"东热", "铁西区", "123.401"},
                                            {"东热", "铁西区", "123.402"},
                                            {"西热", "和平区", "123.501"}}) {
    const auto added = ledger.Add(HazardSource::kComplaint,
                                  {{"unit", unit},
                                   {"district", district},
                                   {"lon_deg", lon},
                                   {"lat_deg", "41.8001"},
                                   {"address", "<script>alert(1)</script>"},
                                   {"kind", "leak"}},
                                  act);
    ASSERT_TRUE(added.has_value()) << added.error().message.In(Lang::kEnglish);
  }
}

RunningService::RunningService() : data_(folder_.path() / "data") {
  MakeDataFolder(data_);
  std::promise<service::Started> promise;
  auto started = promise.get_future();
  thread_ = std::jthread([this, &promise] {
    service::ServeOptions options;
    options.data = data_;
    options.port = 0;
    options.run_jobs = false;
    options.program = "/bin/false";
    WorkContext work;
    work.stop = stop_.get_token();
    try {
      service::Serve(options, work, [&](const service::Started& s) { promise.set_value(s); });
    } catch (const std::exception& e) {
      ADD_FAILURE() << e.what();
    }
  });
  const service::Started s = started.get();
  port_ = s.port;
  password_ = s.one_time_password.value_or("");
}

RunningService::~RunningService() {
  stop_.request_stop();
  thread_.join();
}

std::string RunningService::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

Answer RunningService::Send(const std::string& method, const std::string& path,
                            const HeaderList& headers, const std::string& body) const {
  service::HttpClient client(*service::ParseAddress(url()), "");
  service::ClientRequest request;
  request.method = method;
  request.path = path;
  for (const auto& [name, value] : headers) request.headers.Add(name, value);
  request.body = body;
  service::ClientAnswer answer = client.Send(request);
  return {answer.status, std::move(answer.headers), std::move(answer.body)};
}

Answer RunningService::As(const std::string& token, const std::string& method,
                          const std::string& path, const Json& body) const {
  HeaderList headers = {{"Authorization", "Bearer " + token}};
  if (!body.is_null()) headers.emplace_back("Content-Type", "application/json");
  return Send(method, path, headers, body.is_null() ? std::string() : body.dump());
}

std::pair<std::string, std::string> RunningService::Login(const std::string& name,
                                                          const std::string& password) {
  const Answer answer = Send("POST", "/api/v1/session", {{"Content-Type", "application/json"}},
                             Json{{"name", name}, {"password", password}}.dump());
  EXPECT_EQ(answer.status, 200) << answer.body;
  if (answer.status != 200) return {};
  const std::string cookie(answer.headers.Get("Set-Cookie"));
  return {cookie.substr(0, cookie.find(';')), answer.json()["csrf"].get<std::string>()};
}

namespace {

/// Logs in with a one-time password, changes it, and makes a token.
std::string TokenOf(RunningService& service, const std::string& name, const std::string& password) {
  const auto [cookie, csrf] = service.Login(name, password);
  const HeaderList headers = {
      {"Cookie", cookie}, {"X-CSRF-Token", csrf}, {"Content-Type", "application/json"}};
  const Answer changed =
      service.Send("POST", "/api/v1/password", headers,
                   Json{{"old", password}, {"new", RunningService::kPassword}}.dump());
  EXPECT_EQ(changed.status, 204) << changed.body;
  const Answer token =
      service.Send("POST", "/api/v1/tokens", headers, Json{{"name", "test"}}.dump());
  EXPECT_EQ(token.status, 201) << token.body;
  return token.status == 201 ? token.json()["token"].get<std::string>() : std::string();
}

}  // namespace

const std::string& RunningService::admin() {
  if (admin_.empty()) admin_ = TokenOf(*this, "admin", password_);
  return admin_;
}

std::string RunningService::MakeUser(const std::string& name, const std::string& role,
                                     const std::string& organisation, const std::string& district) {
  const Answer made =
      As(admin(), "POST", "/api/v1/users",
         {{"name", name}, {"role", role}, {"organisation", organisation}, {"district", district}});
  EXPECT_EQ(made.status, 201) << made.body;
  return TokenOf(*this, name, made.json().value("password", ""));
}

std::string RunningService::OpenScan(const std::string& token, const std::string& area) {
  const Answer opened = As(token, "POST", "/api/v1/scans",
                           {{"area", area}, {"crew", "A"}, {"flown_on", "2026-01-15"}});
  EXPECT_EQ(opened.status, 201) << opened.body;
  return opened.status == 201 ? opened.json()["id"].get<std::string>() : std::string();
}

std::string RunningService::Raw(const std::string& bytes, int patience_ms) const {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string out;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t n = ::send(fd, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
    char buffer[4096];
    for (;;) {
      pollfd waiting{fd, POLLIN, 0};
      if (::poll(&waiting, 1, patience_ms) <= 0) break;
      const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
      if (n <= 0) break;
      out.append(buffer, static_cast<std::size_t>(n));
    }
  }
  ::close(fd);
  return out;
}

std::string Metadata(const std::vector<std::pair<std::string, std::string>>& values) {
  std::string out;
  for (const auto& [name, value] : values)
    out += (out.empty() ? "" : ",") + name + " " + Base64(value);
  return out;
}

std::string Sha256Of(const std::string& bytes) {
  return Sha256(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

}  // namespace thermoleak::test
