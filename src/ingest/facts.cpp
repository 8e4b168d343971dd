#include "ingest/facts.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace thermoleak::ingest {
namespace {

constexpr double kRadiansPerDegree = std::numbers::pi / 180;
constexpr int kRtkSingle = 16;  ///< DJI's flag: 50 fixed, 34 float, 16 single point, less = no RTK

double WrapDegrees(double degrees) { return std::remainder(degrees, 360.0); }

std::optional<LonLat> ValidPosition(std::optional<double> lon, std::optional<double> lat) {
  if (!lon || !lat || !(std::abs(*lat) <= 90) || !(std::abs(*lon) <= 180)) return std::nullopt;
  if (*lon == 0 && *lat == 0) return std::nullopt;  // what cameras write without a fix
  return LonLat{*lon, *lat};
}

void SetPosition(const ExifFacts& exif, const Xmp& xmp, const std::optional<RecordPosition>& record,
                 RecordedPose& pose) {
  const auto dji = [&xmp](std::string_view name) { return xmp.Number(XmpSpace::kDji, name); };
  // DJI's own misspelling is in files of several years.
  auto dji_lon = dji("GpsLongitude");
  if (!dji_lon) dji_lon = dji("GpsLongtitude");
  const auto from_dji = ValidPosition(dji_lon, dji("GpsLatitude"));
  const auto from_exif = ValidPosition(exif.longitude_deg, exif.latitude_deg);
  const auto from_skydio = ValidPosition(xmp.Number(XmpSpace::kSkydio, "Longitude"),
                                         xmp.Number(XmpSpace::kSkydio, "Latitude"));
  // With RTK the XMP has 9 decimals, Exif a hundredth of a second of arc (0.3 m). Without, Mavic 2
  // Enterprise Advanced writes two positions some metres apart, and Exif is what everybody reads.
  const bool rtk = pose.rtk_flag.value_or(0) >= kRtkSingle;
  if (rtk && from_dji) {
    pose.position = from_dji;
  } else if (from_exif) {
    pose.position = from_exif;
  } else if (from_dji) {
    pose.position = from_dji;
  } else if (from_skydio) {
    pose.position = from_skydio;
  } else if (record) {
    pose.position = ValidPosition(record->position.lon_deg, record->position.lat_deg);
  }

  pose.altitude_m = dji("AbsoluteAltitude");
  if (pose.altitude_m) {
    pose.altitude_is_ellipsoidal =
        xmp.Text(XmpSpace::kDji, "AltitudeType").value_or("") == "RtkAlt";
  } else if (const auto skydio = xmp.Number(XmpSpace::kSkydio, "AbsoluteAltitude")) {
    pose.altitude_m = skydio;
  } else if (from_exif && exif.altitude_m) {
    pose.altitude_m = exif.altitude_m;
  } else if (pose.position && record) {
    pose.altitude_m = record->altitude_m;
  }
}

void SetAngles(std::optional<double> yaw, std::optional<double> pitch, std::optional<double> roll,
               RecordedPose& pose) {
  pose.yaw_deg = yaw;
  pose.pitch_deg = pitch;
  pose.roll_deg = roll ? std::optional(WrapDegrees(*roll)) : std::nullopt;
  if (roll && std::abs(*pose.roll_deg) > 90) {
    // The same rotation written with the other set of Euler angles: at nadir DJI's gimbals change
    // from one to the other between neighbouring frames (formats.md 5.3).
    pose.roll_deg = WrapDegrees(*roll + 180);
    if (yaw) pose.yaw_deg = WrapDegrees(*yaw + 180);
    if (pitch) pose.pitch_deg = -180 - *pitch;
  }
}

void SetAttitude(const Xmp& xmp, RecordedPose& pose) {
  using enum XmpSpace;
  // An angle out of any sensible range is junk, not an attitude.
  const auto angle = [&xmp](XmpSpace space, std::string_view name, std::string_view parent = {}) {
    auto value = xmp.Number(space, name, parent);
    if (value && std::abs(*value) > 400) value.reset();
    return value;
  };
  pose.aircraft_yaw_deg = angle(kDji, "FlightYawDegree");
  if (!pose.aircraft_yaw_deg) pose.aircraft_yaw_deg = angle(kParrot, "DroneYawDegree");
  if (const auto yaw = angle(kDji, "GimbalYawDegree"), pitch = angle(kDji, "GimbalPitchDegree");
      yaw || pitch) {
    SetAngles(yaw, pitch, angle(kDji, "GimbalRollDegree"), pose);
    return;
  }
  if (const auto yaw = angle(kParrot, "CameraYawDegree"),
      pitch = angle(kParrot, "CameraPitchDegree");
      yaw || pitch) {
    SetAngles(yaw, pitch, angle(kParrot, "CameraRollDegree"), pose);
    return;
  }
  constexpr std::string_view kNed = "CameraOrientationNED";
  if (const auto yaw = angle(kSkydio, "Yaw", kNed), pitch = angle(kSkydio, "Pitch", kNed);
      yaw || pitch) {
    SetAngles(yaw, pitch, angle(kSkydio, "Roll", kNed), pose);
    return;
  }
  const auto yaw = angle(kCamera, "Yaw");
  const auto pitch = angle(kCamera, "Pitch");
  const auto roll = angle(kCamera, "Roll");
  const auto aircraft = angle(kFlir, "MAVYaw");
  // A camera that is not wired to the autopilot (Vue Pro R) writes zeros everywhere.
  const bool recorded = yaw.value_or(0) != 0 || pitch.value_or(0) != 0 || roll.value_or(0) != 0;
  if (recorded) {
    // Pix4D's and senseFly's pitch counts from nadir: 0 = down, 90 = horizon.
    SetAngles(yaw, pitch ? std::optional(*pitch - 90) : std::nullopt, roll, pose);
  }
  if (aircraft.value_or(0) != 0) pose.aircraft_yaw_deg = aircraft;
}

void SetHeights(const Xmp& xmp, RecordedPose& pose) {
  using enum XmpSpace;
  pose.height_above_takeoff_m = xmp.Number(kDji, "RelativeAltitude");
  if (!pose.height_above_takeoff_m) {
    const auto relative = xmp.Number(kFlir, "MAVRelativeAltitude");
    if (relative.value_or(0) != 0) pose.height_above_takeoff_m = relative;
  }
  const auto above_ground = xmp.Number(kCamera, "AboveGroundAltitude");
  if (above_ground.value_or(0) > 0) pose.height_above_ground_m = above_ground;

  const auto range = xmp.Number(kDji, "LRFTargetDistance");
  const auto status = xmp.Text(kDji, "LRFStatus");
  if (range.value_or(0) > 0 && status.value_or("Normal") == "Normal") {
    pose.laser_range_m = range;
    // The finder looks along the optical axis: on flat ground its range is a height only when the
    // camera looks well down.
    if (pose.pitch_deg && std::abs(*pose.pitch_deg + 90) <= 45) {
      pose.height_above_ground_m = *range * -std::sin(*pose.pitch_deg * kRadiansPerDegree);
    }
  }
}

void SetQuality(const Xmp& xmp, RecordedPose& pose) {
  using enum XmpSpace;
  const auto positive = [&xmp](XmpSpace space, std::string_view name) {
    auto value = xmp.Number(space, name);
    if (value && !(*value > 0 && *value < 1e6)) value.reset();  // metres; beyond, it is junk
    return value;
  };
  // Without a correction signal the receiver's numbers are left over from earlier.
  if (pose.rtk_flag.value_or(kRtkSingle) >= kRtkSingle) {
    const auto lat = positive(kDji, "RtkStdLat");
    const auto lon = positive(kDji, "RtkStdLon");
    if (lat && lon) pose.sigma_horizontal_m = std::sqrt((*lat * *lat + *lon * *lon) / 2);
    pose.sigma_vertical_m = positive(kDji, "RtkStdHgt");
  }
  if (!pose.sigma_horizontal_m) pose.sigma_horizontal_m = positive(kCamera, "GPSXYAccuracy");
  if (!pose.sigma_vertical_m) pose.sigma_vertical_m = positive(kCamera, "GPSZAccuracy");
}

/// Only what a microbolometer can have is believed.
bool PlausiblePitch(double pitch_um) { return pitch_um >= 9 && pitch_um <= 55; }

/// Sensor pitch that the file itself states. Exif means pixels per unit; FLIR's drones write the
/// width of the sensor in millimetres instead (10.88 = 640 x 17 um).
std::optional<double> PitchFromFile(const ExifFacts& exif, int width) {
  if (!exif.focal_plane_x || !(*exif.focal_plane_x > 0) || width <= 0) return std::nullopt;
  const double unit_um = [&] {
    switch (exif.focal_plane_unit.value_or(0)) {
      case 2:
        return 25400.0;
      case 3:
        return 10000.0;
      case 4:
        return 1000.0;
      case 5:
        return 1.0;
      default:
        return 0.0;
    }
  }();
  if (unit_um == 0) return std::nullopt;
  if (const double pitch = *exif.focal_plane_x * unit_um / width; PlausiblePitch(pitch))
    return pitch;
  if (const double pitch = unit_um / *exif.focal_plane_x; PlausiblePitch(pitch)) return pitch;
  return std::nullopt;
}

/// Hand cameras record the lens' field of view.
std::optional<double> PitchFromFieldOfView(const ExifFacts& exif, double field_of_view_deg,
                                           int width) {
  const double focal_mm = exif.focal_mm.value_or(0);
  if (!(focal_mm > 0) || !(field_of_view_deg > 0.5) || !(field_of_view_deg < 150) || width <= 0) {
    return std::nullopt;
  }
  const double pitch =
      2000 * focal_mm * std::tan(field_of_view_deg / 2 * kRadiansPerDegree) / width;
  return PlausiblePitch(pitch) ? std::optional(pitch) : std::nullopt;
}

}  // namespace

RecordedPose PoseFrom(const ExifFacts& exif, const Xmp& xmp,
                      const std::optional<RecordPosition>& record) {
  RecordedPose pose;
  if (const auto flag = xmp.Number(XmpSpace::kDji, "RtkFlag"); flag && std::abs(*flag) < 1000) {
    pose.rtk_flag = static_cast<int>(*flag);
  }
  SetPosition(exif, xmp, record, pose);
  SetAttitude(xmp, pose);
  SetHeights(xmp, pose);
  SetQuality(xmp, pose);
  return pose;
}

void FillFacts(const ExifFacts& exif, const Xmp& xmp, const RecordFacts& record,
               const CameraTable& cameras, FrameMeta& meta) {
  meta.make = exif.make;
  meta.model = exif.model.empty() ? record.model : exif.model;
  meta.lens = record.lens.empty() ? exif.lens : record.lens;
  meta.serial = record.serial.empty() ? exif.serial : record.serial;

  // "DJI FLIR" (Zenmuse XT) and "FLIR E40" share a beginning that means nothing: the maker's name
  // first.
  const CameraTable::Row* row = cameras.Find(meta.make + " " + meta.model, meta.width);
  if (row == nullptr) row = cameras.Find(meta.model, meta.width);
  if (row == nullptr && !record.model.empty()) row = cameras.Find(record.model, meta.width);
  if (row != nullptr) meta.accuracy.limit_k = row->accuracy_k;
  if (row != nullptr && row->pixel_pitch_um > 0) {
    meta.pixel_pitch_um = row->pixel_pitch_um;  // first: an XT2 TIFF states 6 um for its 17
  } else {
    meta.pixel_pitch_um = PitchFromFile(exif, meta.width);
    if (!meta.pixel_pitch_um) {
      meta.pixel_pitch_um = PitchFromFieldOfView(exif, record.field_of_view_deg, meta.width);
    }
  }

  // Zero means "not recorded" in many files.
  if (exif.focal_mm.value_or(0) > 0 && *exif.focal_mm < 2000) {
    meta.focal_length_mm = exif.focal_mm;
  } else if (record.field_of_view_deg > 0.5 && record.field_of_view_deg < 150 &&
             meta.pixel_pitch_um) {
    const double half_width_mm = meta.width * *meta.pixel_pitch_um / 2000;
    meta.focal_length_mm =
        half_width_mm / std::tan(record.field_of_view_deg / 2 * kRadiansPerDegree);
  } else if (row != nullptr && row->default_focal_mm > 0) {
    meta.focal_length_mm = row->default_focal_mm;
  }

  // What is missing by the names that the table has for it.
  std::string missing = row == nullptr ? "accuracy_k" : "";
  const auto add = [&missing](std::string_view name) {
    missing = std::string(name) + (missing.empty() ? "" : ", ") + missing;
  };
  if (!meta.focal_length_mm) add("focal_mm");
  if (!meta.pixel_pitch_um) add("pitch_um");
  if (!missing.empty()) {
    const std::string model =
        meta.model.starts_with(meta.make) ? meta.model : meta.make + " " + meta.model;
    meta.warnings.push_back({MessageId::kCameraUnknown, {model, missing}});
  }

  meta.pose = PoseFrom(exif, xmp, record.position);
  FillTime(exif, xmp, record.time, meta);
}

}  // namespace thermoleak::ingest
