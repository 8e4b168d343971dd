#pragma once
// A hot spot is what a strip shows: a thermal anomaly (热异常) with the features that explain it.
// It says nothing yet about its cause.

#include <limits>
#include <optional>
#include <vector>

#include "thermoleak/core/geometry.hpp"
#include "thermoleak/network/network.hpp"

namespace thermoleak {

/// What an anomaly's surroundings look like: shares of their variance (0 .. 1) that a shape
/// explains, and how the anomaly falls off.
struct AnomalyShape {
  double plume = 0;       ///< heat that came through soil from the pipe's depth
  double rectangle = 0;   ///< as large as a car
  double disc = 0;        ///< as large as a cover
  double core_share = 0;  ///< area above 75 % of the peak over that above 25 %: a point source's is
                          ///< 0.14, something flat with sharp edges has more
  double foot_m2 = 0;     ///< area above 25 % of the peak
  double fill = 0;        ///< of the smallest rectangle around the area above 50 %: an ellipse's is
                          ///< 0.79, a rectangle's 1
  double soft_share = 1;  ///< of the rise, what is left when slopes steeper than conduction's are
                          ///< taken out of the picture: 1 for heat from below, 0 for a car's place
  double warm_ground = 0.5;  ///< share of the strip that is colder than the ground around: roads
                             ///< have much, lawns little
};

struct HotSpot {
  int pipe = -1;
  Laying laying = Laying::kBuried;
  double chainage_m = 0;
  double offset_m = 0;   ///< from the map's axis, positive to the left
  Vec2 position{0, 0};   ///< local metres
  double delta_t_k = 0;  ///< peak above the pipe's own undisturbed trace
  double delta_t_sigma_k = 0;
  double snr = 0;        ///< matched-filter response over noise, the clearer of the next two
  double plain_snr = 0;  ///< above the pipe's usual trace, over the strip's own noise
  double even_snr = 0;   ///< after each material's temperature was taken away, over its noise
  AnomalyShape shape;
  double length_m = 0;          ///< along the pipe, at half peak
  double width_m = 0;           ///< across, at half peak
  double area_m2 = 0;           ///< at half peak
  double integral_k_m2 = 0;     ///< surface integral of the excess
  double expected_width_m = 0;  ///< what the pipe's depth allows for a point source
  double aside_m = 0;           ///< from the nearest of the parallel pipes' traces
  double aside_sigma_m = 1;     ///< how far a leak of this pipe may lie aside
  double trace_offset_m = 0;    ///< where the pipe's own warm trace lies, from the map's axis
  bool trace_doubtful = false;  ///< that warm trace may be a foreign line's (JudgeTraces)
  double trace_k = 0;           ///< the undisturbed trace above the ground on both sides
  double edge_k_per_m = 0;      ///< steepest edge of the anomaly
  double view_spread_k = 0;     ///< median spread between views inside the anomaly
  double view_persistence = 0;  ///< share of views that show at least half of the peak (0 .. 1)
  int views = 0;                ///< median number of views inside the anomaly
  double background_c = 0;      ///< the ground on both sides
  std::optional<double> chamber_distance_m;  ///< to the nearest chamber of the map, within 30 m
  std::optional<double>
      overhead_distance_m;  ///< to the nearest other overhead pipe of the map, within 10 m
  double building_distance_m = 1e9;
  int neighbours = 0;          ///< other clear anomalies of the strip within 25 m
  bool at_strip_edge = false;  ///< cut by the end of what was seen
};

/// How well one metre-range of pipe could be judged.
struct PipeCoverage {
  int pipe = -1;
  double from_m = 0;
  double to_m = 0;
  double views = 0;  ///< median number of views
  /// Noise of the matched filter's peak, 1 sigma; the smallest leak seen is about 5 of it. NaN: the
  /// stretch tells nothing.
  double noise_k = 0;
  /// What a point source at the pipe's depth lets through the surface per kelvin of its peak, W/K
  /// (PointSourceHeat); NaN for overhead pipes.
  double heat_w_per_k = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace thermoleak
