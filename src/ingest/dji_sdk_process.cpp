#include "ingest/dji_sdk_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "ingest/dji_sdk_protocol.hpp"

namespace thermoleak::ingest::dji_sdk {
namespace {

/// Ours, with the library's folder first where the loader looks: its parts find each other so.
std::vector<std::string> EnvironmentFor(const std::filesystem::path& library) {
  constexpr std::string_view kName = "LD_LIBRARY_PATH=";
  std::vector<std::string> environment;
  std::string path = std::string(kName) + library.parent_path().string();
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (!text.starts_with(kName)) {
      environment.emplace_back(text);
    } else if (text.size() > kName.size()) {
      path += ':';
      path += text.substr(kName.size());
    }
  }
  environment.push_back(std::move(path));
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

HelperProcess::HelperProcess(const std::filesystem::path& helper,
                             const std::filesystem::path& folder,
                             const std::filesystem::path& library) {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    problem_ = fmt::format("socketpair: {}", std::strerror(errno));
    return;
  }
  channel_ = ends[0];
  Start(helper, folder, library, ends[1]);
  ::close(ends[1]);
}

void HelperProcess::Start(const std::filesystem::path& helper, const std::filesystem::path& folder,
                          const std::filesystem::path& library, int its_end) {
  std::vector<std::string> words{helper.string(), std::string(kHelperCommand), folder.string()};
  std::vector<std::string> environment = EnvironmentFor(library);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  // Foreign code gets the socket and nothing else of what the survey has open.
  posix_spawn_file_actions_adddup2(&actions, its_end, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  // A group of its own: Ctrl-C at the terminal is for the survey, which then ends its helpers.
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int error = ::posix_spawn(&pid_, helper.c_str(), &actions, &attributes,
                                  Pointers(words).data(), Pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    pid_ = -1;
    problem_ = fmt::format("{}: {}", helper.string(), std::strerror(error));
  }
}

HelperProcess::Outcome HelperProcess::Wait(short events, Clock::time_point deadline) const {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return Outcome::kTimeout;
    pollfd ready{channel_, events, 0};
    const int n = ::poll(&ready, 1, static_cast<int>(std::min<decltype(left)>(left, 60'000)));
    if (n > 0) return Outcome::kDone;
    if (n < 0 && errno != EINTR) return Outcome::kGone;
  }
}

HelperProcess::Outcome HelperProcess::Send(const void* data, std::size_t size,
                                           Clock::time_point deadline) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    if (const Outcome ready = Wait(POLLOUT, deadline); ready != Outcome::kDone) return ready;
    // Without MSG_NOSIGNAL a dead helper would end the survey by SIGPIPE.
    const ssize_t n = ::send(channel_, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return Outcome::kGone;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return Outcome::kDone;
}

HelperProcess::Outcome HelperProcess::Receive(void* data, std::size_t size,
                                              Clock::time_point deadline) {
  auto* at = static_cast<char*>(data);
  while (size > 0) {
    if (const Outcome ready = Wait(POLLIN, deadline); ready != Outcome::kDone) return ready;
    const ssize_t n = ::recv(channel_, at, size, MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return Outcome::kGone;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return Outcome::kDone;
}

bool HelperProcess::Quiet() const {
  char byte = 0;
  const ssize_t n = ::recv(channel_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::string HelperProcess::End() {
  if (channel_ >= 0) ::close(channel_);
  channel_ = -1;
  if (pid_ < 0) return {};
  // One that has crashed already keeps its own way of ending.
  ::kill(pid_, SIGKILL);
  int status = 0;
  pid_t ended = 0;
  do {
    ended = ::waitpid(pid_, &status, 0);
  } while (ended < 0 && errno == EINTR);
  pid_ = -1;
  if (ended < 0) return {};
  return WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                             : fmt::format("status {}", WEXITSTATUS(status));
}

}  // namespace thermoleak::ingest::dji_sdk
