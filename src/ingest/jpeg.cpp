#include "ingest/jpeg.hpp"

#include <cstring>

namespace thermoleak::ingest {
namespace {

constexpr std::size_t kMaxSegments = 4096;

/// Inside coded picture data FF is always followed by 00 or a restart marker, so the first FF D9 is
/// the end.
bool HasEndOfImage(ByteSpan picture) {
  const std::string_view text = AsText(picture);
  return text.find("\xFF\xD9") != std::string_view::npos;
}

}  // namespace

bool IsJpeg(ByteSpan file) { return StartsWith(file, "\xFF\xD8"); }

JpegSegments WalkJpeg(ByteSpan file) {
  JpegSegments result;
  const Fields fields(file, Order::kBig);
  std::size_t at = 2;
  while (true) {
    if (at + 2 > file.size()) {
      result.cut = true;
      return result;
    }
    if (file[at] != std::byte{0xFF} || result.segments.size() >= kMaxSegments) {
      // XT2 files may have some unknown bytes here; the picture can be whole all the same.
      result.broken = true;
      result.picture_cut = !HasEndOfImage(file.subspan(at));
      return result;
    }
    const auto marker = std::to_integer<std::uint8_t>(file[at + 1]);
    if (marker == 0xFF) {  // fill byte
      ++at;
      continue;
    }
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {  // markers without a length
      at += 2;
      continue;
    }
    if (marker == 0xDA) {
      result.picture_cut = !HasEndOfImage(file.subspan(at));
      return result;
    }
    if (marker == 0xD9) return result;
    const auto length = fields.U16(at + 2);
    if (!length) {
      result.cut = true;
      return result;
    }
    if (*length < 2) {
      result.broken = true;
      result.picture_cut = !HasEndOfImage(file.subspan(at));
      return result;
    }
    const auto payload = Part(file, at + 4, *length - 2u);
    if (!payload) {
      result.cut = true;
      return result;
    }
    const bool start_of_frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (start_of_frame) {
      result.picture_height = Fields(*payload, Order::kBig).U16(1).value_or(0);
      result.picture_width = Fields(*payload, Order::kBig).U16(3).value_or(0);
    }
    result.segments.push_back({marker, *payload});
    at += 2u + *length;
  }
}

}  // namespace thermoleak::ingest
