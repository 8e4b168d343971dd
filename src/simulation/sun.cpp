#include "simulation/sun.hpp"

#include <numbers>

namespace thermoleak::simulation {
namespace {

double Cross(const Vec2& a, const Vec2& b) { return a.x() * b.y() - a.y() * b.x(); }

bool Crosses(const std::vector<Vec2>& ring, const Vec2& from, const Vec2& run) {
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Vec2 side = ring[(i + 1) % ring.size()] - ring[i];
    const double denominator = Cross(run, side);
    if (denominator == 0) continue;
    const double along = Cross(ring[i] - from, side) / denominator;
    const double across = Cross(ring[i] - from, run) / denominator;
    if (along >= 0 && along <= 1 && across >= 0 && across <= 1) return true;
  }
  return false;
}

}  // namespace

double ShadowLength(const Weather& weather, const Building& building) {
  return building.height_m / std::tan(weather.sun_height_deg * std::numbers::pi / 180);
}

double SunShare(const Weather& weather, const std::vector<const Building*>& buildings,
                const Vec2& p) {
  // The sun wandered by some 40 degrees while the ground took up what it still has.
  constexpr int kHours = 5;
  int lit = 0;
  for (int hour = 0; hour < kHours; ++hour) {
    const double a =
        (weather.sun_azimuth_deg + 10.0 * (hour - (kHours - 1) / 2)) * std::numbers::pi / 180;
    const Vec2 to_sun{std::sin(a), std::cos(a)};
    bool shadow = false;
    for (const Building* b : buildings) {
      shadow = shadow || Crosses(b->ring, p, to_sun * ShadowLength(weather, *b));
    }
    lit += shadow ? 0 : 1;
  }
  return static_cast<double>(lit) / kHours;
}

}  // namespace thermoleak::simulation
