#pragma once
// What a frame file holds, whatever camera wrote it: one normalised set of facts.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

#include "thermoleak/core/message.hpp"
#include "thermoleak/geo/local_frame.hpp"
#include "thermoleak/radiometry/uncertainty.hpp"

namespace thermoleak {

/// Recorded pose in the house's convention (core/conventions.hpp). Unknown stays unset.
struct RecordedPose {
  std::optional<LonLat> position;
  std::optional<double> altitude_m;  ///< above the recorded datum (see altitude_is_ellipsoidal)
  std::optional<double> height_above_takeoff_m;
  std::optional<double> height_above_ground_m;  ///< laser range finder or the file's own statement
  std::optional<double> laser_range_m;          ///< along the optical axis, as measured
  /// Camera. A roll beyond 90 is folded in, as the same rotation with yaw + 180 and pitch -180 - p:
  /// a view tilted over nadir has a pitch below -90.
  std::optional<double> yaw_deg;
  std::optional<double> pitch_deg;  ///< -90 = straight down
  std::optional<double> roll_deg;   ///< -90 .. 90
  std::optional<double> aircraft_yaw_deg;
  std::optional<double> sigma_horizontal_m;  ///< as recorded (RTK), 1 sigma
  std::optional<double> sigma_vertical_m;
  std::optional<int> rtk_flag;  ///< 50 fixed, 34 float, 16 single, 0 none
  bool altitude_is_ellipsoidal = false;
};

/// Where one frame lies: a file of its own, or a piece of a sequence (SEQ, CSQ).
struct FrameSource {
  FrameSource() = default;
  FrameSource(std::filesystem::path file) : path(std::move(file)) {}  // NOLINT: a file is one
  FrameSource(std::filesystem::path file, std::uint64_t from, std::uint64_t bytes, int i, int n)
      : path(std::move(file)), offset(from), length(bytes), index(i), count(n) {}

  std::filesystem::path path;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< bytes from `offset`; 0 = the whole file
  int index = 0;             ///< among the file's frames, from 0
  int count = 1;             ///< frames of the file

  bool operator==(const FrameSource&) const = default;
  /// The file's name; of a sequence's frame with its number from 1: "IR_0042.seq#17".
  std::string Name() const;
};

struct FrameMeta {
  FrameSource source;
  std::string name;    ///< FrameSource::Name(), for people and for frames.csv
  std::string sha256;  ///< of the frame's bytes; set when the caller asked for it
  std::string format;  ///< "FLIR R-JPEG (raw TIFF)", ...
  std::string make;
  std::string model;
  std::string lens;
  std::string serial;
  int width = 0;  ///< of the thermal array
  int height = 0;
  std::optional<double> focal_length_mm;
  std::optional<double> pixel_pitch_um;  ///< from the camera table or the file
  std::optional<double> time_utc_s;      ///< exposure; see time_is_local
  bool time_is_local =
      false;              ///< the clock's zone is unknown: differences mean something, hours do not
  std::string time_text;  ///< as recorded, for people
  RecordedPose pose;
  Calibration calibration;
  RadiometryLevel radiometry = RadiometryLevel::kAbsolute;
  CameraAccuracy accuracy;
  /// The camera's settings where `calibration` does not use them (DJI): for people, and for what
  /// the maker's library would do.
  std::optional<SceneParameters> recorded_scene;
  /// Temperatures beyond which the camera says its pixels are saturated.
  std::optional<double> valid_min_c;
  std::optional<double> valid_max_c;
  std::vector<Message> warnings;  ///< what the user should know though the frame is usable
};

/// Facts and pixels. `stored` is CV_16UC1 counts, or CV_32FC1 degC for CelsiusCalibration; row 0 is
/// the top of the stored array, no Exif orientation applied.
struct ThermalFrame {
  FrameMeta meta;
  cv::Mat stored;
};

}  // namespace thermoleak
