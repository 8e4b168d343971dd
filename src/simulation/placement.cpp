#include "simulation/placement.hpp"

#include <fmt/format.h>

#include <numbers>

#include "simulation/leak_shape.hpp"
#include "thermoleak/simulation/ground.hpp"
#include "thermoleak/simulation/random.hpp"
#include "thermoleak/simulation/signature.hpp"

namespace thermoleak::simulation {
namespace {

/// Tries before a random item is given up: a scene may have no room for it.
constexpr int kTries = 400;
/// Of the names of warm spots' random numbers: tails and places beside the axis came later.
constexpr std::uint64_t kTails = 1u << 20;

Box2 SceneBounds(const Scene& scene) {
  Box2 box;
  for (const Pipe& pipe : scene.pipes) box.Add(pipe.axis.Bounds());
  box.Grow(25);
  return box;
}

/// The extra loss whose highest rise, over the stretch's middle, is delta_t_k.
void ScaleInsulation(const Scene& scene, Insulation& damage) {
  const Pipe& pipe = scene.pipes[static_cast<std::size_t>(damage.pipe)];
  if (pipe.laying == Laying::kOverhead) return;
  const double half = (damage.to_m - damage.from_m) / 2;
  damage.loss_w_per_m = damage.delta_t_k / SegmentRise(1.0, scene.weather.surface_coefficient,
                                                       pipe.equivalent_depth_m, 0, -half, half);
}

double ChamberDistance(const Scene& scene, const Vec2& p) {
  double nearest = 1e300;
  for (const Chamber& chamber : scene.chambers) {
    nearest = std::min(nearest, (chamber.position - p).norm());
  }
  return nearest;
}

/// A pipe chosen with probability proportional to its length, and a chainage on it at least
/// `margin` from its ends.
struct PipePoint {
  int pipe = -1;
  double chainage_m = 0;
};
PipePoint RandomPipePoint(const Scene& scene, Rng& rng, Medium medium, double margin) {
  double total = 0;
  const auto usable = [&](const Pipe& pipe) {
    return pipe.medium == medium && pipe.laying == Laying::kBuried &&
           pipe.axis.Length() > 2 * margin;
  };
  for (const Pipe& pipe : scene.pipes) total += usable(pipe) ? pipe.axis.Length() - 2 * margin : 0;
  double at = rng.Uniform(0, total);
  for (std::size_t i = 0; i < scene.pipes.size(); ++i) {
    if (!usable(scene.pipes[i])) continue;
    const double length = scene.pipes[i].axis.Length() - 2 * margin;
    if (at < length) return {static_cast<int>(i), margin + at};
    at -= length;
  }
  return {};
}

void PlaceChambers(Scene& scene, const RandomChambers& random) {
  if (random.every_m <= 0) return;
  std::uint64_t item = 0;
  for (const Pipe& pipe : scene.pipes) {
    if (pipe.medium != Medium::kSupply || pipe.laying != Laying::kBuried) continue;
    const int count = std::max(1, static_cast<int>(pipe.axis.Length() / random.every_m));
    for (int i = 0; i < count; ++i) {
      Rng rng(scene.seed, Stream::kChamber, item++);
      const double chainage = (i + rng.Uniform(0.3, 0.7)) * pipe.axis.Length() / count;
      Chamber chamber;
      chamber.position = pipe.axis.At(chainage);
      chamber.cover_k = Within(rng, random.cover_k);
      chamber.body_k = rng.Uniform(0.2, 0.8);
      chamber.on_map = !rng.Chance(scene.map.missing_chambers);
      if (ChamberDistance(scene, chamber.position) > 5) scene.chambers.push_back(chamber);
    }
  }
}

/// Moves a point to 1.5 to 4 m from a chamber on a pipe of that medium.
PipePoint BesideChamber(const Scene& scene, Rng& rng, Medium medium) {
  const auto pick =
      static_cast<std::size_t>(rng.Uniform() * static_cast<double>(scene.chambers.size()));
  const Vec2 at = scene.chambers[pick].position;
  const double aside = (rng.Chance(0.5) ? 1 : -1) * rng.Uniform(1.5, 4);
  for (std::size_t i = 0; i < scene.pipes.size(); ++i) {
    const Pipe& pipe = scene.pipes[i];
    const LinePosition on = pipe.axis.Locate(at);
    if (pipe.medium != medium || pipe.laying != Laying::kBuried || on.distance > 2) continue;
    const double chainage = on.chainage + aside;
    if (chainage > 1 && chainage < pipe.axis.Length() - 1) return {static_cast<int>(i), chainage};
  }
  return {};
}

/// What random leaks have besides their place and size.
void Spread(const Scene& scene, const RandomLeaks& random, Leak& leak) {
  const Pipe& pipe = scene.pipes[static_cast<std::size_t>(leak.pipe)];
  Rng rng(scene.seed, Stream::kLeak, kTails + leak.shape_seed);
  leak.offset_m = (rng.Chance(0.5) ? 1 : -1) * Within(rng, random.offset_m);
  leak.tail_m = Within(rng, random.tail_m);
  leak.pool_m = leak.surfaced ? Within(rng, random.pool_m) : 0;
  const Vec2 d = pipe.axis.Direction(leak.chainage_m);
  const double along = std::atan2(d.x(), d.y()) * 180 / std::numbers::pi;
  leak.tail_deg = rng.Chance(0.6) ? along + (rng.Chance(0.5) ? 0 : 180) : rng.Uniform(0, 360);
  leak.position = pipe.axis.At(leak.chainage_m, leak.offset_m);
  if (pipe.medium == Medium::kReturn) leak.delta_t_k *= random.return_factor;
}

void PlaceLeaks(Scene& scene, const RandomLeaks& random) {
  // Two leaks closer than this could not be told apart by a match within 3 m.
  constexpr double kApart = 9;
  for (int i = 0; i < random.count; ++i) {
    Rng rng(scene.seed, Stream::kLeak, static_cast<std::uint64_t>(i));
    for (int t = 0; t < kTries; ++t) {
      const Medium medium = rng.Chance(random.return_share) ? Medium::kReturn : Medium::kSupply;
      const bool beside = random.near_chamber_share > 0 && !scene.chambers.empty() &&
                          rng.Chance(random.near_chamber_share);
      const PipePoint at =
          beside ? BesideChamber(scene, rng, medium) : RandomPipePoint(scene, rng, medium, 4);
      if (at.pipe < 0) continue;
      const Pipe& pipe = scene.pipes[static_cast<std::size_t>(at.pipe)];
      Leak leak;
      leak.pipe = at.pipe;
      leak.chainage_m = at.chainage_m;
      leak.position = pipe.axis.At(at.chainage_m);
      const bool free = std::all_of(scene.leaks.begin(), scene.leaks.end(), [&](const Leak& other) {
        return (other.position - leak.position).norm() > kApart;
      });
      if (!free || (!beside && ChamberDistance(scene, leak.position) < 4)) continue;
      const Span& k = random.delta_t_k;
      leak.delta_t_k =
          random.log_spread ? k.min * std::pow(k.max / k.min, rng.Uniform()) : Within(rng, k);
      leak.wet_length_m = Within(rng, random.wet_length_m);
      leak.surfaced = rng.Chance(random.surfaced_share);
      leak.depth_m = pipe.equivalent_depth_m * rng.Uniform(0.7, 1.0);
      leak.shape_seed = static_cast<std::uint32_t>(i) + 1000u;
      Spread(scene, random, leak);
      scene.leaks.push_back(leak);
      break;
    }
  }
}

void PlaceInsulation(Scene& scene, const RandomInsulation& random) {
  for (int i = 0; i < random.count; ++i) {
    Rng rng(scene.seed, Stream::kInsulation, static_cast<std::uint64_t>(i));
    double length = Within(rng, random.length_m);
    const bool wet = random.wet_share > 0 && rng.Chance(random.wet_share);
    if (wet) length = Within(rng, random.wet_length_m);
    for (int t = 0; t < kTries; ++t) {
      const PipePoint at = RandomPipePoint(scene, rng, Medium::kSupply, length / 2 + 1);
      if (at.pipe < 0) break;
      const Pipe& pipe = scene.pipes[static_cast<std::size_t>(at.pipe)];
      const Vec2 centre = pipe.axis.At(at.chainage_m);
      const bool free = std::all_of(scene.leaks.begin(), scene.leaks.end(), [&](const Leak& leak) {
        return (leak.position - centre).norm() > length / 2 + 8;
      });
      if (!free) continue;
      Insulation damage;
      damage.pipe = at.pipe;
      damage.from_m = at.chainage_m - length / 2;
      damage.to_m = at.chainage_m + length / 2;
      if (random.joint_m > 0) {
        damage.from_m = std::floor(damage.from_m / random.joint_m) * random.joint_m;
        damage.to_m =
            damage.from_m + std::max(1.0, std::round(length / random.joint_m)) * random.joint_m;
        if (damage.to_m > pipe.axis.Length()) continue;
      }
      damage.delta_t_k = Within(rng, wet ? random.wet_delta_t_k : random.delta_t_k);
      damage.wet = wet;
      scene.insulation.push_back(damage);
      break;
    }
  }
}

void PlaceManholes(Scene& scene, const RandomManholes& random) {
  const Box2 box = SceneBounds(scene);
  for (int i = 0; i < random.count; ++i) {
    Rng rng(scene.seed, Stream::kManhole, static_cast<std::uint64_t>(i));
    for (int t = 0; t < kTries; ++t) {
      const Vec2 p{rng.Uniform(box.min.x(), box.max.x()), rng.Uniform(box.min.y(), box.max.y())};
      const double distance = PipeDistance(scene, p);
      if (distance < random.distance_m.min || distance > random.distance_m.max) continue;
      if (InBuilding(scene, p, 1.5)) continue;
      scene.manholes.push_back({p, rng.Uniform(0.6, 0.75), Within(rng, random.delta_t_k)});
      break;
    }
  }
}

void PlaceCars(Scene& scene, const RandomCars& random) {
  const Box2 box = SceneBounds(scene);
  for (int i = 0; i < random.count; ++i) {
    Rng rng(scene.seed, Stream::kCar, static_cast<std::uint64_t>(i));
    for (int t = 0; t < kTries; ++t) {
      const Vec2 p{rng.Uniform(box.min.x(), box.max.x()), rng.Uniform(box.min.y(), box.max.y())};
      const auto material = static_cast<std::size_t>(MaterialAt(scene, p));
      if (scene.materials[material].name != random.on || InBuilding(scene, p, 3)) continue;
      const bool hides_leak =
          !random.hide_leaks &&
          std::any_of(scene.leaks.begin(), scene.leaks.end(),
                      [&](const Leak& leak) { return (leak.position - p).norm() < 5; });
      const bool overlaps = std::any_of(scene.cars.begin(), scene.cars.end(), [&](const Car& car) {
        return (car.position - p).norm() < 5;
      });
      if (hides_leak || overlaps) continue;
      Car car;
      car.position = p;
      car.heading_deg = (rng.Chance(0.5) ? 0 : 90) + rng.Uniform(-4, 4);
      car.size_m = {rng.Uniform(1.7, 1.95), rng.Uniform(3.9, 5.0)};
      car.height_m = rng.Uniform(1.3, 1.8);
      car.body_k = rng.Uniform(-7, -2);
      if (rng.Chance(random.warm_share)) car.hood_k = rng.Uniform(4, 14);
      scene.cars.push_back(car);
      break;
    }
  }
}

}  // namespace

double Within(Rng& rng, const Span& span) { return rng.Uniform(span.min, span.max); }

double PipeDistance(const Scene& scene, const Vec2& p) {
  double nearest = 1e300;
  for (const Pipe& pipe : scene.pipes) nearest = std::min(nearest, pipe.axis.Locate(p).distance);
  return nearest;
}

bool InBuilding(const Scene& scene, const Vec2& p, double margin) {
  return std::any_of(scene.buildings.begin(), scene.buildings.end(),
                     [&](const Building& b) { return RingDistance(b.ring, p) < margin; });
}

void CompleteScene(Scene& scene, const RandomParts& random) {
  PlaceChambers(scene, random.chambers);
  PlaceLeaks(scene, random.leaks);
  PlaceInsulation(scene, random.insulation);
  PlaceManholes(scene, random.manholes);
  PlaceCars(scene, random.cars);
  PlaceClutter(scene, random);
  int number = 0;
  for (Leak& leak : scene.leaks) {
    leak.id = fmt::format("L{:02}", ++number);
    StrewSources(scene.pipes[static_cast<std::size_t>(leak.pipe)].axis, scene.seed, leak);
    ScaleLeak(scene.weather.surface_coefficient, leak);
  }
  number = 0;
  for (Insulation& damage : scene.insulation) {
    damage.id = fmt::format("D{:02}", ++number);
    ScaleInsulation(scene, damage);
  }
  number = 0;
  for (Chamber& chamber : scene.chambers) chamber.id = fmt::format("C{:02}", ++number);
}

}  // namespace thermoleak::simulation
