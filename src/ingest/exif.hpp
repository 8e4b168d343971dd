#pragma once
// A bounded walk over TIFF directories (of an Exif block or of a TIFF file, BigTIFF too), for the
// few tags that matter. Our own instead of exiv2's: XMP hides where exiv2 does not look (tag 02BC
// of the ExifIFD in Zenmuse XT2 and Vue Pro R), and the walk costs some microseconds.

#include <optional>
#include <string>
#include <vector>

#include "ingest/bytes.hpp"

namespace thermoleak::ingest {

struct ExifFacts {
  std::string description;
  std::string make;
  std::string model;
  std::string serial;
  std::string lens;
  std::string date_time;  ///< DateTimeOriginal, else CreateDate, else DateTime
  std::string sub_seconds;
  std::string offset_time;  ///< "+08:00"
  std::optional<double> focal_mm;
  std::optional<double> focal_plane_x;  ///< as stored; see SensorPitchUm
  std::optional<int> focal_plane_unit;
  std::optional<double> latitude_deg;  ///< signed
  std::optional<double> longitude_deg;
  std::optional<double> altitude_m;
  std::optional<double> gps_second_of_day;
  std::string gps_date;
  std::vector<ByteSpan> xmp;  ///< packets found in any directory; they point into the block
};

/// `block` starts with "II*\0" or "MM\0*". What lies outside the block is left out.
ExifFacts ReadExif(ByteSpan block);
/// "II" or "MM" with a TIFF or BigTIFF version.
bool IsTiff(ByteSpan block);

}  // namespace thermoleak::ingest
