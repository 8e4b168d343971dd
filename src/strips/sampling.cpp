#include "thermoleak/strips/sampling.hpp"

#include <cmath>
#include <limits>

namespace thermoleak {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Perspective of points along a straight line start + t * step (camera coordinates), t = 0, 1, 2
/// ...
struct LineProjector {
  Vec3 point;
  Vec3 step;
  const Lens& lens;

  /// False behind the camera or far outside the picture.
  bool Pixel(double& u, double& v) const {
    if (point.z() <= 0.1) return false;
    const double inverse = 1.0 / point.z();
    double x = point.x() * inverse;
    double y = point.y() * inverse;
    if (lens.distorted()) {
      if (x * x + y * y > 4) return false;
      const Vec2 xy = lens.Distort({x, y});
      x = xy.x();
      y = xy.y();
    }
    u = lens.principal.x() + lens.focal_px * x;
    v = lens.principal.y() + lens.focal_px * y;
    return true;
  }
};

}  // namespace

FrameSampler::FrameSampler(const cv::Mat& celsius, const RegisteredFrame& frame,
                           const FlatField& flat, double offset_k, double margin_px)
    : celsius_(flat.Corrected(celsius, offset_k)),
      frame_(frame),
      margin_px_(std::max(margin_px, 1.0)) {
  for (const Vec2& corner : frame.footprint) footprint_box_.Add(corner);
  half_.create(celsius_.rows / 2, celsius_.cols / 2, CV_32FC1);
  for (int r = 0; r < half_.rows; ++r) {
    const float* upper = celsius_.ptr<float>(2 * r);
    const float* lower = celsius_.ptr<float>(2 * r + 1);
    float* out = half_.ptr<float>(r);
    for (int c = 0; c < half_.cols; ++c) {
      out[c] = 0.25f * (upper[2 * c] + upper[2 * c + 1] + lower[2 * c] + lower[2 * c + 1]);
    }
  }
}

namespace {

/// Bilinear between pixel centres; (u, v) must lie at least a pixel inside.
float Bilinear(const cv::Mat& image, double u, double v) {
  const auto x = static_cast<float>(u - 0.5);
  const auto y = static_cast<float>(v - 0.5);
  const int column = static_cast<int>(x);
  const int row = static_cast<int>(y);
  const float fx = x - static_cast<float>(column);
  const float fy = y - static_cast<float>(row);
  const float* upper = image.ptr<float>(row) + column;
  const float* lower = image.ptr<float>(row + 1) + column;
  const float top = upper[0] + fx * (upper[1] - upper[0]);
  const float bottom = lower[0] + fx * (lower[1] - lower[0]);
  return top + fy * (bottom - top);
}

}  // namespace

float FrameSampler::AtHalf(double u, double v) const {
  const double margin = std::max(margin_px_, 2.0);
  if (!(u >= margin && v >= margin && u <= celsius_.cols - margin && v <= celsius_.rows - margin)) {
    return kNaN;
  }
  return Bilinear(half_, 0.5 * u, 0.5 * v);
}

float FrameSampler::At(double u, double v) const {
  if (!(u >= margin_px_ && v >= margin_px_ && u <= celsius_.cols - margin_px_ &&
        v <= celsius_.rows - margin_px_)) {
    return kNaN;
  }
  return Bilinear(celsius_, u, v);
}

std::optional<StripSamples> FrameSampler::Sample(int strip, const StripLayout& layout,
                                                 const StripGrid& grid) const {
  if (!footprint_box_.Intersects(grid.bounds())) return std::nullopt;
  // Columns whose cross-section comes near the footprint; the exact test is the projection itself.
  const double half = 0.5 * layout.rows * layout.cell_m;
  Box2 reach = footprint_box_;
  reach.Grow(half);
  int first = -1;
  int last = -1;
  for (int c = 0; c < layout.columns; ++c) {
    if (!reach.Contains(grid.columns()[static_cast<std::size_t>(c)].axis.head<2>())) continue;
    if (first < 0) first = c;
    last = c;
  }
  if (first < 0) return std::nullopt;

  StripSamples samples{strip, first, cv::Mat_<float>(layout.rows, last - first + 1, kNaN)};
  const Mat3 camera_from_map = frame_.camera.map_from_camera.transpose();
  const bool half_resolution = layout.cell_m > 2.5 * frame_.gsd_m;
  bool any = false;
  for (int c = first; c <= last; ++c) {
    const StripGrid::Column& column = grid.columns()[static_cast<std::size_t>(c)];
    if (!reach.Contains(column.axis.head<2>())) continue;
    const Vec3 start = column.axis + column.across * layout.OffsetOf(0);
    LineProjector line{camera_from_map * (start - frame_.camera.position),
                       camera_from_map * column.across * -layout.cell_m, frame_.camera.lens};
    for (int r = 0; r < layout.rows; ++r, line.point += line.step) {
      double u = 0;
      double v = 0;
      if (!line.Pixel(u, v)) continue;
      const float value = half_resolution ? AtHalf(u, v) : At(u, v);
      if (!(value == value)) continue;
      samples.celsius(r, c - first) = value;
      any = true;
    }
  }
  if (!any) return std::nullopt;
  return samples;
}

/// Near the picture's border a view counts less in the mosaic, so that no seam shows where it ends.
float FrameSampler::BorderPenalty(double u, double v) const {
  constexpr double kShare = 0.08;   // of the picture's width
  constexpr double kPenalty = 0.4;  // in tangents: four times what halves a view's weight
  const double inside =
      std::min(std::min(u, celsius_.cols - u), std::min(v, celsius_.rows - v)) - margin_px_;
  const double near = std::max(0.0, 1 - inside / (kShare * celsius_.cols));
  return static_cast<float>(kPenalty * near * near);
}

std::optional<MosaicPatch> FrameSampler::Patch(double cell_m, const Terrain& terrain) const {
  if (footprint_box_.empty()) return std::nullopt;
  MosaicPatch patch;
  patch.column = static_cast<std::int64_t>(std::floor(footprint_box_.min.x() / cell_m));
  patch.row = static_cast<std::int64_t>(std::floor(-footprint_box_.max.y() / cell_m));
  const auto columns = static_cast<int>(std::ceil(footprint_box_.max.x() / cell_m) -
                                        static_cast<double>(patch.column));
  const auto rows = static_cast<int>(std::ceil(-footprint_box_.min.y() / cell_m) -
                                     static_cast<double>(patch.row));
  patch.celsius = cv::Mat_<float>(rows, columns, kNaN);
  patch.nadir = cv::Mat_<float>(rows, columns, kNaN);
  const Mat3 camera_from_map = frame_.camera.map_from_camera.transpose();
  // Terrain once every few cells along a row and linear between: its own resolution is coarser
  // still.
  constexpr int kRun = 16;
  for (int r = 0; r < rows; ++r) {
    const double y = -(static_cast<double>(patch.row + r) + 0.5) * cell_m;
    for (int c0 = 0; c0 < columns; c0 += kRun) {
      const int c1 = std::min(columns, c0 + kRun);
      const double x0 = (static_cast<double>(patch.column + c0) + 0.5) * cell_m;
      const double x1 = x0 + (c1 - c0) * cell_m;
      const Vec3 a(x0, y, terrain.HeightAt({x0, y}));
      const Vec3 b(x1, y, terrain.HeightAt({x1, y}));
      const Vec3 step = (b - a) / (c1 - c0);
      LineProjector line{camera_from_map * (a - frame_.camera.position), camera_from_map * step,
                         frame_.camera.lens};
      Vec3 lever = a - frame_.camera.position;
      for (int c = c0; c < c1; ++c, line.point += line.step, lever += step) {
        double u = 0;
        double v = 0;
        if (!line.Pixel(u, v)) continue;
        const float value = At(u, v);
        if (!(value == value)) continue;
        patch.celsius(r, c) = value;
        patch.nadir(r, c) = BorderPenalty(u, v) +
                            static_cast<float>(lever.head<2>().norm() / std::max(0.1, -lever.z()));
      }
    }
  }
  return patch;
}

}  // namespace thermoleak
