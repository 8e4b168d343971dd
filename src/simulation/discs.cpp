#include "simulation/discs.hpp"

#include <algorithm>

#include "thermoleak/simulation/random.hpp"

namespace thermoleak::simulation {
namespace {

/// A crown as three storeys, wide below and narrow on top: seen aslant it leans outwards, as crowns
/// do.
void AddCrown(const Tree& tree, double air_c, std::vector<Disc>& discs) {
  struct Storey {
    double height, radius;
  };
  for (const Storey& storey : {Storey{0.5, 1.0}, {0.75, 0.85}, {1.0, 0.45}}) {
    Disc disc;
    disc.centre = tree.position;
    disc.radius_m = tree.crown_m * storey.radius;
    disc.height_m = tree.height_m * storey.height;
    // The top faces the sky.
    disc.temperature_c = air_c + tree.offset_k - 0.5 * (storey.height - 0.5);
    disc.gaps = tree.gaps;
    disc.ragged_m = 0.25 * tree.crown_m;
    disc.seed = tree.seed * 3u + static_cast<std::uint32_t>(4 * storey.height);
    discs.push_back(disc);
  }
}

}  // namespace

std::vector<Disc> DiscsAt(const Scene& scene, const View& view) {
  const double air = scene.weather.air_c;
  std::vector<Disc> discs;
  for (const Tree& tree : scene.trees) AddCrown(tree, air, discs);
  for (const Lamp& lamp : scene.lamps) {
    discs.push_back({lamp.position, lamp.size_m / 2, lamp.height_m, air + lamp.warm_k, 0, 0, 0});
  }
  for (const Person& person : PeopleAt(scene, view)) {
    discs.push_back({person.position, 0.27, 1.2, air + 0.7 * person.warm_k, 0, 0, 0});
    discs.push_back({person.position, 0.11, 1.7, air + 1.3 * person.warm_k, 0, 0, 0});
  }
  std::stable_sort(discs.begin(), discs.end(),
                   [](const Disc& a, const Disc& b) { return a.height_m < b.height_m; });
  return discs;
}

double DiscTemperature(const Disc& disc, const Vec2& p) {
  if (disc.ragged_m <= 0) return disc.temperature_c;
  return disc.temperature_c + 0.35 * FractalNoise(disc.seed + 21u, p / 0.8, 3);
}

double Opacity(const Disc& disc, const Vec2& p) {
  double reach = disc.radius_m;
  if (disc.ragged_m > 0)
    reach += disc.ragged_m * ValueNoise(disc.seed, p / 0.8) - disc.ragged_m / 2;
  const double inside = std::clamp((reach - (p - disc.centre).norm()) / 0.1 + 0.5, 0.0, 1.0);
  if (inside == 0 || disc.gaps <= 0) return inside;
  // Where a normal quantity exceeds the threshold, with the logistic approximation of its quantile:
  // twigs stand as dense as `gaps` leaves them room.
  const double share = std::clamp(disc.gaps, 0.02, 0.98);
  const double threshold = std::log(share / (1 - share)) / 1.7;
  // Boughs run outwards, twigs everywhere between them.
  const Vec2 d = p - disc.centre;
  const Vec2 outwards{2.5 * std::atan2(d.y(), d.x()), d.norm() / 1.5};
  const double boughs = FractalNoise(disc.seed + 5u, outwards, 2);
  const double twigs = FractalNoise(disc.seed + 9u, p / 0.4, 3);
  const double wood = 0.7 * boughs + 0.7 * twigs;
  return inside * std::clamp((wood - threshold) / 1.2 + 0.5, 0.0, 1.0);
}

}  // namespace thermoleak::simulation
