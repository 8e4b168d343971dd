#pragma once
// FLIR's FFF container: inside radiometric JPEG, or a file of its own.

#include <opencv2/core.hpp>

#include "ingest/facts.hpp"
#include "thermoleak/core/error.hpp"

namespace thermoleak::ingest {

bool IsFff(ByteSpan data);

/// What one FFF block holds.
struct FffContent {
  PlanckCalibration calibration;
  RecordFacts facts;
  std::vector<Message> warnings;
  int width = 0;
  int height = 0;
  std::string encoding;      ///< "raw", "PNG"
  cv::Mat counts;            ///< empty when pixels were not asked for
  std::uint64_t extent = 0;  ///< bytes of the block by its directory
};

/// Errors: kFileTruncated when a record reaches beyond the block, kCorruptData, kUnsupportedFormat
/// (JPEG-LS), kNotRadiometric.
Result<FffContent> ReadFff(ByteSpan data, const std::string& item, bool pixels);

/// FFF in one piece (a file of its own, or one frame of a sequence).
bool RecognisesFff(ByteSpan file);
Result<ThermalFrame> ReadFffFile(ByteSpan file, const std::filesystem::path& name,
                                 const CameraTable& cameras, const ReadOptions& options);

/// Shared by the containers of FFF: facts, calibration and the warnings that need them both.
ThermalFrame FrameFromFff(FffContent content, const ExifFacts& exif, const Xmp& xmp,
                          const CameraTable& cameras);

}  // namespace thermoleak::ingest
