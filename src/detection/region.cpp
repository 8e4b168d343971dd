#include <algorithm>
#include <cmath>

#include "detection/models.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak::detection {

Region GrowRegion(const cv::Mat_<float>& excess, int row, int column, float threshold,
                  int reach_cells) {
  Region region;
  const int r0 = std::max(0, row - reach_cells);
  const int r1 = std::min(excess.rows - 1, row + reach_cells);
  const int c0 = std::max(0, column - reach_cells);
  const int c1 = std::min(excess.cols - 1, column + reach_cells);
  cv::Mat_<std::uint8_t> visited(r1 - r0 + 1, c1 - c0 + 1, std::uint8_t{0});
  std::vector<std::pair<int, int>> stack{{row, column}};
  visited(row - r0, column - c0) = 1;
  region.first_column = region.last_column = column;
  region.first_row = region.last_row = row;
  double weight = 0;
  while (!stack.empty()) {
    const auto [r, c] = stack.back();
    stack.pop_back();
    const float value = excess(r, c);
    region.members.emplace_back(r, c);
    region.first_column = std::min(region.first_column, c);
    region.last_column = std::max(region.last_column, c);
    region.first_row = std::min(region.first_row, r);
    region.last_row = std::max(region.last_row, r);
    region.integral += value;
    region.centre_row += static_cast<double>(value) * r;
    region.centre_column += static_cast<double>(value) * c;
    weight += value;
    for (const auto& [dr, dc] : {std::pair{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
      const int y = r + dr;
      const int x = c + dc;
      if (y < r0 || y > r1 || x < c0 || x > c1) {
        if (y < 0 || y >= excess.rows || x < 0 || x >= excess.cols) region.touches_unseen = true;
        continue;
      }
      if (visited(y - r0, x - c0)) continue;
      visited(y - r0, x - c0) = 1;
      const float neighbour = excess(y, x);
      if (!(neighbour == neighbour)) {
        region.touches_unseen = true;
        continue;
      }
      if (neighbour >= threshold) stack.emplace_back(y, x);
    }
  }
  region.cells = static_cast<int>(region.members.size());
  std::sort(region.members.begin(), region.members.end());
  if (weight > 0) {
    region.centre_row /= weight;
    region.centre_column /= weight;
  }
  return region;
}

void AddViewStatistics(const Strip& strip, const StripImage& image, const cv::Mat_<float>& excess,
                       const Region& region, HotSpot& spot) {
  std::vector<float> views;
  std::vector<float> spreads;
  std::vector<float> persistence;
  for (const auto& [r, c] : region.members) {
    const int row = static_cast<int>(std::lround(strip.layout.RowOf(image.OffsetOf(r))));
    const int column = static_cast<int>(std::lround(strip.layout.ColumnOf(image.ChainageOf(c))));
    if (row < 0 || row >= strip.layout.rows || column < 0 || column >= strip.layout.columns)
      continue;
    if (strip.count(row, column) == 0) continue;
    views.push_back(static_cast<float>(strip.count(row, column)));
    spreads.push_back(strip.Spread(row, column));
    if (strip.count(row, column) >= 2 && excess(r, c) > 0) {
      // Share of the consensus excess that even the coldest view shows.
      const float baseline = strip.Consensus(row, column) - excess(r, c);
      persistence.push_back(
          std::clamp((strip.min_c(row, column) - baseline) / excess(r, c), 0.0f, 1.0f));
    }
  }
  spot.views = views.empty() ? 0 : static_cast<int>(QuantileInPlace(views, 0.5));
  const float spread = QuantileInPlace(spreads, 0.5);
  spot.view_spread_k = spread == spread ? spread : 0;
  const float kept = QuantileInPlace(persistence, 0.5);
  spot.view_persistence = kept == kept ? kept : 0;
}

void AddSurroundings(const PipeNetwork& network, HotSpot& spot) {
  constexpr double kChamberReach = 30;
  const std::vector<int> chambers = network.ChambersNear(spot.position, kChamberReach);
  if (!chambers.empty()) {
    spot.chamber_distance_m =
        (network.chambers()[static_cast<std::size_t>(chambers[0])].position - spot.position).norm();
  }
  spot.building_distance_m = network.BuildingDistance(spot.position, kChamberReach);
  constexpr double kOverheadReach = 10;
  Box2 here;
  here.Add(spot.position);
  for (const int other : network.PipesNear(here, kOverheadReach)) {
    const Pipe& pipe = network.pipes()[static_cast<std::size_t>(other)];
    if (pipe.laying != Laying::kOverhead || other == spot.pipe) continue;
    const double distance = pipe.axis.Locate(spot.position).distance;
    if (!spot.overhead_distance_m || distance < *spot.overhead_distance_m)
      spot.overhead_distance_m = distance;
  }
}

std::vector<PipeCoverage> Coverage(const Strip& strip, const Trace& trace,
                                   std::span<const float> noise_of_entry) {
  constexpr double kPiece = 5.0;
  std::vector<PipeCoverage> pieces;
  const double end = strip.layout.chainage0_m + strip.layout.columns * strip.layout.cell_m;
  for (double from = strip.layout.chainage0_m; from < end - 1e-9; from += kPiece) {
    const double to = std::min(end, from + kPiece);
    PipeCoverage piece{.pipe = strip.layout.pipe, .from_m = from, .to_m = to};
    std::vector<float> views;
    const int c0 = std::max(0, static_cast<int>(strip.layout.ColumnOf(from) + 0.5));
    const int c1 =
        std::min(strip.layout.columns, static_cast<int>(std::ceil(strip.layout.ColumnOf(to))));
    const double offset = trace.size() > 0 ? trace.OffsetAt(0.5 * (from + to)) : 0;
    const int row = std::clamp(static_cast<int>(std::lround(strip.layout.RowOf(offset))), 0,
                               strip.layout.rows - 1);
    for (int c = c0; c < c1; ++c) views.push_back(static_cast<float>(strip.count(row, c)));
    const float median = QuantileInPlace(views, 0.5);
    piece.views = median == median ? median : 0;
    piece.noise_k = trace.size() > 0 && !noise_of_entry.empty()
                        ? noise_of_entry[static_cast<std::size_t>(trace.EntryAt(0.5 * (from + to)))]
                        : std::nan("");
    pieces.push_back(piece);
  }
  return pieces;
}

}  // namespace thermoleak::detection
