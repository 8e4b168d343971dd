#include "thermoleak/scoring/features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thermoleak {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kHotK = 12;  // ground over a leak is seldom warmer than this above its trace
constexpr double kFarBuilding = 30;  // m: beyond, a building says nothing

using In = FeatureInput;
using G = ReasonGroup;

double Rise(const In& in) { return std::max(0.1, in.spot.delta_t_k); }
double Expected(const In& in) { return std::max(0.1, in.spot.expected_width_m); }
double Width(const In& in) { return std::max(0.2, in.spot.width_m); }
bool Compared(const In& in) { return in.spot.views >= 2; }

double MediumOf(const In& in) {
  if (in.pipe == nullptr || in.pipe->medium == Medium::kUnknown) return kNaN;
  return in.pipe->medium == Medium::kSupply ? 1 : 0;
}

// Signs come from physics (detection.md 2): a stronger, better seen rise on the pipe that all views
// share is never less of a leak; sharp edges, things beside the pipe, heat that soil cannot carry
// and what moves are never more of one.
constexpr Feature kTable[] = {
    {"log_delta_t", "ln K", "peak above the pipe's own trace, up to 12 K", +1, G::kContrast,
     [](const In& in) { return std::log(std::clamp(in.spot.delta_t_k, 0.05, kHotK)); }},
    {"too_hot", "K", "peak beyond 12 K", -1, G::kContrast,
     [](const In& in) { return std::max(0.0, in.spot.delta_t_k - kHotK); }},
    {"snr", "1", "matched-filter response over noise, the clearer of the next two", +1, G::kNoise,
     [](const In& in) { return in.spot.snr; }},
    {"plain_snr", "1", "above the pipe's usual trace, over the strip's own noise", +1, G::kNoise,
     [](const In& in) { return in.spot.plain_snr; }},
    {"even_snr", "1", "after each material's temperature was taken away, over its noise", +1,
     G::kNoise, [](const In& in) { return in.spot.even_snr; }},
    {"relative_sigma", "1", "sigma of the peak over the peak", 0, G::kNoise,
     [](const In& in) { return in.spot.delta_t_sigma_k / Rise(in); }},
    {"across_ratio", "1", "smaller of width and length over what conduction from the depth makes",
     0, G::kWidth,
     [](const In& in) { return std::min(in.spot.width_m, in.spot.length_m) / Expected(in); }},
    {"width_ratio", "1", "width over what conduction from the depth makes", 0, G::kWidth,
     [](const In& in) { return in.spot.width_m / Expected(in); }},
    {"depth", "m", "equivalent depth of the pipe", 0, G::kWidth,
     [](const In& in) { return in.depth_m; }},
    {"area", "m2", "warmer than half of the peak", 0, G::kExtent,
     [](const In& in) { return in.spot.area_m2; }},
    {"integral", "K m2", "surface integral of the excess", 0, G::kExtent,
     [](const In& in) { return in.spot.integral_k_m2; }},
    {"length", "m", "along the pipe, at half peak", 0, G::kElongation,
     [](const In& in) { return in.spot.length_m; }},
    {"elongation", "1", "length over width", 0, G::kElongation,
     [](const In& in) { return in.spot.length_m / Width(in); }},
    {"edge_steepness", "1", "steepest slope times depth over peak; conduction makes at most 0.86",
     -1, G::kEdge, [](const In& in) { return in.spot.edge_k_per_m * in.depth_m / Rise(in); }},
    {"plume", "1", "share of the surroundings' variance that conduction explains", +1, G::kEdge,
     [](const In& in) { return in.spot.shape.plume; }},
    {"rectangle_gain", "1", "what a rectangle as large as a car explains beyond that", -1, G::kEdge,
     [](const In& in) { return in.spot.shape.rectangle - in.spot.shape.plume; }},
    {"disc_gain", "1", "what a disc as large as a cover explains beyond that", -1, G::kEdge,
     [](const In& in) { return in.spot.shape.disc - in.spot.shape.plume; }},
    {"core_share", "1", "area above 75 % of the peak over that above 25 %", -1, G::kEdge,
     [](const In& in) { return in.spot.shape.core_share; }},
    {"foot", "m2", "warmer than a quarter of the peak", 0, G::kExtent,
     [](const In& in) { return in.spot.shape.foot_m2; }},
    {"fill", "1", "of the smallest rectangle around what is above half of the peak", 0, G::kEdge,
     [](const In& in) { return in.spot.shape.fill; }},
    {"soft_share", "1", "of the rise, what remains without slopes steeper than conduction's", +1,
     G::kEdge, [](const In& in) { return in.spot.shape.soft_share; }},
    {"warm_ground", "1", "share of the strip colder than the ground around", 0, G::kGround,
     [](const In& in) { return in.spot.shape.warm_ground; }},
    {"neighbours", "1", "other clear anomalies within 25 m along the pipe", 0, G::kNeighbours,
     [](const In& in) { return 1.0 * in.spot.neighbours; }},
    {"aside_sigmas", "1", "distance from the nearest pipe's trace over what a leak may lie aside",
     -1, G::kAside,
     [](const In& in) { return in.spot.aside_m / std::max(0.05, in.spot.aside_sigma_m); }},
    {"view_persistence", "1", "share of the views that show it; unknown from a single view", +1,
     G::kViews, [](const In& in) { return Compared(in) ? in.spot.view_persistence : kNaN; }},
    {"view_spread", "1", "spread between views over the peak; unknown from a single view", -1,
     G::kViews,
     [](const In& in) { return Compared(in) ? in.spot.view_spread_k / Rise(in) : kNaN; }},
    {"views", "1", "number of views", 0, G::kViews,
     [](const In& in) { return 1.0 * in.spot.views; }},
    {"chamber", "m", "to the nearest chamber of the map; unknown beyond 30 m", +1, G::kChamber,
     [](const In& in) { return in.spot.chamber_distance_m.value_or(kNaN); }},
    {"building", "m", "to the nearest building, up to 30 m", +1, G::kBuilding,
     [](const In& in) { return std::min(kFarBuilding, in.spot.building_distance_m); }},
    {"overhead", "m", "to the nearest other overhead pipe; unknown beyond 10 m", +1, G::kOverhead,
     [](const In& in) { return in.spot.overhead_distance_m.value_or(kNaN); }},
    {"trace", "K", "the pipe's undisturbed trace above the ground beside it", 0, G::kTrace,
     [](const In& in) { return in.spot.trace_k; }},
    {"trace_doubtful", "0/1", "that trace may be a foreign line's", -1, G::kTrace,
     [](const In& in) { return in.spot.trace_doubtful ? 1.0 : 0.0; }},
    {"at_strip_edge", "0/1", "cut off by the end of what was seen", -1, G::kCut,
     [](const In& in) { return in.spot.at_strip_edge ? 1.0 : 0.0; }},
    {"supply", "0/1", "a supply pipe, 0 a return; unknown where the map does not say", 0, G::kPipe,
     MediumOf},
};

}  // namespace

std::span<const Feature> Features() { return kTable; }

std::optional<std::size_t> FindFeature(std::string_view name) {
  const auto found = std::find_if(std::begin(kTable), std::end(kTable),
                                  [&](const Feature& feature) { return feature.name == name; });
  if (found == std::end(kTable)) return std::nullopt;
  return static_cast<std::size_t>(found - std::begin(kTable));
}

std::vector<float> Measure(const FeatureInput& input) {
  std::vector<float> values;
  values.reserve(std::size(kTable));
  for (const Feature& feature : kTable) {
    const double value = feature.of(input);
    values.push_back(static_cast<float>(std::isfinite(value) ? value : kNaN));
  }
  return values;
}

}  // namespace thermoleak
