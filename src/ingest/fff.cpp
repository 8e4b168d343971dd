// Layout: knowledge of real files and ExifTool's tag tables; offsets are hexadecimal from the
// record's start.

#include "ingest/fff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ingest/formats.hpp"
#include "ingest/samples.hpp"

namespace thermoleak::ingest {
namespace {

constexpr std::uint64_t kHeaderBytes = 0x40;
constexpr std::uint64_t kEntryBytes = 32;
constexpr std::uint32_t kMaxEntries = 512;
constexpr double kZeroCelsius = 273.15;

enum RecordType : std::uint16_t { kRawData = 0x01, kCameraInfo = 0x20, kGpsInfo = 0x2B };

struct DirectoryEntry {
  std::uint16_t type = 0;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

/// The record's own byte order: its first number must read `mark` (2), whatever the directory's
/// order is.
std::optional<Order> OrderByMark(ByteSpan record, std::uint16_t mark) {
  if (Fields(record, Order::kLittle).U16(0) == mark) return Order::kLittle;
  if (Fields(record, Order::kBig).U16(0) == mark) return Order::kBig;
  return std::nullopt;
}

double Finite(std::optional<float> value, double otherwise) {
  return value && std::isfinite(*value) ? static_cast<double>(*value) : otherwise;
}

/// Reads kelvin; 0 K and the like mean "not set".
void ReadKelvin(const Fields& record, std::uint64_t offset, double& target_c, bool& odd) {
  const auto kelvin = record.F32(offset);
  if (!kelvin) return;
  if (*kelvin > 120 && *kelvin < 2000) {
    target_c = static_cast<double>(*kelvin) - kZeroCelsius;
  } else {
    odd = true;
  }
}

/// Every field only if it lies inside the record: old cameras write short ones.
void ReadCameraInfo(ByteSpan data, FffContent& content) {
  const auto order = OrderByMark(data, 2);
  if (!order) return;
  const Fields record(data, *order);
  PlanckCalibration& calibration = content.calibration;
  calibration.planck.r1 = Finite(record.F32(0x58), 0);
  calibration.planck.b = Finite(record.F32(0x5C), 0);
  calibration.planck.f = Finite(record.F32(0x60), 1);
  calibration.planck.o = record.I32(0x308).value_or(0);
  calibration.planck.r2 = Finite(record.F32(0x30C), 0);

  AtmosphereConstants& air = calibration.atmosphere;
  const AtmosphereConstants usual;
  air.alpha1 = Finite(record.F32(0x70), usual.alpha1);
  air.alpha2 = Finite(record.F32(0x74), usual.alpha2);
  air.beta1 = Finite(record.F32(0x78), usual.beta1);
  air.beta2 = Finite(record.F32(0x7C), usual.beta2);
  air.x = Finite(record.F32(0x80), usual.x);

  SceneParameters& scene = calibration.scene;
  bool odd = false;
  const double emissivity = Finite(record.F32(0x20), 0);
  if (emissivity > 0.01 && emissivity <= 1.0001) {
    scene.emissivity = std::min(emissivity, 1.0);
  } else {
    odd = true;
  }
  const double distance = Finite(record.F32(0x24), -1);
  if (distance >= 0 && distance < 1e5) {
    scene.distance_m = distance;  // 0 is a real value: no air
  } else {
    odd = true;
  }
  ReadKelvin(record, 0x28, scene.reflected_c, odd);
  ReadKelvin(record, 0x2C, scene.air_c, odd);
  ReadKelvin(record, 0x30, scene.window_c, odd);
  const double window = Finite(record.F32(0x34), 0);
  if (window > 0.01 && window <= 1.0001) {
    scene.window_transmission = std::min(window, 1.0);
  } else {
    odd = true;
  }
  double humidity = Finite(record.F32(0x3C), -1);
  if (humidity > 2) humidity /= 100;  // some cameras write percent
  if (humidity >= 0 && humidity <= 1.0001) {
    scene.relative_humidity = std::min(humidity, 1.0);
  } else {
    odd = true;
  }
  if (odd) content.warnings.push_back({MessageId::kSceneParametersOdd, {}});

  // Beyond these the camera itself calls its pixels saturated; its measuring range where it does
  // not say.
  const auto limit = [&record](std::uint64_t saturated, std::uint64_t range) {
    for (const std::uint64_t offset : {saturated, range}) {
      const double kelvin = Finite(record.F32(offset), 0);
      if (kelvin > 120 && kelvin < 5000) return std::optional(kelvin - kZeroCelsius);
    }
    return std::optional<double>();
  };
  content.valid_max_c = limit(0xA8, 0x90);
  content.valid_min_c = limit(0xAC, 0x94);
  if (content.valid_min_c && content.valid_max_c && *content.valid_min_c >= *content.valid_max_c) {
    content.valid_min_c.reset();
    content.valid_max_c.reset();
  }

  RecordFacts& facts = content.facts;
  facts.model = record.Text(0xD4, 32);
  facts.serial = record.Text(0x104, 16);
  facts.lens = record.Text(0x170, 32);
  facts.field_of_view_deg = Finite(record.F32(0x1B4), 0);
  const auto seconds = record.U32(0x384);
  const auto milliseconds = record.U32(0x388);
  const auto zone_min = record.I16(0x38C);
  if (seconds && milliseconds && zone_min && *seconds > 0 && std::abs(*zone_min) <= 15 * 60) {
    facts.time = RecordTime{*seconds + (*milliseconds & 0xFFFF) * 1e-3, -60.0 * *zone_min};
  }
}

void ReadGps(ByteSpan data, FffContent& content) {
  const Fields record(data, Order::kLittle);
  // Vue Pro writes 16777216 with zeros.
  if (record.U32(0) != 1u) return;
  const auto lat = record.F64(0x10);
  const auto lon = record.F64(0x18);
  if (!lat || !lon || !std::isfinite(*lat) || !std::isfinite(*lon)) return;
  content.facts.position = RecordPosition{{*lon, *lat}, Finite(record.F32(0x20), 0)};
}

/// Nothing when the pixels could be read, otherwise why not.
std::optional<Error> ReadRawData(ByteSpan data, const std::string& item, bool pixels,
                                 FffContent& content) {
  const auto order = OrderByMark(data, 2);
  const auto corrupt = [&item](std::string detail) {
    return Error{item, {MessageId::kCorruptData, {std::move(detail)}}};
  };
  if (!order || data.size() <= 0x20) return corrupt("FLIR RawData");
  const Fields record(data, *order);
  const int width = record.U16(2).value_or(0);
  const int height = record.U16(4).value_or(0);
  const ByteSpan payload = data.subspan(0x20);
  if (!PlausibleSize(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height))) {
    return corrupt(fmt::format("FLIR RawData {} x {}", width, height));
  }
  content.width = width;
  content.height = height;
  if (StartsWith(payload, "\x89PNG")) {
    content.encoding = "PNG";
    if (!pixels) return std::nullopt;
    DecodedCounts png = CountsFromPng(payload, *order, width, height);
    if (png.counts.empty()) return corrupt("FLIR RawData: " + png.problem);
    content.counts = std::move(png.counts);
    return std::nullopt;
  }
  if (StartsWith(payload, "\xFF\xD8\xFF")) {
    content.encoding = "JPEG-LS";
    if (!pixels) return std::nullopt;
    DecodedCounts decoded = CountsFromJpegLs(payload, width, height);
    if (decoded.counts.empty()) return corrupt("FLIR RawData: " + decoded.problem);
    if (decoded.loss_counts > 0) {
      content.warnings.push_back(
          {MessageId::kLossyCounts, {fmt::format("{}", decoded.loss_counts)}});
    }
    content.counts = std::move(decoded.counts);
    return std::nullopt;
  }
  content.encoding = "raw";
  const std::uint64_t expected =
      2 * static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
  if (payload.size() != expected) {
    return corrupt(
        fmt::format("FLIR RawData {} x {}: {} B != {} B", width, height, payload.size(), expected));
  }
  if (pixels) content.counts = CountsFromRaw({&payload, 1}, *order, width, height);
  return std::nullopt;
}

struct Directory {
  std::vector<DirectoryEntry> entries;
  std::uint64_t extent = 0;  ///< of the whole block

  bool Has(RecordType type) const {
    return std::any_of(entries.begin(), entries.end(),
                       [type](const DirectoryEntry& entry) { return entry.type == type; });
  }
};

std::optional<Directory> ReadDirectory(ByteSpan data) {
  // The version is 100 or 101: whichever order makes it so.
  Fields header(data, Order::kBig);
  const auto version = header.U32(0x14);
  if (!version) return std::nullopt;
  if (*version < 100 || *version > 199) header = Fields(data, Order::kLittle);
  const auto start = header.U32(0x18);
  const auto count = header.U32(0x1C);
  if (!start || !count || *count > kMaxEntries) return std::nullopt;
  Directory directory;
  directory.extent = std::max<std::uint64_t>(kHeaderBytes, *start + *count * kEntryBytes);
  for (std::uint32_t i = 0; i < *count; ++i) {
    const std::uint64_t at = *start + i * kEntryBytes;
    const auto type = header.U16(at);
    const auto offset = header.U32(at + 12);
    const auto length = header.U32(at + 16);
    if (!type || !offset || !length) return std::nullopt;
    if (*type == 0 || *length == 0) continue;
    directory.entries.push_back({*type, *offset, *length});
    directory.extent = std::max(directory.extent, std::uint64_t{*offset} + *length);
  }
  return directory;
}

}  // namespace

bool IsFff(ByteSpan data) {
  return StartsWith(data, {"FFF\0", 4}) || StartsWith(data, {"AFF\0", 4});
}

std::optional<std::uint64_t> ExtentOfFff(ByteSpan data) {
  if (!IsFff(data) || data.size() < kHeaderBytes) return std::nullopt;
  const auto directory = ReadDirectory(data);
  if (!directory || !directory->Has(kRawData)) return std::nullopt;
  return directory->extent;
}

Result<FffContent> ReadFff(ByteSpan data, const std::string& item, bool pixels) {
  if (!IsFff(data)) return Fail(item, MessageId::kCorruptData, {"FLIR FFF"});
  if (data.size() < kHeaderBytes) return Fail(item, MessageId::kFileTruncated, {"FLIR FFF"});
  const auto directory = ReadDirectory(data);
  if (!directory) return Fail(item, MessageId::kCorruptData, {"FLIR FFF"});

  FffContent content;
  if (directory->extent > data.size()) content.missing_bytes = directory->extent - data.size();
  bool has_raw = false;
  bool has_camera = false;
  for (const DirectoryEntry& entry : directory->entries) {
    const bool wanted = (entry.type == kRawData && !has_raw) ||
                        (entry.type == kCameraInfo && !has_camera) || entry.type == kGpsInfo;
    if (!wanted) continue;
    const std::uint64_t end = std::uint64_t{entry.offset} + entry.length;
    const auto record = Part(data, entry.offset, entry.length);
    if (!record) {
      if (entry.type == kGpsInfo) continue;
      return Fail(
          item, MessageId::kFileTruncated,
          {fmt::format("FLIR {}: {} B > {} B", entry.type == kRawData ? "RawData" : "CameraInfo",
                       end, data.size())});
    }
    if (entry.type == kRawData) {
      if (auto problem = ReadRawData(*record, item, pixels, content)) {
        return tl::unexpected(std::move(*problem));
      }
      has_raw = true;
    } else if (entry.type == kCameraInfo) {
      ReadCameraInfo(*record, content);
      has_camera = true;
    } else {
      ReadGps(*record, content);
    }
  }
  if (!has_raw) return Fail(item, MessageId::kNotRadiometric);
  if (!has_camera) return Fail(item, MessageId::kCorruptData, {"FLIR CameraInfo"});
  if (!content.calibration.planck.Plausible()) {
    return Fail(item, MessageId::kCorruptData, {"FLIR CameraInfo: Planck R1, B, F, O, R2"});
  }
  if (content.missing_bytes > 0) {
    content.warnings.push_back(
        {MessageId::kSequenceFrameCut, {fmt::format("{}", content.missing_bytes)}});
  }
  return content;
}

ThermalFrame FrameFromFff(FffContent content, const ExifFacts& exif, const Xmp& xmp,
                          const CameraTable& cameras) {
  ThermalFrame frame;
  FrameMeta& meta = frame.meta;
  meta.width = content.width;
  meta.height = content.height;
  meta.calibration = content.calibration;
  meta.valid_min_c = content.valid_min_c;
  meta.valid_max_c = content.valid_max_c;
  meta.warnings = std::move(content.warnings);
  FillFacts(exif, xmp, content.facts, cameras, meta);
  if (meta.make.empty()) meta.make = "FLIR";
  frame.stored = std::move(content.counts);

  // Vue Pro without R carries Planck numbers but was never calibrated with them: 100 C for a lawn.
  const std::string& model = content.facts.model.empty() ? meta.model : content.facts.model;
  bool uncalibrated = model.starts_with("Vue Pro") && !model.starts_with("Vue Pro R");
  if (!frame.stored.empty()) {
    double min = 0;
    double max = 0;
    cv::minMaxLoc(frame.stored, &min, &max);
    const auto celsius_of = CelsiusOf(meta.calibration);
    const double coldest = celsius_of(min);
    const double hottest = celsius_of(max);
    // A frame without anything between -75 and 90 C shows no ground and no pipe network.
    if (coldest > 90 || hottest < -75) uncalibrated = true;
    if (uncalibrated) {
      meta.warnings.push_back({MessageId::kNotCalibrated,
                               {fmt::format("{:.0f}", coldest), fmt::format("{:.0f}", hottest)}});
    }
  }
  if (uncalibrated) {
    meta.radiometry = RadiometryLevel::kRelative;
    meta.accuracy.scale_sigma = 0.3;  // R1 is a core's typical one: judgement
  }
  return frame;
}

Result<ThermalFrame> ReadFffFile(const FileContext& file) {
  auto content = ReadFff(file.bytes, file.item(), file.options.pixels);
  if (!content) return tl::unexpected(std::move(content.error()));
  const std::string format = fmt::format("FLIR FFF ({})", content->encoding);
  ThermalFrame frame = FrameFromFff(std::move(*content), {}, {}, file.cameras);
  frame.meta.format = format;
  return frame;
}

}  // namespace thermoleak::ingest
