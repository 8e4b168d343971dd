#pragma once
// How far a temperature, and a difference of two temperatures of one frame, can be trusted.
//
// First-order propagation (JCGM 100:2008, 5.1.2): the partial derivative of the temperature by each
// input, times that input's standard uncertainty, added in squares. A maker's limit of error is a
// rectangular distribution: sigma = limit / sqrt(3) (4.3.7).

#include <optional>

#include "thermoleak/radiometry/calibration.hpp"

namespace thermoleak {

/// What the maker says of the camera.
struct CameraAccuracy {
  double limit_k = 5;      ///< limit of error of one temperature; the same number is its percent
  double scale_sigma = 0;  ///< extra 1-sigma relative error of differences where the counts' scale
                           ///< itself is in doubt (apparent and relative frames)
};

/// Standard uncertainties of what an operator sets before a night survey and rarely checks.
struct SceneSigmas {
  double emissivity = 0.03;  ///< asphalt, concrete, soil, grass, snow: 0.92 .. 0.985
  double reflected_k = 10;   ///< clear sky, clouds or facades above the ground
  double air_k = 3;
  double relative_humidity = 0.15;
  double distance_relative = 0.2;  ///< of the distance, and at least half a metre
};

/// 1-sigma parts, kelvin, at one temperature.
struct TemperatureUncertainty {
  double camera_k = 0;
  double emissivity_k = 0;
  double reflected_k = 0;
  double air_k = 0;  ///< air temperature and humidity
  double distance_k = 0;
  std::optional<double> total_k;  ///< unset where there is no absolute temperature
  double scale = 0;               ///< relative 1-sigma error of a difference within the frame
};

/// Uncertainty at `temperature_c` (for a frame: its median). Thread-safe.
///
/// Planck frames: all parts from the single-path model. Apparent ones: the camera's, and 2.5 K and
/// `scale_sigma` for what is not corrected (formats.md 3.3: a published case reads 2.5 K and 23 %
/// off). T-linear and stored degC: the emissivity is in the numbers and can't be taken out again,
/// so its part is that of a black body read at 1 instead of 0.95. Relative: scale only.
TemperatureUncertainty UncertaintyAt(double temperature_c, const Calibration& calibration,
                                     RadiometryLevel level, const CameraAccuracy& camera,
                                     const SceneSigmas& scene = {});

}  // namespace thermoleak
