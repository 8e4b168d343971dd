#include <fmt/chrono.h>
#include <fmt/format.h>
#include <tiffio.h>

#include <cerrno>
#include <cmath>
#include <cstdarg>
#include <ctime>
#include <exiv2/exiv2.hpp>
#include <memory>

#include "cli/inspect_pictures.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::cli {
namespace {

int Silent(TIFF*, void*, const char*, const char*, va_list) { return 1; }

/// `path` is written, `name` is what the user asked for.
void WritePixels(const std::filesystem::path& path, const std::filesystem::path& name,
                 const cv::Mat& celsius) {
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), Silent, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), Silent, nullptr);
  const std::unique_ptr<TIFF, void (*)(TIFF*)> tiff(TIFFOpenExt(path.c_str(), "w", options.get()),
                                                    TIFFClose);
  if (!tiff) throw WriteError(name, errno);
  const auto rows = static_cast<std::uint32_t>(celsius.rows);
  TIFFSetField(tiff.get(), TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(celsius.cols));
  TIFFSetField(tiff.get(), TIFFTAG_IMAGELENGTH, rows);
  TIFFSetField(tiff.get(), TIFFTAG_BITSPERSAMPLE, 32);
  TIFFSetField(tiff.get(), TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff.get(), TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
  TIFFSetField(tiff.get(), TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff.get(), TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff.get(), TIFFTAG_ROWSPERSTRIP, rows);
  cv::Mat writable = celsius.isContinuous() ? celsius : celsius.clone();
  const auto bytes = static_cast<tmsize_t>(writable.total() * sizeof(float));
  if (TIFFWriteEncodedStrip(tiff.get(), 0, writable.data, bytes) != bytes ||
      TIFFWriteDirectory(tiff.get()) == 0 || TIFFFlush(tiff.get()) == 0) {
    throw WriteError(name, errno);
  }
}

/// Degrees, minutes and ten-thousandths of seconds (3 mm on the ground).
std::string Sexagesimal(double degrees) {
  const auto parts = std::llround(std::abs(degrees) * 3600e4);
  return fmt::format("{}/1 {}/1 {}/10000", parts / 36000000, parts / 600000 % 60, parts % 600000);
}

std::string Rational(double value, int scale) {
  return fmt::format("{}/{}", std::llround(value * scale), scale);
}

Exiv2::ExifData ExifOf(const FrameMeta& meta) {
  Exiv2::ExifData exif;
  const auto text = [&exif](const char* key, const std::string& value) {
    if (!value.empty()) exif[key] = value;
  };
  text("Exif.Image.Make", meta.make);
  text("Exif.Image.Model", meta.model);
  exif["Exif.Image.Software"] = std::string("thermoleak");
  exif["Exif.Image.ImageDescription"] =
      fmt::format("{}, {} temperature",
                  std::holds_alternative<RelativeCalibration>(meta.calibration) ? "K" : "degC",
                  ToString(meta.radiometry));
  text("Exif.Photo.BodySerialNumber", meta.serial);
  const auto set = [&exif](const char* key, Exiv2::TypeId type, const std::string& value) {
    const auto holder = Exiv2::Value::create(type);
    holder->read(value);
    exif.add(Exiv2::ExifKey(key), holder.get());
  };
  if (meta.focal_length_mm) {
    set("Exif.Photo.FocalLength", Exiv2::unsignedRational, Rational(*meta.focal_length_mm, 1000));
  }
  if (meta.pixel_pitch_um) {  // as the standard has it: pixels per millimetre
    set("Exif.Photo.FocalPlaneXResolution", Exiv2::unsignedRational,
        Rational(1000 / *meta.pixel_pitch_um, 10000));
    set("Exif.Photo.FocalPlaneYResolution", Exiv2::unsignedRational,
        Rational(1000 / *meta.pixel_pitch_um, 10000));
    set("Exif.Photo.FocalPlaneResolutionUnit", Exiv2::unsignedShort, "4");
  }
  if (meta.time_utc_s) {
    const double whole = std::floor(*meta.time_utc_s);
    std::tm parts{};
    const auto seconds = static_cast<std::time_t>(whole);
    gmtime_r(&seconds, &parts);
    exif["Exif.Photo.DateTimeOriginal"] = fmt::format("{:%Y:%m:%d %H:%M:%S}", parts);
    exif["Exif.Photo.SubSecTimeOriginal"] = fmt::format(
        "{:03}", std::min(999, static_cast<int>((*meta.time_utc_s - whole) * 1000 + 0.5)));
    if (!meta.time_is_local) exif["Exif.Photo.OffsetTimeOriginal"] = std::string("+00:00");
  }
  if (meta.pose.position) {
    const LonLat& where = *meta.pose.position;
    exif["Exif.GPSInfo.GPSLatitudeRef"] = std::string(where.lat_deg < 0 ? "S" : "N");
    set("Exif.GPSInfo.GPSLatitude", Exiv2::unsignedRational, Sexagesimal(where.lat_deg));
    exif["Exif.GPSInfo.GPSLongitudeRef"] = std::string(where.lon_deg < 0 ? "W" : "E");
    set("Exif.GPSInfo.GPSLongitude", Exiv2::unsignedRational, Sexagesimal(where.lon_deg));
    if (meta.pose.altitude_m) {
      set("Exif.GPSInfo.GPSAltitudeRef", Exiv2::unsignedByte,
          *meta.pose.altitude_m < 0 ? "1" : "0");
      set("Exif.GPSInfo.GPSAltitude", Exiv2::unsignedRational,
          Rational(std::abs(*meta.pose.altitude_m), 1000));
    }
  }
  return exif;
}

/// The vocabulary that most drones' programs read.
Exiv2::XmpData XmpOf(const RecordedPose& pose) {
  Exiv2::XmpProperties::registerNs("http://www.dji.com/drone-dji/1.0/", "drone-dji");
  Exiv2::XmpData xmp;
  const auto number = [&xmp](const char* name, const std::optional<double>& value, int decimals) {
    if (value)
      xmp[std::string("Xmp.drone-dji.") + name] = fmt::format("{:+.{}f}", *value, decimals);
  };
  if (pose.position) {
    number("GpsLatitude", pose.position->lat_deg, 9);
    number("GpsLongitude", pose.position->lon_deg, 9);
  }
  number("AbsoluteAltitude", pose.altitude_m, 3);
  number("RelativeAltitude", pose.height_above_takeoff_m, 3);
  number("GimbalYawDegree", pose.yaw_deg, 3);
  number("GimbalPitchDegree", pose.pitch_deg, 3);
  number("GimbalRollDegree", pose.roll_deg, 3);
  number("FlightYawDegree", pose.aircraft_yaw_deg, 3);
  number("LRFTargetDistance", pose.laser_range_m, 3);
  if (pose.rtk_flag) xmp["Xmp.drone-dji.RtkFlag"] = fmt::format("{}", *pose.rtk_flag);
  if (pose.altitude_is_ellipsoidal) xmp["Xmp.drone-dji.AltitudeType"] = std::string("RtkAlt");
  number("RtkStdLat", pose.sigma_horizontal_m, 4);
  number("RtkStdLon", pose.sigma_horizontal_m, 4);
  number("RtkStdHgt", pose.sigma_vertical_m, 4);
  return xmp;
}

}  // namespace

void WriteCelsiusTiff(const std::filesystem::path& tif, const cv::Mat& celsius,
                      const FrameMeta& meta) {
  AtomicFile file(tif);
  WritePixels(file.temporary(), tif, celsius);
  Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);  // only the edge prints
  try {
    const auto image = Exiv2::ImageFactory::open(file.temporary().string());
    image->readMetadata();
    Exiv2::ExifData exif = image->exifData();
    for (const auto& datum : ExifOf(meta)) exif.add(datum);
    image->setExifData(exif);
    image->setXmpData(XmpOf(meta.pose));
    image->writeMetadata();
  } catch (const Exiv2::Error&) {
    throw WriteError(tif, errno != 0 ? errno : EIO);
  }
  file.Commit();
}

}  // namespace thermoleak::cli
