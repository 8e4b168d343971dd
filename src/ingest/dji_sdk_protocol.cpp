#include "ingest/dji_sdk_protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <system_error>

#include "ingest/samples.hpp"

namespace thermoleak::ingest::dji_sdk {
namespace {

float Limited(std::optional<double> value, double scale, double low, double high, bool& limited) {
  if (!value || !std::isfinite(*value)) return std::numeric_limits<float>::quiet_NaN();
  const double wanted = *value * scale;
  const double taken = std::clamp(wanted, low, high);
  if (taken != wanted) limited = true;
  return static_cast<float>(taken);
}

}  // namespace

std::optional<std::filesystem::path> FindLibrary(const std::filesystem::path& folder) {
  // Releases 1.0 .. 1.8 differ in where the libraries lie. Only 64-bit ones can be loaded.
  for (const char* place :
       {"", "utility/bin/linux/release_x64", "tsdk-core/lib/linux/release_x64",
        "lib/linux/release_x64", "bin/linux/release_x64", "linux/release_x64", "release_x64",
        "tsdk-core/lib/linux", "lib/linux", "bin/linux", "linux", "lib", "bin"}) {
    const std::filesystem::path library = folder / place / "libdirp.so";
    std::error_code error;
    if (!std::filesystem::is_regular_file(library, error)) continue;
    const auto absolute = std::filesystem::absolute(library, error);
    if (!error) return absolute.lexically_normal();
  }
  return std::nullopt;
}

std::string_view NameOf(Call call) {
  switch (call) {
    case Call::kCreate:
      return "dirp_create_from_rjpeg";
    case Call::kResolution:
      return "dirp_get_rjpeg_resolution";
    case Call::kMeasure:
      return "dirp_measure";
    case Call::kNone:
    case Call::kCount:
      break;
  }
  return "?";
}

Settings SettingsFrom(const SceneOverride& scene, bool& limited) {
  // The ranges are those of the vendor's header; a true distance of 75 m cannot be said.
  return {.distance_m = Limited(scene.distance_m, 1, 1, 25, limited),
          .humidity_percent = Limited(scene.relative_humidity, 100, 20, 100, limited),
          .emissivity = Limited(scene.emissivity, 1, 0.1, 1, limited),
          .reflected_c = Limited(scene.reflected_c, 1, -40, 500, limited),
          .ambient_c = Limited(scene.air_c, 1, -40, 80, limited)};
}

Result<std::size_t> PayloadOf(const Reply& reply, const std::string& item, int width, int height) {
  const auto bad = [&item](std::string what) {
    return Fail(item, MessageId::kDjiSdkBadAnswer, {std::move(what)});
  };
  if (reply.magic != Reply::kMagic || reply.failed >= static_cast<std::uint32_t>(Call::kCount)) {
    return bad("0x" + fmt::format("{:08X}", reply.magic));
  }
  const auto failed = static_cast<Call>(reply.failed);
  if (failed != Call::kNone && reply.code != 0) {
    return Fail(item, MessageId::kDjiSdkRefused,
                {std::string(NameOf(failed)), fmt::format("{}", reply.code)});
  }
  if (failed != Call::kNone || reply.width != width || reply.height != height ||
      !PlausibleSize(static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height))) {
    return bad(fmt::format("{} x {} != {} x {}", reply.width, reply.height, width, height));
  }
  const std::size_t expected =
      sizeof(float) * static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  if (reply.bytes != expected) return bad(fmt::format("{} B != {} B", reply.bytes, expected));
  return expected;
}

Result<cv::Mat> MapFromPayload(ByteSpan payload, const std::string& item, int width, int height) {
  cv::Mat celsius(height, width, CV_32FC1);
  CV_Assert(payload.size() == celsius.total() * sizeof(float));
  std::memcpy(celsius.data, payload.data(), payload.size());
  constexpr float kColdest = -273.15F;
  constexpr float kHottest = 3000;  // no camera of the maker measures half of it
  bool any = false;
  for (int row = 0; row < height; ++row) {
    auto* value = celsius.ptr<float>(row);
    for (int column = 0; column < width; ++column) {
      if (value[column] > kColdest && value[column] < kHottest) {
        any = true;
      } else {
        value[column] = std::numeric_limits<float>::quiet_NaN();
      }
    }
  }
  if (!any) return Fail(item, MessageId::kDjiSdkBadAnswer, {"NaN"});
  return celsius;
}

}  // namespace thermoleak::ingest::dji_sdk
