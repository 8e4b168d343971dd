#include "thermoleak/detection/detect.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "detection/models.hpp"

namespace thermoleak {
namespace {

constexpr double kNearlyAsClear = 0.8;  // SNR of the same spot in a twin's strip

}  // namespace

void DetectionOptions::Describe(OptionVisitor& v) {
  trace.Describe(v);
  v.Visit("min-snr", min_snr,
          {2, 100, "", "matched-filter response over the noise", "匹配滤波信噪比下限"});
  v.Visit("min-delta-t", min_delta_t_k,
          {0.05, 50, "K", "weakest anomaly that is reported", "可报告的最小温升"});
  v.Visit("soil-conductivity", soil_conductivity,
          {0.1, 5, "W/(m K)", "thermal conductivity of the soil", "土壤导热系数"});
  v.Visit("gate", gate_m,
          {0.2, 20, "m", "how far from the pipe's trace an anomaly may lie",
           "异常偏离管线热迹的容许距离"});
  v.Visit(
      "overhead-excess", overhead_excess_k,
      {1, 100, "K", "stripped insulation above the insulated level", "保温脱落段高于保温段的温差"});
  v.Visit("overhead-min-length", overhead_min_length_m,
          {0.1, 50, "m", "shortest stripped stretch", "最短保温脱落长度"});
}

double SurfaceCoefficient(double air_c, double wind_m_s) {
  constexpr double kStefanBoltzmann = 5.670374419e-8;
  constexpr double kEmissivity = 0.95;
  const double kelvin = air_c + 273.15;
  return 4 * kEmissivity * kStefanBoltzmann * kelvin * kelvin * kelvin + 5.7 +
         3.8 * std::max(0.0, wind_m_s);
}

double PointSourceHeat(double equivalent_depth_m, double h) {
  return 2 * std::numbers::pi * equivalent_depth_m * equivalent_depth_m * h;
}

double EquivalentDepth(const PipeNetwork& network, int pipe, double soil_conductivity, double h) {
  const Pipe& p = network.pipes()[static_cast<std::size_t>(pipe)];
  const double depth =
      p.AxisDepth(network.options().depth_to_axis).value_or(network.options().default_depth_m);
  return std::max(0.3, depth) + soil_conductivity / h;
}

double ExpectedTraceWidth(const PipeNetwork& network, int pipe, double soil_conductivity,
                          double h) {
  const Pipe& p = network.pipes()[static_cast<std::size_t>(pipe)];
  if (p.laying != Laying::kOverhead)
    return 2 * EquivalentDepth(network, pipe, soil_conductivity, h);
  constexpr double kInsulation = 0.15;  // on both sides together, m
  constexpr double kUnknownDiameter = 0.5;
  return p.dn_mm ? *p.dn_mm / 1000.0 + kInsulation : kUnknownDiameter;
}

StripFindings DetectHotSpots(const Strip& strip, const DetectionContext& context,
                             const DetectionOptions& options) {
  const Pipe& pipe = context.network.pipes()[static_cast<std::size_t>(strip.layout.pipe)];
  return pipe.laying == Laying::kOverhead ? detection::DetectOverhead(strip, context, options)
                                          : detection::DetectBuried(strip, context, options);
}

std::vector<HotSpot> MergeAcrossPipes(std::vector<HotSpot> spots, double radius_m) {
  std::stable_sort(spots.begin(), spots.end(),
                   [](const HotSpot& a, const HotSpot& b) { return a.snr > b.snr; });
  const auto from_own_trace = [](const HotSpot& spot) {
    return std::abs(spot.offset_m - spot.trace_offset_m);
  };
  std::vector<HotSpot> kept;
  for (HotSpot& spot : spots) {
    const auto doubled = std::find_if(kept.begin(), kept.end(), [&](const HotSpot& other) {
      if (spot.laying == Laying::kOverhead || other.laying == Laying::kOverhead) return false;
      return (other.position - spot.position).norm() < radius_m;
    });
    if (doubled == kept.end()) {
      kept.push_back(std::move(spot));
    } else if (spot.pipe != doubled->pipe && spot.snr > kNearlyAsClear * doubled->snr &&
               from_own_trace(spot) < from_own_trace(*doubled)) {
      *doubled = std::move(spot);  // twins see the same spot: it belongs to the pipe under it
    }
  }
  return kept;
}

}  // namespace thermoleak
