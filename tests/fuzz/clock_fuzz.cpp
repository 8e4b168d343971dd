// Dates and times as cameras write them.

#include <string_view>

#include "fuzz/fuzz.hpp"
#include "ingest/facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thermoleak::fuzz;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto time = thermoleak::ingest::ParseClock(text)) {
    Require(std::isfinite(time->local_s) && time->local_s >= 0, "a time since 1970");
    Require(!time->offset_s || std::abs(*time->offset_s) <= 16 * 3600, "a zone of this Earth");
  }
  // The same text as everything that tells the time of a frame.
  thermoleak::ingest::ExifFacts exif;
  const auto piece = [&text](std::size_t at) {
    return text.size() > at ? text.substr(at) : std::string();
  };
  exif.date_time = text;
  exif.sub_seconds = piece(19);
  exif.offset_time = piece(22);
  exif.gps_date = text.substr(0, 10);
  exif.gps_second_of_day = static_cast<double>(size) * 997;
  thermoleak::FrameMeta meta;
  meta.pose.position = thermoleak::LonLat{8, 49};
  for (const std::uint32_t second : {0u, 1700000000u, 0xFFFFFFFFu}) {
    const thermoleak::ingest::RecordTime record{static_cast<double>(second), -3600};
    thermoleak::ingest::FillTime(exif, {}, record, meta);
    RequireFinite(meta.time_utc_s, "a frame's time");
  }
  thermoleak::ingest::FillTime(exif, {}, {}, meta);
  RequireFinite(meta.time_utc_s, "a frame's time");
  return 0;
}
