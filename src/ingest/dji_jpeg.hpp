#pragma once
// DJI's radiometric JPEG: raw counts in APP3 (or APP4), parameters in APP4, tables in APP5.

#include "ingest/jpeg.hpp"
#include "thermoleak/ingest/frame.hpp"
#include "thermoleak/ingest/reader.hpp"

namespace thermoleak::ingest {

bool RecognisesDjiJpeg(const JpegSegments& jpeg);
Result<ThermalFrame> ReadDjiJpeg(const JpegSegments& jpeg, const std::filesystem::path& name,
                                 const CameraTable& cameras, const ReadOptions& options);

}  // namespace thermoleak::ingest
