#include "thermoleak/strips/mosaic.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

namespace thermoleak {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kNadirSteps = 8192;
// A view that looks more from the side by this tangent counts half as much as the best.
constexpr float kFeather = 0.1f;
// Views agree to this, K: noise, poses on textured ground. Beyond three of it they are strangers.
constexpr float kAgreement = 0.2f;

std::int64_t FloorDiv(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Puts a view among the kept ones; equal angles by temperature, so that no order matters.
void Insert(Mosaic::Views& cell, float celsius, std::uint16_t nadir) {
  constexpr int kMost = Mosaic::kKeptViews;
  int at = std::min<int>(cell.count, kMost);
  if (cell.count < std::numeric_limits<std::uint16_t>::max()) ++cell.count;
  const auto before = [&](int k) {
    return nadir < cell.nadir[k] || (nadir == cell.nadir[k] && celsius < cell.celsius[k]);
  };
  if (at == kMost && !before(--at)) return;
  for (; at > 0 && before(at - 1); --at) {
    cell.celsius[at] = cell.celsius[at - 1];
    cell.nadir[at] = cell.nadir[at - 1];
  }
  cell.celsius[at] = celsius;
  cell.nadir[at] = nadir;
}

float MiddleOf(std::array<float, Mosaic::kKeptViews> values, int n) {
  // Insertion: as quick as any for four, and GCC 12 misjudges std::sort's bounds here.
  const auto end = values.begin() + n;
  for (auto at = values.begin(); at != end; ++at)
    std::rotate(std::upper_bound(values.begin(), at, *at), at, at + 1);
  const auto upper = static_cast<std::size_t>(n / 2);
  return n % 2 == 1 ? values[upper] : 0.5f * (values[upper - 1] + values[upper]);
}

/// The views' temperature: a mean weighted towards the nadir, without those far from the median.
float BlendOf(const Mosaic::Views& cell, int n) {
  std::array<float, Mosaic::kKeptViews> values{};
  std::copy_n(cell.celsius, n, values.begin());
  const float median = MiddleOf(values, n);
  for (int k = 0; k < n; ++k) {
    auto& deviation = values[static_cast<std::size_t>(k)];
    deviation = std::abs(deviation - median);
  }
  const float scale = 3 * std::max(kAgreement, 1.4826f * MiddleOf(values, n));
  float sum = 0;
  float weights = 0;
  for (int k = 0; k < n; ++k) {
    const float aside =
        static_cast<float>(cell.nadir[k] - cell.nadir[0]) / (kNadirSteps * kFeather);
    const float strange = (cell.celsius[k] - median) / scale;
    const float square = strange * strange;
    const float weight = 1 / ((1 + aside * aside) * (1 + square * square));
    // About the median: so that equal views give exactly their value.
    sum += weight * (cell.celsius[k] - median);
    weights += weight;
  }
  return median + sum / weights;
}

float SpreadOf(const Mosaic::Views& cell, int n) {
  if (n < 2) return kNaN;
  float mean = 0;
  for (int k = 0; k < n; ++k) mean += cell.celsius[k];
  mean /= static_cast<float>(n);
  float squares = 0;
  for (int k = 0; k < n; ++k) squares += (cell.celsius[k] - mean) * (cell.celsius[k] - mean);
  return std::sqrt(squares / static_cast<float>(n - 1));
}

void BlendTile(Mosaic::Tile& tile) {
  constexpr int kTile = Mosaic::kTile;
  for (cv::Mat_<float>* picture : {&tile.celsius, &tile.views, &tile.spread_k})
    *picture = cv::Mat_<float>(kTile, kTile, kNaN);
  auto* celsius = tile.celsius.ptr<float>();
  auto* views = tile.views.ptr<float>();
  auto* spread = tile.spread_k.ptr<float>();
  for (std::size_t i = 0; i < tile.seen.size(); ++i) {
    const Mosaic::Views& cell = tile.seen[i];
    if (cell.count == 0) continue;
    const int n = std::min<int>(cell.count, Mosaic::kKeptViews);
    celsius[i] = BlendOf(cell, n);
    views[i] = cell.count;
    spread[i] = SpreadOf(cell, n);
  }
}

}  // namespace

void Mosaic::Blend() const {
  if (blended_) return;
  for (auto& [key, tile] : tiles_) {
    if (!tile.seen.empty()) BlendTile(tile);
  }
  blended_ = true;
}

void Mosaic::Finish() {
  // Tile by tile, so that the pictures take the room of the views.
  for (auto& [key, tile] : tiles_) {
    if (!tile.seen.empty() && !blended_) BlendTile(tile);
    std::vector<Views>().swap(tile.seen);
  }
  blended_ = true;
}

void Mosaic::Add(std::int64_t column, std::int64_t row, const cv::Mat_<float>& patch,
                 const cv::Mat_<float>& nadir) {
  assert(patch.size() == nadir.size());
  if (patch.empty()) return;
  const std::int64_t tile_column1 = FloorDiv(column + patch.cols - 1, kTile);
  const std::int64_t tile_row1 = FloorDiv(row + patch.rows - 1, kTile);
  for (std::int64_t tr = FloorDiv(row, kTile); tr <= tile_row1; ++tr) {
    for (std::int64_t tc = FloorDiv(column, kTile); tc <= tile_column1; ++tc) {
      // The part of the patch in this tile, in patch coordinates.
      const int c0 = static_cast<int>(std::max<std::int64_t>(0, tc * kTile - column));
      const int r0 = static_cast<int>(std::max<std::int64_t>(0, tr * kTile - row));
      const int c1 =
          static_cast<int>(std::min<std::int64_t>(patch.cols, (tc + 1) * kTile - column));
      const int r1 = static_cast<int>(std::min<std::int64_t>(patch.rows, (tr + 1) * kTile - row));
      const int tile_c0 = static_cast<int>(column + c0 - tc * kTile);
      const int tile_r0 = static_cast<int>(row + r0 - tr * kTile);
      Tile* tile = nullptr;
      for (int r = r0; r < r1; ++r) {
        const float* celsius = patch[r];
        const float* tangent = nadir[r];
        for (int c = c0; c < c1; ++c) {
          if (!(celsius[c] == celsius[c])) continue;
          if (!tile) {  // only when something is to be put in
            tile = &tiles_[Key(static_cast<std::int32_t>(tc), static_cast<std::int32_t>(tr))];
            if (tile->seen.empty()) tile->seen.resize(std::size_t{kTile} * kTile);
            blended_ = false;
          }
          const float steps = std::clamp(tangent[c] * kNadirSteps, 0.0f, 65535.0f);
          Insert(
              tile->seen[static_cast<std::size_t>((tile_r0 + r - r0) * kTile + tile_c0 + c - c0)],
              celsius[c], static_cast<std::uint16_t>(steps));
        }
      }
    }
  }
}

Mosaic::Extent Mosaic::TileExtent() const {
  if (tiles_.empty()) return {};
  constexpr std::int32_t kMin = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();
  Extent extent{kMax, kMax, kMin, kMin};
  ForEachTile([&](std::int32_t column, std::int32_t row, const Tile&) {
    extent.column0 = std::min(extent.column0, column);
    extent.row0 = std::min(extent.row0, row);
    extent.column1 = std::max(extent.column1, column + 1);
    extent.row1 = std::max(extent.row1, row + 1);
  });
  return extent;
}

const Mosaic::Tile* Mosaic::Find(std::int32_t column, std::int32_t row) const {
  Blend();
  const auto found = tiles_.find(Key(column, row));
  return found == tiles_.end() ? nullptr : &found->second;
}

}  // namespace thermoleak
