#include "simulation/placement.hpp"

#include <fmt/format.h>

#include "thermoleak/simulation/ground.hpp"
#include "thermoleak/simulation/random.hpp"
#include "thermoleak/simulation/signature.hpp"

namespace thermoleak::simulation {
namespace {

/// Tries before a random item is given up: a scene may have no room for it.
constexpr int kTries = 400;

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

Box2 SceneBounds(const Scene& scene) {
  Box2 box;
  for (const Pipe& pipe : scene.pipes) box.Add(pipe.axis.Bounds());
  box.Grow(25);
  return box;
}

/// Sources strewn along the trench: densest at the hole, thinning out to both ends, the longer one
/// downhill.
void StrewSources(const Scene& scene, Leak& leak) {
  const Pipe& pipe = scene.pipes[static_cast<std::size_t>(leak.pipe)];
  Rng rng(scene.seed, Stream::kShape, leak.shape_seed);
  const double downhill = rng.Chance(0.5) ? 1.0 : -1.0;
  const int count = std::clamp(static_cast<int>(4 * leak.wet_length_m), 5, 40);
  leak.sources.clear();
  for (int i = 0; i < count; ++i) {
    const double share = (i + 0.5) / count * 2 - 1;  // -1 .. 1 along the wet length
    const double along = (share + 0.25 * rng.Uniform(-1, 1) / count) * leak.wet_length_m / 2;
    const double tail = 1 - 0.75 * std::abs(share) + 0.25 * share * downhill;
    leak.sources.push_back(
        {pipe.axis.At(leak.chainage_m + along, 0.15 * rng.Normal()), tail * rng.Uniform(0.5, 1.0)});
  }
  leak.core_radius_m = rng.Uniform(0.35, 0.7);
}

/// Scales the sources so that the highest rise on the surface is delta_t_k, and measures the spot.
void ScaleLeak(const Scene& scene, Leak& leak) {
  constexpr double kStep = 0.1;
  // Two shares: a surfaced leak shows mostly by its wet core, the others by conduction alone.
  leak.core_k = 0;
  const double h = scene.weather.surface_coefficient;
  const double reach = leak.wet_length_m / 2 + 4 * leak.depth_m;
  const int half = static_cast<int>(reach / kStep);
  const auto highest = [&] {
    double top = 0;
    for (int j = -half; j <= half; ++j) {
      for (int i = -half; i <= half; ++i) {
        top = std::max(top, LeakRise(leak, h, leak.position + Vec2(i, j) * kStep));
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
      cells += LeakRise(leak, h, leak.position + Vec2(i, j) * kStep) > leak.delta_t_k / 2 ? 1 : 0;
    }
  }
  leak.half_area_m2 = cells * kStep * kStep;
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

void PlaceLeaks(Scene& scene, const RandomLeaks& random) {
  // Two leaks closer than this could not be told apart by a match within 3 m.
  constexpr double kApart = 9;
  for (int i = 0; i < random.count; ++i) {
    Rng rng(scene.seed, Stream::kLeak, static_cast<std::uint64_t>(i));
    for (int t = 0; t < kTries; ++t) {
      const Medium medium = rng.Chance(random.return_share) ? Medium::kReturn : Medium::kSupply;
      const PipePoint at = RandomPipePoint(scene, rng, medium, 4);
      if (at.pipe < 0) continue;
      const Pipe& pipe = scene.pipes[static_cast<std::size_t>(at.pipe)];
      Leak leak;
      leak.pipe = at.pipe;
      leak.chainage_m = at.chainage_m;
      leak.position = pipe.axis.At(at.chainage_m);
      const bool free = std::all_of(scene.leaks.begin(), scene.leaks.end(), [&](const Leak& other) {
        return (other.position - leak.position).norm() > kApart;
      });
      if (!free || ChamberDistance(scene, leak.position) < 4) continue;
      leak.delta_t_k = Within(rng, random.delta_t_k);
      leak.wet_length_m = Within(rng, random.wet_length_m);
      leak.surfaced = rng.Chance(random.surfaced_share);
      leak.depth_m = pipe.equivalent_depth_m * rng.Uniform(0.7, 1.0);
      leak.shape_seed = static_cast<std::uint32_t>(i) + 1000u;
      scene.leaks.push_back(leak);
      break;
    }
  }
}

void PlaceInsulation(Scene& scene, const RandomInsulation& random) {
  for (int i = 0; i < random.count; ++i) {
    Rng rng(scene.seed, Stream::kInsulation, static_cast<std::uint64_t>(i));
    const double length = Within(rng, random.length_m);
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
      damage.delta_t_k = Within(rng, random.delta_t_k);
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

Polyline OffsetLine(const Polyline& line, double offset) {
  const auto points = line.vertices();
  std::vector<Vec2> moved;
  const auto left = [](const Vec2& d) { return Vec2(-d.y(), d.x()); };
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Vec2 before = i > 0 ? (points[i] - points[i - 1]).normalized() : Vec2(0, 0);
    const Vec2 after =
        i + 1 < points.size() ? (points[i + 1] - points[i]).normalized() : Vec2(0, 0);
    if (i == 0 || i + 1 == points.size()) {
      moved.push_back(points[i] + left(i == 0 ? after : before) * offset);
      continue;
    }
    const Vec2 sum = left(before) + left(after);
    // A mitre; a hairpin would need an endless one, so it is limited to three times the offset.
    const double scale = std::min(2 / std::max(sum.squaredNorm(), 1e-9), 1.5);
    moved.push_back(points[i] + sum * scale * offset);
  }
  return Polyline(std::move(moved));
}

void CompleteScene(Scene& scene, const RandomParts& random) {
  PlaceChambers(scene, random.chambers);
  PlaceLeaks(scene, random.leaks);
  PlaceInsulation(scene, random.insulation);
  PlaceManholes(scene, random.manholes);
  PlaceCars(scene, random.cars);
  int number = 0;
  for (Leak& leak : scene.leaks) {
    leak.id = fmt::format("L{:02}", ++number);
    StrewSources(scene, leak);
    ScaleLeak(scene, leak);
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
