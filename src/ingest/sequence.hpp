#pragma once
// FLIR video: FFF frames one after another (SEQ; CSQ with JPEG-LS pixels).

#include <functional>
#include <vector>

#include "ingest/bytes.hpp"

namespace thermoleak::ingest {

/// One frame of a sequence by its place in the file.
struct SequencePiece {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< what is there: shorter than the directory says in a cut last frame
};

/// Copies up to `wanted` bytes from `offset`; fewer at the end of the file.
using ReadAt = std::function<std::vector<std::byte>(std::uint64_t offset, std::uint64_t wanted)>;

/// Walks by the directories' extents, reading headers only: bytes inside pixels can look like a
/// header. Where no frame follows an extent (a damaged stretch), goes on at the next whole header.
/// At least one piece for a file that starts with a header; none otherwise.
std::vector<SequencePiece> WalkSequence(const ReadAt& read_at, std::uint64_t file_bytes);

}  // namespace thermoleak::ingest
