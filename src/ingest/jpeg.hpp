#pragma once
// The segments of a JPEG file that carry facts and thermal data, up to the start of the picture.

#include <vector>

#include "ingest/bytes.hpp"

namespace thermoleak::ingest {

struct JpegSegments {
  struct Segment {
    std::uint8_t marker = 0;
    ByteSpan payload;  ///< without marker and length
  };
  std::vector<Segment> segments;
  bool cut = false;          ///< the file ends before the picture starts
  bool picture_cut = false;  ///< the file ends inside the picture
  bool broken = false;       ///< something that is no segment stands before the picture
  int picture_width = 0;
  int picture_height = 0;
};

bool IsJpeg(ByteSpan file);
JpegSegments WalkJpeg(ByteSpan file);

constexpr std::string_view kExifMark{"Exif\0\0", 6};
constexpr std::string_view kXmpMark{"http://ns.adobe.com/xap/1.0/\0", 29};
constexpr std::string_view kFlirMark{"FLIR\0\1", 6};

}  // namespace thermoleak::ingest
