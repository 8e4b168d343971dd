// Blocks of a district: courtyards, slabs, small houses, halls, parks, car parks.

#include <array>

#include "simulation/district.hpp"

namespace thermoleak::simulation {
namespace {

/// Buildings keep this far from pipes.
constexpr double kClearance = 2.0;

std::vector<Vec2> RingOf(const Box2& box) {
  return {box.min, {box.max.x(), box.min.y()}, box.max, {box.min.x(), box.max.y()}};
}

Box2 BoxOf(const Vec2& a, const Vec2& b) {
  Box2 box;
  box.Add(a);
  box.Add(b);
  return box;
}

bool NearPipe(const Scene& scene, const Box2& box) {
  const std::vector<Vec2> ring = RingOf(box);
  return std::any_of(scene.pipes.begin(), scene.pipes.end(), [&](const Pipe& pipe) {
    Box2 reach = pipe.axis.Bounds();
    reach.Grow(kClearance);
    if (!reach.Intersects(box)) return false;
    for (double s = 0; s <= pipe.axis.Length(); s += 1) {
      if (RingDistance(ring, pipe.axis.At(s)) < kClearance) return true;
    }
    return false;
  });
}

bool NearBuilding(const Scene& scene, Box2 box, double margin) {
  box.Grow(margin);
  return std::any_of(scene.buildings.begin(), scene.buildings.end(), [&](const Building& b) {
    Box2 other;
    for (const Vec2& p : b.ring) other.Add(p);
    return other.Intersects(box);
  });
}

/// A building, or the two halves of it that pipes leave room for.
void AddBuilding(Scene& scene, const Box2& box, Building building) {
  const Vec2 size = box.max - box.min;
  if (size.minCoeff() < 6 || NearBuilding(scene, box, 0.0)) return;
  if (!NearPipe(scene, box)) {
    building.ring = RingOf(box);
    building.seed = static_cast<std::uint32_t>(scene.buildings.size());
    scene.buildings.push_back(std::move(building));
    return;
  }
  const bool wide = size.x() > size.y();
  if (size.maxCoeff() < 16) return;
  const Vec2 middle = (box.min + box.max) / 2;
  AddBuilding(
      scene,
      BoxOf(box.min, wide ? Vec2(middle.x() - 2, box.max.y()) : Vec2(box.max.x(), middle.y() - 2)),
      building);
  AddBuilding(
      scene,
      BoxOf(wide ? Vec2(middle.x() + 2, box.min.y()) : Vec2(box.min.x(), middle.y() + 2), box.max),
      building);
}

class Furnisher {
 public:
  Furnisher(Scene& scene, const DistrictOptions& options, const Box2& box, Rng& rng)
      : scene_(scene), o_(options), box_(box), rng_(rng) {}

  /// Houses around a yard with a path and a strip of parking.
  void Courtyard() {
    Ground(box_, o_.ground);
    TroddenPath();
    const double deep = rng_.Uniform(11, 15);
    const double back = rng_.Uniform(2, 6);
    Box2 outer = box_;
    outer.Grow(-back);
    const Vec2 size = outer.max - outer.min;
    for (const bool south : {true, false}) {
      const double y = south ? outer.min.y() : outer.max.y() - deep;
      Row({outer.min.x(), y}, {1, 0}, size.x(), deep);
    }
    for (const bool west : {true, false}) {
      const double x = west ? outer.min.x() : outer.max.x() - deep;
      Row({x, outer.min.y() + deep + 5}, {0, 1}, size.y() - 2 * deep - 10, deep);
    }
    Box2 yard = outer;
    yard.Grow(-deep - 4);
    if ((yard.max - yard.min).minCoeff() < 10) return;
    Path({yard.min.x(), (yard.min.y() + yard.max.y()) / 2},
         {yard.max.x(), (yard.min.y() + yard.max.y()) / 2}, 3.5, "asphalt");
    ParkingLot(BoxOf(yard.min, {yard.max.x(), yard.min.y() + 5.2}));
  }

  /// Long panel houses in rows, lanes and parking between them.
  void Slabs() {
    Ground(box_, o_.ground);
    TroddenPath();
    TroddenPath();
    const double deep = rng_.Uniform(11, 14);
    const double pitch = deep + rng_.Uniform(22, 32);
    for (double y = box_.min.y() + rng_.Uniform(4, 8); y + deep < box_.max.y() - 2; y += pitch) {
      Row({box_.min.x() + 6, y}, {1, 0}, box_.max.x() - box_.min.x() - 12, deep);
      const double lane = y + deep + 6;
      if (lane + 8 > box_.max.y()) continue;
      Path({box_.min.x(), lane}, {box_.max.x(), lane}, 4, "asphalt");
      Path({box_.min.x(), lane - 3.2}, {box_.max.x(), lane - 3.2}, 1.5, "pavement");
      ParkingLot(BoxOf({box_.min.x() + 12, lane + 2}, {box_.max.x() - 12, lane + 7.2}));
    }
  }

  /// Small houses in gardens.
  void Houses() {
    Ground(box_, o_.ground);
    const Vec2 size = box_.max - box_.min;
    const int columns = std::max(1, static_cast<int>(size.x() / rng_.Uniform(18, 24)));
    const int rows = std::max(1, static_cast<int>(size.y() / rng_.Uniform(20, 28)));
    const Vec2 lot{size.x() / columns, size.y() / rows};
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < columns; ++column) {
        const Vec2 corner = box_.min + Vec2(column * lot.x(), row * lot.y());
        const Vec2 house{rng_.Uniform(8, 12), rng_.Uniform(8, 11)};
        const Vec2 at = corner + Vec2(rng_.Uniform(2, lot.x() - house.x() - 2),
                                      rng_.Uniform(4, lot.y() - house.y() - 4));
        const bool first = row == 0;
        if (first || row == rows - 1) {
          const double x = at.x() + rng_.Uniform(1, 3);
          Path({x, first ? box_.min.y() : box_.max.y()}, {x, at.y() + house.y() / 2}, 2.8,
               "pavement");
        }
        if (rng_.Chance(0.4)) {
          const Vec2 bed =
              corner + Vec2(rng_.Uniform(1, lot.x() / 2), rng_.Uniform(1, lot.y() / 2));
          Ground(BoxOf(bed, bed + Vec2(rng_.Uniform(2, 6), rng_.Uniform(2, 5))), "soil");
        }
        Building b = Draw();
        b.height_m = std::min(b.height_m, rng_.Uniform(5, 8));
        AddBuilding(scene_, BoxOf(at, at + house), b);
      }
    }
  }

  /// Big flat halls on sealed ground.
  void Halls() {
    Ground(box_, o_.yard);
    const Vec2 size = box_.max - box_.min;
    const Vec2 hall{size.x() * rng_.Uniform(0.4, 0.7), size.y() * rng_.Uniform(0.3, 0.5)};
    const Vec2 at = box_.min + Vec2(rng_.Uniform(5, size.x() - hall.x() - 5), 5);
    Building b = Draw();
    b.height_m = rng_.Uniform(7, 12);
    AddBuilding(scene_, BoxOf(at, at + hall), b);
    const double top = at.y() + hall.y() + 14;
    if (top + 14 < box_.max.y()) {
      b = Draw();
      b.height_m = rng_.Uniform(5, 9);
      AddBuilding(scene_, BoxOf({box_.min.x() + 6, top}, {box_.max.x() - 20, box_.max.y() - 4}), b);
    }
    Ground(BoxOf({box_.max.x() - 15, box_.min.y() + 3}, {box_.max.x() - 2, box_.max.y() - 3}),
           "soil");
  }

  void Park() {
    Ground(box_, o_.ground);
    TroddenPath();
    const Vec2 size = box_.max - box_.min;
    Path(box_.min, box_.max, 2.2, "pavement");
    Path(box_.min + Vec2(0, size.y() * rng_.Uniform(0.3, 0.9)),
         box_.min + Vec2(size.x(), size.y() * rng_.Uniform(0.1, 0.7)), 1.8, "soil");
  }

  void CarPark() {
    Ground(box_, "parking");
    for (double y = box_.min.y() + 2; y + 5 < box_.max.y(); y += 16.5) {
      ParkRow(scene_, o_, {box_.min.x() + 3, y}, {box_.max.x() - box_.min.x() - 6, 0}, {0, 5},
              o_.parking_full, rng_);
      if (y + 11 < box_.max.y()) {
        ParkRow(scene_, o_, {box_.min.x() + 3, y + 5.3}, {box_.max.x() - box_.min.x() - 6, 0},
                {0, 5}, o_.parking_full, rng_);
      }
    }
  }

 private:
  Building Draw() {
    Building b;
    b.height_m = Within(rng_, o_.building_height_m);
    b.roof_k = Within(rng_, o_.roof_k);
    b.wall_k = Within(rng_, o_.wall_k);
    b.foot_k = Within(rng_, o_.foot_k);
    return b;
  }
  /// Houses side by side with passages between them.
  void Row(const Vec2& from, const Vec2& along, double length, double deep) {
    double at = 0;
    while (at + 12 < length) {
      double part = std::min(rng_.Uniform(22, 48), length - at);
      if (length - at - part < 16) part = length - at;
      const Vec2 start = from + along * at;
      const Vec2 across = along.x() > 0 ? Vec2(0, deep) : Vec2(deep, 0);
      if (rng_.Chance(0.9))
        AddBuilding(scene_, BoxOf(start, start + along * part + across), Draw());
      at += part + rng_.Uniform(4, 10);
    }
  }
  void Ground(const Box2& box, const std::string& material) {
    Surface surface;
    surface.material = MaterialIndex(scene_, material);
    surface.ring = RingOf(box);
    scene_.surfaces.push_back(std::move(surface));
  }
  void Path(const Vec2& from, const Vec2& to, double width, const std::string& material) {
    Surface surface;
    surface.material = MaterialIndex(scene_, material);
    surface.line = Polyline({from, to});
    surface.half_width_m = width / 2;
    if (surface.line.valid()) scene_.surfaces.push_back(std::move(surface));
  }
  /// Where people cut across the grass.
  void TroddenPath() {
    const Vec2 size = box_.max - box_.min;
    const Vec2 from = box_.min + Vec2(0, size.y() * rng_.Uniform());
    const Vec2 to = box_.min + Vec2(size.x() * rng_.Uniform(0.3, 1), size.y() * rng_.Uniform());
    const Vec2 left = Vec2(from.y() - to.y(), to.x() - from.x()).normalized();
    std::vector<Vec2> points;
    for (int i = 0; i <= 8; ++i) {
      points.push_back(from + (to - from) * i / 8.0 + left * rng_.Uniform(-1.5, 1.5));
    }
    Surface surface;
    surface.material = MaterialIndex(scene_, "soil");
    surface.line = Polyline(std::move(points));
    surface.half_width_m = rng_.Uniform(0.25, 0.6);
    if (surface.line.valid()) scene_.surfaces.push_back(std::move(surface));
  }
  void ParkingLot(const Box2& box) {
    if (box.empty() || (box.max - box.min).minCoeff() < 5) return;
    Ground(box, "parking");
    ParkRow(scene_, o_, box.min, {box.max.x() - box.min.x(), 0}, {0, 5}, o_.parking_full, rng_);
  }

  Scene& scene_;
  const DistrictOptions& o_;
  Box2 box_;
  Rng& rng_;
};

}  // namespace

int MaterialIndex(const Scene& scene, const std::string& name) {
  for (std::size_t i = 0; i < scene.materials.size(); ++i) {
    if (scene.materials[i].name == name) return static_cast<int>(i);
  }
  return scene.base_material;
}

void ParkRow(Scene& scene, const DistrictOptions& options, const Vec2& from, const Vec2& along,
             const Vec2& in, double share_taken, Rng& rng) {
  // A place is 2.6 m wide where cars stand side by side, 6 m long where they stand in line.
  const bool in_line = in.norm() < 3;
  const double pitch = in_line ? 6.0 : 2.6;
  const int places = static_cast<int>(along.norm() / pitch);
  const Vec2 step = along.normalized() * pitch;
  const Vec2 ahead = in_line ? along : in;
  const double heading = std::atan2(ahead.x(), ahead.y()) * 180 / 3.14159265358979323846;
  for (int i = 0; i < places; ++i) {
    const Vec2 centre = from + (i + 0.5) * step + in / 2;
    const double draw = rng.Uniform();
    Car car;
    car.position = centre + 0.2 * Vec2(rng.Normal(), rng.Normal());
    car.heading_deg = heading + (rng.Chance(0.5) ? 180 : 0) + 2 * rng.Normal();
    car.size_m = {rng.Uniform(1.7, 1.95), rng.Uniform(3.9, 4.9)};
    car.height_m = rng.Uniform(1.3, 1.8);
    car.body_k = rng.Uniform(-7, -2);
    if (rng.Chance(options.warm_share)) car.hood_k = rng.Uniform(4, 14);
    if (InBuilding(scene, centre, 2.6)) continue;
    if (draw < share_taken) {
      scene.cars.push_back(car);
    } else if (draw < share_taken + options.parking_left) {
      GroundMark mark;
      mark.kind = "parking_mark";
      mark.position = car.position;
      mark.size_m = car.size_m;
      mark.heading_deg = car.heading_deg;
      mark.delta_k = Within(rng, options.left_k);
      mark.soft_m = 0.25;
      mark.seed = static_cast<std::uint32_t>(rng.Bits());
      scene.marks.push_back(mark);
    }
  }
}

void FurnishBlock(Scene& scene, const DistrictOptions& options, const Block& block, Rng& rng) {
  Furnisher furnisher(scene, options, block.box, rng);
  switch (block.kind) {
    case BlockKind::kCourtyard:
      return furnisher.Courtyard();
    case BlockKind::kSlabs:
      return furnisher.Slabs();
    case BlockKind::kHouses:
      return furnisher.Houses();
    case BlockKind::kHalls:
      return furnisher.Halls();
    case BlockKind::kPark:
      return furnisher.Park();
    case BlockKind::kCarPark:
      return furnisher.CarPark();
  }
}

}  // namespace thermoleak::simulation
