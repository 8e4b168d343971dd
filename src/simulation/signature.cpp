#include "thermoleak/simulation/signature.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace thermoleak::simulation {
namespace {

using std::numbers::pi;

constexpr double kStefanBoltzmann = 5.670374419e-8;
/// The surface coefficient inside EN 13941's depth correction, W/(m2 K).
constexpr double kNormSurfaceCoefficient = 14.6;

struct SizeRow {
  double dn_mm;
  PipeSize size;
};
/// EN 253 series 2 up to DN 300, series 1 above.
constexpr std::array<SizeRow, 18> kSizes{{{25, {0.0337, 0.11}},
                                          {32, {0.0424, 0.125}},
                                          {40, {0.0483, 0.125}},
                                          {50, {0.0603, 0.14}},
                                          {65, {0.0761, 0.16}},
                                          {80, {0.0889, 0.18}},
                                          {100, {0.1143, 0.225}},
                                          {125, {0.1397, 0.25}},
                                          {150, {0.1683, 0.28}},
                                          {200, {0.2191, 0.355}},
                                          {250, {0.273, 0.45}},
                                          {300, {0.3239, 0.5}},
                                          {350, {0.3556, 0.5}},
                                          {400, {0.4064, 0.56}},
                                          {500, {0.508, 0.71}},
                                          {600, {0.61, 0.8}},
                                          {700, {0.711, 0.9}},
                                          {800, {0.813, 1}}}};

}  // namespace

double SurfaceCoefficient(double air_c, double wind_m_s, double emissivity) {
  const double kelvin = air_c + 273.15;
  return 4 * emissivity * kStefanBoltzmann * kelvin * kelvin * kelvin + 5.7 + 3.8 * wind_m_s;
}

double EquivalentDepth(double axis_depth_m, double conductivity, double surface_coefficient) {
  return axis_depth_m + conductivity / surface_coefficient;
}

double LineRise(double loss_w_per_m, double surface_coefficient, double equivalent_depth_m,
                double x_m) {
  return loss_w_per_m * equivalent_depth_m /
         (pi * surface_coefficient * (x_m * x_m + equivalent_depth_m * equivalent_depth_m));
}

double SegmentRise(double loss_w_per_m, double surface_coefficient, double equivalent_depth_m,
                   double square_distance_m2, double from_m, double to_m) {
  const double a2 = square_distance_m2 + equivalent_depth_m * equivalent_depth_m;
  return loss_w_per_m * equivalent_depth_m / (2 * pi * surface_coefficient * a2) *
         (to_m / std::sqrt(to_m * to_m + a2) - from_m / std::sqrt(from_m * from_m + a2));
}

double PointRise(double heat_w, double surface_coefficient, double equivalent_depth_m, double r_m) {
  const double a2 = r_m * r_m + equivalent_depth_m * equivalent_depth_m;
  return heat_w * equivalent_depth_m / (2 * pi * surface_coefficient * a2 * std::sqrt(a2));
}

PipeSize SizeOf(double dn_mm) {
  for (const SizeRow& row : kSizes) {
    if (dn_mm <= row.dn_mm) return row.size;
  }
  // Beyond the table: 10 cm of insulation around the steel.
  return {dn_mm * 1e-3 * 1.016, dn_mm * 1e-3 * 1.016 + 0.2};
}

PairLoss LossOfPair(const PipePair& pair) {
  const double outer = pair.size.casing_m / 2;
  const double inner = pair.size.steel_outer_m / 2;
  const double depth = pair.axis_depth_m + pair.ground_conductivity / kNormSurfaceCoefficient;
  const double half_spacing = pair.spacing_m / 2;
  const double insulation =
      pair.ground_conductivity / pair.insulation_conductivity * std::log(outer / inner);
  const double own = std::log(2 * depth / outer) + insulation;
  const double mutual = std::log(std::sqrt(1 + depth * depth / (half_spacing * half_spacing)));
  const double symmetric_k = (pair.supply_c + pair.return_c) / 2 - pair.ground_c;
  const double antisymmetric_k = (pair.supply_c - pair.return_c) / 2;
  const double scale = 2 * pi * pair.ground_conductivity;
  const double symmetric = scale * symmetric_k / (own + mutual);
  const double antisymmetric = scale * antisymmetric_k / (own - mutual);
  return {symmetric + antisymmetric, symmetric - antisymmetric};
}

}  // namespace thermoleak::simulation
