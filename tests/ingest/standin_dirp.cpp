// Plays libdirp.so: the same few C calls, and every way in which the real one might fail us. What
// it is to do stands in the file as "standin:<word>"; at load time, in the variable STANDIN_LOAD.

#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

constexpr unsigned char kGuard = 0xA5;

struct Frame {
  std::string_view file;  // the caller keeps it alive
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::string raw;    // of all APP3 segments
  bool echo = false;  // what Told() says, asked once: a real file is long
  bool nan = false;
  bool silly = false;
  float parameters[5] = {5, 50, 0.95F, 25, 20};

  bool Told(const char* word) const {
    return file.find("standin:" + std::string(word) + ";") != std::string_view::npos;
  }
  std::uint32_t Byte(std::size_t at) const { return static_cast<unsigned char>(file.at(at)); }
  float Celsius(std::size_t pixel) const {
    if (echo && pixel < 5) return parameters[pixel];
    if (nan) return __builtin_nanf("");
    if (silly) return pixel == 0 ? 21.5F : 1e9F;
    const auto byte = [this](std::size_t at) -> std::uint32_t {
      return static_cast<unsigned char>(raw.at(at));
    };
    return static_cast<float>(byte(2 * pixel) | (byte(2 * pixel + 1) << 8)) / 64 - 273.15F;
  }
};

bool Walk(Frame& frame) {
  for (std::size_t at = 2; at + 9 < frame.file.size();) {
    const std::uint32_t marker = frame.Byte(at + 1);
    if (marker == 0xDA) break;
    const std::size_t length = (frame.Byte(at + 2) << 8) | frame.Byte(at + 3);
    if (marker == 0xE3) frame.raw += frame.file.substr(at + 4, length - 2);
    if (marker == 0xC0) {
      frame.height = (frame.Byte(at + 5) << 8) | frame.Byte(at + 6);
      frame.width = (frame.Byte(at + 7) << 8) | frame.Byte(at + 8);
    }
    at += 2 + length;
  }
  frame.echo = frame.Told("echo");
  frame.nan = frame.Told("nan");
  frame.silly = frame.Told("silly");
  return !frame.raw.empty() && frame.width != 0;
}

[[gnu::constructor]] void OnLoad() {
  const char* told = std::getenv("STANDIN_LOAD");
  if (told == nullptr) return;
  if (std::strcmp(told, "crash") == 0) std::abort();
  if (std::strcmp(told, "hang") == 0) ::sleep(3600);
}

}  // namespace

extern "C" {

void dirp_set_verbose_level(int) {}
std::int32_t dirp_register_app(const char* key) {
  return std::strcmp(key, "DJI_TSDK") == 0 ? 0 : -1;
}

std::int32_t dirp_create_from_rjpeg(const std::uint8_t* data, std::int32_t size, void** handle) {
  auto* frame = new Frame;
  frame->file = {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
  if (!Walk(*frame)) {
    delete frame;
    return -7;
  }
  if (frame->Told("rubbish")) {
    for (int i = 0; i < 10000; ++i) std::printf("rubbish on the standard output %d\n", i);
    std::fflush(stdout);
    if (::write(STDERR_FILENO, "rubbish", 7) != 7) std::abort();
  }
  if (frame->Told("abort")) std::abort();
  if (frame->Told("segfault")) std::raise(SIGSEGV);
  if (frame->Told("exit")) std::_Exit(0);
  if (frame->Told("hang")) ::sleep(3600);
  *handle = frame;
  return 0;
}

std::int32_t dirp_destroy(void* handle) {
  delete static_cast<Frame*>(handle);
  return 0;
}

std::int32_t dirp_get_rjpeg_resolution(void* handle, std::uint32_t* size) {
  const auto* frame = static_cast<const Frame*>(handle);
  size[0] = frame->Told("huge")    ? 4000000000U
            : frame->Told("wider") ? 2 * frame->width
                                   : frame->width;
  size[1] = frame->height;
  return 0;
}

std::int32_t dirp_get_measurement_params(void* handle, float* parameters) {
  const auto* frame = static_cast<const Frame*>(handle);
  auto* bytes = reinterpret_cast<unsigned char*>(parameters);
  for (int i = 0; i < 64; ++i) {
    if (bytes[i] != 0) std::abort();  // the caller's promise
  }
  // An older release knows four floats; what stands behind them must come back as it is.
  const bool old = frame->Told("old4");
  std::memcpy(parameters, frame->parameters, (old ? 4 : 5) * sizeof(float));
  if (old) std::memset(bytes + 16, kGuard, 48);
  return 0;
}

std::int32_t dirp_set_measurement_params(void* handle, const float* parameters) {
  auto* frame = static_cast<Frame*>(handle);
  if (frame->Told("set-refused")) return -3;
  const bool old = frame->Told("old4");
  const auto* bytes = reinterpret_cast<const unsigned char*>(parameters);
  for (int i = 16; old && i < 64; ++i) {
    if (bytes[i] != kGuard) std::abort();
  }
  std::memcpy(frame->parameters, parameters, (old ? 4 : 5) * sizeof(float));
  return 0;
}

std::int32_t dirp_measure(void* handle, std::int16_t* out, std::int32_t bytes) {
  const auto* frame = static_cast<const Frame*>(handle);
  if (frame->Told("unsupported")) return -12;
  const std::size_t n = std::size_t{frame->width} * frame->height;
  if (static_cast<std::size_t>(bytes) != 2 * n) return -8;
  // Releases exist that accept settings and then cannot measure with them.
  if (frame->Told("set-unmeasurable") && frame->parameters[2] != 0.95F) return -5;
  for (std::size_t i = 0; i < n; ++i) {
    const float tenths = frame->Celsius(i) * 10;
    out[i] = static_cast<std::int16_t>(tenths < 0 ? tenths - 0.5F : tenths + 0.5F);
  }
  return 0;
}

#ifndef STANDIN_TENTHS_ONLY
std::int32_t dirp_measure_ex(void* handle, float* out, std::int32_t bytes) {
  const auto* frame = static_cast<const Frame*>(handle);
  if (frame->Told("unsupported") || frame->Told("no-float")) return -12;
  const std::size_t n = std::size_t{frame->width} * frame->height;
  if (static_cast<std::size_t>(bytes) != 4 * n) return -8;
  if (frame->Told("set-unmeasurable") && frame->parameters[2] != 0.95F) return -5;
  for (std::size_t i = 0; i < n; ++i) out[i] = frame->Celsius(i);
  return 0;
}
#endif

}  // extern "C"
