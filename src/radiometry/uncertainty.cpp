#include "thermoleak/radiometry/uncertainty.hpp"

#include <algorithm>
#include <cmath>

namespace thermoleak {
namespace {

double Square(double x) { return x * x; }

/// Change of the temperature and of the scale when one input goes up by its sigma.
struct Effect {
  double kelvin = 0;
  double scale = 0;
};

class Propagation {
 public:
  Propagation(const PlanckCalibration& nominal, double temperature_c)
      : nominal_(nominal), temperature_c_(temperature_c) {
    const SinglePathModel model(nominal.planck, nominal.atmosphere, nominal.scene);
    raw_ = model.Raw(temperature_c);
    raw_above_ = model.Raw(temperature_c + 1);
  }

  /// Central difference over plus and minus one sigma, clipped to the input's physical range: as
  /// good as the derivative where the model is straight, better where it is not.
  Effect Of(double SceneParameters::*input, double sigma, double low, double high) const {
    const double value = nominal_.scene.*input;
    const double up = std::min(high, value + sigma);
    const double down = std::max(low, value - sigma);
    if (!(up > down)) return {};
    const Effect above = At(input, up);
    const Effect below = At(input, down);
    // One-sided ranges (emissivity 1, distance 0) still have the whole sigma.
    const double stretch = sigma / (up - down);
    return {(above.kelvin - below.kelvin) * stretch, (above.scale - below.scale) * stretch};
  }

 private:
  Effect At(double SceneParameters::*input, double value) const {
    SceneParameters scene = nominal_.scene;
    scene.*input = value;
    const SinglePathModel model(nominal_.planck, nominal_.atmosphere, scene);
    const double here = model.Celsius(raw_);
    return {here - temperature_c_, model.Celsius(raw_above_) - here - 1};
  }

  const PlanckCalibration& nominal_;
  double temperature_c_;
  double raw_ = 0;
  double raw_above_ = 0;
};

TemperatureUncertainty OfPlanck(double temperature_c, const PlanckCalibration& calibration,
                                const SceneSigmas& sigmas, double camera_k, double camera_scale) {
  const SceneParameters& scene = calibration.scene;
  const Propagation propagation(calibration, temperature_c);
  const Effect emissivity =
      propagation.Of(&SceneParameters::emissivity, sigmas.emissivity, 0.05, 1);
  const Effect reflected =
      propagation.Of(&SceneParameters::reflected_c, sigmas.reflected_k, -200, 1000);
  const Effect air = propagation.Of(&SceneParameters::air_c, sigmas.air_k, -100, 100);
  const Effect humidity =
      propagation.Of(&SceneParameters::relative_humidity, sigmas.relative_humidity, 0, 1);
  const double distance_sigma = std::max(0.5, sigmas.distance_relative * scene.distance_m);
  const Effect distance = propagation.Of(&SceneParameters::distance_m, distance_sigma, 0, 1e6);

  TemperatureUncertainty out;
  out.camera_k = camera_k;
  out.emissivity_k = std::abs(emissivity.kelvin);
  out.reflected_k = std::abs(reflected.kelvin);
  out.air_k = std::hypot(air.kelvin, humidity.kelvin);
  out.distance_k = std::abs(distance.kelvin);
  out.scale = std::sqrt(Square(camera_scale) + Square(emissivity.scale) + Square(reflected.scale) +
                        Square(air.scale) + Square(humidity.scale) + Square(distance.scale));
  return out;
}

}  // namespace

TemperatureUncertainty UncertaintyAt(double temperature_c, const Calibration& calibration,
                                     RadiometryLevel level, const CameraAccuracy& camera,
                                     const SceneSigmas& scene) {
  const double limit = camera.limit_k / std::sqrt(3.0);
  // Makers state "2 K or 2 % of the reading, whichever is larger".
  const double camera_k = std::max(limit, std::abs(temperature_c) * limit / 100);
  const double camera_scale = std::hypot(limit / 100, camera.scale_sigma);
  TemperatureUncertainty out;
  if (const auto* planck = std::get_if<PlanckCalibration>(&calibration)) {
    out = OfPlanck(temperature_c, *planck, scene, camera_k, camera_scale);
  } else {
    // What is left of the emissivity when it can't be corrected: (1 - 0.95) of the difference to
    // what is reflected, some 20 K colder than the ground on a clear night.
    constexpr double kUncorrected = 0.05;
    constexpr double kSkyDifference_k = 20;
    constexpr double kApparentOffset_k = 2.5;
    out.camera_k = camera_k;
    out.emissivity_k =
        level == RadiometryLevel::kApparent ? kApparentOffset_k : kUncorrected * kSkyDifference_k;
    out.scale = std::hypot(camera_scale, kUncorrected);
  }
  if (level != RadiometryLevel::kRelative) {
    out.total_k = std::sqrt(Square(out.camera_k) + Square(out.emissivity_k) +
                            Square(out.reflected_k) + Square(out.air_k) + Square(out.distance_k));
  }
  return out;
}

}  // namespace thermoleak
