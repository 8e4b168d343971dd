#pragma once
// Hot spots in one strip. Laying decides which model looks at it: conduction through soil for
// buried pipes and ducts, the bare surface itself for overhead ones.

#include <vector>

#include "thermoleak/detection/alignment.hpp"
#include "thermoleak/detection/hot_spot.hpp"
#include "thermoleak/detection/trace.hpp"

namespace thermoleak {

struct DetectionOptions {
  TraceOptions trace;
  double min_snr = 2.0;            ///< of the matched filter over the strip's own noise; the score decides
  double min_delta_t_k = 0.2;      ///< weaker anomalies are within harmonisation's errors
  double soil_conductivity = 1.5;  ///< W/(m K); moist soil (detection.md 2.3)
  double gate_m = 1.5;             ///< a leak's centre lies this near a trace that is seen
  double overhead_excess_k =
      8.0;  ///< stripped insulation stands this far above the pipe's insulated level
  double overhead_min_length_m = 0.5;

  void Describe(OptionVisitor& v);
};

/// What detection must know beside the strip.
struct DetectionContext {
  const PipeNetwork& network;
  double surface_h_w_m2k = 12;  ///< heat transfer at the surface (SurfaceCoefficient)
  SurveyShift shift;            ///< pictures against map
};

struct StripFindings {
  std::vector<HotSpot> spots;  ///< by chainage
  std::vector<PipeCoverage> coverage;
  StripImage image;
  Trace trace;
};

/// Radiation plus convection at a surface near `air_c` in wind `wind_m_s`: 4 e s T^3 + 5.7 + 3.8 v
/// (Juerges; detection.md 2.4), W/(m^2 K).
double SurfaceCoefficient(double air_c, double wind_m_s);

/// Equivalent depth D = H + k/h of a pipe's axis (detection.md 2.1), metres; default depth where
/// the map has none.
double EquivalentDepth(const PipeNetwork& network, int pipe, double soil_conductivity, double h);

/// Heat through the surface over the peak's rise, W/K, of a point source at equivalent depth D
/// under a surface with coefficient h: dT (1 + r^2/D^2)^-3/2 integrates to 2 pi D^2 dT
/// (detection.md 2.1).
double PointSourceHeat(double equivalent_depth_m, double h);

/// Full width at half maximum of a pipe's own trace: 2 D for buried ones, the casing's diameter for
/// overhead ones, metres.
double ExpectedTraceWidth(const PipeNetwork& network, int pipe, double soil_conductivity, double h);

/// Deterministic, thread-safe; NaN-only strips give no spots.
StripFindings DetectHotSpots(const Strip& strip, const DetectionContext& context,
                             const DetectionOptions& options);

/// One place seen in the strips of several pipes (twins, crossings) is one spot: of buried spots
/// within `radius_m` of each other the one with the highest SNR stays, or, of nearly equal ones,
/// that of the pipe whose trace is nearest. Overhead spots belong to their own pipe and stay.
std::vector<HotSpot> MergeAcrossPipes(std::vector<HotSpot> spots, double radius_m);

}  // namespace thermoleak
