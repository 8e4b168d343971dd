#include "thermoleak/registration/overlap.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

struct Seen {
  std::int32_t x;
  std::int32_t y;
  int frame;
  float celsius;
};

struct Pair {
  int first;
  int second;
  float difference;
};

/// A little more than a block's size on the ground, so that most cells hold one block of each
/// frame.
double CellSize(std::span<const RegisteredFrame> frames, std::span<const Thumbnail> thumbnails) {
  std::vector<double> sizes;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    sizes.push_back(frames[i].gsd_m * frames[i].camera.lens.width /
                    std::max(1, thumbnails[i].celsius.cols));
  }
  return std::max(0.2, 1.2 * MedianOf(std::span<const double>(sizes)));
}

}  // namespace

std::vector<OverlapDifference> OverlapDifferences(std::span<const RegisteredFrame> frames,
                                                  std::span<const Thumbnail> thumbnails,
                                                  const FlatField& flat, const Terrain& terrain) {
  std::vector<OverlapDifference> out;
  if (frames.size() < 2) return out;
  const double cell = CellSize(frames, thumbnails);

  std::vector<Seen> seen;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const cv::Mat_<float>& celsius = thumbnails[i].celsius;
    const Lens& lens = frames[i].camera.lens;
    for (int r = 0; r < celsius.rows; ++r) {
      for (int c = 0; c < celsius.cols; ++c) {
        if (!std::isfinite(celsius(r, c))) continue;
        const Vec2 pixel((c + 0.5) * lens.width / celsius.cols,
                         (r + 0.5) * lens.height / celsius.rows);
        const auto ground = frames[i].camera.Ground(pixel, terrain);
        if (!ground) continue;
        seen.push_back({static_cast<std::int32_t>(std::floor(ground->x() / cell)),
                        static_cast<std::int32_t>(std::floor(ground->y() / cell)),
                        static_cast<int>(i), celsius(r, c) - flat.At(pixel.x(), pixel.y())});
      }
    }
  }
  std::sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) {
    return std::tie(a.x, a.y, a.frame, a.celsius) < std::tie(b.x, b.y, b.frame, b.celsius);
  });
  // Several blocks of one frame in a cell: the first stands for it.
  seen.erase(std::unique(seen.begin(), seen.end(),
                         [](const Seen& a, const Seen& b) {
                           return a.x == b.x && a.y == b.y && a.frame == b.frame;
                         }),
             seen.end());

  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    for (std::size_t j = i + 1; j < seen.size() && j <= i + 2; ++j) {
      if (seen[j].x != seen[i].x || seen[j].y != seen[i].y) break;
      pairs.push_back({seen[i].frame, seen[j].frame, seen[i].celsius - seen[j].celsius});
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return std::tie(a.first, a.second, a.difference) < std::tie(b.first, b.second, b.difference);
  });
  constexpr int kFewCells = 8;
  for (std::size_t i = 0; i < pairs.size();) {
    std::size_t j = i;
    while (j < pairs.size() && pairs[j].first == pairs[i].first &&
           pairs[j].second == pairs[i].second)
      ++j;
    const auto cells = static_cast<int>(j - i);
    if (cells >= kFewCells) {
      out.push_back({pairs[i].first, pairs[i].second, pairs[i + (j - i) / 2].difference, cells});
    }
    i = j;
  }
  return out;
}

}  // namespace thermoleak
