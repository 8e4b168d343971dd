// FLIR's radiometric JPEG: APP1 pieces put together, the block in them, Exif and XMP beside it.

#include "fuzz/fuzz.hpp"
#include "ingest/formats.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using namespace thermoleak::fuzz;
  const auto file = BytesOf(data, size);
  if (!ingest::IsJpeg(file)) return 0;
  if (!ingest::RecognisesFlirJpeg(ingest::WalkJpeg(file))) return 0;
  CheckFrame(ReadFrame(file, FrameSource("fuzz"), Cameras()));
  return 0;
}
