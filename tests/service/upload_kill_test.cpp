// The program is killed with SIGKILL again and again while a folder is uploaded: every byte
// arrives, nothing twice, nothing half-committed.

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <random>
#include <set>
#include <thread>

#include "service/running_service.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/service/upload_client.hpp"

namespace thermoleak::test {
namespace {

namespace fs = std::filesystem;

/// `thermoleak serve` as a process.
class Process {
 public:
  Process(const fs::path& data, int port, const fs::path& log) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execl(THERMOLEAK_PROGRAM, THERMOLEAK_PROGRAM, "--lang", "en", "serve", "--data", data.c_str(),
            "--port", std::to_string(port).c_str(), "--no-jobs", nullptr);
    ::_exit(127);
  }
  ~Process() { Kill(); }
  void Kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
};

std::string TextOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Answer Ask(int port, const std::string& method, const std::string& path, const HeaderList& headers,
           const std::string& body) {
  service::HttpClient client(*service::ParseAddress(fmt::format("http://127.0.0.1:{}", port)), "");
  service::ClientRequest request;
  request.method = method;
  request.path = path;
  for (const auto& [name, value] : headers) request.headers.Add(name, value);
  request.body = body;
  service::ClientAnswer answer = client.Send(request);
  return {answer.status, answer.headers, answer.body};
}

TEST(UploadKill, EveryByteArrivesThoughTheServerIsKilled) {
  const TemporaryFolder folder;
  const fs::path data = folder.path() / "data", frames = folder.path() / "frames",
                 log = folder.path() / "log";
  MakeDataFolder(data);
  fs::create_directories(frames);
  std::mt19937 random(11);
  std::uint64_t total = 0;
  std::set<std::string> hashes;
  for (int i = 0; i < 150; ++i) {
    std::string bytes(100000 + random() % 900000, '\0');
    for (std::size_t k = 0; k + 4 <= bytes.size(); k += 4) {
      const auto word = static_cast<std::uint32_t>(random());
      std::memcpy(&bytes[k], &word, 4);
    }
    total += bytes.size();
    hashes.insert(Sha256Of(bytes));
    std::ofstream(frames / fmt::format("f{:03}.jpg", i), std::ios::binary) << bytes;
  }
  const int port = 20000 + static_cast<int>(::getpid() % 20000);
  auto server = std::make_unique<Process>(data, port, log);
  std::string password;
  for (int i = 0; i < 300 && password.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const std::string text = TextOf(log);
    const std::size_t at = text.find("one-time password ");
    if (at != std::string::npos && text.find('\n', at) != std::string::npos)
      password = text.substr(at + 18, 23);
  }
  ASSERT_EQ(password.size(), 23U) << TextOf(log);
  const std::pair<std::string, std::string> json = {"Content-Type", "application/json"};
  const Answer login = Ask(port, "POST", "/api/v1/session", {json},
                           Json{{"name", "admin"}, {"password", password}}.dump());
  ASSERT_EQ(login.status, 200) << login.body;
  const std::string cookie(login.headers.Get("Set-Cookie"));
  const HeaderList session = {
      json, {"Cookie", cookie.substr(0, cookie.find(';'))}, {"X-CSRF-Token", login.json()["csrf"]}};
  Ask(port, "POST", "/api/v1/password", session,
      Json{{"old", password}, {"new", "a long password"}}.dump());
  const std::string token =
      Ask(port, "POST", "/api/v1/tokens", session, R"({"name":"t"})").json()["token"];

  std::atomic<bool> done = false;
  std::jthread killer([&] {
    std::mt19937 chance(5);
    for (int kill = 0; kill < 8 && !done; ++kill) {
      std::this_thread::sleep_for(std::chrono::milliseconds(300 + chance() % 700));
      server->Kill();
      server = std::make_unique<Process>(data, port, log);
    }
  });
  service::UploadRequest request;
  request.folder = frames;
  request.url = fmt::format("http://127.0.0.1:{}", port);
  request.token = token;
  request.area = "north";
  request.flown_on = "2026-01-15";
  request.patience_s = 120;
  const service::UploadSummary summary = service::UploadFolder(request, Lang::kEnglish, {});
  done = true;
  killer.join();
  EXPECT_EQ(summary.files, 150);
  EXPECT_EQ(summary.bytes, total);
  const Json manifest = Json::parse(TextOf(data / "scans" / summary.scan / "manifest.json"));
  std::set<std::string> arrived;
  for (const Json& file : manifest["files"]) {
    const std::string sha = file["sha256"];
    arrived.insert(sha);
    EXPECT_EQ(Sha256Of(TextOf(data / "blobs" / sha.substr(0, 2) / sha)), sha) << file.dump();
  }
  EXPECT_EQ(arrived, hashes);
  std::size_t blobs = 0;
  for (const auto& item : fs::recursive_directory_iterator(data / "blobs"))
    blobs += item.is_regular_file() ? 1 : 0;
  EXPECT_EQ(blobs, hashes.size()) << "no duplicate";
}

}  // namespace
}  // namespace thermoleak::test
