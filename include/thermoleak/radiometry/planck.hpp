#pragma once
// Raw counts of a FLIR-type core to temperature: the single-path formula.
//
// Source: FLIR's measurement formula as ThermaCAM Researcher computes it (agreement 0.0000 K in the
// mean over the vendor's own exports). Thermimage's raw2temp, which most open tools copied, takes
// tau(d/2) twice, which is not tau(d): +0.45 K at 30 C over 100 m; not used here.

#include <cstdint>
#include <optional>
#include <vector>

namespace thermoleak {

/// P(T) = r1 / (r2 (exp(b/T) - f)) - o, counts of a black body at T kelvin.
struct PlanckConstants {
  double r1 = 0;
  double b = 0;
  double f = 1;
  double o = 0;
  double r2 = 1;
  /// Positive r1, b, r2 and finite values: worth computing with.
  bool Plausible() const;
};

/// Coefficients of the atmospheric transmission model; the defaults are FLIR's usual ones, files
/// carry their own.
struct AtmosphereConstants {
  double alpha1 = 0.006569;
  double alpha2 = 0.012620;
  double beta1 = -0.002276;
  double beta2 = -0.006670;
  double x = 1.9;
};

/// What lies between surface and sensor.
struct SceneParameters {
  double emissivity = 1.0;    ///< 0 < e <= 1
  double distance_m = 0.0;    ///< 0 is a real value: no air
  double reflected_c = 20.0;  ///< reflected apparent temperature
  double air_c = 20.0;
  double relative_humidity = 0.5;  ///< 0 .. 1
  double window_c = 20.0;
  double window_transmission = 1.0;  ///< 0 < w <= 1
};

/// Transmission of the air over `distance_m`, 0 .. 1 (formats.md 1.7).
double AtmosphericTransmission(const AtmosphereConstants& constants, double distance_m,
                               double air_c, double relative_humidity);

/// Black-body counts at a temperature and its inverse; CelsiusFromCounts is NaN where undefined.
double CountsFromCelsius(const PlanckConstants& planck, double temperature_c);
double CelsiusFromCounts(const PlanckConstants& planck, double counts);

/// Surface temperature from raw counts through window, air, emissivity and reflection, and the
/// inverse. A value; thread-safe. Construction does all that does not depend on the counts.
class SinglePathModel {
 public:
  SinglePathModel(const PlanckConstants& planck, const AtmosphereConstants& atmosphere,
                  const SceneParameters& scene);
  double Celsius(double raw) const;
  double Raw(double surface_c) const;

 private:
  PlanckConstants planck_;
  double gain_ = 1;  // object counts = gain_ * raw + offset_
  double offset_ = 0;
};

}  // namespace thermoleak
