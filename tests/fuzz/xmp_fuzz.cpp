// XMP packets: two halves of the input as two packets of one file.

#include <string_view>

#include "fuzz/fuzz.hpp"
#include "ingest/xmp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak::fuzz;
  using thermoleak::ingest::XmpSpace;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  RequireFinite(thermoleak::ingest::ParseNumber(text.substr(0, 64)), "a number is finite");
  thermoleak::ingest::Xmp xmp;
  xmp.Add(text);
  const bool empty = xmp.empty();
  xmp.Add(text.substr(size / 2));
  for (const XmpSpace space : {XmpSpace::kDji, XmpSpace::kFlir, XmpSpace::kCamera,
                               XmpSpace::kParrot, XmpSpace::kSkydio, XmpSpace::kOther}) {
    for (const std::string_view name :
         {"GimbalYawDegree", "AbsoluteAltitude", "Yaw", "TlinearGain", "CentralWavelength", ""}) {
      for (const std::string_view parent : {"", "CameraOrientationNED"}) {
        const auto found = xmp.Text(space, name, parent);
        Require(!found || !xmp.empty(), "an empty one holds nothing");
        RequireFinite(xmp.Number(space, name, parent), "a number is finite");
        Require(!xmp.Number(space, name, parent) || found, "a number has a text");
      }
    }
  }
  Require(empty || !xmp.empty(), "nothing is lost by another packet");
  return 0;
}
