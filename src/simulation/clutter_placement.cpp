// Where chance puts what hides or resembles leaks.

#include <numbers>

#include "simulation/placement.hpp"
#include "simulation/trench.hpp"
#include "thermoleak/simulation/flight.hpp"
#include "thermoleak/simulation/ground.hpp"

namespace thermoleak::simulation {
namespace {

constexpr int kTries = 100;

double HeadingOf(const Vec2& direction) {
  return std::atan2(direction.x(), direction.y()) * 180 / std::numbers::pi;
}

std::uint64_t Item(std::size_t kind, int i) {
  return kind * 1000000 + static_cast<std::uint64_t>(i);
}

/// A point on the ground, and the direction of what led to it (a pipe, a street, a wall).
struct Spot {
  Vec2 position{0, 0};
  Vec2 direction{0, 1};
};

/// Somewhere along the pipes, each metre as likely as any other.
Spot OnPipe(const Scene& scene, Rng& rng) {
  double total = 0;
  for (const Pipe& pipe : scene.pipes) total += pipe.axis.Length();
  double at = rng.Uniform(0, total);
  for (const Pipe& pipe : scene.pipes) {
    if (at <= pipe.axis.Length()) return {pipe.axis.At(at), pipe.axis.Direction(at)};
    at -= pipe.axis.Length();
  }
  return {scene.pipes.back().axis.At(0), scene.pipes.back().axis.Direction(0)};
}

Spot BesidePipe(const Scene& scene, Rng& rng, double distance) {
  Spot spot = OnPipe(scene, rng);
  const Vec2 left{-spot.direction.y(), spot.direction.x()};
  spot.position += left * rng.Uniform(-distance, distance);
  return spot;
}

/// On an asphalt line, at most `distance` from pipes. Scenes that are painted have no lines: there
/// the pipe's own direction serves, and asphalt below is asked for.
Spot OnStreet(const Scene& scene, Rng& rng, double distance) {
  Spot spot = BesidePipe(scene, rng, distance);
  LinePosition found;
  const Surface* street = nullptr;
  for (const Surface& s : scene.surfaces) {
    if (!s.ring.empty() || !s.line.valid() ||
        scene.materials[static_cast<std::size_t>(s.material)].name != "asphalt")
      continue;
    const LinePosition here = s.line.Locate(spot.position);
    if (street != nullptr && here.distance >= found.distance) continue;
    found = here;
    street = &s;
  }
  if (street == nullptr) return spot;
  const double aside = (street->half_width_m - 0.5) * rng.Uniform(-1, 1);
  return {street->line.At(found.chainage, aside), street->line.Direction(found.chainage)};
}

/// Before the wall of a building near a pipe.
Spot AtWall(const Scene& scene, Rng& rng, double distance) {
  Spot spot = BesidePipe(scene, rng, distance);
  double nearest = 1e300;
  const Vec2 from = spot.position;
  for (const Building& b : scene.buildings) {
    for (std::size_t i = 0; i < b.ring.size(); ++i) {
      const Vec2 wall = b.ring[(i + 1) % b.ring.size()] - b.ring[i];
      const double share =
          std::clamp((from - b.ring[i]).dot(wall) / std::max(wall.squaredNorm(), 1e-9), 0.0, 1.0);
      const Vec2 foot = b.ring[i] + share * wall;
      // Rings are counter-clockwise: outside is to the right.
      const Vec2 outwards{wall.y(), -wall.x()};
      const double away = (from - foot).norm();
      if (away >= nearest || (from - foot).dot(outwards) < 0) continue;
      nearest = away;
      spot = {foot + outwards.normalized() * rng.Uniform(0.3, 0.7), wall.normalized()};
    }
  }
  return spot;
}

bool IsOn(const Scene& scene, const Vec2& p, const std::string& material) {
  return material.empty() ||
         scene.materials[static_cast<std::size_t>(MaterialAt(scene, p))].name == material;
}

void PlaceMarks(Scene& scene, const RandomMarks& random, std::size_t kind) {
  for (int i = 0; i < random.count; ++i) {
    Rng rng(scene.seed, Stream::kMark, Item(kind, i));
    for (int t = 0; t < kTries; ++t) {
      Spot spot;
      switch (random.site) {
        case MarkSite::kAnywhere:
          spot = BesidePipe(scene, rng, random.distance_m);
          break;
        case MarkSite::kAlongPipe:
          spot = BesidePipe(scene, rng, 0.3);
          break;
        case MarkSite::kAlongStreet:
          spot = OnStreet(scene, rng, random.distance_m);
          break;
        case MarkSite::kAtWall:
          spot = AtWall(scene, rng, random.distance_m);
          break;
      }
      const double margin = random.site == MarkSite::kAtWall ? 0.1 : 0.8;
      if (!IsOn(scene, spot.position, random.on) || InBuilding(scene, spot.position, margin))
        continue;
      GroundMark mark;
      mark.kind = random.kind;
      mark.position = spot.position;
      mark.size_m = {Within(rng, random.width_m), Within(rng, random.length_m)};
      mark.heading_deg = HeadingOf(spot.direction);
      if (random.site == MarkSite::kAnywhere) {
        mark.heading_deg += random.round ? rng.Uniform(0, 360) : rng.Chance(0.5) ? 0 : 90;
      }
      mark.delta_k = Within(rng, random.delta_k);
      mark.emissivity = Within(rng, random.emissivity);
      mark.round = random.round;
      mark.ragged_m = random.ragged_m;
      mark.soft_m = random.soft_m;
      mark.seed = static_cast<std::uint32_t>(rng.Bits());
      scene.marks.push_back(mark);
      break;
    }
  }
}

void PlaceTrees(Scene& scene, const RandomTrees& random) {
  for (int i = 0; i < random.count; ++i) {
    Rng rng(scene.seed, Stream::kTree, static_cast<std::uint64_t>(i));
    for (int t = 0; t < kTries; ++t) {
      Tree tree;
      tree.position = BesidePipe(scene, rng, random.distance_m).position;
      tree.crown_m = Within(rng, random.crown_m);
      if (!IsOn(scene, tree.position, random.on) || PipeDistance(scene, tree.position) < 1.2 ||
          InBuilding(scene, tree.position, 0.7 * tree.crown_m))
        continue;
      tree.height_m = Within(rng, random.height_m);
      tree.gaps = rng.Chance(random.leafless_share) ? rng.Uniform(0.45, 0.8) : rng.Uniform(0, 0.1);
      tree.offset_k = rng.Uniform(0, 1.2);
      tree.seed = static_cast<std::uint32_t>(rng.Bits());
      scene.trees.push_back(tree);
      break;
    }
  }
}

void PlaceLamps(Scene& scene, const RandomLamps& random) {
  for (int i = 0; i < random.count; ++i) {
    Rng rng(scene.seed, Stream::kLamp, static_cast<std::uint64_t>(i));
    for (int t = 0; t < kTries; ++t) {
      Lamp lamp;
      lamp.position = BesidePipe(scene, rng, 12).position;
      if (InBuilding(scene, lamp.position, 1)) continue;
      lamp.height_m = Within(rng, random.height_m);
      lamp.warm_k = Within(rng, random.warm_k);
      lamp.size_m = rng.Uniform(0.3, 0.7);
      scene.lamps.push_back(lamp);
      break;
    }
  }
}

/// Cars and people that some frame sees, moving along the street or wherever they like.
void PlaceTraffic(Scene& scene, const RandomParts& random) {
  if (random.moving_cars.count == 0 && random.people.count == 0) return;
  const std::vector<View> views = PlanFlight(scene);
  const auto view_of = [&views](Rng& rng) {
    return static_cast<int>(rng.Uniform() * static_cast<double>(views.size()));
  };
  for (int i = 0; i < random.moving_cars.count; ++i) {
    Rng rng(scene.seed, Stream::kTraffic, static_cast<std::uint64_t>(i));
    for (int t = 0; t < kTries; ++t) {
      Car car;
      car.at_frame = view_of(rng) + 1;
      const Vec2 under =
          views[static_cast<std::size_t>(car.at_frame - 1)].camera.position.head<2>();
      const Spot spot = OnStreet(scene, rng, 15);
      if ((spot.position - under).norm() > 25 || !IsOn(scene, spot.position, "asphalt")) continue;
      car.position = spot.position;
      car.heading_deg = HeadingOf(spot.direction) + (rng.Chance(0.5) ? 180 : 0);
      car.size_m = {rng.Uniform(1.7, 1.95), rng.Uniform(3.9, 5.0)};
      car.body_k = rng.Uniform(-5, -1);
      car.hood_k = rng.Uniform(6, 15);
      car.speed_m_s = Within(rng, random.moving_cars.speed_m_s);
      scene.cars.push_back(car);
      break;
    }
  }
  for (int i = 0; i < random.people.count; ++i) {
    Rng rng(scene.seed, Stream::kPerson, static_cast<std::uint64_t>(i));
    Person person;
    person.at_frame = view_of(rng) + 1;
    const Vec2 under =
        views[static_cast<std::size_t>(person.at_frame - 1)].camera.position.head<2>();
    person.position = under + Vec2(rng.Uniform(-14, 14), rng.Uniform(-14, 14));
    person.heading_deg = rng.Uniform(0, 360);
    person.speed_m_s = Within(rng, random.people.speed_m_s);
    person.warm_k = rng.Uniform(5, 14);
    if (!InBuilding(scene, person.position, 0.5)) scene.people.push_back(person);
  }
}

void PlaceForeignLines(Scene& scene, const RandomForeignLines& random) {
  for (int i = 0; i < random.count; ++i) {
    Rng rng(scene.seed, Stream::kForeign, static_cast<std::uint64_t>(i));
    ForeignLine line;
    line.depth_m = Within(rng, random.depth_m);
    line.delta_t_k = Within(rng, random.delta_t_k);
    const double length = Within(rng, random.length_m);
    const Spot spot = OnPipe(scene, rng);
    Vec2 ahead = spot.direction;
    Vec2 centre = spot.position;
    if (rng.Chance(random.cross_share)) {
      const double turn = rng.Uniform(0.6, 2.5);
      ahead = {std::cos(turn) * ahead.x() - std::sin(turn) * ahead.y(),
               std::sin(turn) * ahead.x() + std::cos(turn) * ahead.y()};
    } else {
      const double side = rng.Chance(0.5) ? 1 : -1;
      centre += side * Within(rng, random.distance_m) * Vec2(-ahead.y(), ahead.x());
    }
    line.axis = Polyline({centre - ahead * length / 2, centre + ahead * length / 2});
    if (random.cover_every_m > 0) {
      for (double s = rng.Uniform(2, random.cover_every_m); s < length;
           s += random.cover_every_m * rng.Uniform(0.8, 1.2)) {
        const Vec2 p = line.axis.At(s);
        if (InBuilding(scene, p, 0.5)) continue;
        scene.manholes.push_back({p, rng.Uniform(0.6, 0.75), Within(rng, random.cover_k), true});
      }
    }
    scene.foreign_lines.push_back(std::move(line));
  }
}

}  // namespace

std::vector<RandomMarks> MarkKinds() {
  using enum MarkSite;
  // What asphalt and soil do after they were opened, wetted, parked on; sizes as on the street.
  return {{"parking_marks",
           "parking_mark",
           kAnywhere,
           "parking",
           {-1.5, 3},
           {4, 5},
           {1.7, 2.1},
           {0, 0},
           false,
           0.1,
           0.25},
          {"snow",
           "snow_patch",
           kAnywhere,
           "grass",
           {-2.5, -0.8},
           {1.5, 8},
           {1, 5},
           {0.98, 0.98},
           true,
           0.5,
           0.3},
          {"wet_patches",
           "wet_patch",
           kAnywhere,
           "asphalt",
           {-2, 1},
           {1, 5},
           {0.6, 2.5},
           {0.95, 0.97},
           true,
           0.25,
           0.1},
          {"warm_patches",
           "warm_patch",
           kAnywhere,
           "grass",
           {0.5, 4},
           {0.8, 5},
           {0.6, 2.5},
           {0, 0},
           true,
           0.3,
           0.6},
          {"asphalt_patches",
           "asphalt_patch",
           kAlongStreet,
           "asphalt",
           {-1, 1.5},
           {1, 9},
           {0.8, 3},
           {0.92, 0.97},
           false,
           0.03,
           0.08},
          {"stripes",
           "stripe",
           kAlongStreet,
           "asphalt",
           {-0.8, 1.2},
           {15, 60},
           {0.25, 1},
           {0, 0},
           false,
           0.05,
           0.15},
          {"trench_repairs",
           "trench_repair",
           kAlongPipe,
           "",
           {-1, 1.5},
           {4, 20},
           {1.2, 2.6},
           {0.93, 0.97},
           false,
           0.06,
           0.1},
          {"light_wells",
           "light_well",
           kAtWall,
           "",
           {2, 10},
           {0.6, 1.8},
           {0.4, 0.8},
           {0, 0},
           false,
           0,
           0.1}};
}

void PlaceClutter(Scene& scene, const RandomParts& random) {
  PlaceForeignLines(scene, random.foreign_lines);
  for (std::size_t kind = 0; kind < random.marks.size(); ++kind)
    PlaceMarks(scene, random.marks[kind], kind);
  PlaceTrees(scene, random.trees);
  PlaceLamps(scene, random.lamps);
  PlaceTraffic(scene, random);
}

}  // namespace thermoleak::simulation
