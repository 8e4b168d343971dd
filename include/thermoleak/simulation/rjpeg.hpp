#pragma once
// Writes a FLIR radiometric JPEG the way a Zenmuse XT2 does: palette picture, Exif with GPS,
// drone-dji XMP, and the FFF file (raw counts, camera parameters) in APP1 segments.
//
// Layout: FFF header and directory big-endian, records little-endian; offsets as ExifTool's FLIR
// tables have them.

#include <opencv2/core.hpp>
#include <optional>
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
  std::string serial = "simulated";
  double valid_min_c = -60;  ///< beyond these the camera's pixels are saturated
  double valid_max_c = 150;
  double time_utc_s = 0;
  double zone_h = 0;        ///< of the camera's clock
  bool zone_stated = true;  ///< false: the file does not say which zone its clock shows
  /// What is unset is not written.
  std::optional<LonLat> position = LonLat{};
  std::optional<double> altitude_m = 0;
  bool altitude_is_ellipsoidal = false;
  std::optional<double> height_above_takeoff_m = 0;
  std::optional<double> height_above_ground_m;
  std::optional<double> laser_range_m;
  std::optional<double> gimbal_yaw_deg = 0;  ///< clockwise from true north
  std::optional<double> gimbal_pitch_deg = -90;
  std::optional<double> gimbal_roll_deg = 0;
  std::optional<double> flight_yaw_deg = 0;
  int angle_decimals = 1;  ///< as DJI writes them
  std::optional<int> rtk_flag = 0;
  std::optional<double> sigma_horizontal_m;
  std::optional<double> sigma_vertical_m;
};

/// The whole file. Thread-safe.
Bytes EncodeRjpeg(const RjpegFrame& frame);

}  // namespace thermoleak::simulation
