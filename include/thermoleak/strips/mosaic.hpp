#pragma once
// The orthomosaic: a by-product for people to look at. Detection never uses it.

#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <unordered_map>

#include "thermoleak/geo/local_frame.hpp"
#include "thermoleak/registration/registration.hpp"

namespace thermoleak {

/// Sparse tiles on the local frame, nadir-most view wins (ties: the lower frame index), so that the
/// order of frames does not matter. Not thread-safe.
class Mosaic {
 public:
  static constexpr int kTile = 256;
  explicit Mosaic(double cell_m) : cell_m_(cell_m) {}

  struct Tile {
    cv::Mat_<float> celsius;  ///< NaN where nothing was seen
    cv::Mat_<float> nadir;    ///< tangent of the winner's angle from the vertical
  };
  /// Key of the tile with integer tile coordinates (east, north may be negative): column/row of
  /// kTile cells, row growing to the SOUTH from local (0, 0).
  static std::uint64_t Key(std::int32_t column, std::int32_t row) {
    return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(row)) << 32) |
           static_cast<std::uint32_t>(column);
  }
  /// Merges a frame's samples: `patch` (NaN = nothing) with `nadir` over the cells whose upper-left
  /// cell is (column, row).
  void Add(std::int64_t column, std::int64_t row, const cv::Mat_<float>& patch,
           const cv::Mat_<float>& nadir);

  double cell_m() const { return cell_m_; }
  bool empty() const { return tiles_.empty(); }
  /// Tile extent, in tiles: [column0, column1) x [row0, row1).
  struct Extent {
    std::int32_t column0 = 0, row0 = 0, column1 = 0, row1 = 0;
  };
  Extent TileExtent() const;
  const Tile* Find(std::int32_t column, std::int32_t row) const;
  /// Calls visit(column, row, tile) for every tile, in no particular order.
  template <class Visit>
  void ForEachTile(Visit visit) const {
    for (const auto& [key, tile] : tiles_) {
      visit(static_cast<std::int32_t>(static_cast<std::uint32_t>(key)),
            static_cast<std::int32_t>(key >> 32), tile);
    }
  }
  /// Local coordinates of the upper-left corner of a tile.
  Vec2 UpperLeft(std::int32_t column, std::int32_t row) const {
    return {column * kTile * cell_m_, -row * kTile * cell_m_};
  }
  std::size_t MemoryBytes() const { return tiles_.size() * kTile * kTile * 2 * sizeof(float); }

 private:
  double cell_m_;
  std::unordered_map<std::uint64_t, Tile> tiles_;
};

}  // namespace thermoleak
