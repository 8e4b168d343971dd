// One entry for all formats: the first bytes choose the reader, as in life.

#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using namespace thermoleak::fuzz;
  const auto frame = ReadFrame(BytesOf(data, size), FrameSource("fuzz"), Cameras());
  CheckFrame(frame);
  Require(frame || frame.error().item == "fuzz", "an error names the frame");
  ReadOptions facts_only;
  facts_only.pixels = false;
  const auto facts = ReadFrame(BytesOf(data, size), FrameSource("fuzz"), Cameras(), facts_only);
  Require(!frame || facts.has_value(), "what has pixels has facts");
  Require(!facts || facts->stored.empty(), "facts alone hold no pixels");
  return 0;
}
