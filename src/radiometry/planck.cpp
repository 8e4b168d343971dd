#include "thermoleak/radiometry/planck.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thermoleak {
namespace {

constexpr double kZeroCelsius = 273.15;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

bool PlanckConstants::Plausible() const {
  return std::isfinite(r1) && std::isfinite(b) && std::isfinite(f) && std::isfinite(o) &&
         std::isfinite(r2) && r1 > 0 && b > 0 && r2 > 0;
}

double AtmosphericTransmission(const AtmosphereConstants& constants, double distance_m,
                               double air_c, double relative_humidity) {
  // Partial pressure of the water in the air, mmHg.
  const double t = air_c;
  const double water =
      std::clamp(relative_humidity, 0.0, 1.0) *
      std::exp(1.5587 + 0.06939 * t - 0.00027816 * t * t + 0.00000068455 * t * t * t);
  const double root_distance = std::sqrt(std::max(distance_m, 0.0));
  const double root_water = std::sqrt(water);
  return constants.x *
             std::exp(-root_distance * (constants.alpha1 + constants.beta1 * root_water)) +
         (1 - constants.x) *
             std::exp(-root_distance * (constants.alpha2 + constants.beta2 * root_water));
}

double CountsFromCelsius(const PlanckConstants& planck, double temperature_c) {
  const double kelvin = temperature_c + kZeroCelsius;
  if (!(kelvin > 0)) return kNan;
  return planck.r1 / (planck.r2 * (std::exp(planck.b / kelvin) - planck.f)) - planck.o;
}

double CelsiusFromCounts(const PlanckConstants& planck, double counts) {
  const double radiance = planck.r2 * (counts + planck.o);
  if (!(radiance > 0)) return kNan;
  const double argument = planck.r1 / radiance + planck.f;
  // ln <= 0 would be a temperature beyond infinity: saturated counts with F < 1.
  if (!(argument > 1)) return kNan;
  return planck.b / std::log(argument) - kZeroCelsius;
}

SinglePathModel::SinglePathModel(const PlanckConstants& planck,
                                 const AtmosphereConstants& atmosphere,
                                 const SceneParameters& scene)
    : planck_(planck) {
  const double tau =
      AtmosphericTransmission(atmosphere, scene.distance_m, scene.air_c, scene.relative_humidity);
  const double e = scene.emissivity;
  const double window = scene.window_transmission;
  if (!planck.Plausible() || !(e > 0) || !(window > 0) || !(tau > 0)) {
    gain_ = kNan;
    return;
  }
  // What is not transmitted or emitted arrives from window, air and surroundings. A fully
  // transparent medium contributes nothing, whatever temperature is stated for it (it may be absurd
  // then).
  double foreign = 0;
  if (window < 1) foreign += (1 - window) / window * CountsFromCelsius(planck, scene.window_c);
  if (tau != 1) foreign += (1 - tau) * CountsFromCelsius(planck, scene.air_c);
  if (e < 1) foreign += tau * (1 - e) * CountsFromCelsius(planck, scene.reflected_c);
  gain_ = 1 / (window * e * tau);
  offset_ = -foreign / (e * tau);
}

double SinglePathModel::Celsius(double raw) const {
  return CelsiusFromCounts(planck_, gain_ * raw + offset_);
}

double SinglePathModel::Raw(double surface_c) const {
  return (CountsFromCelsius(planck_, surface_c) - offset_) / gain_;
}

}  // namespace thermoleak
