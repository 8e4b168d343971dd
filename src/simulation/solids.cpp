#include "simulation/solids.hpp"

#include <numbers>

#include "thermoleak/simulation/ground.hpp"
#include "thermoleak/simulation/random.hpp"

namespace thermoleak::simulation {
namespace {

std::vector<Vec2> CarRing(const Car& car) {
  const double a = car.heading_deg * std::numbers::pi / 180;
  const Vec2 ahead{std::sin(a), std::cos(a)};
  const Vec2 right{ahead.y(), -ahead.x()};
  const Vec2 l = ahead * car.size_m.y() / 2;
  const Vec2 w = right * car.size_m.x() / 2;
  return {car.position - l - w, car.position - l + w, car.position + l + w, car.position + l - w};
}

double Cross(const Vec2& a, const Vec2& b) { return a.x() * b.y() - a.y() * b.x(); }

double RoofTemperature(const Scene& scene, const Building& b, const Vec2& p) {
  double t = scene.weather.air_c + b.roof_k + 0.35 * FractalNoise(b.seed * 31u + 5u, p / 3.0, 4);
  // A parapet faces the sky on all sides.
  double edge = 1e300;
  for (std::size_t i = 0; i < b.ring.size(); ++i) {
    const Vec2& from = b.ring[i];
    const Vec2& to = b.ring[(i + 1) % b.ring.size()];
    const double s = std::clamp((p - from).dot(to - from) / (to - from).squaredNorm(), 0.0, 1.0);
    edge = std::min(edge, (p - from - s * (to - from)).norm());
  }
  if (edge < 0.4) t -= 1.2;
  // Vents: a warm one in some cells of a 7 m grid.
  const Vec2 cell{std::floor(p.x() / 7), std::floor(p.y() / 7)};
  Rng rng(b.seed, Stream::kBuilding,
          Mix(static_cast<std::uint64_t>(static_cast<std::int64_t>(cell.x()) * 100003 +
                                         static_cast<std::int64_t>(cell.y()))));
  if (rng.Chance(0.3)) {
    const Vec2 vent = (cell + Vec2(rng.Uniform(0.2, 0.8), rng.Uniform(0.2, 0.8))) * 7;
    if ((p - vent).norm() < 0.35) t += rng.Uniform(3, 12);
  }
  return t;
}

double WallTemperature(const Scene& scene, const Building& b, const Hit& hit, const Vec2& p) {
  const Vec2& from = b.ring[static_cast<std::size_t>(hit.edge)];
  const double along = (p - from).norm();
  // Windows of 1.5 m every 3 m, a storey of 3 m.
  const bool window = std::fmod(along, 3.0) > 1.5 && std::fmod(hit.height_m, 3.0) > 1.2;
  if (!window) return scene.weather.air_c + b.wall_k;
  // Curtains, shutters, open vents: no two rooms are alike.
  const auto room =
      static_cast<std::uint64_t>(along / 3.0) * 64 + static_cast<std::uint64_t>(hit.height_m / 3.0);
  Rng rng(b.seed, Stream::kBuilding, Mix(room * 16 + static_cast<std::uint64_t>(hit.edge)));
  return scene.weather.air_c + b.wall_k + rng.Uniform(0.2, 2.4);
}

double CarTemperature(const Scene& scene, const Car& car, const Hit& hit, const Vec2& p) {
  const double a = car.heading_deg * std::numbers::pi / 180;
  const Vec2 ahead{std::sin(a), std::cos(a)};
  const double along = (p - car.position).dot(ahead) / car.size_m.y();  // -0.5 tail .. 0.5 nose
  const double across = (p - car.position).dot(Vec2(ahead.y(), -ahead.x())) / car.size_m.x();
  double t = scene.weather.air_c + car.body_k;
  if (hit.edge >= 0) return t + 0.4 * std::abs(car.body_k);  // sides see the ground, not the sky
  if (along > 0.22) {
    const double off = (along - 0.36) / 0.12;
    t += car.hood_k * std::exp(-off * off - 4 * across * across);
  } else if (along > 0.08 || (along < -0.25 && along > -0.35)) {
    t += 1.8;  // glass emits where paint reflects
  }
  return t;
}

double PipeTemperature(const Scene& scene, const Solid& solid, const DownRay& ray) {
  const Pipe& pipe = scene.pipes[static_cast<std::size_t>(solid.index)];
  const Vec2 p = ray.At(solid.height_m);
  const Vec2 direction = (solid.ring[1] - solid.ring[0]).normalized();
  const Vec2 relative = p - solid.ring[0];
  const double chainage = solid.start_chainage_m + relative.dot(direction);
  // 0 at the left edge (ring[3] .. ring[2]), 1 at the right.
  const double across = Cross(direction, relative) / pipe.casing_m;  // 0 .. 1 from ring[0]-ring[1]
  double t = scene.weather.air_c + pipe.skin_k * (LossAt(pipe, chainage) / pipe.loss_w_per_m);
  for (const Insulation& damage : scene.insulation) {
    if (damage.pipe == solid.index && chainage >= damage.from_m && chainage <= damage.to_m) {
      t += damage.delta_t_k;
    }
  }
  // Towards its edges a cylinder is seen at grazing angles and looks colder.
  const double u = 2 * across - 1;
  return t - 0.25 * (t - scene.weather.air_c) * u * u * u * u;
}

}  // namespace

std::vector<Solid> SolidsOf(const Scene& scene, const std::vector<Car>& cars) {
  std::vector<Solid> solids;
  for (std::size_t i = 0; i < scene.buildings.size(); ++i) {
    solids.push_back({SolidKind::kBuilding, static_cast<int>(i), scene.buildings[i].ring,
                      scene.buildings[i].height_m, 0});
  }
  for (std::size_t i = 0; i < cars.size(); ++i) {
    solids.push_back({SolidKind::kCar, static_cast<int>(i), CarRing(cars[i]), cars[i].height_m, 0});
  }
  for (std::size_t i = 0; i < scene.pipes.size(); ++i) {
    const Pipe& pipe = scene.pipes[i];
    if (pipe.laying != Laying::kOverhead) continue;
    const auto v = pipe.axis.vertices();
    for (std::size_t k = 0; k + 1 < v.size(); ++k) {
      const Vec2 d = (v[k + 1] - v[k]).normalized();
      const Vec2 half = Vec2(d.y(), -d.x()) * pipe.casing_m / 2;  // to the right
      solids.push_back({SolidKind::kOverheadPipe,
                        static_cast<int>(i),
                        {v[k] + half, v[k + 1] + half, v[k + 1] - half, v[k] - half},
                        pipe.height_m,
                        pipe.axis.chainages()[k]});
    }
  }
  return solids;
}

Hit Meet(const Solid& solid, const DownRay& ray) {
  const Vec2 top = ray.At(solid.height_m);
  if (RingContains(solid.ring, top)) return {solid.height_m, -1};
  if (solid.kind == SolidKind::kOverheadPipe) return {};
  // Below the top the ray runs over the ground from `top` to `at_ground`: where does it enter the
  // footprint?
  const Vec2 run = ray.at_ground - top;
  double first = 2;
  Hit hit;
  for (std::size_t i = 0; i < solid.ring.size(); ++i) {
    const Vec2& from = solid.ring[i];
    const Vec2 side = solid.ring[(i + 1) % solid.ring.size()] - from;
    const double denominator = Cross(run, side);
    if (denominator == 0) continue;
    const double at = Cross(from - top, side) / denominator;
    const double along = Cross(from - top, run) / denominator;
    if (at < 0 || at > 1 || along < 0 || along > 1 || at >= first) continue;
    first = at;
    hit = {solid.height_m * (1 - at), static_cast<int>(i)};
  }
  return hit;
}

double SolidTemperature(const Scene& scene, const std::vector<Car>& cars, const Solid& solid,
                        const Hit& hit, const DownRay& ray) {
  const Vec2 p = ray.At(hit.height_m);
  const auto index = static_cast<std::size_t>(solid.index);
  switch (solid.kind) {
    case SolidKind::kBuilding:
      return hit.edge < 0 ? RoofTemperature(scene, scene.buildings[index], p)
                          : WallTemperature(scene, scene.buildings[index], hit, p);
    case SolidKind::kCar:
      return CarTemperature(scene, cars[index], hit, p);
    case SolidKind::kOverheadPipe:
      return PipeTemperature(scene, solid, ray);
  }
  return scene.weather.air_c;
}

}  // namespace thermoleak::simulation
