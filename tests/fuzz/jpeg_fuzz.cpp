// The walk over a JPEG's segments, and the facts in them.

#include "fuzz/fuzz.hpp"
#include "ingest/jpeg.hpp"
#include "ingest/jpeg_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using namespace thermoleak::fuzz;
  const auto file = BytesOf(data, size);
  if (!ingest::IsJpeg(file)) return 0;
  const ingest::JpegSegments jpeg = ingest::WalkJpeg(file);
  const std::byte* after = file.data();
  for (const auto& segment : jpeg.segments) {
    if (segment.payload.empty()) continue;
    Require(segment.payload.data() >= after, "segments do not overlap");
    after = segment.payload.data() + segment.payload.size();
  }
  Require(after <= file.data() + file.size(), "segments lie inside the file");
  Require(jpeg.picture_width >= 0 && jpeg.picture_width <= 0xFFFF, "the picture's width");
  Require(!(jpeg.cut && jpeg.picture_cut), "a file is cut at one place");
  const ingest::JpegFacts facts = ingest::FactsOfJpeg(jpeg);
  RequireFinite(facts.exif.latitude_deg, "latitude");
  return 0;
}
