// The helper's side: the only place where the vendor's code runs.

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <thread>
#include <vector>

#include "ingest/dji_sdk_protocol.hpp"
#include "ingest/samples.hpp"
#include "thermoleak/ingest/dji_sdk.hpp"

namespace thermoleak {
namespace {

using namespace ingest;
using namespace ingest::dji_sdk;

constexpr std::int32_t kSuccess = 0;
constexpr std::int32_t kUnsupported = -12;

// The few documented calls, declared by ourselves.
using Handle = void*;
struct Resolution {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};
/// dirp_measurement_params_t has four floats in older releases and five in newer ones, without a
/// sign of which. So: more room than any of them needs, zeroed, read, changed and written back.
struct Parameters {
  float value[32] = {};
};
static_assert(sizeof(Parameters) >= 64);

struct Api {
  std::int32_t (*create)(std::uint8_t*, std::int32_t, Handle*) = nullptr;
  std::int32_t (*destroy)(Handle) = nullptr;
  std::int32_t (*resolution)(Handle, Resolution*) = nullptr;
  std::int32_t (*get_parameters)(Handle, Parameters*) = nullptr;        // may be absent
  std::int32_t (*set_parameters)(Handle, const Parameters*) = nullptr;  // may be absent
  std::int32_t (*measure_float)(Handle, float*, std::int32_t) = nullptr;
  std::int32_t (*measure_tenths)(Handle, std::int16_t*, std::int32_t) = nullptr;
};

template <class Function>
void Find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
}

/// Empty when all went well, otherwise why not.
std::string Load(const std::filesystem::path& folder, Api& api) {
  const auto path = FindLibrary(folder);
  if (!path) return "libdirp.so: " + folder.string();
  // The library looks for its list of plug-ins; the vendor's own programs run from beside it.
  if (::chdir(path->parent_path().c_str()) != 0) return path->string() + ": " + strerror(errno);
  void* library = ::dlopen(path->c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = ::dlerror();
    return why != nullptr ? why : path->string();
  }
  Find(library, "dirp_create_from_rjpeg", api.create);
  Find(library, "dirp_destroy", api.destroy);
  Find(library, "dirp_get_rjpeg_resolution", api.resolution);
  Find(library, "dirp_get_measurement_params", api.get_parameters);
  Find(library, "dirp_set_measurement_params", api.set_parameters);
  Find(library, "dirp_measure_ex", api.measure_float);
  Find(library, "dirp_measure", api.measure_tenths);
  if (api.create == nullptr || api.destroy == nullptr || api.resolution == nullptr ||
      (api.measure_float == nullptr && api.measure_tenths == nullptr)) {
    return path->string() + ": dirp_create_from_rjpeg ...";
  }
  void (*set_verbose_level)(int) = nullptr;
  Find(library, "dirp_set_verbose_level", set_verbose_level);
  if (set_verbose_level != nullptr) set_verbose_level(0);
  // Release 1.0 wants it; later ones do not have it.
  std::int32_t (*register_app)(const char*) = nullptr;
  Find(library, "dirp_register_app", register_app);
  if (register_app != nullptr) register_app("DJI_TSDK");
  return {};
}

bool IsSet(float value) { return !std::isnan(value); }

bool AnySet(const Settings& settings) {
  return IsSet(settings.distance_m) || IsSet(settings.humidity_percent) ||
         IsSet(settings.emissivity) || IsSet(settings.reflected_c) || IsSet(settings.ambient_c);
}

/// Whether the fifth float is the ambient temperature: an older release leaves it at zero (where
/// writing does no harm) or, should it have something else there, hardly a temperature.
bool TakesAmbient(float fifth) {
  return fifth == 0 || (std::abs(fifth) > 1e-3F && std::abs(fifth) < 200);
}

void Change(const Settings& settings, Parameters& parameters) {
  const auto put = [&parameters](int index, float value) {
    if (IsSet(value)) parameters.value[index] = value;
  };
  put(0, settings.distance_m);
  put(1, settings.humidity_percent);
  put(2, settings.emissivity);
  put(3, settings.reflected_c);
  if (TakesAmbient(parameters.value[4])) put(4, settings.ambient_c);
}

/// Float where there is it and it works, otherwise tenths of a degree.
std::int32_t MeasureInto(const Api& api, Handle handle, std::vector<float>& celsius) {
  std::int32_t code = kUnsupported;
  if (api.measure_float != nullptr) {
    code = api.measure_float(handle, celsius.data(),
                             static_cast<std::int32_t>(celsius.size() * sizeof(float)));
    if (code == kSuccess) return code;
  }
  if (api.measure_tenths == nullptr) return code;
  std::vector<std::int16_t> tenths(celsius.size());
  code = api.measure_tenths(handle, tenths.data(),
                            static_cast<std::int32_t>(tenths.size() * sizeof(std::int16_t)));
  for (std::size_t i = 0; i < tenths.size(); ++i) {
    celsius[i] = static_cast<float>(tenths[i]) / 10;
  }
  return code;
}

/// With the wanted settings, or with the file's own when the SDK does not take or cannot work with
/// them: releases refuse values inside the range that they state.
std::int32_t MeasureWith(const Api& api, Handle handle, const Settings& settings,
                         std::vector<float>& celsius, bool& refused) {
  refused = false;
  if (!AnySet(settings)) return MeasureInto(api, handle, celsius);
  refused = true;
  Parameters own;
  if (api.get_parameters == nullptr || api.set_parameters == nullptr ||
      api.get_parameters(handle, &own) != kSuccess) {
    return MeasureInto(api, handle, celsius);
  }
  Parameters wanted = own;
  Change(settings, wanted);
  if (api.set_parameters(handle, &wanted) == kSuccess) {
    const std::int32_t code = MeasureInto(api, handle, celsius);
    refused = code != kSuccess;
    if (!refused) return code;
    api.set_parameters(handle, &own);
  }
  return MeasureInto(api, handle, celsius);
}

Reply Answer(const Api& api, const Request& request, std::vector<std::uint8_t>& file,
             std::vector<float>& celsius) {
  Reply reply;
  const auto fail = [&reply](Call call, std::int32_t code) {
    reply.failed = static_cast<std::uint32_t>(call);
    reply.code = code;
    return reply;
  };
  Handle handle = nullptr;
  const std::int32_t created =
      api.create(file.data(), static_cast<std::int32_t>(file.size()), &handle);
  if (created != kSuccess || handle == nullptr) return fail(Call::kCreate, created);
  const struct Destroyer {
    const Api& api;
    Handle handle;
    ~Destroyer() { api.destroy(handle); }
  } destroyer{api, handle};

  Resolution size;
  if (const std::int32_t code = api.resolution(handle, &size); code != kSuccess) {
    return fail(Call::kResolution, code);
  }
  reply.width = static_cast<std::int32_t>(size.width);
  reply.height = static_cast<std::int32_t>(size.height);
  if (!PlausibleSize(size.width, size.height) || reply.width != request.width ||
      reply.height != request.height) {
    return fail(Call::kResolution, kSuccess);
  }
  celsius.assign(std::size_t{size.width} * size.height, 0.0F);
  bool refused = false;
  const std::int32_t measured = MeasureWith(api, handle, request.settings, celsius, refused);
  if (measured != kSuccess) return fail(Call::kMeasure, measured);
  reply.settings_refused = refused ? 1 : 0;
  reply.bytes = static_cast<std::uint32_t>(celsius.size() * sizeof(float));
  return reply;
}

bool SendAll(int channel, const void* data, std::size_t size) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = ::send(channel, at, size, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

bool ReceiveAll(int channel, void* data, std::size_t size) {
  auto* at = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t n = ::recv(channel, at, size, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

/// The library prints what it likes; descriptors 0 .. 2 lead nowhere before it is loaded.
bool Silence() {
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere < 0) return false;
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::dup2(nowhere, fd) < 0) return false;
  }
  if (nowhere > STDERR_FILENO) ::close(nowhere);
  return true;
}

/// Best effort, and where the system forbids it the measuring goes on: the vendor's terms allow the
/// library to collect usage data, and pictures and places of a heating network are sensitive.
void CutNetwork() {
  if (::unshare(CLONE_NEWNET) == 0) return;  // as root; a new user would lose root's files
  (void)::unshare(CLONE_NEWUSER | CLONE_NEWNET);
}

/// Ends the process when the survey is gone, whatever the library is doing. Not PR_SET_PDEATHSIG:
/// that fires when the *thread* that started the helper ends, and threads of a pool come and go.
void EndWithParent(int channel) {
  std::thread([channel] {
    pollfd hang_up{channel, POLLRDHUP, 0};
    while (::poll(&hang_up, 1, -1) < 0 && errno == EINTR) {
    }
    ::_exit(0);
  }).detach();
}

}  // namespace

int RunDjiSdkHelper(const std::filesystem::path& folder) {
  const int channel = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  int type = 0;
  socklen_t type_size = sizeof type;
  // Started by hand, it has nobody to speak with.
  if (channel < 0 || ::getsockopt(channel, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0) {
    return static_cast<int>(ExitCode::kUsage);
  }
  if (!Silence()) return static_cast<int>(ExitCode::kOutOfResources);
  const rlimit no_core{0, 0};  // a crash is expected: no dump of somebody's pictures
  ::setrlimit(RLIMIT_CORE, &no_core);
  CutNetwork();  // before the first thread: a process with threads cannot change its user space
  EndWithParent(channel);

  Api api;
  Hello hello;
  const std::string problem = Load(folder, api);
  hello.loaded = problem.empty() ? 1 : 0;
  std::memcpy(hello.reason.data(), problem.data(),
              std::min(problem.size(), hello.reason.size() - 1));
  if (!SendAll(channel, &hello, sizeof hello) || !problem.empty()) {
    return static_cast<int>(ExitCode::kUsage);
  }
  Request request;
  std::vector<std::uint8_t> file;
  std::vector<float> celsius;
  while (ReceiveAll(channel, &request, sizeof request)) {
    if (request.magic != Request::kMagic || request.bytes > kMaxFileBytes) break;
    file.resize(request.bytes);
    if (!ReceiveAll(channel, file.data(), file.size())) break;
    const Reply reply = Answer(api, request, file, celsius);
    if (!SendAll(channel, &reply, sizeof reply)) break;
    if (!SendAll(channel, celsius.data(), reply.bytes)) break;
  }
  return static_cast<int>(ExitCode::kDone);
}

}  // namespace thermoleak
