#include "thermoleak/strips/strip.hpp"

#include <cmath>
#include <limits>

namespace thermoleak {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr double kPlanStep = 1.0;  // chainage step of the coverage test, m
constexpr double kMergeGap = 5.0;  // stretches closer than this become one strip, m

/// Whether any of the corridor's cross-section at `chainage` lies in the ring.
bool Touches(const std::vector<Vec2>& ring, const Polyline& axis, double chainage,
             double half_width) {
  const Vec2 centre = axis.At(chainage);
  const Vec2 direction = axis.Direction(chainage);
  const Vec2 left(-direction.y(), direction.x());
  for (const double share : {0.0, -0.5, 0.5, -1.0, 1.0}) {
    if (RingContains(ring, centre + left * (share * half_width))) return true;
  }
  return false;
}

}  // namespace

void StripOptions::Describe(OptionVisitor& v) {
  v.Visit("cell", cell_m,
          {0.02, 1.0, "m", "cell size of the corridor strips", "管廊条带的像元尺寸"});
  v.Visit("margin", margin_px,
          {0, 100, "px", "picture border that is not used", "影像边缘不使用的像素数"});
  v.Visit("bend-smooth", bend_smooth_m,
          {0, 10, "m", "strips turn over this length at a bend", "条带在弯头处的平滑长度"});
}

Strip::Strip(const StripLayout& geometry)
    : layout(geometry),
      count(geometry.rows, geometry.columns, std::uint16_t{0}),
      mean_c(geometry.rows, geometry.columns, kNaN),
      m2(geometry.rows, geometry.columns, 0.0f),
      min_c(geometry.rows, geometry.columns, kNaN),
      max_c(geometry.rows, geometry.columns, kNaN),
      first_s(geometry.rows, geometry.columns, kNaN),
      last_s(geometry.rows, geometry.columns, kNaN) {}

void Strip::Add(int row, int column, float celsius, float time_s) {
  if (!(celsius == celsius)) return;
  std::uint16_t& n = count(row, column);
  if (n == std::numeric_limits<std::uint16_t>::max()) return;
  ++n;
  if (n == 1) {
    mean_c(row, column) = celsius;
    min_c(row, column) = celsius;
    max_c(row, column) = celsius;
    first_s(row, column) = time_s;
    last_s(row, column) = time_s;
    return;
  }
  const float delta = celsius - mean_c(row, column);
  mean_c(row, column) += delta / static_cast<float>(n);
  m2(row, column) += delta * (celsius - mean_c(row, column));
  min_c(row, column) = std::min(min_c(row, column), celsius);
  max_c(row, column) = std::max(max_c(row, column), celsius);
  first_s(row, column) = std::min(first_s(row, column), time_s);
  last_s(row, column) = std::max(last_s(row, column), time_s);
}

void Strip::Add(const StripSamples& samples, float time_s) {
  for (int r = 0; r < samples.celsius.rows; ++r) {
    const float* values = samples.celsius.ptr<float>(r);
    for (int c = 0; c < samples.celsius.cols; ++c) Add(r, samples.column0 + c, values[c], time_s);
  }
}

void Strip::Merge(const Strip& other) {
  CV_Assert(other.count.size() == count.size());
  for (int r = 0; r < layout.rows; ++r) {
    for (int c = 0; c < layout.columns; ++c) {
      const int nb = other.count(r, c);
      if (nb == 0) continue;
      const int na = count(r, c);
      if (na == 0) {
        count(r, c) = other.count(r, c);
        mean_c(r, c) = other.mean_c(r, c);
        m2(r, c) = other.m2(r, c);
        min_c(r, c) = other.min_c(r, c);
        max_c(r, c) = other.max_c(r, c);
        first_s(r, c) = other.first_s(r, c);
        last_s(r, c) = other.last_s(r, c);
        continue;
      }
      const auto n = static_cast<float>(na + nb);
      const float delta = other.mean_c(r, c) - mean_c(r, c);
      mean_c(r, c) += delta * static_cast<float>(nb) / n;
      m2(r, c) +=
          other.m2(r, c) + delta * delta * static_cast<float>(na) * static_cast<float>(nb) / n;
      count(r, c) = static_cast<std::uint16_t>(std::min(na + nb, 65535));
      min_c(r, c) = std::min(min_c(r, c), other.min_c(r, c));
      max_c(r, c) = std::max(max_c(r, c), other.max_c(r, c));
      first_s(r, c) = std::min(first_s(r, c), other.first_s(r, c));
      last_s(r, c) = std::max(last_s(r, c), other.last_s(r, c));
    }
  }
}

float Strip::Spread(int row, int column) const {
  const int n = count(row, column);
  return n < 2 ? kNaN : std::sqrt(m2(row, column) / static_cast<float>(n - 1));
}

float Strip::Consensus(int row, int column) const {
  const int n = count(row, column);
  if (n < 3) return mean_c(row, column);
  // Rounding must not push the mean of the middle views past the views themselves.
  const float middle =
      (mean_c(row, column) * static_cast<float>(n) - max_c(row, column) - min_c(row, column)) /
      static_cast<float>(n - 2);
  return std::clamp(middle, min_c(row, column), max_c(row, column));
}

std::size_t Strip::BytesPerCell() { return sizeof(std::uint16_t) + 6 * sizeof(float); }

StripGrid::StripGrid(const StripLayout& layout, const Polyline& axis, const Terrain& terrain,
                     double bend_smooth_m) {
  const double half = layout.OffsetOf(0) + 0.5 * layout.cell_m;
  columns_.reserve(static_cast<std::size_t>(layout.columns));
  for (int c = 0; c < layout.columns; ++c) {
    const double chainage = layout.ChainageOf(c);
    const Vec2 centre = axis.At(chainage);
    const Vec2 direction = axis.Direction(chainage, bend_smooth_m);
    const Vec2 left(-direction.y(), direction.x());
    const Vec2 far_left = centre + left * half;
    const Vec2 far_right = centre - left * half;
    bounds_.Add(far_left);
    bounds_.Add(far_right);
    const double z_left = terrain.HeightAt(far_left);
    const double z_right = terrain.HeightAt(far_right);
    columns_.push_back({{centre.x(), centre.y(), 0.5 * (z_left + z_right)},
                        {left.x(), left.y(), (z_left - z_right) / (2 * half)}});
  }
}

std::vector<StripLayout> PlanStrips(const PipeNetwork& network,
                                    std::span<const RegisteredFrame> frames, double pose_sigma_m,
                                    const StripOptions& options) {
  std::vector<std::vector<int>> frames_of_pipe(network.pipes().size());
  for (std::size_t f = 0; f < frames.size(); ++f) {
    Box2 box;
    for (const Vec2& corner : frames[f].footprint) box.Add(corner);
    for (const int pipe : network.PipesNear(box, network.options().max_half_width_m)) {
      frames_of_pipe[static_cast<std::size_t>(pipe)].push_back(static_cast<int>(f));
    }
  }

  std::vector<StripLayout> layouts;
  for (std::size_t p = 0; p < frames_of_pipe.size(); ++p) {
    if (frames_of_pipe[p].empty()) continue;
    const Polyline& axis = network.pipes()[p].axis;
    const double half_width = network.CorridorHalfWidth(static_cast<int>(p), pose_sigma_m);
    const int steps = static_cast<int>(std::ceil(axis.Length() / kPlanStep));
    const double step = axis.Length() / std::max(1, steps);
    std::vector<bool> seen(static_cast<std::size_t>(steps) + 1, false);
    for (const int f : frames_of_pipe[p]) {
      const std::vector<Vec2>& ring = frames[static_cast<std::size_t>(f)].footprint;
      Box2 box;
      for (const Vec2& corner : ring) box.Add(corner);
      box.Grow(half_width);
      for (int i = 0; i <= steps; ++i) {
        const auto index = static_cast<std::size_t>(i);
        if (seen[index] || !box.Contains(axis.At(i * step))) continue;
        if (Touches(ring, axis, i * step, half_width)) seen[index] = true;
      }
    }
    // Heat that came through soil has no fine structure; an overhead pipe is a few cells wide.
    const bool overhead = network.pipes()[p].laying == Laying::kOverhead;
    const double cell_m = overhead ? options.cell_m : 2 * options.cell_m;
    const int half_rows = static_cast<int>(std::ceil(half_width / cell_m));
    double start = -1;
    double last = -1;
    const auto close = [&] {
      if (start < 0) return;
      StripLayout layout;
      layout.pipe = static_cast<int>(p);
      layout.cell_m = cell_m;
      layout.chainage0_m = std::max(0.0, start - step);
      const double end = std::min(axis.Length(), last + step);
      layout.columns =
          std::max(1, static_cast<int>(std::ceil((end - layout.chainage0_m) / cell_m)));
      layout.rows = 2 * half_rows + 1;
      layouts.push_back(layout);
      start = -1;
    };
    for (int i = 0; i <= steps; ++i) {
      if (!seen[static_cast<std::size_t>(i)]) continue;
      if (start >= 0 && i * step - last > kMergeGap) close();
      if (start < 0) start = i * step;
      last = i * step;
    }
    close();
  }
  return layouts;
}

}  // namespace thermoleak
