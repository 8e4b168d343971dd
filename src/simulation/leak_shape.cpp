#include "simulation/leak_shape.hpp"

#include <numbers>

#include "thermoleak/simulation/ground.hpp"
#include "thermoleak/simulation/random.hpp"

namespace thermoleak::simulation {

void StrewSources(const Polyline& axis, std::uint64_t seed, Leak& leak) {
  leak.sources.clear();
  if (leak.wet_length_m <= 0) {
    leak.sources.push_back({leak.position, 1});
    return;
  }
  Rng rng(seed, Stream::kShape, leak.shape_seed);
  const double downhill = rng.Chance(0.5) ? 1.0 : -1.0;
  const int count = std::clamp(static_cast<int>(4 * leak.wet_length_m), 5, 40);
  for (int i = 0; i < count; ++i) {
    const double share = (i + 0.5) / count * 2 - 1;  // -1 .. 1 along the wet length
    const double along = (share + 0.25 * rng.Uniform(-1, 1) / count) * leak.wet_length_m / 2;
    const double tail = 1 - 0.75 * std::abs(share) + 0.25 * share * downhill;
    leak.sources.push_back({axis.At(leak.chainage_m + along, leak.offset_m + 0.15 * rng.Normal()),
                            tail * rng.Uniform(0.5, 1.0)});
  }
  leak.core_radius_m = rng.Uniform(0.35, 0.7);
  // Warm water creeps on through backfill or downhill, and cools on its way.
  const int creeping = static_cast<int>(3 * leak.tail_m);
  const double a = leak.tail_deg * std::numbers::pi / 180;
  for (int i = 0; i < creeping; ++i) {
    const double share = (i + rng.Uniform()) / creeping;
    const Vec2 along = share * leak.tail_m * Vec2(std::sin(a), std::cos(a));
    leak.sources.push_back({leak.position + along + 0.2 * Vec2(rng.Normal(), rng.Normal()),
                            0.7 * (1 - share) * rng.Uniform(0.5, 1.0)});
  }
}

void ScaleLeak(double surface_coefficient, Leak& leak) {
  constexpr double kStep = 0.1;
  // Two shares: a surfaced leak shows mostly by its wet core, the others by conduction alone.
  leak.core_k = 0;
  const double reach =
      std::max({leak.wet_length_m / 2, leak.tail_m, leak.pool_m}) + 4 * leak.depth_m;
  const int half = static_cast<int>(reach / kStep);
  const auto highest = [&] {
    double top = 0;
    for (int j = -half; j <= half; ++j) {
      for (int i = -half; i <= half; ++i) {
        top =
            std::max(top, LeakRise(leak, surface_coefficient, leak.position + Vec2(i, j) * kStep));
      }
    }
    return top;
  };
  const double conduction = highest();
  for (HeatSource& source : leak.sources) source.heat_w *= leak.delta_t_k / conduction;
  if (leak.surfaced) {
    leak.core_k = 0.5 * leak.delta_t_k;
    const double both = highest();
    for (HeatSource& source : leak.sources) source.heat_w *= leak.delta_t_k / both;
    leak.core_k *= leak.delta_t_k / both;
  }
  int cells = 0;
  for (int j = -half; j <= half; ++j) {
    for (int i = -half; i <= half; ++i) {
      const Vec2 p = leak.position + Vec2(i, j) * kStep;
      cells += LeakRise(leak, surface_coefficient, p) > leak.delta_t_k / 2 ? 1 : 0;
    }
  }
  leak.half_area_m2 = cells * kStep * kStep;
}

double HeatOf(const Leak& leak) {
  double heat_w = 0;
  for (const HeatSource& source : leak.sources) heat_w += source.heat_w;
  return heat_w;
}

}  // namespace thermoleak::simulation
