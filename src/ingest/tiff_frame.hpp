#pragma once
// 16-bit T-linear and float32 TIFF.

#include "ingest/bytes.hpp"
#include "thermoleak/ingest/frame.hpp"
#include "thermoleak/ingest/reader.hpp"

namespace thermoleak::ingest {

Result<ThermalFrame> ReadTiffFrame(ByteSpan file, const std::filesystem::path& name,
                                   const CameraTable& cameras, const ReadOptions& options);

}  // namespace thermoleak::ingest
