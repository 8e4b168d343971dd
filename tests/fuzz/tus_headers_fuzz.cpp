// What stands in a request's first line and in the headers of an upload.

#include <string>

#include "fuzz/fuzz.hpp"
#include "service/target.hpp"
#include "service/tus_headers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using fuzz::Require;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto metadata = service::ParseUploadMetadata(text)) {
    for (const auto& [name, value] : *metadata) {
      Require(!name.empty() && name.size() <= 64, "a name");
      Require(value.size() <= 4096, "a value");
    }
  }
  if (const auto checksum = service::ParseUploadChecksum(text)) {
    const std::size_t length = checksum->digest.size();
    Require(length == 16 || length == 20 || length == 32, "a digest's length");
  }
  if (const auto concat = service::ParseUploadConcat(text)) {
    Require(concat->partial == concat->parts.empty(), "partial or of parts");
    for (const std::string& id : concat->parts) Require(service::IsUploadId(id), "an id");
  }
  if (const auto target = service::ParseTarget(text)) {
    for (const std::string& part : target->segments) {
      Require(!part.empty() && part != "." && part != "..", "no way upwards");
      Require(part.find_first_of(std::string_view("/\\\0\r\n", 5)) == std::string::npos,
              "one name a part");
      Require(service::IsUtf8(part), "text");
    }
  }
  if (const auto count = service::ParseCount(text)) {
    Require(*count <= 999999999999999999U, "a count");
    Require(std::to_string(*count).size() <= text.size(), "digits");
  }
  for (const std::uint64_t whole : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40}) {
    bool beyond = false;
    if (const auto range = service::ParseRange(text, whole, beyond))
      Require(range->first < range->second && range->second <= whole && !beyond, "a range");
  }
  return 0;
}
