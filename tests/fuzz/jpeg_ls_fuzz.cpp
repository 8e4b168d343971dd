// JPEG-LS pixels of CSQ frames: whatever the stream says, the size is the stated one or nothing
// comes.

#include "fuzz/fuzz.hpp"
#include "ingest/samples.hpp"

using namespace thermoleak;
using namespace thermoleak::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kWidth = 13;
  constexpr int kHeight = 9;
  const auto result = ingest::CountsFromJpegLs(BytesOf(data, size), kWidth, kHeight);
  if (result.counts.empty()) {
    Require(!result.problem.empty(), "nothing comes with a reason");
    return 0;
  }
  Require(result.counts.type() == CV_16UC1 && result.counts.size() == cv::Size(kWidth, kHeight),
          "the pixels have the stated size");
  Require(result.loss_counts >= 0, "a loss is a number of counts");
  return 0;
}
