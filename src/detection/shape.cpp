#include "detection/shape.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "detection/models.hpp"
#include "detection/without_edges.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak::detection {
namespace {

constexpr int kShift = 2;          // cells that a template may lie aside of the peak
constexpr double kEdgeBlur = 0.2;  // sigma of a sharp edge as pictures show it, m

/// A template on a grid around its middle.
using Template = cv::Mat_<float>;

Template Draw(int half, double cell_m, const auto& value) {
  Template out(2 * half + 1, 2 * half + 1);
  for (int r = -half; r <= half; ++r) {
    for (int c = -half; c <= half; ++c)
      out(r + half, c + half) = static_cast<float>(value(c * cell_m, -r * cell_m));
  }
  return out;
}

Template Plume(int half, double cell_m, double depth_m, double wet_m, double turn) {
  return Draw(half, cell_m, [&](double x, double y) {
    const double u = std::cos(turn) * x + std::sin(turn) * y;
    const double v = -std::sin(turn) * x + std::cos(turn) * y;
    const double along = std::max(0.0, std::abs(u) - 0.5 * wet_m);
    return std::pow(1 + (along * along + v * v) / (depth_m * depth_m), -1.5);
  });
}

/// 1 inside, 0 outside, an error function between; `inside_m` is the distance to the edge.
double Soft(double inside_m) { return 0.5 * std::erfc(-inside_m / (std::sqrt(2.0) * kEdgeBlur)); }

Template Rectangle(int half, double cell_m, double length_m, double width_m, double turn) {
  return Draw(half, cell_m, [&](double x, double y) {
    const double u = std::abs(std::cos(turn) * x + std::sin(turn) * y);
    const double v = std::abs(-std::sin(turn) * x + std::cos(turn) * y);
    return Soft(0.5 * length_m - u) * Soft(0.5 * width_m - v);
  });
}

Template Disc(int half, double cell_m, double radius_m) {
  return Draw(half, cell_m, [&](double x, double y) { return Soft(radius_m - std::hypot(x, y)); });
}

/// Share of the window's variance that the template with a free height on a free level explains,
/// at its best place near the peak; 0 where its height would be negative.
double Explained(const cv::Mat_<float>& excess, int row, int column, const Template& shape) {
  const int half = shape.rows / 2;
  double best = 0;
  for (int dr = -kShift; dr <= kShift; ++dr) {
    for (int dc = -kShift; dc <= kShift; ++dc) {
      double n = 0, st = 0, sv = 0, stt = 0, svv = 0, stv = 0;
      for (int r = -half; r <= half; ++r) {
        const int y = row + r;
        const int ty = r - dr + half;
        if (y < 0 || y >= excess.rows || ty < 0 || ty >= shape.rows) continue;
        const float* values = excess.ptr<float>(y);
        const float* templates = shape.ptr<float>(ty);
        for (int c = std::max({-half, -column, dc - half});
             c <= std::min({half, excess.cols - 1 - column, dc + half}); ++c) {
          const float v = values[column + c];
          if (!(v == v)) continue;
          const float t = templates[c - dc + half];
          n += 1;
          st += t;
          sv += v;
          stt += static_cast<double>(t) * t;
          svv += static_cast<double>(v) * v;
          stv += static_cast<double>(t) * v;
        }
      }
      if (n < 20) continue;
      const double covariance = stv - st * sv / n;
      const double of_template = stt - st * st / n;
      const double of_values = svv - sv * sv / n;
      if (covariance <= 0 || of_template <= 1e-9 || of_values <= 1e-9) continue;
      best = std::max(best, covariance * covariance / (of_template * of_values));
    }
  }
  return best;
}

}  // namespace

AnomalyShape ShapeOf(const cv::Mat_<float>& excess, int row, int column, double depth_m,
                     double cell_m) {
  constexpr double kPi = std::numbers::pi;
  AnomalyShape shape;
  const int half = static_cast<int>(std::lround(std::clamp(2.2 * depth_m, 2.4, 4.0) / cell_m));
  for (const double scale : {0.7, 1.0, 1.4}) {
    shape.plume = std::max(
        shape.plume, Explained(excess, row, column, Plume(half, cell_m, scale * depth_m, 0, 0)));
    // Water spreads along the trench, or away from it.
    for (const double turn : {0.0, 0.5 * kPi}) {
      shape.plume = std::max(shape.plume, Explained(excess, row, column,
                                                    Plume(half, cell_m, scale * depth_m, 3, turn)));
    }
  }
  constexpr int kTurns = 8;
  for (int i = 0; i < kTurns; ++i) {
    for (const auto& [length, width] : {std::pair{4.2, 1.7}, {5.0, 2.2}}) {
      shape.rectangle = std::max(
          shape.rectangle,
          Explained(excess, row, column, Rectangle(half, cell_m, length, width, kPi * i / kTurns)));
    }
  }
  for (const double radius : {0.3, 0.45, 0.8})
    shape.disc = std::max(shape.disc, Explained(excess, row, column, Disc(half, cell_m, radius)));

  const float top = excess(row, column);
  const int reach = static_cast<int>(8.0 / cell_m);
  const Region core = GrowRegion(excess, row, column, 0.75f * top, reach);
  const Region middle = GrowRegion(excess, row, column, 0.5f * top, reach);
  const Region foot = GrowRegion(excess, row, column, 0.25f * top, reach);
  shape.core_share = static_cast<double>(core.cells) / std::max(1, foot.cells);
  shape.foot_m2 = foot.cells * cell_m * cell_m;
  std::vector<cv::Point2f> corners;
  for (const auto& [r, c] : middle.members) {
    for (const auto& [y, x] : {std::pair{-0.5f, -0.5f}, {-0.5f, 0.5f}, {0.5f, -0.5f}, {0.5f, 0.5f}})
      corners.emplace_back(static_cast<float>(c) + x, static_cast<float>(r) + y);
  }
  const cv::RotatedRect box = cv::minAreaRect(corners);
  shape.fill = middle.cells / std::max(1.0, static_cast<double>(box.size.area()));
  return shape;
}

namespace {

/// Mean within `core_m` minus the median of a ring where a plume has little left, and that median.
/// NaN where nothing is seen.
struct Rise {
  float over_ring = 0;
  float ring = 0;
};
Rise RiseOf(const cv::Mat_<float>& image, int row, int column, double depth_m, double cell_m) {
  const double core = std::max(0.3, 0.3 * depth_m) / cell_m;
  const double inner = 1.5 * depth_m / cell_m;  // a point source has 0.17 of its peak left
  const double outer = 2.2 * depth_m / cell_m;
  const int reach = static_cast<int>(outer);
  float sum = 0;
  int n = 0;
  std::vector<float> around;
  for (int r = std::max(0, row - reach); r <= std::min(image.rows - 1, row + reach); ++r) {
    for (int c = std::max(0, column - reach); c <= std::min(image.cols - 1, column + reach); ++c) {
      const double distance = std::hypot(r - row, c - column);
      const float value = image(r, c);
      if (!(value == value)) continue;
      if (distance <= core) {
        sum += value;
        ++n;
      } else if (distance >= inner && distance <= outer) {
        around.push_back(value);
      }
    }
  }
  const float ring = QuantileInPlace(around, 0.5);
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  return {n > 0 ? sum / static_cast<float>(n) - ring : kNaN, ring};
}

}  // namespace

void Softness::Measure(int row, int column, double rise_k, AnomalyShape& shape) {
  constexpr double kMargin = 1.5;  // conduction's steepest slope is 0.86 of the peak over the depth
  const double slope = kMargin * 0.86 * rise_k / depth_m_;
  const int level = static_cast<int>(std::ceil(2 * std::log2(std::max(0.5, slope))));
  cv::Mat_<float>& soft = soft_[level];
  if (soft.empty()) soft = WithoutEdges(celsius_, cell_m_, std::pow(2.0, 0.5 * level));
  const Rise left = RiseOf(soft, row, column, depth_m_, cell_m_);
  if (left.over_ring == left.over_ring)
    shape.soft_share = std::clamp(left.over_ring / std::max(0.1, rise_k), -0.5, 1.5);

  if (sorted_.empty()) {
    for (int r = 0; r < celsius_.rows; r += 3) {
      for (int c = 0; c < celsius_.cols; c += 3) {
        if (celsius_(r, c) == celsius_(r, c)) sorted_.push_back(celsius_(r, c));
      }
    }
    std::sort(sorted_.begin(), sorted_.end());
  }
  const Rise seen = RiseOf(celsius_, row, column, depth_m_, cell_m_);
  if (seen.ring == seen.ring && !sorted_.empty()) {
    const auto colder = std::lower_bound(sorted_.begin(), sorted_.end(), seen.ring);
    shape.warm_ground =
        static_cast<double>(colder - sorted_.begin()) / static_cast<double>(sorted_.size());
  }
}

}  // namespace thermoleak::detection
