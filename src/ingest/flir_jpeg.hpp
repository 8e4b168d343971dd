#pragma once
// FLIR radiometric JPEG: an FFF block in APP1 segments, Exif and XMP beside it.

#include "ingest/jpeg.hpp"
#include "thermoleak/ingest/frame.hpp"
#include "thermoleak/ingest/reader.hpp"

namespace thermoleak::ingest {

bool RecognisesFlirJpeg(const JpegSegments& jpeg);
Result<ThermalFrame> ReadFlirJpeg(const JpegSegments& jpeg, const std::filesystem::path& name,
                                  const CameraTable& cameras, const ReadOptions& options);

}  // namespace thermoleak::ingest
