#pragma once
// What buried heat looks like on the surface: steady conduction in a half-space with a Robin
// surface.
//
// Source: knowledge of the field, "line source + Robin surface": the exact integral is replaced by
// an image line at the equivalent depth D = H + k/h (peak within 3 % for k/h/H < 0.15). EN 13941
// uses the same idea with h = 14.6 W/(m2 K). Everything is linear: sources add.

namespace thermoleak::simulation {

/// Heat exchange of the surface, W/(m2 K): radiation 4 e sigma T^3 plus convection 5.7 + 3.8 v
/// (Juerges).
double SurfaceCoefficient(double air_c, double wind_m_s, double emissivity = 0.95);

/// D = H + k/h, metres, of a source at axis depth H in ground of conductivity k (W/(m K)).
double EquivalentDepth(double axis_depth_m, double conductivity, double surface_coefficient);

/// Surface temperature rise, K, across an endless line source of `loss_w_per_m` at distance x: peak
/// q'/(pi h D), full width at half maximum 2 D, integral of h dT dx = q'.
double LineRise(double loss_w_per_m, double surface_coefficient, double equivalent_depth_m,
                double x_m);

/// The same for a finite piece: `square_distance_m2` to its straight line, which it covers from
/// `from_m` to `to_m` (along the line, from the foot of the perpendicular). The integral of
/// PointRise over the piece.
double SegmentRise(double loss_w_per_m, double surface_coefficient, double equivalent_depth_m,
                   double square_distance_m2, double from_m, double to_m);

/// Rise over a point source of `heat_w` at distance r: peak Q/(2 pi h D^2), half-width at half
/// maximum 0.766 D, integral of h dT dA = Q.
double PointRise(double heat_w, double surface_coefficient, double equivalent_depth_m, double r_m);

/// Dimensions of a pre-insulated pipe, EN 253.
struct PipeSize {
  double steel_outer_m = 0;
  double casing_m = 0;
};
/// Of a nominal diameter; between the table's entries the next larger one.
PipeSize SizeOf(double dn_mm);

/// Two pre-insulated pipes side by side in the ground.
struct PipePair {
  PipeSize size;
  double axis_depth_m = 0;
  double spacing_m = 0;  ///< between the axes
  double supply_c = 0;
  double return_c = 0;
  double ground_c = 0;               ///< undisturbed
  double ground_conductivity = 1.5;  ///< W/(m K)
  double insulation_conductivity = 0.027;
};
struct PairLoss {
  double supply_w_per_m = 0;
  double return_w_per_m = 0;
};
/// EN 13941 / Wallenten, zero order: symmetric and antisymmetric problem with insulation
/// resistance.
PairLoss LossOfPair(const PipePair& pair);

}  // namespace thermoleak::simulation
