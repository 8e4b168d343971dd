// The walk over a sequence: pieces lie inside the file, in order and apart, and the first starts at
// 0.

#include <algorithm>

#include "fuzz/fuzz.hpp"
#include "ingest/sequence.hpp"

using namespace thermoleak;
using namespace thermoleak::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = BytesOf(data, size);
  const auto read_at = [&file](std::uint64_t offset, std::uint64_t wanted) {
    if (offset >= file.size()) return std::vector<std::byte>();
    const auto part = file.subspan(offset, std::min<std::size_t>(wanted, file.size() - offset));
    return std::vector<std::byte>(part.begin(), part.end());
  };
  std::uint64_t end = 0;
  for (const ingest::SequencePiece& piece : ingest::WalkSequence(read_at, size)) {
    Require(piece.length > 0 && piece.offset >= end && piece.offset + piece.length <= size,
            "pieces lie inside the file, one behind the other");
    Require(end > 0 || piece.offset == 0, "the first starts at 0");
    end = piece.offset + piece.length;
    CheckFrame(ReadFrame(file.subspan(piece.offset, piece.length), FrameSource("fuzz"), Cameras()));
  }
  return 0;
}
