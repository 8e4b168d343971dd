// TIFF directories of an Exif block or of a TIFF file.

#include "fuzz/fuzz.hpp"
#include "ingest/exif.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak::fuzz;
  const auto block = BytesOf(data, size);
  const thermoleak::ingest::ExifFacts facts = thermoleak::ingest::ReadExif(block);
  for (const auto& number : {facts.focal_mm, facts.focal_plane_x, facts.latitude_deg,
                             facts.longitude_deg, facts.altitude_m, facts.gps_second_of_day}) {
    RequireFinite(number, "Exif's numbers are finite");
  }
  for (const auto packet : facts.xmp) {
    Require(packet.data() >= block.data() &&
                packet.data() + packet.size() <= block.data() + block.size(),
            "XMP lies inside the block");
  }
  Require(facts.model.find('\0') == std::string::npos, "texts end at their NUL");
  return 0;
}
