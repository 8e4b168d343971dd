#include "ingest/sequence.hpp"

#include <algorithm>
#include <optional>

#include "ingest/fff.hpp"

namespace thermoleak::ingest {
namespace {

constexpr std::size_t kMaxFrames = 1u << 20;
constexpr std::uint64_t kHeadBytes = 4096;  ///< header and directory of every camera seen
constexpr std::uint64_t kWindow = 1u << 20;

/// Bytes of the frame at `offset` by its directory; nothing where no frame starts.
std::optional<std::uint64_t> ExtentAt(const ReadAt& read_at, std::uint64_t offset) {
  const std::vector<std::byte> head = read_at(offset, kHeadBytes);
  if (const auto extent = ExtentOfFff(head)) return extent;
  // A directory that lies far behind its header: rare, but allowed.
  if (!IsFff(head) || head.size() < kHeadBytes) return std::nullopt;
  return ExtentOfFff(read_at(offset, kWindow));
}

/// The next place from `offset` on where a frame with pixels starts.
std::optional<std::uint64_t> NextFrame(const ReadAt& read_at, std::uint64_t offset,
                                       std::uint64_t file_bytes) {
  constexpr std::size_t kMark = 4;
  while (offset + kMark <= file_bytes) {
    const std::vector<std::byte> window = read_at(offset, kWindow);
    if (window.size() < kMark) return std::nullopt;
    const std::string_view text = AsText(window);
    for (std::size_t at = 0; at + kMark <= text.size(); ++at) {
      at = text.find({"FF\0", 3}, at);  // the tail of "FFF\0" and "AFF\0"
      if (at == std::string_view::npos) break;
      if (at > 0 && ExtentAt(read_at, offset + at - 1)) return offset + at - 1;
    }
    if (window.size() < kWindow) return std::nullopt;
    offset += window.size() - kMark;
  }
  return std::nullopt;
}

}  // namespace

std::vector<SequencePiece> WalkSequence(const ReadAt& read_at, std::uint64_t file_bytes) {
  std::vector<SequencePiece> pieces;
  std::uint64_t at = 0;
  while (at < file_bytes && pieces.size() < kMaxFrames) {
    auto extent = ExtentAt(read_at, at);
    if (!extent) {
      if (pieces.empty() && !IsFff(read_at(0, 4))) break;
      const auto next = NextFrame(read_at, at + 1, file_bytes);
      // The damaged stretch is a frame of its own, so that it is reported.
      if (pieces.empty()) pieces.push_back({0, next.value_or(file_bytes)});
      if (!next) break;
      at = *next;
      extent = ExtentAt(read_at, at);
      if (!extent) break;
    }
    pieces.push_back({at, std::min(*extent, file_bytes - at)});
    if (*extent >= file_bytes - at) break;
    at += *extent;
  }
  return pieces;
}

}  // namespace thermoleak::ingest
