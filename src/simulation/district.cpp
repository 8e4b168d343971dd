#include "simulation/district.hpp"

#include <fmt/format.h>

#include <array>
#include <numeric>

namespace thermoleak::simulation {
namespace {

/// Roads, and pipes along them, go on beyond the outer blocks.
constexpr double kBeyond = 40.0;
constexpr double kMainBeyond = 10.0;
constexpr std::array<double, 14> kNominal{32,  40,  50,  65,  80,  100, 125,
                                          150, 200, 250, 300, 400, 500, 600};
// Items of Stream::kDistrict.
constexpr std::uint64_t kRoads = 0;
constexpr std::uint64_t kMains = 1;
constexpr std::uint64_t kBlocks = 1000;
constexpr std::uint64_t kBranches = 2000;
constexpr std::uint64_t kEntries = 3000;
constexpr std::uint64_t kKerbs = 4000;

/// A road's axis, across which everything is symmetric.
struct Road {
  double at = 0;
  double width = 8;
  double verge = 2;
  double pavement = 2;
  double Reach() const { return width / 2 + verge + pavement; }
  /// Offset of a main from the axis.
  double Place(const std::string& where) const {
    if (where == "road") return width / 4;
    if (where == "pavement") return width / 2 + verge + pavement / 2;
    return width / 2 + std::max(verge, 1.0) / 2;
  }
};

double Nominal(Rng& rng, const Span& span) {
  std::vector<double> fit;
  for (const double dn : kNominal) {
    if (dn >= span.min && dn <= span.max) fit.push_back(dn);
  }
  if (fit.empty()) return span.max;
  return fit[static_cast<std::size_t>(rng.Uniform() * static_cast<double>(fit.size()))];
}

class District {
 public:
  District(Scene& scene, const DistrictOptions& options) : scene_(scene), o_(options) {}

  void Build() {
    Rng rng(scene_.seed, Stream::kDistrict, kRoads);
    vertical_ = Roads(o_.columns, rng);
    horizontal_ = Roads(o_.rows, rng);
    MakeBlocks();
    LayMains();
    LayBranches();
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      Rng own(scene_.seed, Stream::kBlock, i);
      FurnishBlock(scene_, o_, blocks_[i], own);
    }
    PaveRoads();
    LayEntries();
    ParkAlongRoads();
  }

 private:
  std::vector<Road> Roads(int blocks, Rng& rng) const {
    std::vector<Road> roads;
    double at = 0;
    for (int i = 0; i <= blocks; ++i) {
      roads.push_back(
          {at, Within(rng, o_.road_m), Within(rng, o_.verge_m), Within(rng, o_.pavement_m)});
      at += Within(rng, o_.block_m) + 2 * roads.back().Reach();
    }
    return roads;
  }

  void MakeBlocks() {
    const double total = std::accumulate(o_.kinds.begin(), o_.kinds.end(), 0.0);
    for (int row = 0; row < o_.rows; ++row) {
      for (int column = 0; column < o_.columns; ++column) {
        const Road& west = vertical_[static_cast<std::size_t>(column)];
        const Road& east = vertical_[static_cast<std::size_t>(column) + 1];
        const Road& south = horizontal_[static_cast<std::size_t>(row)];
        const Road& north = horizontal_[static_cast<std::size_t>(row) + 1];
        Block block;
        block.box.Add(Vec2(west.at + west.Reach(), south.at + south.Reach()));
        block.box.Add(Vec2(east.at - east.Reach(), north.at - north.Reach()));
        block.column = column;
        block.row = row;
        Rng rng(scene_.seed, Stream::kDistrict, kBlocks + blocks_.size());
        double at = rng.Uniform(0, total);
        int kind = 0;
        while (kind < 5 && at >= o_.kinds[static_cast<std::size_t>(kind)])
          at -= o_.kinds[static_cast<std::size_t>(kind++)];
        block.kind = static_cast<BlockKind>(kind);
        blocks_.push_back(block);
      }
    }
  }

  Trench Draw(Rng& rng, const std::string& id, const Span& dn, const Span& cover) const {
    Trench t;
    t.id = id;
    t.dn_mm = Nominal(rng, dn);
    t.cover_m = Within(rng, cover);
    t.supply_c = o_.supply_c;
    t.return_c = o_.return_c;
    t.insulation_conductivity = Within(rng, o_.insulation_conductivity);
    t.variation = o_.variation;
    t.joint_variation = o_.joint_variation;
    t.built = static_cast<int>(rng.Uniform(1985, 2021));
    return t;
  }

  void Lay(const Trench& trench, std::vector<Vec2> points) {
    const Polyline centre(std::move(points));
    AddTrench(scene_, trench, centre);
    trenches_.push_back(centre);
  }

  void AddChamber(const Vec2& p, Rng& rng) {
    Chamber c;
    c.position = p;
    c.cover_k = Within(rng, o_.chamber_cover_k);
    c.body_k = rng.Uniform(0.1, 0.9);
    c.size_m = rng.Uniform(1.6, 3);
    c.on_map = !rng.Chance(scene_.map.missing_chambers);
    scene_.chambers.push_back(c);
  }

  /// One along a road, which may change its side at a crossing, and one across.
  void LayMains() {
    Rng rng(scene_.seed, Stream::kDistrict, kMains);
    main_row_ = o_.rows >= 2 ? 1 : 0;
    main_column_ = o_.columns >= 2 ? 1 : 0;
    const Road& road = horizontal_[static_cast<std::size_t>(main_row_)];
    const Road& cross = vertical_[static_cast<std::size_t>(main_column_)];
    const double side = rng.Chance(0.5) ? 1 : -1;
    const double y = road.at + side * road.Place(o_.main_in);
    const double left = vertical_.front().at - kMainBeyond;
    const double right = vertical_.back().at + kMainBeyond;
    std::vector<Vec2> points{{left, y}};
    double y_end = y;
    if (rng.Chance(0.5)) {
      const double x = vertical_.back().at - vertical_.back().Reach() - rng.Uniform(8, 25);
      y_end = road.at - side * road.Place(o_.main_in);
      points.emplace_back(x, y);
      points.emplace_back(x, y_end);
    }
    points.emplace_back(right, y_end);
    Lay(Draw(rng, "M1", o_.main_dn, o_.cover_m), points);
    const double x = cross.at + (rng.Chance(0.5) ? 1 : -1) * cross.Place(o_.main_in);
    AddChamber({x, y}, rng);
    Lay(Draw(rng, "M2", o_.main_dn, o_.cover_m),
        {{x, y}, {x, horizontal_.back().at + kMainBeyond}});
    if (main_row_ > 0) {
      Lay(Draw(rng, "M3", o_.branch_dn, o_.cover_m),
          {{x, y}, {x, horizontal_.front().at - kMainBeyond}});
    }
  }

  /// From the nearest main into the block and along its middle.
  void LayBranch(const Block& block, std::size_t number) {
    Rng rng(scene_.seed, Stream::kDistrict, kBranches + number);
    const bool from_main = block.row == main_row_ || block.row == main_row_ - 1;
    const bool from_cross = block.column == main_column_ || block.column == main_column_ - 1;
    if (!from_main && !from_cross) return;
    if (block.kind == BlockKind::kPark && rng.Chance(0.5)) return;
    const Vec2 size = block.box.max - block.box.min;
    // `a` runs along the main, `b` into the block.
    const Vec2 a = from_main ? Vec2(1, 0) : Vec2(0, 1);
    const bool upward = from_main ? block.row == main_row_ : block.column == main_column_;
    const Vec2 b = (upward ? 1 : -1) * Vec2(a.y(), a.x());
    const double wide = std::abs(size.dot(a));
    const double deep = std::abs(size.dot(b));
    const Vec2 corner =
        upward ? block.box.min : block.box.max - a * wide;  // nearest to the main, low end of a
    const double start = wide * rng.Uniform(0.15, 0.85);
    const Vec2 gate = corner + a * start;
    const LinePosition on = trenches_[from_main ? 0 : UpperOrLower(block)].Locate(gate);
    const Vec2 tap = gate - b * on.distance;
    const Vec2 bend = gate + b * deep * rng.Uniform(0.35, 0.6);
    const double far = start > wide / 2 ? -(start - 8) : wide - start - 8;
    const Vec2 end = bend + a * far;
    std::vector<Vec2> points{tap, bend};
    if (std::abs(far) > 30 && rng.Chance(o_.loop_share)) {
      const Vec2 ahead = a * (far > 0 ? 1 : -1);
      const Vec2 foot = bend + ahead * rng.Uniform(10, std::abs(far) - 12);
      for (const Vec2& p :
           {foot, Vec2(foot + b * 3), Vec2(foot + b * 3 + ahead * 3), Vec2(foot + ahead * 3)})
        points.push_back(p);
    }
    points.push_back(end);
    Lay(Draw(rng, fmt::format("B{}", number + 1), o_.branch_dn, o_.cover_m), points);
    if (rng.Chance(0.8)) AddChamber(tap, rng);
  }
  std::size_t UpperOrLower(const Block& block) const {
    return block.row >= main_row_ || trenches_.size() < 3 ? 1 : 2;
  }

  void LayBranches() {
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < blocks_.size(); ++i)
      order.emplace_back(Rng(scene_.seed, Stream::kDistrict, kBlocks + i + 500).Uniform(), i);
    std::sort(order.begin(), order.end());
    for (const auto& [draw, i] : order) {
      // Entries come on top.
      if (scene_.trench_m < 0.85 * o_.trench_m) LayBranch(blocks_[i], i);
    }
  }

  /// From the nearest trench straight to a building's wall.
  void LayEntries() {
    const std::size_t mains = trenches_.size();
    for (std::size_t i = 0; i < scene_.buildings.size(); ++i) {
      if (scene_.trench_m > 1.1 * o_.trench_m) return;
      Rng rng(scene_.seed, Stream::kDistrict, kEntries + i);
      if (!rng.Chance(o_.entry_share)) continue;
      const std::vector<Vec2>& ring = scene_.buildings[i].ring;
      Vec2 from{0, 0};
      Vec2 to{0, 0};
      double nearest = 25;
      for (std::size_t side = 0; side < ring.size(); ++side) {
        const Vec2 wall =
            ring[side] + (ring[(side + 1) % ring.size()] - ring[side]) * rng.Uniform(0.2, 0.8);
        for (std::size_t t = 0; t < mains; ++t) {
          const LinePosition on = trenches_[t].Locate(wall);
          if (on.distance >= nearest || on.distance < 3) continue;
          nearest = on.distance;
          from = trenches_[t].At(on.chainage);
          to = wall;
        }
      }
      if (nearest >= 25 || Crosses(from, to, i)) continue;
      Trench entry = Draw(rng, fmt::format("E{}", i + 1), o_.entry_dn, o_.entry_cover_m);
      entry.entry = true;
      entry.level = "secondary";
      Lay(entry, {from, to});
    }
  }
  /// Whether a straight line runs through another building than its own.
  bool Crosses(const Vec2& from, const Vec2& to, std::size_t own) const {
    const Polyline line({from, to});
    for (double s = 0; s < line.Length(); s += 1) {
      for (std::size_t i = 0; i < scene_.buildings.size(); ++i) {
        if (RingDistance(scene_.buildings[i].ring, line.At(s)) < (i == own ? 0.01 : 1.0) &&
            (i != own || s < line.Length() - 1))
          return true;
      }
    }
    return false;
  }

  void Stripe(const Vec2& from, const Vec2& to, double half, const std::string& material) {
    Surface surface;
    surface.material = MaterialIndex(scene_, material);
    surface.line = Polyline({from, to});
    surface.half_width_m = half;
    scene_.surfaces.push_back(std::move(surface));
  }
  std::pair<Vec2, Vec2> Axis(const Road& road, bool upright) const {
    const std::vector<Road>& other = upright ? horizontal_ : vertical_;
    const double low = other.front().at - kBeyond;
    const double high = other.back().at + kBeyond;
    if (upright) return {Vec2(road.at, low), Vec2(road.at, high)};
    return {Vec2(low, road.at), Vec2(high, road.at)};
  }
  /// All pavements first, then verges, kerbs and roads, so that crossings come out right.
  void PaveRoads() {
    const auto each = [this](const auto& paint) {
      for (const bool upright : {true, false}) {
        for (const Road& road : upright ? vertical_ : horizontal_) {
          const auto [from, to] = Axis(road, upright);
          paint(road, from, to);
        }
      }
    };
    each([this](const Road& r, const Vec2& from, const Vec2& to) {
      if (r.pavement > 0) Stripe(from, to, r.Reach(), "pavement");
    });
    each([this](const Road& r, const Vec2& from, const Vec2& to) {
      if (r.verge > 0.3) Stripe(from, to, r.width / 2 + r.verge, o_.ground);
    });
    each([this](const Road& r, const Vec2& from, const Vec2& to) {
      if (o_.kerb_m > 0) Stripe(from, to, r.width / 2 + o_.kerb_m, "kerb");
    });
    each([this](const Road& r, const Vec2& from, const Vec2& to) {
      Stripe(from, to, r.width / 2, "asphalt");
    });
  }

  void ParkAlongRoads() {
    if (o_.kerb_parking <= 0) return;
    std::uint64_t item = kKerbs;
    for (const Block& block : blocks_) {
      Rng rng(scene_.seed, Stream::kParking, item++);
      const Road& road = horizontal_[static_cast<std::size_t>(block.row)];
      const double length = block.box.max.x() - block.box.min.x();
      ParkRow(scene_, o_, {block.box.min.x(), road.at + road.width / 2 - 2.1}, {length, 0}, {0, 2},
              o_.kerb_parking, rng);
    }
  }

  Scene& scene_;
  const DistrictOptions& o_;
  std::vector<Road> vertical_;
  std::vector<Road> horizontal_;
  std::vector<Block> blocks_;
  std::vector<Polyline> trenches_;  // centre lines: mains, branches, entries
  int main_row_ = 0;
  int main_column_ = 0;
};

}  // namespace

void AddDistrict(Scene& scene, const DistrictOptions& options) { District(scene, options).Build(); }

}  // namespace thermoleak::simulation
