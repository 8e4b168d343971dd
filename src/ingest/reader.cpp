#include "thermoleak/ingest/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "ingest/formats.hpp"
#include "thermoleak/radiometry/summary.hpp"

namespace thermoleak {
namespace {

using namespace ingest;

/// One row a kind of JPEG: more special ones before more general ones.
struct JpegKind {
  bool (*recognises)(const JpegSegments&);
  Result<ThermalFrame> (*read)(const JpegSegments&, const FileContext&);
};

bool IsInfiRay(const JpegSegments& jpeg) {
  return std::any_of(jpeg.segments.begin(), jpeg.segments.end(), [](const auto& segment) {
    const auto mark = Part(segment.payload, 4, 5);  // four bytes of a version before the mark
    return segment.marker == 0xE2 && mark && AsText(*mark) == "IJPEG";
  });
}

Result<ThermalFrame> RefuseInfiRay(const JpegSegments&, const FileContext& file) {
  return Fail(file.item(), MessageId::kUnsupportedFormat, {"InfiRay IJPEG"});
}

constexpr JpegKind kJpegKinds[] = {
    {RecognisesFlirJpeg, ReadFlirJpeg},
    {IsInfiRay, RefuseInfiRay},
    {RecognisesDjiJpeg, ReadDjiJpeg},
};

Result<ThermalFrame> ReadJpeg(const FileContext& file) {
  const JpegSegments jpeg = WalkJpeg(file.bytes);
  for (const JpegKind& kind : kJpegKinds) {
    if (kind.recognises(jpeg)) return kind.read(jpeg, file);
  }
  if (jpeg.cut) {
    return Fail(file.item(), MessageId::kFileTruncated,
                {fmt::format("JPEG {} B", file.bytes.size())});
  }
  return Fail(file.item(), MessageId::kNotRadiometric);
}

bool IsPicture(ByteSpan file) {
  return StartsWith(file, "\x89PNG\r\n") || StartsWith(file, "GIF8") || StartsWith(file, "BM");
}

Result<ThermalFrame> RefusePicture(const FileContext& file) {
  return Fail(file.item(), MessageId::kNotRadiometric);
}

/// One row a format: more special ones before more general ones.
struct Format {
  bool (*recognises)(ByteSpan);
  Result<ThermalFrame> (*read)(const FileContext&);
};
constexpr Format kFormats[] = {
    {IsJpeg, ReadJpeg},
    {IsFff, ReadFffFile},
    {IsTiff, ReadTiffFrame},
    {IsPicture, RefusePicture},
};

/// What an unknown file seems to be, as a media type: the same in every language.
std::string ContentOf(ByteSpan file) {
  if (StartsWith(file, "%PDF")) return "application/pdf";
  if (StartsWith(file, "PK\3\4")) return "application/zip";
  if (const auto brand = Part(file, 4, 4); brand && AsText(*brand) == "ftyp") return "video/mp4";
  const ByteSpan head = file.subspan(0, std::min<std::size_t>(file.size(), 512));
  const bool text = std::all_of(head.begin(), head.end(), [](std::byte byte) {
    const auto c = std::to_integer<unsigned>(byte);
    return c >= 0x20 || c == '\t' || c == '\r' || c == '\n' || c == '\f';
  });
  if (text) return "text/plain";
  std::string start;
  for (const std::byte byte : head.first(std::min<std::size_t>(head.size(), 4))) {
    start += fmt::format("{:02X} ", std::to_integer<unsigned>(byte));
  }
  return start + "...";
}

Result<ThermalFrame> Dispatch(const FileContext& file) {
  if (file.bytes.empty()) return Fail(file.item(), MessageId::kFileEmpty);
  for (const Format& format : kFormats) {
    if (format.recognises(file.bytes)) return format.read(file);
  }
  return Fail(file.item(), MessageId::kNotAnImage, {ContentOf(file.bytes)});
}

/// A relative frame counts from its own median.
void SetReference(ThermalFrame& frame) {
  auto* relative = std::get_if<RelativeCalibration>(&frame.meta.calibration);
  if (relative == nullptr || frame.stored.empty()) return;
  relative->reference_count = CountHistogram(frame.stored).Median();
}

}  // namespace

std::string FrameSource::Name() const {
  const std::string name = path.filename().string();
  return count > 1 ? fmt::format("{}#{}", name, index + 1) : name;
}

Result<ThermalFrame> ReadFrame(std::span<const std::byte> bytes, const FrameSource& source,
                               const CameraTable& cameras, const ReadOptions& options) {
  try {
    auto frame = Dispatch(FileContext{bytes, source, cameras, options});
    if (!frame) return frame;
    frame->meta.source = source;
    frame->meta.name = source.Name();
    if (options.hash) frame->meta.sha256 = Sha256(bytes);
    ApplyOverride(options.scene, frame->meta.calibration);
    SetReference(*frame);
    return frame;
  } catch (const std::bad_alloc&) {
    throw;  // the run's fault, not the file's: sizes are bounded above
  } catch (const std::exception& error) {
    // OpenCV and the standard library throw; a frame's fault is data all the same.
    return Fail(source.path.string(), MessageId::kCorruptData, {error.what()});
  }
}

Result<ThermalFrame> ReadFrame(const FrameSource& source, const CameraTable& cameras,
                               const ReadOptions& options) {
  // One frame, of a sequence too, is small; what claims to be larger is not read.
  constexpr std::uint64_t kMaxPiece = 512u << 20;
  const auto bytes = source.length == 0 ? ReadFile(source.path, kMaxPiece)
                                        : ReadFilePart(source.path, source.offset,
                                                       std::min(source.length, kMaxPiece));
  if (!bytes) return tl::unexpected(bytes.error());
  return ReadFrame(*bytes, source, cameras, options);
}

}  // namespace thermoleak
