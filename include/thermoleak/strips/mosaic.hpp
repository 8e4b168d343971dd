#pragma once
// The orthomosaic: a by-product for people to look at. Detection never uses it.

#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <unordered_map>
#include <vector>

#include "thermoleak/geo/local_frame.hpp"
#include "thermoleak/registration/registration.hpp"

namespace thermoleak {

/// Sparse tiles on the local frame. Of each cell the nadir-most few views are kept and blended:
/// their median tells movers and other strangers, and the mean of the rest, weighted towards the
/// nadir, crosses smoothly from frame to frame. The order of frames does not matter. Not
/// thread-safe, but after Finish() everything const is.
class Mosaic {
 public:
  static constexpr int kTile = 256;
  static constexpr int kKeptViews = 4;
  explicit Mosaic(double cell_m) : cell_m_(cell_m) {}

  /// A cell's views while frames are added, nadir-most first.
  struct Views {
    float celsius[kKeptViews];
    std::uint16_t nadir[kKeptViews];  ///< steps of 1/8192
    std::uint16_t count = 0;          ///< of all views, also those that are not kept
  };
  struct Tile {
    cv::Mat_<float> celsius;   ///< blended; NaN where nothing was seen
    cv::Mat_<float> views;     ///< number of frames that saw the cell; NaN for none
    cv::Mat_<float> spread_k;  ///< standard deviation between the kept views; NaN below two
    std::vector<Views> seen;   ///< row-major; empty after Finish()
  };
  /// What a cell costs while frames are added, which is more than afterwards.
  static constexpr std::size_t kBytesPerCell = sizeof(Views);

  /// Key of the tile with integer tile coordinates (east, north may be negative): column/row of
  /// kTile cells, row growing to the SOUTH from local (0, 0).
  static std::uint64_t Key(std::int32_t column, std::int32_t row) {
    return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(row)) << 32) |
           static_cast<std::uint32_t>(column);
  }
  /// Merges a frame's samples: `patch` (NaN = nothing) with `nadir` (tangent of the view's angle
  /// from the vertical, more where the view should count less) over the cells whose upper-left cell
  /// is (column, row). Not after Finish().
  void Add(std::int64_t column, std::int64_t row, const cv::Mat_<float>& patch,
           const cv::Mat_<float>& nadir);

  /// Blends all tiles and lets go of their single views.
  void Finish();

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
    Blend();
    for (const auto& [key, tile] : tiles_) {
      visit(static_cast<std::int32_t>(static_cast<std::uint32_t>(key)),
            static_cast<std::int32_t>(key >> 32), tile);
    }
  }
  /// Local coordinates of the upper-left corner of a tile.
  Vec2 UpperLeft(std::int32_t column, std::int32_t row) const {
    return {column * kTile * cell_m_, -row * kTile * cell_m_};
  }
  std::size_t MemoryBytes() const { return tiles_.size() * kTile * kTile * kBytesPerCell; }

 private:
  /// Brings the tiles' pictures up to date. They are a cache of `seen`: const callers look at them.
  void Blend() const;

  double cell_m_;
  mutable std::unordered_map<std::uint64_t, Tile> tiles_;
  mutable bool blended_ = true;
};

}  // namespace thermoleak
