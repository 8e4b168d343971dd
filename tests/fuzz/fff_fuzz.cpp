// FLIR's FFF block by itself.

#include "fuzz/fuzz.hpp"
#include "ingest/fff.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using namespace thermoleak::fuzz;
  const auto block = BytesOf(data, size);
  auto content = ingest::ReadFff(block, "fuzz", true);
  const auto facts = ingest::ReadFff(block, "fuzz", false);
  if (!content) return 0;
  Require(content->counts.size() == cv::Size(content->width, content->height),
          "the counts have the stated size");
  Require(content->counts.type() == CV_16UC1, "counts have 16 bits");
  Require(content->calibration.planck.Plausible(), "Planck numbers can be computed with");
  Require(facts.has_value() && facts->counts.empty() && facts->width == content->width &&
              facts->missing_bytes == content->missing_bytes,
          "the facts are the same without pixels");
  CheckFrame(ingest::FrameFromFff(std::move(*content), {}, {}, Cameras()));
  return 0;
}
