// FLIR radiometric JPEG: an FFF block in APP1 segments, Exif and XMP beside it.

#include <fmt/format.h>

#include "ingest/fff.hpp"
#include "ingest/formats.hpp"
#include "ingest/jpeg_facts.hpp"

namespace thermoleak::ingest {
namespace {

constexpr std::size_t kFlirHead = 8;  // "FLIR\0", 1, index, last index

struct Pieces {
  std::vector<ByteSpan> data;  ///< by index; empty = not seen
  std::string problem;
};

/// The FLIR segments by their index. Duplicates and different totals are refused: nobody can say
/// which is right.
Pieces Collect(const JpegSegments& jpeg) {
  Pieces pieces;
  for (const auto& segment : jpeg.segments) {
    if (segment.marker != 0xE1 || !StartsWith(segment.payload, kFlirMark) ||
        segment.payload.size() < kFlirHead) {
      continue;
    }
    const auto index = std::to_integer<std::size_t>(segment.payload[6]);
    const auto count = std::to_integer<std::size_t>(segment.payload[7]) + 1;
    if (pieces.data.empty()) pieces.data.resize(count);
    if (count != pieces.data.size() || index >= count || !pieces.data[index].empty()) {
      pieces.problem = fmt::format("FLIR APP1 {}/{}", index + 1, count);
      return pieces;
    }
    pieces.data[index] = segment.payload.subspan(kFlirHead);
  }
  return pieces;
}

}  // namespace

bool RecognisesFlirJpeg(const JpegSegments& jpeg) {
  for (const auto& segment : jpeg.segments) {
    if (segment.marker == 0xE1 && StartsWith(segment.payload, kFlirMark)) return true;
  }
  return false;
}

Result<ThermalFrame> ReadFlirJpeg(const JpegSegments& jpeg, const FileContext& file) {
  const std::string item = file.item();
  const Pieces pieces = Collect(jpeg);
  if (!pieces.problem.empty()) return Fail(item, MessageId::kCorruptData, {pieces.problem});
  std::size_t size = 0;
  for (std::size_t i = 0; i < pieces.data.size(); ++i) {
    if (pieces.data[i].empty()) {
      return Fail(item, jpeg.cut ? MessageId::kFileTruncated : MessageId::kCorruptData,
                  {fmt::format("FLIR APP1 {}/{}", i + 1, pieces.data.size())});
    }
    size += pieces.data[i].size();
  }
  std::vector<std::byte> block;
  block.reserve(size);
  for (const ByteSpan piece : pieces.data) block.insert(block.end(), piece.begin(), piece.end());

  auto content = ReadFff(block, item, file.options.pixels);
  if (!content) return tl::unexpected(std::move(content.error()));
  const JpegFacts facts = FactsOfJpeg(jpeg);
  const std::string format = fmt::format("FLIR R-JPEG ({})", content->encoding);
  ThermalFrame frame = FrameFromFff(std::move(*content), facts.exif, facts.xmp, file.cameras);
  frame.meta.format = format;
  if (jpeg.cut || jpeg.picture_cut) {
    frame.meta.warnings.push_back({MessageId::kPictureDamaged, {}});
  }
  return frame;
}

}  // namespace thermoleak::ingest
