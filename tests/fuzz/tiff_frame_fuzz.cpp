// 16-bit and float TIFF, through libtiff.

#include "fuzz/fuzz.hpp"
#include "ingest/formats.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using namespace thermoleak::fuzz;
  const auto file = BytesOf(data, size);
  const FrameSource source("fuzz");
  ReadOptions options;
  CheckFrame(ingest::ReadTiffFrame({file, source, Cameras(), options}));
  options.tiff_scale = LinearCalibration{0.04, -273.15};
  CheckFrame(ingest::ReadTiffFrame({file, source, Cameras(), options}));
  return 0;
}
