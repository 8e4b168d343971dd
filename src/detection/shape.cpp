#include "detection/shape.hpp"

#include <algorithm>
#include <array>
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

using Template = ShapeTemplates::Template;

Template Draw(int half, double cell_m, const auto& value) {
  const int size = 2 * half + 1, width = size + 2 * kShift;
  Template out(static_cast<std::size_t>(size) * static_cast<std::size_t>(width), 0.0);
  for (int r = -half; r <= half; ++r) {
    for (int c = -half; c <= half; ++c) {
      const auto height = static_cast<float>(value(c * cell_m, -r * cell_m));
      out[static_cast<std::size_t>((r + half) * width + half + kShift - c)] = height;
    }
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

/// What is seen around a spot, as large as a template.
class Window {
 public:
  Window(const cv::Mat_<float>& excess, int row, int column, int half)
      : size_(2 * half + 1),
        value_(static_cast<std::size_t>(size_) * static_cast<std::size_t>(size_), 0.0),
        seen_(value_.size(), 0.0) {
    for (int r = std::max(-half, -row); r <= std::min(half, excess.rows - 1 - row); ++r) {
      for (int c = std::max(-half, -column); c <= std::min(half, excess.cols - 1 - column); ++c) {
        const float v = excess(row + r, column + c);
        if (!(v == v)) continue;
        value_[At(r + half, c + half)] = v;
        seen_[At(r + half, c + half)] = 1;
      }
    }
    for (int i = 0; i < kShifts; ++i) {
      for (int k = 0; k < kShifts; ++k) sums_[Shift(i, k)] = SumsUnder(i - kShift, k - kShift);
    }
  }

  /// Share of the variance that the template with a free height on a free level explains, at its
  /// best place near the middle; 0 where its height would be negative.
  double Explained(const Template& shape) const {
    const int width = size_ + 2 * kShift;
    double best = 0;
    for (int i = 0; i < kShifts; ++i) {
      const int dr = i - kShift;
      std::array<double, kShifts> st{}, stt{}, stv{};
      for (int r = std::max(0, dr); r < std::min(size_, size_ + dr); ++r) {
        const double* value = &value_[At(r, 0)];
        const double* seen = &seen_[At(r, 0)];
        const double* line = &shape[static_cast<std::size_t>((r - dr) * width)];
        for (int c = 0; c < size_; ++c) {
          const double* t = line + (size_ - 1 - c);
          for (std::size_t k = 0; k < kShifts; ++k) {
            const double under = t[k] * seen[c];
            st[k] += under;
            stt[k] += under * t[k];
            stv[k] += t[k] * value[c];
          }
        }
      }
      for (std::size_t k = 0; k < kShifts; ++k) {
        const Sums& values = sums_[Shift(i, static_cast<int>(k))];
        if (values.n < 20) continue;
        const double covariance = stv[k] - st[k] * values.sum / values.n;
        const double of_template = stt[k] - st[k] * st[k] / values.n;
        const double of_values = values.squares - values.sum * values.sum / values.n;
        if (covariance <= 0 || of_template <= 1e-9 || of_values <= 1e-9) continue;
        best = std::max(best, covariance * covariance / (of_template * of_values));
      }
    }
    return best;
  }

 private:
  static constexpr int kShifts = 2 * kShift + 1;
  struct Sums {
    double n = 0, sum = 0, squares = 0;
  };

  std::size_t At(int r, int c) const { return static_cast<std::size_t>(r * size_ + c); }
  static std::size_t Shift(int i, int k) { return static_cast<std::size_t>(i * kShifts + k); }

  /// Of the cells that a template moved by so many cells covers.
  Sums SumsUnder(int dr, int dc) const {
    Sums sums;
    for (int r = std::max(0, dr); r < std::min(size_, size_ + dr); ++r) {
      for (int c = std::max(0, dc); c < std::min(size_, size_ + dc); ++c) {
        if (seen_[At(r, c)] == 0) continue;
        const double v = value_[At(r, c)];
        sums.n += 1;
        sums.sum += v;
        sums.squares += v * v;
      }
    }
    return sums;
  }

  int size_;
  std::vector<double> value_, seen_;  ///< by rows; 0 where nothing is seen
  std::array<Sums, static_cast<std::size_t>(kShifts* kShifts)> sums_{};
};

}  // namespace

ShapeTemplates::ShapeTemplates(double depth_m, double cell_m)
    : cell_m_(cell_m),
      half_(static_cast<int>(std::lround(std::clamp(2.2 * depth_m, 2.4, 4.0) / cell_m))) {
  constexpr double kPi = std::numbers::pi;
  for (const double scale : {0.7, 1.0, 1.4}) {
    plumes_.push_back(Plume(half_, cell_m, scale * depth_m, 0, 0));
    // Water spreads along the trench, or away from it.
    for (const double turn : {0.0, 0.5 * kPi})
      plumes_.push_back(Plume(half_, cell_m, scale * depth_m, 3, turn));
  }
  constexpr int kTurns = 8;
  for (int i = 0; i < kTurns; ++i) {
    for (const auto& [length, width] : {std::pair{4.2, 1.7}, {5.0, 2.2}})
      rectangles_.push_back(Rectangle(half_, cell_m, length, width, kPi * i / kTurns));
  }
  for (const double radius : {0.3, 0.45, 0.8}) discs_.push_back(Disc(half_, cell_m, radius));
}

AnomalyShape ShapeTemplates::Compare(const cv::Mat_<float>& excess, int row, int column) const {
  AnomalyShape shape;
  const double cell_m = cell_m_;
  const Window window(excess, row, column, half_);
  for (const Template& plume : plumes_)
    shape.plume = std::max(shape.plume, window.Explained(plume));
  for (const Template& rectangle : rectangles_)
    shape.rectangle = std::max(shape.rectangle, window.Explained(rectangle));
  for (const Template& disc : discs_) shape.disc = std::max(shape.disc, window.Explained(disc));

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
