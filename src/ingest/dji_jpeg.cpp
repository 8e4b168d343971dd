#include "ingest/dji_jpeg.hpp"

#include <fmt/format.h>

#include "ingest/facts.hpp"
#include "ingest/jpeg_facts.hpp"
#include "ingest/samples.hpp"

namespace thermoleak::ingest {
namespace {

constexpr std::size_t kMaxRawBytes = 64u << 20;
constexpr std::size_t kMinRawBytes = 64 * 48 * 2;

std::size_t SizeOf(const JpegSegments& jpeg, std::uint8_t marker) {
  std::size_t size = 0;
  for (const auto& segment : jpeg.segments) {
    if (segment.marker == marker) size += segment.payload.size();
  }
  return size;
}

std::vector<std::byte> Join(const JpegSegments& jpeg, std::uint8_t marker) {
  std::vector<std::byte> joined;
  joined.reserve(std::min(SizeOf(jpeg, marker), kMaxRawBytes));
  for (const auto& segment : jpeg.segments) {
    if (segment.marker != marker || joined.size() + segment.payload.size() > kMaxRawBytes) continue;
    joined.insert(joined.end(), segment.payload.begin(), segment.payload.end());
  }
  return joined;
}

/// The vendor's name for the way its counts were made, after its plug-ins; "xts" is Zenmuse XT S.
std::string FamilyOf(ByteSpan app4, const std::string& model, bool raw_in_app4) {
  if (raw_in_app4) return "xts";
  for (const std::string_view name : {"iirp", "girp", "hirp"}) {
    if (StartsWith(app4, "\xFF\xD2\xD1\xFF" + std::string(name))) return std::string(name);
  }
  if (StartsWith(app4, "\xAA\x55")) return "dirp";
  // Mavic 2 Enterprise Advanced has no mark: its parameters stand at the start.
  if (model.starts_with("MAVIC2-ENTERPRISE-ADVANCED")) return "m2ea";
  return "?";
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

}  // namespace

bool RecognisesDjiJpeg(const JpegSegments& jpeg) { return SizeOf(jpeg, 0xE3) >= kMinRawBytes; }

Result<ThermalFrame> ReadDjiJpeg(const JpegSegments& jpeg, const std::filesystem::path& name,
                                 const CameraTable& cameras, const ReadOptions& options) {
  const std::string item = name.string();
  const JpegFacts facts = FactsOfJpeg(jpeg);
  const std::size_t app3_bytes = SizeOf(jpeg, 0xE3);
  const bool raw_in_app4 = SizeOf(jpeg, 0xE4) > app3_bytes;
  const std::vector<std::byte> app4 = Join(jpeg, 0xE4);
  const std::string family = FamilyOf(app4, facts.exif.model, raw_in_app4);
  if (family == "?" && jpeg.cut) {  // the parameters stand behind the counts
    return Fail(item, MessageId::kFileTruncated, {fmt::format("APP3 {} B", app3_bytes)});
  }
  if (facts.exif.make != "DJI") {
    return Fail(item, MessageId::kUnsupportedFormat,
                {fmt::format("{} {} JPEG APP3", facts.exif.make, facts.exif.model)});
  }
  if (family != "iirp" && family != "m2ea") {
    return Fail(item, MessageId::kUnsupportedFormat,
                {fmt::format("DJI R-JPEG {} ({})", facts.exif.model, family)});
  }
  // What follows the raw segments is missing when the file is cut: then so may be some of them.
  int width = 0;
  int height = 0;
  if (!SidesOf(app3_bytes, jpeg, width, height)) {
    if (jpeg.cut)
      return Fail(item, MessageId::kFileTruncated, {fmt::format("APP3 {} B", app3_bytes)});
    return Fail(
        item, MessageId::kCorruptData,
        {fmt::format("APP3 {} B, {} x {}", app3_bytes, jpeg.picture_width, jpeg.picture_height)});
  }
  ThermalFrame frame;
  FrameMeta& meta = frame.meta;
  meta.width = width;
  meta.height = height;
  meta.format = fmt::format("DJI R-JPEG ({})", family);
  // Temperature before emissivity, reflection and air; the vendor's library would go on from here.
  meta.calibration = LinearCalibration{1.0 / 64, -273.15};
  meta.radiometry = RadiometryLevel::kApparent;
  meta.warnings.push_back({MessageId::kApparentTemperature, {}});
  FillFacts(facts.exif, facts.xmp, {}, cameras, meta);
  if (options.pixels) {
    std::vector<ByteSpan> pieces;
    for (const auto& segment : jpeg.segments) {
      if (segment.marker == 0xE3) pieces.push_back(segment.payload);
    }
    frame.stored = CountsFromRaw(pieces, Order::kLittle, width, height);
  }
  if (jpeg.cut || jpeg.picture_cut) meta.warnings.push_back({MessageId::kPictureDamaged, {}});
  return frame;
}

}  // namespace thermoleak::ingest
