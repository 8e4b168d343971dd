// Clients that say little and stay long cost a descriptor and a buffer, not a thread, and not for
// ever.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "service/http_server.hpp"
#include "service/running_service.hpp"

namespace thermoleak::test {
namespace {

int Connected(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? fd : -1;
}

class Echo final : public service::Application {
 public:
  service::Admission Admit(service::Request&, std::function<void()>) override {
    service::Admission admission;
    admission.max_body = 1000;
    return admission;
  }
  service::Response Answer(service::Request& request) override {
    service::Response response;
    response.body = request.body;
    return response;
  }
  service::Response Refuse(const service::Request&, int status, std::string_view) override {
    service::Response response;
    response.status = status;
    return response;
  }
  service::Response FaultOf(const service::Request&, std::exception_ptr) override { return {}; }
};

/// A server with short patience.
class SlowClients : public ::testing::Test {
 protected:
  void SetUp() override {
    service::HttpOptions options;
    options.port = 0;
    options.header_s = 1;
    options.body_s = 1;
    options.idle_s = 2;
    options.max_connections = 50;
    server_.emplace(options, echo_);
    thread_ = std::jthread([this](const std::stop_token& stop) { server_->Run(stop); });
  }
  void TearDown() override {
    thread_.request_stop();
    thread_.join();
  }
  /// Sends a byte each 100 ms until the other end closes; the seconds that it took.
  double SecondsUntilCut(const std::string& begin, const std::string& drip) {
    const int fd = Connected(server_->port());
    const auto begun = std::chrono::steady_clock::now();
    ::send(fd, begin.data(), begin.size(), MSG_NOSIGNAL);
    double seconds = 0;
    for (std::size_t i = 0; i < 100; ++i) {
      pollfd waiting{fd, POLLIN, 0};
      char buffer[1000];
      if (::poll(&waiting, 1, 100) > 0 && ::recv(fd, buffer, sizeof buffer, 0) <= 0) break;
      if (!drip.empty()) ::send(fd, &drip[i % drip.size()], 1, MSG_NOSIGNAL);
    }
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    ::close(fd);
    return seconds;
  }

  Echo echo_;
  std::optional<service::HttpServer> server_;
  std::jthread thread_;
};

TEST_F(SlowClients, AreCutOff) {
  EXPECT_LT(SecondsUntilCut("GET / HTTP/1.1\r\nX: ", "a"), 4) << "slow-loris: the header drips";
  EXPECT_LT(SecondsUntilCut("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n", "a"), 4)
      << "the body drips";
  EXPECT_LT(SecondsUntilCut("", ""), 5) << "says nothing at all";
}

TEST_F(SlowClients, DoNotKeepOthersOut) {
  std::vector<int> idle;
  for (int i = 0; i < 40; ++i) idle.push_back(Connected(server_->port()));
  service::HttpClient client(
      *service::ParseAddress("http://127.0.0.1:" + std::to_string(server_->port())), "");
  service::ClientRequest request;
  request.method = "POST";
  request.path = "/";
  request.body = "still there";
  EXPECT_EQ(client.Send(request).body, "still there");
  for (const int fd : idle) ::close(fd);
}

TEST_F(SlowClients, TooManyAreToldToComeBack) {
  std::vector<int> held;
  for (int i = 0; i < 60; ++i) held.push_back(Connected(server_->port()));
  int told = 0;
  for (const int fd : held) {
    pollfd waiting{fd, POLLIN, 0};
    char buffer[100] = {};
    if (::poll(&waiting, 1, 50) > 0 && ::recv(fd, buffer, sizeof buffer - 1, 0) > 0)
      told += std::string_view(buffer).starts_with("HTTP/1.1 503") ? 1 : 0;
  }
  EXPECT_GE(told, 10);
  for (const int fd : held) ::close(fd);
}

}  // namespace
}  // namespace thermoleak::test
