#include "thermoleak/strips/mosaic.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace thermoleak {
namespace {

std::int64_t FloorDiv(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

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
            if (tile->celsius.empty()) {
              tile->celsius =
                  cv::Mat_<float>(kTile, kTile, std::numeric_limits<float>::quiet_NaN());
              tile->nadir = cv::Mat_<float>(kTile, kTile, std::numeric_limits<float>::infinity());
            }
          }
          float& best = tile->nadir(tile_r0 + r - r0, tile_c0 + c - c0);
          if (tangent[c] < best) {
            best = tangent[c];
            tile->celsius(tile_r0 + r - r0, tile_c0 + c - c0) = celsius[c];
          }
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
  const auto found = tiles_.find(Key(column, row));
  return found == tiles_.end() ? nullptr : &found->second;
}

}  // namespace thermoleak
