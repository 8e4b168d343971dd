#include "thermoleak/registration/overlap.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

/// A lattice point as one frame sees it.
struct Seen {
  std::int32_t x;
  std::int32_t y;
  int frame;
  float celsius;
  float u;
  float v;
};

/// A little more than a block's size on the ground.
double LatticeSpacing(std::span<const RegisteredFrame> frames,
                      std::span<const Thumbnail> thumbnails) {
  std::vector<double> sizes;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    sizes.push_back(frames[i].gsd_m * frames[i].camera.lens.width /
                    std::max(1, thumbnails[i].celsius.cols));
  }
  // So many frames are looked at block by block; more thin the lattice, to a third at most.
  constexpr double kFrames = 500;
  const double thin = std::clamp(std::sqrt(static_cast<double>(frames.size()) / kFrames), 1.0, 3.0);
  return thin * std::max(0.2, 1.2 * MedianOf(std::span<const double>(sizes)));
}

/// Bilinear between block centres; NaN outside them and beside masked blocks.
float BlockAt(const cv::Mat_<float>& blocks, int block_px, const Vec2& pixel) {
  const double a = pixel.x() / block_px - 0.5;
  const double b = pixel.y() / block_px - 0.5;
  if (!(a >= 0 && b >= 0 && a <= blocks.cols - 1 && b <= blocks.rows - 1)) return NAN;
  const int c = std::min(static_cast<int>(a), blocks.cols - 2);
  const int r = std::min(static_cast<int>(b), blocks.rows - 2);
  const auto fa = static_cast<float>(a - c);
  const auto fb = static_cast<float>(b - r);
  const float top = blocks(r, c) + fa * (blocks(r, c + 1) - blocks(r, c));
  const float bottom = blocks(r + 1, c) + fa * (blocks(r + 1, c + 1) - blocks(r + 1, c));
  return top + fb * (bottom - top);
}

void AddSeen(int index, const RegisteredFrame& frame, const Thumbnail& thumbnail,
             const Terrain& terrain, double spacing, std::vector<Seen>& seen) {
  const cv::Mat_<float>& blocks = thumbnail.celsius;
  if (blocks.rows < 2 || blocks.cols < 2) return;
  const int block_px = BlockPixels(thumbnail, frame.camera.lens.width, frame.camera.lens.height);
  Box2 box;
  for (const Vec2& corner : frame.footprint) box.Add(corner);
  if (box.empty()) return;
  const auto cell = [&](double metres) {
    return static_cast<std::int32_t>(std::floor(metres / spacing));
  };
  for (std::int32_t y = cell(box.min.y()); y <= cell(box.max.y()); ++y) {
    for (std::int32_t x = cell(box.min.x()); x <= cell(box.max.x()); ++x) {
      const Vec2 ground((x + 0.5) * spacing, (y + 0.5) * spacing);
      const auto pixel = frame.camera.Project({ground.x(), ground.y(), terrain.HeightAt(ground)});
      if (!pixel) continue;
      const float celsius = BlockAt(blocks, block_px, *pixel);
      if (!std::isfinite(celsius)) continue;
      seen.push_back(
          {x, y, index, celsius, static_cast<float>(pixel->x()), static_cast<float>(pixel->y())});
    }
  }
}

GroundPair PairOf(const Seen& a, const Seen& b) {
  return {a.frame, b.frame, a.celsius - b.celsius, a.u, a.v, b.u, b.v};
}

}  // namespace

std::vector<GroundPair> GroundPairs(std::span<const RegisteredFrame> frames,
                                    std::span<const Thumbnail> thumbnails, const Terrain& terrain) {
  std::vector<GroundPair> pairs;
  if (frames.size() < 2) return pairs;
  const double spacing = LatticeSpacing(frames, thumbnails);
  std::vector<Seen> seen;
  for (std::size_t i = 0; i < frames.size(); ++i)
    AddSeen(static_cast<int>(i), frames[i], thumbnails[i], terrain, spacing, seen);
  std::sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) {
    return std::tie(a.x, a.y, a.frame) < std::tie(b.x, b.y, b.frame);
  });
  for (std::size_t i = 0; i < seen.size();) {
    std::size_t end = i;
    while (end < seen.size() && seen[end].x == seen[i].x && seen[end].y == seen[i].y) ++end;
    const std::size_t far = (end - i) / 2;
    for (std::size_t k = i; k < end; ++k) {
      for (std::size_t step = 1; step <= 2; ++step) {
        if (k + step < end) pairs.push_back(PairOf(seen[k], seen[k + step]));
      }
      if (far > 2 && k + far < end) pairs.push_back(PairOf(seen[k], seen[k + far]));
    }
    i = end;
  }
  std::sort(pairs.begin(), pairs.end(), [](const GroundPair& a, const GroundPair& b) {
    return std::tie(a.first, a.second, a.first_v, a.first_u) <
           std::tie(b.first, b.second, b.first_v, b.first_u);
  });
  return pairs;
}

}  // namespace thermoleak
