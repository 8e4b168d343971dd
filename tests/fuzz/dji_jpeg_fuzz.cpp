// DJI's radiometric JPEG.

#include "fuzz/fuzz.hpp"
#include "ingest/formats.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using namespace thermoleak::fuzz;
  const auto file = BytesOf(data, size);
  if (!ingest::IsJpeg(file)) return 0;
  const ingest::JpegSegments jpeg = ingest::WalkJpeg(file);
  if (!ingest::RecognisesDjiJpeg(jpeg)) return 0;
  const FrameSource source("fuzz");
  const ReadOptions options;
  CheckFrame(ingest::ReadDjiJpeg(jpeg, {file, source, Cameras(), options}));
  return 0;
}
