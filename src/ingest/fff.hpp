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
  std::string encoding;             ///< "raw", "PNG", "JPEG-LS"
  cv::Mat counts;                   ///< empty when pixels were not asked for
  std::uint64_t missing_bytes = 0;  ///< that the directory promises and the block does not have
  std::optional<double> valid_min_c;
  std::optional<double> valid_max_c;
};

/// Bytes of the block that starts at `data` by its directory, which must be whole and name a
/// RawData record; nothing otherwise.
std::optional<std::uint64_t> ExtentOfFff(ByteSpan data);

/// Errors: kFileTruncated when a record that is needed is cut (of others a warning), kCorruptData,
/// kNotRadiometric.
Result<FffContent> ReadFff(ByteSpan data, const std::string& item, bool pixels);

/// Shared by the containers of FFF: facts, calibration and the warnings that need them both.
ThermalFrame FrameFromFff(FffContent content, const ExifFacts& exif, const Xmp& xmp,
                          const CameraTable& cameras);

}  // namespace thermoleak::ingest
