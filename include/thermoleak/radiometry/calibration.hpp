#pragma once
// How one frame's stored values become degrees Celsius: one small variant for all cameras.

#include <functional>
#include <opencv2/core.hpp>
#include <optional>
#include <string_view>
#include <variant>

#include "thermoleak/radiometry/planck.hpp"

namespace thermoleak {

/// FLIR-type: Planck constants with their scene.
struct PlanckCalibration {
  PlanckConstants planck;
  AtmosphereConstants atmosphere;
  SceneParameters scene;
};
/// T-linear: degC = gain * raw + offset_c.
struct LinearCalibration {
  double gain = 0.04;
  double offset_c = -273.15;
};
/// Stored as float degC already.
struct CelsiusCalibration {};
/// Counts whose way to temperature only the maker knows: kelvin above `reference_count` by a
/// nominal slope. What ToCelsius() gives is then no temperature but a difference.
struct RelativeCalibration {
  double kelvin_per_count = 0.03;
  double reference_count = 0;  ///< the frame's own median
};

using Calibration =
    std::variant<PlanckCalibration, LinearCalibration, CelsiusCalibration, RelativeCalibration>;

/// How far temperatures can be trusted: absolute (surface temperature by the stated parameters),
/// apparent (before emissivity, air and reflection), relative (only differences within the frame
/// mean something).
enum class RadiometryLevel { kAbsolute, kApparent, kRelative };
std::string_view ToString(RadiometryLevel level);

/// What the user knows better than the camera; unset fields keep the file's values.
struct SceneOverride {
  std::optional<double> air_c;
  std::optional<double> relative_humidity;  ///< 0 .. 1
  std::optional<double> emissivity;
  std::optional<double> reflected_c;
  std::optional<double> distance_m;
};
void ApplyOverride(const SceneOverride& scene, Calibration& calibration);

/// Degrees Celsius of one stored value; what ToCelsius() does to each.
std::function<double(double)> CelsiusOf(const Calibration& calibration);

/// Degrees Celsius, CV_32FC1, from `stored` (CV_16UC1 counts, or CV_32FC1 for CelsiusCalibration)
/// through a lookup table over the counts that occur; kelvin above the reference for
/// RelativeCalibration. Where the formula is undefined the result is
/// NaN. `stored` is not modified; thread-safe.
cv::Mat ToCelsius(const cv::Mat& stored, const Calibration& calibration);

}  // namespace thermoleak
