#pragma once
// Exif and XMP of a JPEG file.

#include "ingest/exif.hpp"
#include "ingest/jpeg.hpp"
#include "ingest/xmp.hpp"

namespace thermoleak::ingest {

struct JpegFacts {
  ExifFacts exif;
  Xmp xmp;
};

inline JpegFacts FactsOfJpeg(const JpegSegments& jpeg) {
  JpegFacts facts;
  bool has_exif = false;
  for (const auto& segment : jpeg.segments) {
    if (segment.marker != 0xE1) continue;
    if (!has_exif && StartsWith(segment.payload, kExifMark)) {
      facts.exif = ReadExif(segment.payload.subspan(kExifMark.size()));
      has_exif = true;
    } else if (StartsWith(segment.payload, kXmpMark)) {
      facts.xmp.Add(AsText(segment.payload.subspan(kXmpMark.size())));
    }
  }
  for (const ByteSpan packet : facts.exif.xmp) facts.xmp.Add(AsText(packet));
  return facts;
}

}  // namespace thermoleak::ingest
