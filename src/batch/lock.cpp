#include "thermoleak/batch/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "batch/text_json.hpp"
#include "thermoleak/batch/data_folder.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::batch {
namespace {

namespace fs = std::filesystem;

/// Fixed length and written in place: the lock belongs to the file, which may not be replaced, and
/// a heartbeat needs no space on a full disk.
constexpr std::size_t kFileBytes = 512;

std::string HostName() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "?";
}

std::optional<LockOwner> OwnerIn(const fs::path& file, bool* released = nullptr) {
  const auto json = ReadObject(file, 4096);
  if (!json) return std::nullopt;
  if (released != nullptr) *released = !TextOf(*json, "released").empty();
  return LockOwner{TextOf(*json, "host"), TextOf(*json, "command"), WholeOf(*json, "pid"),
                   TextOf(*json, "since"), TextOf(*json, "heartbeat")};
}

}  // namespace

struct ProcessLock::Impl {
  int fd = -1;
  LockOwner owner;
  std::optional<LockOwner> dead;
  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread beat;

  void Write(bool released) {
    owner.heartbeat = UtcNow();
    OrderedJson json = {{"host", owner.host},
                        {"command", owner.command},
                        {"pid", owner.pid},
                        {"since", owner.since},
                        {"heartbeat", owner.heartbeat}};
    if (released) json["released"] = owner.heartbeat;
    std::string text = json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
    text.resize(kFileBytes - 1, ' ');
    text += '\n';
    // What people read, not what excludes: a disk's fault here stops nothing.
    [[maybe_unused]] const ssize_t written = ::pwrite(fd, text.data(), text.size(), 0);
  }
  ~Impl() {
    beat = {};
    if (fd < 0) return;
    Write(true);
    ::close(fd);
  }
};

ProcessLock::ProcessLock(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ProcessLock::~ProcessLock() = default;
ProcessLock::ProcessLock(ProcessLock&&) noexcept = default;
ProcessLock& ProcessLock::operator=(ProcessLock&&) noexcept = default;

std::optional<ProcessLock> ProcessLock::Take(const fs::path& file, const std::string& command) {
  auto impl = std::make_unique<Impl>();
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) throw WriteError(file, errno);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(fd);
    if (error == EWOULDBLOCK || error == EINTR) return std::nullopt;
    throw WriteError(file, error);
  }
  bool released = false;
  auto before = OwnerIn(file, &released);
  if (before && !released) impl->dead = std::move(before);
  impl->fd = fd;
  impl->owner = {HostName(), command.substr(0, 40), ::getpid(), UtcNow(), {}};
  impl->Write(false);
  impl->beat = std::jthread([raw = impl.get()](const std::stop_token& stop) {
    std::unique_lock guard(raw->mutex);
    while (!raw->wake.wait_for(guard, stop, std::chrono::seconds(5),
                               [&] { return stop.stop_requested(); })) {
      if (stop.stop_requested()) return;
      raw->Write(false);
    }
  });
  return ProcessLock(std::move(impl));
}

std::optional<LockOwner> ProcessLock::Owner(const fs::path& file) { return OwnerIn(file); }

const std::optional<LockOwner>& ProcessLock::dead_owner() const { return impl_->dead; }
int ProcessLock::descriptor() const { return impl_->fd; }

}  // namespace thermoleak::batch
