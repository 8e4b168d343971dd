// One entry for all formats: the first bytes choose the reader, as in life.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "thermoleak/ingest/reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  static const CameraTable cameras = CameraTable::BuiltIn();
  const auto frame = ReadFrame(std::as_bytes(std::span(data, size)), "fuzz", cameras);
  if (frame) {
    const cv::Mat celsius = ToCelsius(frame->stored, frame->meta.calibration);
    if (celsius.size() != cv::Size(frame->meta.width, frame->meta.height)) std::abort();
  }
  return 0;
}
