#include "thermoleak/simulation/clutter.hpp"

#include <algorithm>
#include <numbers>

#include "thermoleak/simulation/random.hpp"

namespace thermoleak::simulation {

double MarkShare(const GroundMark& mark, const Vec2& p) {
  Vec2 d = p - mark.position;
  const Vec2 half = mark.size_m / 2;
  const double reach = half.norm() + 2 * mark.ragged_m + mark.soft_m;
  if (d.squaredNorm() > reach * reach) return 0;
  if (mark.ragged_m > 0) {
    const double grain = std::clamp(0.4 * mark.size_m.minCoeff(), 0.3, 1.5);
    // More than this would tear it to pieces.
    const double ragged = std::min(mark.ragged_m, 0.2 * mark.size_m.minCoeff());
    d += ragged *
         Vec2(FractalNoise(mark.seed, p / grain, 2), FractalNoise(mark.seed + 41u, p / grain, 2));
  }
  const double a = mark.heading_deg * std::numbers::pi / 180;
  const Vec2 ahead{std::sin(a), std::cos(a)};
  const Vec2 q{std::abs(d.dot(Vec2(ahead.y(), -ahead.x()))), std::abs(d.dot(ahead))};
  double outside = 0;  // metres beyond the edge, negative inside
  if (mark.round) {
    outside = (q.cwiseQuotient(half).norm() - 1) * half.minCoeff();
  } else {
    outside = (q - half).maxCoeff();
  }
  return std::clamp(0.5 - outside / std::max(mark.soft_m, 1e-3), 0.0, 1.0);
}

}  // namespace thermoleak::simulation
