#pragma once
// Writes a FLIR radiometric JPEG the way a Zenmuse XT2 does: palette picture, Exif with GPS,
// drone-dji XMP, and the FFF file (raw counts, camera parameters) in APP1 segments.
//
// Layout: FFF header and directory big-endian, records little-endian; offsets as ExifTool's FLIR
// tables have them.

#include <opencv2/core.hpp>
#include <string>

#include "thermoleak/core/files.hpp"
#include "thermoleak/geo/local_frame.hpp"
#include "thermoleak/radiometry/calibration.hpp"

namespace thermoleak::simulation {

struct RjpegFrame {
  cv::Mat counts;    ///< CV_16UC1
  bool png = false;  ///< raw samples as 16-bit PNG instead of plain
  int palette_quality = 60;
  PlanckCalibration calibration;
  std::string description;
  std::string make;
  std::string model;
  double focal_mm = 0;
  double pitch_um = 0;
  double time_utc_s = 0;
  double zone_h = 0;  ///< of the camera's clock
  LonLat position;
  double altitude_m = 0;
  double height_above_takeoff_m = 0;
  double gimbal_yaw_deg =
      0;  ///< clockwise from true north; all written with one decimal, as DJI does
  double gimbal_pitch_deg = -90;
  double gimbal_roll_deg = 0;
  double flight_yaw_deg = 0;
  int rtk_flag = 0;
};

/// The whole file. Thread-safe.
Bytes EncodeRjpeg(const RjpegFrame& frame);

}  // namespace thermoleak::simulation
