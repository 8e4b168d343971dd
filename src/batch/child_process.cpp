#include "batch/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>

namespace thermoleak::batch {
namespace {

using Clock = std::chrono::steady_clock;

/// All that the child needs, laid out before the fork: between fork and exec nothing may allocate.
struct Prepared {
  std::string program;
  std::vector<std::string> words;
  std::vector<char*> argv;
  rlimit cpu{}, data{}, files{}, core{};
  int out = -1, log = -1, null = -1, keep = -1, failed = -1;
  pid_t parent = 0;
};

rlimit Limit(double value) {
  const auto n = static_cast<rlim_t>(value);
  return {n, n};
}

/// In the child. Only calls that are safe after a fork in a program with threads.
[[noreturn]] void Exec(const Prepared& p) {
  const auto give_up = [&p] {
    const int error = errno;
    [[maybe_unused]] const ssize_t n = ::write(p.failed, &error, sizeof error);
    ::_exit(127);
  };
  ::setpgid(0, 0);
  // The kernel ends the child with its owner, also after kill -9; the race before this line is
  // closed by asking who the parent is.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != p.parent) ::_exit(127);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) ::signal(signal, SIG_DFL);
  // A file that cannot grow is an error to be told, not a signal to die by.
  ::signal(SIGXFSZ, SIG_IGN);
  if (::setrlimit(RLIMIT_CPU, &p.cpu) != 0 || ::setrlimit(RLIMIT_DATA, &p.data) != 0 ||
      ::setrlimit(RLIMIT_NOFILE, &p.files) != 0 || ::setrlimit(RLIMIT_CORE, &p.core) != 0)
    give_up();
  // When the machine is short of memory, the job goes and the service stays.
  const int oom = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (oom >= 0) {
    [[maybe_unused]] const ssize_t n = ::write(oom, "800", 3);
    ::close(oom);
  }
  // All descriptors of the service stay behind, but for these.
  if (::dup2(p.null, 0) < 0 || ::dup2(p.out, 1) < 0 || ::dup2(p.log, 2) < 0) give_up();
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  if (p.keep >= 0 && ::fcntl(p.keep, F_SETFD, 0) != 0) give_up();
  ::execv(p.program.c_str(), p.argv.data());
  give_up();
  ::_exit(127);
}

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  ~Fd() { Close(); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  void Close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void Set(int fd) {
    Close();
    fd_ = fd;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

/// Complete lines out of the child's stdout. What a hostile frame could make it print is bounded.
class Lines {
 public:
  template <class Take>
  void Add(const char* data, std::size_t size, const Take& take) {
    constexpr std::size_t kLongest = 1u << 20;
    for (std::size_t i = 0; i < size; ++i) {
      if (data[i] != '\n') {
        if (line_.size() < kLongest) line_ += data[i];
        continue;
      }
      Json json = Json::parse(line_, nullptr, false);
      if (json.is_object()) take(std::move(json));
      line_.clear();
    }
  }

 private:
  std::string line_;
};

}  // namespace

ChildOutcome RunChild(const ChildRequest& request, const std::function<void(const Json&)>& progress,
                      const std::function<bool()>& stop) {
  using End = ChildOutcome::End;
  ChildOutcome outcome;
  const auto not_started = [&](int error) {
    outcome.end = End::kNotStarted;
    outcome.code = error;
    return outcome;
  };
  Prepared p;
  p.program = request.program.string();
  p.words = {p.program};
  p.words.insert(p.words.end(), request.arguments.begin(), request.arguments.end());
  for (std::string& word : p.words) p.argv.push_back(word.data());
  p.argv.push_back(nullptr);
  // Private memory that is really used: unlike the address space, it does not count what threads
  // and arenas only reserve, nor mapped files.
  p.data = Limit(request.limits.memory_gib * (1u << 30));
  p.cpu = Limit(std::ceil(request.limits.cpu_min * 60));
  p.cpu.rlim_max += 5;  // SIGXCPU first, so that the reason is known, then SIGKILL
  p.files = Limit(request.limits.open_files);
  p.core = Limit(0);
  p.keep = request.keep_open;
  p.parent = ::getpid();

  int pipe_out[2], pipe_failed[2];
  if (::pipe2(pipe_out, O_CLOEXEC) != 0) return not_started(errno);
  Fd out(pipe_out[0]), out_end(pipe_out[1]);
  if (::pipe2(pipe_failed, O_CLOEXEC) != 0) return not_started(errno);
  Fd failed(pipe_failed[0]), failed_end(pipe_failed[1]);
  const Fd log(::open(request.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (log.get() < 0) return not_started(errno);
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  p.out = out_end.get();
  p.log = log.get();
  p.null = null.get();
  p.failed = failed_end.get();
  const pid_t child = ::fork();
  if (child < 0) return not_started(errno);
  if (child == 0) Exec(p);
  ::setpgid(child, child);  // whoever comes first
  out_end.Close();
  failed_end.Close();
  int exec_error = 0;
  if (::read(failed.get(), &exec_error, sizeof exec_error) == sizeof exec_error) {
    ::waitpid(child, nullptr, 0);
    return not_started(exec_error);
  }

  const auto begin = Clock::now();
  const auto wall = std::chrono::duration<double>(request.limits.wall_min * 60);
  std::optional<Clock::time_point> asked_to_end;
  Lines lines;
  const auto take = [&](Json json) {
    if (json.contains("progress")) {
      progress(json["progress"]);
    } else {
      outcome.last = std::move(json);
    }
  };
  int status = 0;
  rusage used{};
  bool open = true;
  for (bool ended = false; !ended;) {
    pollfd watched{out.get(), POLLIN, 0};
    if (open && ::poll(&watched, 1, 200) > 0) {
      char buffer[65536];
      const ssize_t n = ::read(out.get(), buffer, sizeof buffer);
      if (n > 0) lines.Add(buffer, static_cast<std::size_t>(n), take);
      if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) open = false;
    } else if (!open) {
      ::poll(nullptr, 0, 20);
    }
    const auto now = Clock::now();
    if (!asked_to_end && stop()) {
      outcome.end = End::kStopped;
      asked_to_end = now;
      ::kill(-child, SIGTERM);
    } else if (asked_to_end && now - *asked_to_end > std::chrono::seconds(10)) {
      ::kill(-child, SIGKILL);
    }
    if (outcome.end == End::kExited && now - begin > wall) {
      outcome.end = End::kOvertime;
      ::kill(-child, SIGKILL);
    }
    ended = ::wait4(child, &status, WNOHANG, &used) == child;
  }
  // Helpers that it left behind, and what it said last.
  ::kill(-child, SIGKILL);
  for (pollfd watched{out.get(), POLLIN, 0}; open && ::poll(&watched, 1, 200) > 0;) {
    char buffer[65536];
    const ssize_t n = ::read(out.get(), buffer, sizeof buffer);
    if (n <= 0) break;
    lines.Add(buffer, static_cast<std::size_t>(n), take);
  }
  outcome.peak_memory_gib = static_cast<double>(used.ru_maxrss) / (1u << 20);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  outcome.cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
  if (outcome.end == End::kExited && WIFSIGNALED(status)) {
    outcome.end = End::kSignalled;
    outcome.code = WTERMSIG(status);
  } else if (WIFEXITED(status)) {
    outcome.code = WEXITSTATUS(status);
  }
  return outcome;
}

}  // namespace thermoleak::batch
