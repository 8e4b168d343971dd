#include "thermoleak/ingest/reader.hpp"

#include <fmt/format.h>

#include <exception>

#include "ingest/dji_jpeg.hpp"
#include "ingest/exif.hpp"
#include "ingest/fff.hpp"
#include "ingest/flir_jpeg.hpp"
#include "ingest/tiff_frame.hpp"

namespace thermoleak {
namespace {

using namespace ingest;

struct Context {
  ByteSpan file;
  const std::filesystem::path& name;
  const CameraTable& cameras;
  const ReadOptions& options;
};

Result<ThermalFrame> ReadJpeg(const Context& context) {
  const JpegSegments jpeg = WalkJpeg(context.file);
  if (RecognisesFlirJpeg(jpeg)) {
    return ReadFlirJpeg(jpeg, context.name, context.cameras, context.options);
  }
  for (const auto& segment : jpeg.segments) {
    // Four bytes of a version before the mark.
    const auto mark = Part(segment.payload, 4, 5);
    if (segment.marker == 0xE2 && mark && AsText(*mark) == "IJPEG") {
      return Fail(context.name.string(), MessageId::kUnsupportedFormat, {"InfiRay IJPEG"});
    }
  }
  if (RecognisesDjiJpeg(jpeg)) {
    return ReadDjiJpeg(jpeg, context.name, context.cameras, context.options);
  }
  if (jpeg.cut) {
    return Fail(context.name.string(), MessageId::kFileTruncated,
                {fmt::format("JPEG {} B", context.file.size())});
  }
  return Fail(context.name.string(), MessageId::kNotRadiometric);
}

Result<ThermalFrame> ReadTiff(const Context& context) {
  return ReadTiffFrame(context.file, context.name, context.cameras, context.options);
}

Result<ThermalFrame> ReadFffAlone(const Context& context) {
  return ReadFffFile(context.file, context.name, context.cameras, context.options);
}

Result<ThermalFrame> ReadPicture(const Context& context) {
  return Fail(context.name.string(), MessageId::kNotRadiometric);
}

bool IsPicture(ByteSpan file) {
  return StartsWith(file, "\x89PNG\r\n") || StartsWith(file, "GIF8") || StartsWith(file, "BM");
}

/// One row a format: more special ones before more general ones.
struct Format {
  bool (*recognises)(ByteSpan);
  Result<ThermalFrame> (*read)(const Context&);
};
constexpr Format kFormats[] = {
    {IsJpeg, ReadJpeg},
    {RecognisesFff, ReadFffAlone},
    {IsTiff, ReadTiff},
    {IsPicture, ReadPicture},
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

Result<ThermalFrame> Dispatch(const Context& context) {
  if (context.file.empty()) return Fail(context.name.string(), MessageId::kFileEmpty);
  for (const Format& format : kFormats) {
    if (format.recognises(context.file)) return format.read(context);
  }
  return Fail(context.name.string(), MessageId::kNotAnImage, {ContentOf(context.file)});
}

}  // namespace

Result<ThermalFrame> ReadFrame(std::span<const std::byte> bytes, const std::filesystem::path& name,
                               const CameraTable& cameras, const ReadOptions& options) {
  try {
    auto frame = Dispatch(Context{bytes, name, cameras, options});
    if (!frame) return frame;
    frame->meta.path = name;
    frame->meta.name = name.filename().string();
    if (options.hash) frame->meta.sha256 = Sha256(bytes);
    return frame;
  } catch (const std::bad_alloc&) {
    throw;  // the run's fault, not the file's: sizes are bounded above
  } catch (const std::exception& error) {
    // OpenCV and the standard library throw; a frame's fault is data all the same.
    return Fail(name.string(), MessageId::kCorruptData, {error.what()});
  }
}

Result<ThermalFrame> ReadFrame(const std::filesystem::path& path, const CameraTable& cameras,
                               const ReadOptions& options) {
  const auto bytes = ReadFile(path);
  if (!bytes) return tl::unexpected(bytes.error());
  return ReadFrame(*bytes, path, cameras, options);
}

}  // namespace thermoleak
