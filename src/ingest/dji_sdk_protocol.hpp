#pragma once
// What the survey and the DJI SDK's helper say to each other: a Hello from the helper, then one
// Request and one Reply a frame. Both ends are the same build on the same machine, so the structs
// go over the socket as they are; still nothing that comes from the helper is believed unchecked,
// for foreign code has run in it.

#include <array>
#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <type_traits>

#include "ingest/bytes.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/radiometry/calibration.hpp"

namespace thermoleak::ingest::dji_sdk {

constexpr std::string_view kHelperCommand = "dji-sdk-helper";
/// As much as ReadFile() takes; also keeps the size within the SDK's int.
constexpr std::uint64_t kMaxFileBytes = 512u << 20;

/// libdirp.so in `folder` itself or where the vendor's archives have it; nothing when there is
/// none.
std::optional<std::filesystem::path> FindLibrary(const std::filesystem::path& folder);

/// First words of the helper.
struct Hello {
  static constexpr std::uint32_t kMagic = 0x31484A44;
  std::uint32_t magic = kMagic;
  std::uint32_t loaded = 0;
  std::array<char, 248> reason{};  ///< why not loaded
};

/// The scene in the SDK's own units; NaN = the file's value. Order of dirp_measurement_params_t.
struct Settings {
  float distance_m;
  float humidity_percent;
  float emissivity;
  float reflected_c;
  float ambient_c;
};

struct Request {
  static constexpr std::uint32_t kMagic = 0x31514A44;
  std::uint32_t magic = kMagic;
  std::uint32_t bytes = 0;  ///< of the file, which follows
  std::int32_t width = 0;   ///< as the file's reader found them
  std::int32_t height = 0;
  Settings settings{};
};

/// The SDK's call that a code belongs to.
enum class Call : std::uint32_t { kNone, kCreate, kResolution, kMeasure, kCount };
std::string_view NameOf(Call call);

struct Reply {
  static constexpr std::uint32_t kMagic = 0x31504A44;
  std::uint32_t magic = kMagic;
  std::uint32_t failed = 0;  ///< a Call, kNone when all is well
  std::int32_t code = 0;     ///< the SDK's; 0 = success
  std::int32_t width = 0;    ///< as the SDK says
  std::int32_t height = 0;
  std::uint32_t settings_refused = 0;
  std::uint32_t bytes = 0;  ///< of float32 degC, which follow
};

static_assert(std::is_trivially_copyable_v<Hello> && std::is_trivially_copyable_v<Request> &&
              std::is_trivially_copyable_v<Reply>);

/// Settings within the ranges that the SDK documents; `limited` says whether one had to change.
Settings SettingsFrom(const SceneOverride& scene, bool& limited);

/// The bytes that must follow `reply` for the frame that was asked for, 0 .. 4 * width * height, or
/// why it is no good answer.
Result<std::size_t> PayloadOf(const Reply& reply, const std::string& item, int width, int height);
/// The map of a payload of 4 * width * height bytes. Numbers that are no temperature become NaN; an
/// error when nothing else is there.
Result<cv::Mat> MapFromPayload(ByteSpan payload, const std::string& item, int width, int height);

}  // namespace thermoleak::ingest::dji_sdk
