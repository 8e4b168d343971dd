#include "report/mosaic_picture.hpp"

#include <algorithm>
#include <cmath>

namespace thermoleak {
namespace {

/// Adds one tile's samples to the block sums. Of a large block every `step`-th cell is enough for
/// the eye.
void AddTile(const cv::Mat_<float>& tile, int row0, int column0, int factor, cv::Mat_<float>& sum,
             cv::Mat_<std::uint16_t>& count) {
  const int step = std::max(1, factor / 3);
  for (int row = 0; row < tile.rows; row += step) {
    const float* in = tile[row];
    float* sums = sum[(row0 + row) / factor];
    std::uint16_t* counts = count[(row0 + row) / factor];
    for (int column = 0; column < tile.cols; column += step) {
      const float value = in[column];
      if (!std::isfinite(value)) continue;
      const int to = (column0 + column) / factor;
      sums[to] += value;
      ++counts[to];
    }
  }
}

/// The smallest rectangle with all blocks that have samples.
cv::Rect SeenPart(const cv::Mat_<std::uint16_t>& count) {
  int left = count.cols;
  int right = -1;
  int top = count.rows;
  int bottom = -1;
  for (int row = 0; row < count.rows; ++row) {
    const std::uint16_t* in = count[row];
    const auto* first = std::find_if(in, in + count.cols, [](auto n) { return n > 0; });
    if (first == in + count.cols) continue;
    int last = count.cols - 1;
    while (in[last] == 0) --last;
    left = std::min(left, static_cast<int>(first - in));
    right = std::max(right, last);
    top = std::min(top, row);
    bottom = row;
  }
  return right < 0 ? cv::Rect() : cv::Rect(left, top, right - left + 1, bottom - top + 1);
}

}  // namespace

MosaicPicture PictureOf(const Mosaic& mosaic, int max_px) {
  MosaicPicture picture;
  if (mosaic.empty()) return picture;
  const Mosaic::Extent extent = mosaic.TileExtent();
  const std::int64_t columns = (std::int64_t{extent.column1} - extent.column0) * Mosaic::kTile;
  const std::int64_t rows = (std::int64_t{extent.row1} - extent.row0) * Mosaic::kTile;
  const int factor = static_cast<int>((std::max(columns, rows) + max_px - 1) / max_px);
  const int out_rows = static_cast<int>((rows + factor - 1) / factor);
  const int out_columns = static_cast<int>((columns + factor - 1) / factor);
  cv::Mat_<float> sum(out_rows, out_columns, 0.0F);
  cv::Mat_<std::uint16_t> count(out_rows, out_columns, std::uint16_t{0});
  for (std::int32_t row = extent.row0; row < extent.row1; ++row) {
    for (std::int32_t column = extent.column0; column < extent.column1; ++column) {
      if (const Mosaic::Tile* tile = mosaic.Find(column, row)) {
        AddTile(tile->celsius, (row - extent.row0) * Mosaic::kTile,
                (column - extent.column0) * Mosaic::kTile, factor, sum, count);
      }
    }
  }
  const cv::Rect part = SeenPart(count);
  if (part.empty()) return picture;
  cv::Mat_<float> mean(part.size());
  for (int row = 0; row < part.height; ++row) {
    for (int column = 0; column < part.width; ++column) {
      const std::uint16_t n = count(part.y + row, part.x + column);
      mean(row, column) = n == 0 ? NAN : sum(part.y + row, part.x + column) / static_cast<float>(n);
    }
  }
  picture.range = QuantileRange(mean, 0.01, 0.995);
  picture.indices = PaletteIndices(mean, picture.range.low_c, picture.range.high_c);
  const double block_m = factor * mosaic.cell_m();
  const Vec2 corner =
      mosaic.UpperLeft(extent.column0, extent.row0) + Vec2(part.x * block_m, -part.y * block_m);
  picture.area.Add(corner);
  picture.area.Add(corner + Vec2(part.width * block_m, -part.height * block_m));
  return picture;
}

}  // namespace thermoleak
