#include "regions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace thermoleak::baselines {
namespace {

constexpr std::size_t kBins = 256;

struct Histogram {
  std::array<double, kBins> counts{};
  float low = 0;
  float width = 0;

  float UpperEdge(std::size_t bin) const { return low + width * static_cast<float>(bin + 1); }
};

Histogram HistogramOf(const std::vector<float>& values) {
  Histogram histogram;
  if (values.empty()) return histogram;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  histogram.low = *low;
  histogram.width = (*high - *low) / static_cast<float>(kBins);
  if (histogram.width <= 0) return histogram;
  for (const float value : values) {
    const auto bin = static_cast<std::size_t>((value - *low) / histogram.width);
    histogram.counts[std::min(bin, kBins - 1)] += 1;
  }
  return histogram;
}

void Measure(Region& region, double cell_m) {
  const auto count = static_cast<double>(region.cells.size());
  cv::Vec2d mean(0, 0);
  for (const cv::Point& cell : region.cells) mean += cv::Vec2d(cell.x, cell.y);
  mean /= count;
  // A cell is a square, not a point: 1/12 of its side squared.
  double xx = 1 / 12.0;
  double yy = 1 / 12.0;
  double xy = 0;
  for (const cv::Point& cell : region.cells) {
    const cv::Vec2d d = cv::Vec2d(cell.x, cell.y) - mean;
    xx += d[0] * d[0] / count;
    yy += d[1] * d[1] / count;
    xy += d[0] * d[1] / count;
  }
  const double half = 0.5 * (xx + yy);
  const double root = std::hypot(0.5 * (xx - yy), xy);
  region.elongation = std::sqrt((half + root) / std::max(half - root, 1 / 12.0));
  const double angle = 0.5 * std::atan2(2 * xy, xx - yy);
  region.along = {std::cos(angle), std::sin(angle)};
  region.area_m2 = count * cell_m * cell_m;
}

}  // namespace

std::vector<Region> RegionsOf(const cv::Mat_<uchar>& mask, const cv::Mat_<float>& value,
                              double cell_m) {
  cv::Mat_<int> label;
  const int count = cv::connectedComponents(mask, label, 8, CV_32S);
  std::vector<Region> regions(static_cast<std::size_t>(count));
  for (int row = 0; row < label.rows; ++row) {
    for (int column = 0; column < label.cols; ++column) {
      const int number = label(row, column);
      if (number == 0) continue;
      Region& region = regions[static_cast<std::size_t>(number)];
      if (region.cells.empty() || value(row, column) > region.peak) {
        region.peak = value(row, column);
        region.peak_at = {column, row};
      }
      region.cells.emplace_back(column, row);
    }
  }
  regions.erase(regions.begin());  // label 0 is what lies outside
  for (Region& region : regions) Measure(region, cell_m);
  return regions;
}

float TriangleThreshold(const std::vector<float>& values) {
  const Histogram histogram = HistogramOf(values);
  const auto& counts = histogram.counts;
  const auto top =
      static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  const std::size_t end = kBins - 1;
  double farthest = 0;
  std::size_t best = end;
  for (std::size_t bin = top; bin < end; ++bin) {
    const double line = counts[top] + (counts[end] - counts[top]) * static_cast<double>(bin - top) /
                                          static_cast<double>(end - top);
    // Below one line all perpendicular distances are the vertical ones times the same factor.
    if (line - counts[bin] > farthest) {
      farthest = line - counts[bin];
      best = bin;
    }
  }
  return histogram.UpperEdge(best);
}

float KapurThreshold(const std::vector<float>& values) {
  const Histogram histogram = HistogramOf(values);
  const auto total = static_cast<double>(values.size());
  double below = 0;      // share of the values
  double below_sum = 0;  // of p log p
  double whole_sum = 0;
  const auto entropy_term = [&](std::size_t bin) {
    const double p = histogram.counts[bin] / total;
    return p > 0 ? p * std::log(p) : 0.0;
  };
  for (std::size_t bin = 0; bin < kBins; ++bin) whole_sum += entropy_term(bin);
  double largest = -1;
  std::size_t best = kBins - 1;
  for (std::size_t bin = 0; bin + 1 < kBins; ++bin) {
    below += histogram.counts[bin] / total;
    below_sum += entropy_term(bin);
    const double above = 1 - below;
    if (below <= 0 || above <= 1e-12) continue;
    const double entropy =
        std::log(below) - below_sum / below + std::log(above) - (whole_sum - below_sum) / above;
    if (entropy > largest) {
      largest = entropy;
      best = bin;
    }
  }
  return histogram.UpperEdge(best);
}

}  // namespace thermoleak::baselines
