#pragma once
// What the harnesses share. A broken promise ends in abort(), which libFuzzer reports with its
// input.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <span>

#include "thermoleak/ingest/reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace thermoleak::fuzz {

/// Not an assertion: it must hold in every build.
inline void Require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

inline std::span<const std::byte> BytesOf(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

inline const CameraTable& Cameras() {
  static const CameraTable table = CameraTable::BuiltIn();
  return table;
}

inline void RequireFinite(const std::optional<double>& value, const char* promise) {
  Require(!value || std::isfinite(*value), promise);
}

/// What holds for whatever was read, and for the error when nothing was.
inline void CheckFrame(const Result<ThermalFrame>& frame) {
  if (!frame) {
    Require(!frame.error().message.In(Lang::kEnglish).empty(), "an error has a sentence");
    Require(!frame.error().message.In(Lang::kChinese).empty(), "an error has a sentence");
    return;
  }
  const FrameMeta& meta = frame->meta;
  const cv::Mat& stored = frame->stored;
  Require(stored.cols == meta.width && stored.rows == meta.height && !stored.empty(),
          "the pixels have the stated size");
  Require(stored.type() == CV_16UC1 || stored.type() == CV_32FC1, "counts or degrees");
  const cv::Mat celsius = ToCelsius(stored, meta.calibration);
  Require(celsius.size() == stored.size() && celsius.type() == CV_32FC1, "a temperature a pixel");

  RequireFinite(meta.time_utc_s, "time");
  for (const auto& positive : {meta.focal_length_mm, meta.pixel_pitch_um}) {
    Require(!positive || (std::isfinite(*positive) && *positive > 0), "focal length and pitch");
  }
  const RecordedPose& pose = meta.pose;
  if (pose.position) {
    Require(std::abs(pose.position->lat_deg) <= 90 && std::abs(pose.position->lon_deg) <= 180,
            "a position on the Earth");
  }
  Require(!pose.roll_deg || std::abs(*pose.roll_deg) <= 90, "roll is folded in");
  for (const auto& number :
       {pose.altitude_m, pose.height_above_takeoff_m, pose.height_above_ground_m,
        pose.laser_range_m, pose.yaw_deg, pose.pitch_deg, pose.aircraft_yaw_deg,
        pose.sigma_horizontal_m, pose.sigma_vertical_m}) {
    RequireFinite(number, "a pose's numbers");
  }
}

}  // namespace thermoleak::fuzz
