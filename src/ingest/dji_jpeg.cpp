// DJI's radiometric JPEG: raw counts in APP3 (Zenmuse XT S: APP4), parameters in APP4, a table in
// APP5. What is known of them without the maker's library: formats.md 3.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ingest/facts.hpp"
#include "ingest/formats.hpp"
#include "ingest/jpeg_facts.hpp"
#include "ingest/samples.hpp"
#include "thermoleak/ingest/dji_sdk.hpp"

namespace thermoleak::ingest {
namespace {

constexpr std::size_t kMaxRawBytes = 64u << 20;
constexpr std::size_t kMinRawBytes = 64 * 48 * 2;

std::vector<ByteSpan> PiecesOf(const JpegSegments& jpeg, std::uint8_t marker) {
  std::vector<ByteSpan> pieces;
  for (const auto& segment : jpeg.segments) {
    if (segment.marker == marker) pieces.push_back(segment.payload);
  }
  return pieces;
}

std::size_t SizeOf(const std::vector<ByteSpan>& pieces) {
  return std::accumulate(pieces.begin(), pieces.end(), std::size_t{0},
                         [](std::size_t sum, ByteSpan piece) { return sum + piece.size(); });
}

std::vector<std::byte> Join(const std::vector<ByteSpan>& pieces) {
  std::vector<std::byte> joined;
  joined.reserve(std::min(SizeOf(pieces), kMaxRawBytes));
  for (const ByteSpan piece : pieces) {
    if (joined.size() + piece.size() > kMaxRawBytes) break;
    joined.insert(joined.end(), piece.begin(), piece.end());
  }
  return joined;
}

/// The parts of the file by what they mean.
struct Parts {
  std::vector<ByteSpan> raw;
  std::vector<std::byte> parameters;
  std::vector<std::byte> table;
  bool raw_in_app4 = false;  ///< Zenmuse XT S
};

Parts PartsOf(const JpegSegments& jpeg) {
  std::vector<ByteSpan> app3 = PiecesOf(jpeg, 0xE3);
  std::vector<ByteSpan> app4 = PiecesOf(jpeg, 0xE4);
  if (SizeOf(app4) > SizeOf(app3)) return {std::move(app4), {}, Join(app3), true};
  return {std::move(app3), Join(app4), Join(PiecesOf(jpeg, 0xE5)), false};
}

/// The way the counts were made, after the maker's plug-ins; "xts" and "m2ea" have no mark.
enum class Family { kUnknown, kIirp, kM2ea, kDirp, kGirp, kHirp, kXts };

struct FamilyName {
  Family family;
  std::string_view name;
};
constexpr FamilyName kFamilyNames[] = {
    {Family::kIirp, "iirp"}, {Family::kM2ea, "m2ea"}, {Family::kDirp, "dirp"},
    {Family::kGirp, "girp"}, {Family::kHirp, "hirp"}, {Family::kXts, "xts"},
    {Family::kUnknown, "?"},
};
std::string_view NameOf(Family family) {
  return std::find_if(std::begin(kFamilyNames), std::end(kFamilyNames) - 1,
                      [family](const FamilyName& row) { return row.family == family; })
      ->name;
}

bool PlausibleScene(const SceneParameters& scene) {
  return scene.emissivity > 0.01 && scene.emissivity <= 1 && scene.distance_m >= 0 &&
         scene.distance_m < 10000 && scene.relative_humidity >= 0 && scene.relative_humidity <= 1 &&
         std::abs(scene.air_c) < 100 && scene.reflected_c > -150 && scene.reflected_c < 1000;
}

/// Five floats: ambient degC, distance m, emissivity, humidity, reflected degC.
std::optional<SceneParameters> FloatScene(ByteSpan parameters, std::uint64_t at) {
  const Fields fields(parameters, Order::kLittle);
  float values[5] = {};
  for (std::uint64_t i = 0; i < 5; ++i) {
    const auto value = fields.F32(at + 4 * i);
    if (!value || !std::isfinite(*value)) return std::nullopt;
    values[i] = *value;
  }
  SceneParameters scene;
  scene.air_c = static_cast<double>(values[0]);
  scene.distance_m = static_cast<double>(values[1]);
  scene.emissivity = static_cast<double>(values[2]);
  scene.relative_humidity = static_cast<double>(values[3]);
  scene.reflected_c = static_cast<double>(values[4]);
  return PlausibleScene(scene) ? std::optional(scene) : std::nullopt;
}

std::optional<SceneParameters> SceneOf(Family family, ByteSpan parameters) {
  const Fields fields(parameters, Order::kLittle);
  const auto number = [&fields](std::uint64_t at) {
    return double{1} * fields.I16(at).value_or(-1);
  };
  SceneParameters scene;
  switch (family) {
    case Family::kIirp:
      return FloatScene(parameters, 0x20);
    case Family::kM2ea:
      return FloatScene(parameters, 0);
    case Family::kDirp:
      scene.distance_m = number(0x44);
      scene.relative_humidity = number(0x46) / 100;
      scene.emissivity = number(0x48) / 100;
      scene.reflected_c = number(0x4A) / 10;
      scene.air_c = number(0x4C);
      break;
    case Family::kGirp:
      scene.relative_humidity = number(0x24) / 100;
      scene.distance_m = number(0x26) / 10;
      scene.emissivity = number(0x28) / 100;
      scene.reflected_c = number(0x2A) / 10;
      scene.air_c = scene.reflected_c;  // not stored
      break;
    default:
      return std::nullopt;
  }
  return PlausibleScene(scene) ? std::optional(scene) : std::nullopt;
}

Family FamilyOf(const Parts& parts) {
  if (parts.raw_in_app4) return Family::kXts;
  for (const Family family : {Family::kIirp, Family::kGirp, Family::kHirp}) {
    if (StartsWith(parts.parameters, "\xFF\xD2\xD1\xFF" + std::string(NameOf(family))))
      return family;
  }
  if (StartsWith(parts.parameters, "\xAA\x55")) return Family::kDirp;
  // Mavic 2 Enterprise Advanced: its five parameters stand at the start.
  return FloatScene(parts.parameters, 0) ? Family::kM2ea : Family::kUnknown;
}

/// Kelvin a count and its relative 1-sigma error, for families whose offset only the maker knows.
struct Slope {
  double kelvin_per_count = 0.03;  ///< of such cores in general: judgement
  double sigma = 0.5;
};

/// From the file's table of 0.1 degC steps near 10 degC, where the ground of a survey is.
Slope SlopeOf(Family family, ByteSpan table) {
  constexpr std::size_t kEntries = 16384;
  constexpr std::int16_t kLow = 0;  // 0.1 degC
  constexpr std::int16_t kHigh = 200;
  if (table.size() != 2 * kEntries) return {};
  const Fields fields(table, Order::kLittle);
  const auto first_above = [&fields](std::int16_t tenths) {
    std::size_t i = 0;
    while (i < kEntries && fields.I16(2 * i).value_or(0) < tenths) ++i;
    return i;
  };
  const std::size_t low = first_above(kLow);
  const std::size_t high = first_above(kHigh);
  if (low == 0 || high >= kEntries || high <= low) return {};
  const double per_entry = 0.1 * (kHigh - kLow) / static_cast<double>(high - low);
  // H20T: table[0.2554852 raw + b] reproduces the maker's own temperatures of one frame to 0.1 K,
  // with b of that frame (formats.md 3.3). The others' tables are taken to be by counts.
  const double entries_per_count = family == Family::kDirp ? 0.2554852 : 1.0;
  return {per_entry * entries_per_count, 0.3};
}

/// Apparent temperatures are 14 bits shifted left by two; anything else is another encoding.
bool IsShifted(const cv::Mat& counts) {
  unsigned low_bits = 0;
  for (int row = 0; row < counts.rows; ++row) {
    const auto* in = counts.ptr<std::uint16_t>(row);
    for (int column = 0; column < counts.cols; ++column) low_bits |= in[column];
  }
  return (low_bits & 3u) == 0;
}

/// The array's sides from its byte count: the picture's own, or a half of them.
bool SidesOf(std::size_t bytes, const JpegSegments& jpeg, int& width, int& height) {
  for (const int divisor : {1, 2, 4}) {
    width = jpeg.picture_width / divisor;
    height = jpeg.picture_height / divisor;
    if (width > 0 && height > 0 &&
        bytes == 2 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {
      return PlausibleSize(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height));
    }
  }
  return false;
}

void SetRelative(Family family, ByteSpan table, FrameMeta& meta) {
  const Slope slope = SlopeOf(family, table);
  meta.calibration = RelativeCalibration{slope.kelvin_per_count, 0};
  meta.radiometry = RadiometryLevel::kRelative;
  meta.accuracy.scale_sigma = slope.sigma;
  meta.warnings.push_back(
      {MessageId::kRelativeCounts,
       {fmt::format("{:.2g}", slope.kelvin_per_count), fmt::format("{:.0f}", 100 * slope.sigma)}});
}

void SetApparent(FrameMeta& meta) {
  // Temperature before emissivity, reflection and air; the maker's library would go on from here.
  meta.calibration = LinearCalibration{1.0 / 64, -273.15};
  meta.radiometry = RadiometryLevel::kApparent;
  // In the one published case the library's contrast is 1.305 times the apparent one.
  meta.accuracy.scale_sigma = 0.23;
  meta.warnings.push_back({MessageId::kApparentTemperature, {}});
}

/// Whether the maker's library gave the temperatures; otherwise `meta` says why not.
bool ReadBySdk(const FileContext& file, ThermalFrame& frame) {
  Result<cv::Mat> celsius =
      file.options.dji_sdk->Measure(file.bytes, file.item(), frame.meta.width, frame.meta.height,
                                    file.options.scene, &frame.meta.warnings);
  if (!celsius) {
    frame.meta.warnings.push_back(
        {MessageId::kDjiSdkFailed, {celsius.error().message.In(Lang::kEnglish)}});
    return false;
  }
  frame.stored = std::move(*celsius);
  frame.meta.calibration = CelsiusCalibration{};
  frame.meta.radiometry = RadiometryLevel::kAbsolute;
  return true;
}

}  // namespace

bool RecognisesDjiJpeg(const JpegSegments& jpeg) {
  return SizeOf(PiecesOf(jpeg, 0xE3)) >= kMinRawBytes;
}

Result<ThermalFrame> ReadDjiJpeg(const JpegSegments& jpeg, const FileContext& file) {
  const std::string item = file.item();
  const JpegFacts facts = FactsOfJpeg(jpeg);
  const Parts parts = PartsOf(jpeg);
  const std::size_t raw_bytes = SizeOf(parts.raw);
  const auto size_text = fmt::format("APP {} B", raw_bytes);
  if (facts.exif.make != "DJI") {
    // What follows the counts is missing when the file is cut: then so may be some of them.
    if (jpeg.cut) return Fail(item, MessageId::kFileTruncated, {size_text});
    return Fail(item, MessageId::kUnsupportedFormat,
                {fmt::format("{} {} JPEG APP3", facts.exif.make, facts.exif.model)});
  }
  int width = 0;
  int height = 0;
  if (!SidesOf(raw_bytes, jpeg, width, height)) {
    if (jpeg.cut) return Fail(item, MessageId::kFileTruncated, {size_text});
    return Fail(item, MessageId::kCorruptData,
                {fmt::format("{}, {} x {}", size_text, jpeg.picture_width, jpeg.picture_height)});
  }
  const Family family = FamilyOf(parts);
  ThermalFrame frame;
  FrameMeta& meta = frame.meta;
  meta.width = width;
  meta.height = height;
  meta.format = fmt::format("DJI R-JPEG ({})", NameOf(family));
  meta.recorded_scene = SceneOf(family, parts.parameters);
  FillFacts(facts.exif, facts.xmp, {}, file.cameras, meta);
  const bool by_sdk =
      file.options.dji_sdk != nullptr && file.options.pixels && ReadBySdk(file, frame);
  if (!by_sdk) {
    bool apparent = family == Family::kIirp || family == Family::kM2ea;
    if (file.options.pixels) {
      frame.stored = CountsFromRaw(parts.raw, Order::kLittle, width, height);
      apparent = apparent && IsShifted(frame.stored);
    }
    if (apparent) {
      SetApparent(meta);
    } else {
      SetRelative(family, parts.table, meta);
    }
  }
  if (jpeg.cut || jpeg.picture_cut) meta.warnings.push_back({MessageId::kPictureDamaged, {}});
  return frame;
}

}  // namespace thermoleak::ingest
