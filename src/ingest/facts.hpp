#pragma once
// From what the containers say (Exif, XMP, FLIR records) to the frame's normalised facts.

#include <optional>
#include <string>

#include "ingest/exif.hpp"
#include "ingest/xmp.hpp"
#include "thermoleak/ingest/frame.hpp"
#include "thermoleak/ingest/reader.hpp"

namespace thermoleak::ingest {

/// What a FLIR GPS record adds where Exif is silent.
struct RecordPosition {
  LonLat position;
  double altitude_m = 0;
};

/// A date and time as written, without a zone unless it states one.
struct ClockTime {
  double local_s = 0;              ///< seconds since 1970 as if the digits were UTC
  std::optional<double> offset_s;  ///< local minus UTC
};

/// "2021:07:01 13:47:48.99+02:00", with any separators; also 16 digits of microseconds since 1970.
std::optional<ClockTime> ParseClock(std::string_view text);

RecordedPose PoseFrom(const ExifFacts& exif, const Xmp& xmp,
                      const std::optional<RecordPosition>& record);

/// The FLIR record's clock: UTC seconds as the camera believes and its zone.
struct RecordTime {
  double utc_s = 0;
  double offset_s = 0;
};
void FillTime(const ExifFacts& exif, const Xmp& xmp, const std::optional<RecordTime>& record,
              FrameMeta& meta);

/// Make, model, lens, serial, focal length, pitch, pose and time; call when width and height are
/// known. `field_of_view_deg` is the horizontal one of a FLIR record, 0 = unknown.
struct RecordFacts {
  std::string model;
  std::string serial;
  std::string lens;
  double field_of_view_deg = 0;
  std::optional<RecordPosition> position;
  std::optional<RecordTime> time;
};
void FillFacts(const ExifFacts& exif, const Xmp& xmp, const RecordFacts& record,
               const CameraTable& cameras, FrameMeta& meta);

}  // namespace thermoleak::ingest
