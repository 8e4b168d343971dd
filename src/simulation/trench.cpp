#include "simulation/trench.hpp"

#include <fmt/format.h>

#include "thermoleak/simulation/random.hpp"
#include "thermoleak/simulation/signature.hpp"

namespace thermoleak::simulation {

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

void AddTrench(Scene& scene, const Trench& trench, const Polyline& centre) {
  const Weather& w = scene.weather;
  const PipeSize size = SizeOf(trench.dn_mm);
  const bool pair = trench.has_supply && trench.has_return;
  const double spacing = trench.spacing_m > 0 ? trench.spacing_m : size.casing_m + 0.2;
  Pipe pipe;
  pipe.trench = trench.id;
  pipe.laying = trench.laying;
  pipe.dn_mm = trench.dn_mm;
  pipe.casing_m = size.casing_m;
  pipe.axis_depth_m = trench.cover_m + size.casing_m / 2;
  pipe.height_m = trench.height_m;
  pipe.skin_k = trench.skin_k;
  pipe.variation = trench.variation;
  pipe.joint_variation = trench.joint_variation;
  pipe.section_m = trench.section_m;
  pipe.entry = trench.entry;
  pipe.level = trench.level;
  pipe.built = trench.built;
  pipe.on_map = trench.on_map;
  pipe.equivalent_depth_m =
      EquivalentDepth(pipe.axis_depth_m, w.conductivity, w.surface_coefficient);
  // A pipe that lies alone has no neighbour to warm it: one infinitely far away.
  constexpr double kAlone = 1e6;
  PipePair two{size,
               pipe.axis_depth_m,
               pair ? spacing : kAlone,
               trench.supply_c,
               trench.return_c,
               w.ground_c,
               w.conductivity,
               trench.insulation_conductivity};
  const PairLoss loss = LossOfPair(two);
  scene.trench_m += centre.Length();
  for (const Medium medium : {Medium::kSupply, Medium::kReturn}) {
    const bool is_supply = medium == Medium::kSupply;
    if (!(is_supply ? trench.has_supply : trench.has_return)) continue;
    Pipe one = pipe;
    one.medium = medium;
    one.id = fmt::format("{}-{}", trench.id, is_supply ? "S" : "R");
    one.axis = pair ? OffsetLine(centre, is_supply ? -spacing / 2 : spacing / 2) : centre;
    one.temperature_c = is_supply ? trench.supply_c : trench.return_c;
    one.loss_w_per_m = is_supply ? loss.supply_w_per_m : loss.return_w_per_m;
    one.variation_seed =
        static_cast<std::uint32_t>(Rng(scene.seed, Stream::kPipe, scene.pipes.size()).Bits());
    scene.pipes.push_back(std::move(one));
  }
}

}  // namespace thermoleak::simulation
