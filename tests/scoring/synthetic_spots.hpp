#pragma once
// Hot spots of four kinds as physics would have them, for tests that train.

#include <cstdint>

#include "thermoleak/scoring/candidate.hpp"
#include "thermoleak/scoring/features.hpp"

namespace thermoleak {

/// Uniform numbers that are the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  double operator()(double low, double high) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return low + (high - low) * static_cast<double>(state_ >> 40) / static_cast<double>(1ULL << 24);
  }

 private:
  std::uint64_t state_;
};

inline HotSpot SyntheticSpot(CandidateKind kind, Dice& dice) {
  constexpr double kDepth = 1.2;
  HotSpot spot;
  spot.pipe = 0;
  spot.delta_t_k = dice(0.6, 6);
  spot.delta_t_sigma_k = 0.2;
  spot.snr = 6 * spot.delta_t_k;
  spot.plain_snr = spot.snr;
  spot.expected_width_m = 2 * 0.766 * kDepth;
  spot.width_m = dice(1.5, 2.6);
  spot.length_m = dice(1.8, 4);
  spot.trace_k = 1;
  spot.aside_m = dice(0, 0.8);
  spot.aside_sigma_m = 0.7;
  spot.edge_k_per_m = dice(0.6, 1.3) * spot.delta_t_k / kDepth;
  spot.views = static_cast<int>(dice(2, 9));
  spot.view_persistence = dice(0.6, 1);
  spot.view_spread_k = dice(0.1, 0.4);
  spot.building_distance_m = dice(2, 40);
  if (kind == CandidateKind::kInsulation) spot.length_m = dice(9, 25);
  if (kind == CandidateKind::kInstallation) {
    spot.chamber_distance_m = dice(0, 2);
    spot.width_m = spot.length_m = dice(0.6, 2.5);
  }
  if (kind == CandidateKind::kConfuser) {
    spot.width_m = dice(0.5, 1.6);
    spot.length_m = dice(0.5, 4.5);
    spot.edge_k_per_m *= dice(1, 3);
    spot.aside_m = dice(0, 3);
    spot.view_persistence = dice(0, 1);
  }
  spot.area_m2 = 0.78 * spot.width_m * spot.length_m;
  spot.integral_k_m2 = 0.7 * spot.area_m2 * spot.delta_t_k;
  return spot;
}

}  // namespace thermoleak
