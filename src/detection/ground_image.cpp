#include "detection/ground_image.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "detection/without_edges.hpp"

namespace thermoleak::detection {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

}  // namespace

GroundImage::GroundImage(const Mosaic& mosaic, const Box2& area, double finest_cell_m, Edges edges)
    : cell_m_(finest_cell_m) {
  // A survey spread over many kilometres would need gigabytes; cells grow instead.
  const double most_cells = edges == Edges::kKept ? 6e7 : 3e7;
  const Vec2 extent_m = area.max - area.min;
  while (extent_m.x() * extent_m.y() > most_cells * cell_m_ * cell_m_) cell_m_ *= 2;
  const double cell_m = cell_m_;
  origin_ = {std::floor(area.min.x() / cell_m) * cell_m, std::ceil(area.max.y() / cell_m) * cell_m};
  const int columns = static_cast<int>(std::ceil((area.max.x() - origin_.x()) / cell_m)) + 1;
  const int rows = static_cast<int>(std::ceil((origin_.y() - area.min.y()) / cell_m)) + 1;
  cv::Mat_<float> sum(rows, columns, 0.0f);
  cv::Mat_<std::uint16_t> count(rows, columns, std::uint16_t{0});
  const Mosaic::Extent extent = mosaic.TileExtent();
  for (std::int32_t ty = extent.row0; ty < extent.row1; ++ty) {
    for (std::int32_t tx = extent.column0; tx < extent.column1; ++tx) {
      const Mosaic::Tile* tile = mosaic.Find(tx, ty);
      if (tile == nullptr) continue;
      const Vec2 corner = mosaic.UpperLeft(tx, ty);
      for (int r = 0; r < Mosaic::kTile; ++r) {
        const int row = static_cast<int>(
            std::floor((origin_.y() - (corner.y() - (r + 0.5) * mosaic.cell_m())) / cell_m));
        if (row < 0 || row >= rows) continue;
        for (int c = 0; c < Mosaic::kTile; ++c) {
          const float value = tile->celsius(r, c);
          if (!(value == value)) continue;
          const int column = static_cast<int>(
              std::floor((corner.x() + (c + 0.5) * mosaic.cell_m() - origin_.x()) / cell_m));
          if (column < 0 || column >= columns) continue;
          sum(row, column) += value;
          ++count(row, column);
        }
      }
    }
  }
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      sum(r, c) = count(r, c) > 0 ? sum(r, c) / static_cast<float>(count(r, c)) : kNaN;
    }
  }
  if (edges == Edges::kTakenOut) sum = WithoutEdges(sum, cell_m);
  // Integral images make any box mean four look-ups.
  total_ = cv::Mat_<double>(rows + 1, columns + 1, 0.0);
  known_ = cv::Mat_<int>(rows + 1, columns + 1, 0);
  for (int r = 0; r < rows; ++r) {
    double row_total = 0;
    int row_known = 0;
    for (int c = 0; c < columns; ++c) {
      if (sum(r, c) == sum(r, c)) {
        row_total += sum(r, c);
        ++row_known;
      }
      total_(r + 1, c + 1) = total_(r, c + 1) + row_total;
      known_(r + 1, c + 1) = known_(r, c + 1) + row_known;
    }
  }
}

float GroundImage::BoxMean(const Vec2& p, double half_m) const {
  if (total_.empty()) return kNaN;
  const int c0 = static_cast<int>(std::floor((p.x() - half_m - origin_.x()) / cell_m_ + 0.5));
  const int r0 = static_cast<int>(std::floor((origin_.y() - p.y() - half_m) / cell_m_ + 0.5));
  const int size = std::max(1, static_cast<int>(2 * half_m / cell_m_ + 0.5));
  if (c0 < 0 || r0 < 0 || c0 + size >= total_.cols || r0 + size >= total_.rows) return kNaN;
  const int known =
      known_(r0 + size, c0 + size) - known_(r0, c0 + size) - known_(r0 + size, c0) + known_(r0, c0);
  if (2 * known < size * size) return kNaN;
  const double total =
      total_(r0 + size, c0 + size) - total_(r0, c0 + size) - total_(r0 + size, c0) + total_(r0, c0);
  return static_cast<float>(total / known);
}

}  // namespace thermoleak::detection
