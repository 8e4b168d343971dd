#include "thermoleak/simulation/ground.hpp"

#include <tbb/parallel_for.h>

#include <limits>
#include <numbers>

#include "simulation/nearby.hpp"
#include "simulation/sun.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/simulation/random.hpp"
#include "thermoleak/simulation/signature.hpp"

namespace thermoleak::simulation {
namespace {

constexpr int kTile = 256;           // cells; 12.8 m at 5 cm
constexpr double kFootDecay = 0.8;   // metres, of a wall's warmth
constexpr double kMaxCells = 1.5e9;  // 6 GB of address space, of which only covered tiles are used

/// Softens the outline of covers, so that a 5 cm raster does not show stairs: 1 inside, 0 outside.
double Inside(double distance_to_edge, double softness) {
  return std::clamp(0.5 - distance_to_edge / (2 * softness), 0.0, 1.0);
}

std::uint32_t TextureSeed(const Scene& scene, std::uint32_t layer) {
  return static_cast<std::uint32_t>(Rng(scene.seed, Stream::kTexture, layer).Bits());
}

/// Rise over the straight pieces of a line between two chainages, with `loss(chainage)` at the foot
/// point.
template <class Loss>
double AlongLine(const Polyline& line, double from, double to, double h, double depth,
                 const Vec2& p, const Loss& loss) {
  double rise = 0;
  const auto vertices = line.vertices();
  const auto chainages = line.chainages();
  for (std::size_t i = 0; i + 1 < vertices.size(); ++i) {
    const double start = std::max(chainages[i], from);
    const double end = std::min(chainages[i + 1], to);
    if (start >= end) continue;
    const Vec2 direction = (vertices[i + 1] - vertices[i]) / (chainages[i + 1] - chainages[i]);
    const Vec2 relative = p - vertices[i];
    const double along = relative.dot(direction) + chainages[i];
    const double square =
        std::max(0.0, relative.squaredNorm() - (along - chainages[i]) * (along - chainages[i]));
    rise += SegmentRise(loss(std::clamp(along, start, end)), h, depth, square, start - along,
                        end - along);
  }
  return rise;
}

double MaterialTemperature(const Scene& scene, int material, std::uint32_t texture, const Vec2& p) {
  const Material& m = Pick(scene.materials, material);
  double t = scene.weather.air_c + m.offset_k;
  if (m.texture_k > 0)
    t += m.texture_k *
         FractalNoise(texture + static_cast<std::uint32_t>(material), p / m.grain_m, 5);
  if (m.fine_k > 0) t += 1.1 * m.fine_k * FractalNoise(texture + 501u, p / 0.22, 2);
  if (m.patch_share > 0 && m.patch_k != 0) {
    // The share is reached exactly for a uniform quantity; value noise is close enough to one near
    // its middle.
    const double noise = FractalNoise(texture ^ 0x5bd1e995u, p / (4 * m.grain_m), 3);
    const double threshold = 2.2 * (0.5 - m.patch_share);
    t += m.patch_k * std::clamp((noise - threshold) / 0.25, 0.0, 1.0);
  }
  return t;
}

/// The temperature that the camera's parameters make of a surface of another emissivity.
double ReadBack(const Scene& scene, double emissivity, double t) {
  const double stated = scene.camera.emissivity;
  if (emissivity == stated) return t;
  const PlanckConstants& planck = scene.camera.planck;
  const double sky = CountsFromCelsius(planck, scene.weather.sky_c);
  const double leaving = emissivity * CountsFromCelsius(planck, t) + (1 - emissivity) * sky;
  return CelsiusFromCounts(planck, (leaving - (1 - stated) * sky) / stated);
}

/// A smooth quantity over one tile, computed at every n-th cell (about 0.2 m) and interpolated
/// between. A trace of 2 K at D = 1 m bends by 4 K/m^2, so that the error stays below 4 * 0.2^2 / 8
/// = 0.02 K, under the noise.
class SmoothGrid {
 public:
  template <class Function>
  SmoothGrid(const Vec2& corner, double cell_m, double step_m, const Function& value) {
    while (step_ < 16 && 2 * step_ * cell_m <= step_m) step_ *= 2;
    nodes_ = kTile / step_ + 1;
    values_.reserve(static_cast<std::size_t>(nodes_) * static_cast<std::size_t>(nodes_));
    for (int j = 0; j < nodes_; ++j) {
      for (int i = 0; i < nodes_; ++i)
        values_.push_back(value(corner + Vec2(i, j) * (step_ * cell_m)));
    }
  }
  /// At the centre of cell (row j, column i).
  double At(int j, int i) const {
    const int nj = j / step_;
    const int ni = i / step_;
    const double v = (j % step_ + 0.5) / step_;
    const double u = (i % step_ + 0.5) / step_;
    const double* low = values_.data() + static_cast<std::ptrdiff_t>(nj) * nodes_ + ni;
    const double* high = low + nodes_;
    return (low[0] * (1 - u) + low[1] * u) * (1 - v) + (high[0] * (1 - u) + high[1] * u) * v;
  }

 private:
  int step_ = 1;
  int nodes_ = 0;
  std::vector<double> values_;
};

}  // namespace

namespace {

bool Covers(const Surface& surface, const Vec2& p) {
  if (!surface.ring.empty()) return RingContains(surface.ring, p);
  return surface.line.valid() && surface.line.Locate(p).distance <= surface.half_width_m;
}

int PaintedMaterial(const Scene& scene, const Vec2& p) {
  if (scene.picture) {
    const PictureGround& g = *scene.picture;
    const int column = static_cast<int>(std::floor(p.x() / g.cell_m.x()));
    const int row = g.rows - 1 - static_cast<int>(std::floor(p.y() / g.cell_m.y()));
    if (column >= 0 && column < g.columns && row >= 0 && row < g.rows) {
      const int material = Pick(g.material, row * g.columns + column);
      if (material >= 0) return material;
    }
  }
  return scene.base_material;
}

/// The same as MaterialAt, with only the surfaces that lie near.
int MaterialAmong(const Scene& scene, const std::vector<int>& surfaces, const Vec2& p) {
  for (auto i = surfaces.rbegin(); i != surfaces.rend(); ++i) {
    const Surface& surface = Pick(scene.surfaces, *i);
    if (Covers(surface, p)) return surface.material;
  }
  return PaintedMaterial(scene, p);
}

/// Relative deviation of the sections between joints. A step in the loss is no step on the surface:
/// conduction blurs it by the same kernel that the end of a line source has.
double SectionFactor(const Pipe& pipe, double chainage_m) {
  const auto section = [&](int i) { return ValueNoise(pipe.variation_seed + 2, {i * 1.0, 0.0}); };
  const int nearest = static_cast<int>(std::lround(chainage_m / pipe.section_m));
  const double beyond = chainage_m - nearest * pipe.section_m;
  const double share = 0.5 + 0.5 * beyond / std::hypot(beyond, pipe.equivalent_depth_m);
  return section(nearest - 1) * (1 - share) + section(nearest) * share;
}

}  // namespace

int MaterialAt(const Scene& scene, const Vec2& p) {
  for (auto surface = scene.surfaces.rbegin(); surface != scene.surfaces.rend(); ++surface) {
    if (Covers(*surface, p)) return surface->material;
  }
  return PaintedMaterial(scene, p);
}

double LossAt(const Pipe& pipe, double chainage_m) {
  // Two wavelengths: soil and cover over tens of metres, joints and age over some metres.
  const double slow = ValueNoise(pipe.variation_seed, {chainage_m / 35.0, 0.5});
  const double quick = ValueNoise(pipe.variation_seed + 1, {chainage_m / 9.0, 0.5});
  double factor = 1 + pipe.variation * (1.4 * slow + 0.6 * quick);
  if (pipe.joint_variation > 0) {
    // Lattice values are uniform, standard deviation 0.58.
    factor += 1.7 * pipe.joint_variation * SectionFactor(pipe, chainage_m);
  }
  return pipe.loss_w_per_m * std::max(factor, 0.2);
}

double PipeRise(const Scene& scene, int pipe_index, const Vec2& p) {
  const Pipe& pipe = Pick(scene.pipes, pipe_index);
  const double h = scene.weather.surface_coefficient;
  double rise = AlongLine(pipe.axis, 0, pipe.axis.Length(), h, pipe.equivalent_depth_m, p,
                          [&](double chainage) { return LossAt(pipe, chainage); });
  for (const Insulation& damage : scene.insulation) {
    if (damage.pipe != pipe_index) continue;
    rise += AlongLine(pipe.axis, damage.from_m, damage.to_m, h, pipe.equivalent_depth_m, p,
                      [&](double) { return damage.loss_w_per_m; });
  }
  return rise;
}

double LeakRise(const Leak& leak, double h, const Vec2& p) {
  // Soil bends the pattern, but conduction lets nothing through that is much narrower than its
  // source is deep: the noise is longer than that. Only the wet core at the surface has a finer
  // outline.
  const std::uint32_t seed = leak.shape_seed * 2654435761u;
  const Vec2 q = p / (1.8 * leak.depth_m);
  const Vec2 bent = p + leak.edge * Vec2(FractalNoise(seed, q, 2), FractalNoise(seed + 77u, q, 2));
  double rise = 0;
  for (const HeatSource& source : leak.sources) {
    rise += PointRise(source.heat_w, h, leak.depth_m, (bent - source.position).norm());
  }
  if (leak.core_k > 0) {
    const Vec2 fine = p / (leak.pool_m > 0 ? 1.5 : 0.9);
    const Vec2 torn =
        p + leak.edge * Vec2(FractalNoise(seed, fine, 3), FractalNoise(seed + 77u, fine, 3));
    const Vec2 d = torn - leak.position;
    const double a = leak.tail_deg * std::numbers::pi / 180;
    // Water that runs away cools on its way.
    const double ran = std::clamp(d.dot(Vec2(std::sin(a), std::cos(a))), 0.0, leak.pool_m);
    const double r = (d - ran * Vec2(std::sin(a), std::cos(a))).norm() / leak.core_radius_m;
    const double cooled = leak.pool_m > 0 ? 1 - 0.6 * ran / leak.pool_m : 1.0;
    rise += leak.core_k * cooled * Inside(r - 1, 0.35);
  }
  return rise;
}

GroundRaster::GroundRaster(const Scene& scene, const Box2& area)
    : scene_(scene), area_(area), cell_m_(scene.cell_m) {
  const Vec2 size = (area.max - area.min) / cell_m_;
  if (!(size.x() * size.y() < kMaxCells)) {
    throw RunError(ExitCode::kOutOfResources, MessageId::kOutOfMemory);
  }
  tile_columns_ = static_cast<int>(std::ceil(size.x() / kTile));
  tile_rows_ = static_cast<int>(std::ceil(size.y() / kTile));
  rows_ = tile_rows_ * kTile;
  columns_ = tile_columns_ * kTile;
  values_.create(rows_, columns_,
                 CV_32FC1);  // left as it is: memory of untouched tiles is never used
  done_.assign(static_cast<std::size_t>(tile_rows_) * static_cast<std::size_t>(tile_columns_), 0);
}

void GroundRaster::Cover(const std::vector<std::vector<Vec2>>& footprints,
                         const WorkContext& work) {
  std::vector<int> wanted;
  std::vector<char> marked = done_;
  for (const auto& footprint : footprints) {
    Box2 bounds;
    for (const Vec2& p : footprint) bounds.Add(p);
    bounds.Grow(2 * cell_m_);
    const double tile_m = kTile * cell_m_;
    const auto clamp_tile = [&](double at, double from, int count) {
      return std::clamp(static_cast<int>(std::floor((at - from) / tile_m)), 0, count - 1);
    };
    for (int r = clamp_tile(bounds.min.y(), area_.min.y(), tile_rows_);
         r <= clamp_tile(bounds.max.y(), area_.min.y(), tile_rows_); ++r) {
      for (int c = clamp_tile(bounds.min.x(), area_.min.x(), tile_columns_);
           c <= clamp_tile(bounds.max.x(), area_.min.x(), tile_columns_); ++c) {
        const Vec2 centre = area_.min + Vec2(c + 0.5, r + 0.5) * tile_m;
        const int tile = r * tile_columns_ + c;
        // Half a tile's diagonal beyond the footprint's edge no corner of the tile is seen.
        if (marked[static_cast<std::size_t>(tile)] ||
            RingDistance(footprint, centre) > tile_m * 0.75)
          continue;
        marked[static_cast<std::size_t>(tile)] = 1;
        wanted.push_back(tile);
      }
    }
  }
  // Tiles are independent of each other: any order gives the same bytes.
  tbb::parallel_for(std::size_t{0}, wanted.size(), [this, &wanted, &work](std::size_t i) {
    work.CheckStop();
    FillTile(wanted[i] / tile_columns_, wanted[i] % tile_columns_);
  });
  for (const int tile : wanted) done_[static_cast<std::size_t>(tile)] = 1;
}

void GroundRaster::FillTile(int tile_row, int tile_column) {
  const double h = scene_.weather.surface_coefficient;
  Box2 box;
  box.Add(area_.min + Vec2(tile_column, tile_row) * kTile * cell_m_);
  box.Add(area_.min + Vec2(tile_column + 1, tile_row + 1) * kTile * cell_m_);
  const Nearby near = Gather(scene_, box);
  const SmoothGrid lines(box.min, cell_m_, 0.2, [&](const Vec2& p) {
    double rise = 0;
    for (const int pipe : near.pipes) rise += PipeRise(scene_, pipe, p);
    for (const int line : near.foreign) {
      const ForeignLine& f = Pick(scene_.foreign_lines, line);
      const double loss = f.delta_t_k * std::numbers::pi * h * f.depth_m;
      rise += AlongLine(f.axis, 0, f.axis.Length(), h, f.depth_m, p, [&](double) { return loss; });
    }
    return rise;
  });
  // Leaks have finer shapes: ragged edges, and wet cores that fade over 0.2 m.
  const SmoothGrid leaks(box.min, cell_m_, 0.1, [&](const Vec2& p) {
    double rise = 0;
    for (const int leak : near.leaks) rise += LeakRise(Pick(scene_.leaks, leak), h, p);
    return rise;
  });
  const bool sunny = scene_.weather.sun_k != 0;
  const SmoothGrid sun(box.min, cell_m_, 0.8, [&](const Vec2& p) {
    return sunny ? scene_.weather.sun_k * SunShare(scene_.weather, near.shades, p) : 0.0;
  });
  const std::uint32_t texture = TextureSeed(scene_, 0);
  const std::uint32_t edge = TextureSeed(scene_, 1);
  for (int j = 0; j < kTile; ++j) {
    const int row = tile_row * kTile + j;
    float* out = values_.ptr<float>(row) + static_cast<std::ptrdiff_t>(tile_column) * kTile;
    for (int i = 0; i < kTile; ++i) {
      const Vec2 p = area_.min + Vec2(tile_column * kTile + i + 0.5, row + 0.5) * cell_m_;
      // Borders between materials are not drawn with a ruler.
      const Vec2 q = p / 1.3;
      const Vec2 bent = p + 0.12 * Vec2(ValueNoise(edge, q), ValueNoise(edge + 9u, q));
      const int material = MaterialAmong(scene_, near.surfaces, bent);
      double t = MaterialTemperature(scene_, material, texture, p);
      t += lines.At(j, i) + leaks.At(j, i);
      double emissivity = Pick(scene_.materials, material).emissivity;
      if (sunny) t += Pick(scene_.materials, material).sun * sun.At(j, i);
      for (const Building* wall : near.walls) {
        t += wall->foot_k * std::exp(-RingDistance(wall->ring, p) / kFootDecay);
      }
      for (const int m : near.marks) {
        const GroundMark& mark = Pick(scene_.marks, m);
        const double share = MarkShare(mark, p);
        t += mark.delta_k * share;
        if (mark.emissivity > 0) emissivity += (mark.emissivity - emissivity) * share;
      }
      for (const int c : near.chambers) {
        const Chamber& chamber = Pick(scene_.chambers, c);
        const Vec2 d = (p - chamber.position).cwiseAbs();
        const double roof = std::max(d.x(), d.y()) - chamber.size_m / 2;
        t += chamber.body_k * Inside(roof, 0.5);
        t += chamber.cover_k * Inside(d.norm() - 0.35, 0.03);
      }
      for (const int m : near.manholes) {
        const Manhole& manhole = Pick(scene_.manholes, m);
        t += manhole.delta_t_k *
             Inside((p - manhole.position).norm() - manhole.diameter_m / 2, 0.03);
      }
      out[i] = static_cast<float>(ReadBack(scene_, emissivity, t));
    }
  }
}

float GroundRaster::At(double x, double y) const {
  const double u = (x - area_.min.x()) / cell_m_ - 0.5;
  const double v = (y - area_.min.y()) / cell_m_ - 0.5;
  const double fu = std::floor(u);
  const double fv = std::floor(v);
  if (!(fu >= 0 && fv >= 0 && fu + 1 < columns_ && fv + 1 < rows_)) {
    return std::numeric_limits<float>::quiet_NaN();
  }
  const auto column = static_cast<int>(fu);
  const auto row = static_cast<int>(fv);
  const auto a = static_cast<float>(u - fu);
  const auto b = static_cast<float>(v - fv);
  const float* low = values_.ptr<float>(row) + column;
  const float* high = values_.ptr<float>(row + 1) + column;
  return (low[0] * (1 - a) + low[1] * a) * (1 - b) + (high[0] * (1 - a) + high[1] * a) * b;
}

cv::Mat GroundRaster::Picture() const {
  cv::Mat picture(rows_, columns_, CV_32FC1,
                  cv::Scalar::all(std::numeric_limits<double>::quiet_NaN()));
  for (int tile_row = 0; tile_row < tile_rows_; ++tile_row) {
    for (int tile_column = 0; tile_column < tile_columns_; ++tile_column) {
      if (!done_[static_cast<std::size_t>(tile_row * tile_columns_ + tile_column)]) continue;
      for (int j = 0; j < kTile; ++j) {
        const float* from = values_.ptr<float>(tile_row * kTile + j) + tile_column * kTile;
        std::copy(from, from + kTile,
                  picture.ptr<float>(rows_ - 1 - tile_row * kTile - j) + tile_column * kTile);
      }
    }
  }
  return picture;
}

}  // namespace thermoleak::simulation
