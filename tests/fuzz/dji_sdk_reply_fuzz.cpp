// What the helper with the vendor's library in it may answer.

#include <cstring>

#include "fuzz/fuzz.hpp"
#include "ingest/dji_sdk_protocol.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak;
  using namespace thermoleak::fuzz;
  using namespace thermoleak::ingest::dji_sdk;
  constexpr int kWidth = 8;
  constexpr int kHeight = 6;
  Reply reply;
  if (size < sizeof reply) return 0;
  std::memcpy(&reply, data, sizeof reply);
  const auto bytes = PayloadOf(reply, "fuzz", kWidth, kHeight);
  if (!bytes) {
    Require(!bytes.error().message.In(Lang::kChinese).empty(), "an error has a sentence");
    return 0;
  }
  Require(*bytes == sizeof(float) * kWidth * kHeight, "the size is the one asked for");
  const auto payload = BytesOf(data, size).subspan(sizeof reply);
  if (payload.size() < *bytes) return 0;
  const auto map = MapFromPayload(payload.first(*bytes), "fuzz", kWidth, kHeight);
  if (!map) return 0;
  double min = 0;
  double max = 0;
  cv::Mat known = *map == *map;  // NaN is not itself
  Require(cv::countNonZero(known) > 0, "a map holds something");
  cv::minMaxLoc(*map, &min, &max, nullptr, nullptr, known);
  Require(min > -273.16 && max < 3000, "temperatures");
  return 0;
}
