#include "thermoleak/scoring/evidence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace thermoleak {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr double kAlongReach = 25.0;  // shown on both sides of the spot, m

/// Mean of the image over rows [row - half, row + half] of one column.
float ColumnMean(const cv::Mat_<float>& image, int row, int column, int half) {
  float sum = 0;
  int n = 0;
  for (int r = std::max(0, row - half); r <= std::min(image.rows - 1, row + half); ++r) {
    if (!(image(r, column) == image(r, column))) continue;
    sum += image(r, column);
    ++n;
  }
  return n > 0 ? sum / static_cast<float>(n) : kNaN;
}

}  // namespace

void AddProfiles(const StripFindings& findings, const HotSpot& spot, CandidateEvidence& evidence) {
  const StripImage& image = findings.image;
  const Trace& trace = findings.trace;
  const int row =
      std::clamp(static_cast<int>(std::lround(image.RowOf(spot.offset_m))), 0, image.rows() - 1);
  const int column = std::clamp(
      static_cast<int>(std::lround((spot.chainage_m - image.chainage0_m) / image.cell_m - 0.5)), 0,
      image.columns() - 1);
  const int reach = static_cast<int>(std::max(kAlongReach, spot.length_m) / image.cell_m);
  for (int c = std::max(0, column - reach); c <= std::min(image.columns() - 1, column + reach);
       ++c) {
    evidence.along.x_m.push_back(static_cast<float>(image.ChainageOf(c)));
    evidence.along.celsius.push_back(ColumnMean(image.celsius, row, c, 1));
    const float background = trace.background_c[static_cast<std::size_t>(c)];
    evidence.along.baseline_c.push_back(spot.laying == Laying::kOverhead
                                            ? background + static_cast<float>(spot.trace_k)
                                            : trace.ProfileAt(row, image.ChainageOf(c)));
  }
  for (int r = image.rows() - 1; r >= 0; --r) {  // from the right (negative) to the left (positive)
    evidence.across.x_m.push_back(static_cast<float>(image.OffsetOf(r)));
    float sum = 0;
    int n = 0;
    for (int c = std::max(0, column - 1); c <= std::min(image.columns() - 1, column + 1); ++c) {
      if (!(image.celsius(r, c) == image.celsius(r, c))) continue;
      sum += image.celsius(r, c);
      ++n;
    }
    evidence.across.celsius.push_back(n > 0 ? sum / static_cast<float>(n) : kNaN);
    const float background = trace.background_c[static_cast<std::size_t>(column)];
    evidence.across.baseline_c.push_back(
        spot.laying == Laying::kOverhead ? background : trace.ProfileAt(r, spot.chainage_m));
  }
}

std::vector<Vec2> SpotOutline(const HotSpot& spot, const PipeNetwork& network, const Vec2& centre) {
  const Polyline& axis = network.pipes()[static_cast<std::size_t>(spot.pipe)].axis;
  const Vec2 moved = centre - axis.At(spot.chainage_m, spot.offset_m);
  // To the right of the pipe forwards, to its left backwards: counter-clockwise, and round its
  // bends.
  const int steps = std::clamp(static_cast<int>(spot.length_m), 12, 200);
  std::vector<Vec2> ring;
  for (const double side : {-1.0, 1.0}) {
    for (int i = 0; i < steps; ++i) {
      const double along = side * (1.0 - 2.0 * (i + 0.5) / steps);
      const double half_width = 0.5 * spot.width_m * std::sqrt(1 - along * along);
      ring.push_back(moved + axis.At(spot.chainage_m + 0.5 * spot.length_m * along,
                                     spot.offset_m + side * half_width));
    }
  }
  return ring;
}

std::vector<int> FramesSeeing(const Vec2& point, std::span<const RegisteredFrame> frames,
                              const Terrain& terrain, double margin_px) {
  const Vec3 ground(point.x(), point.y(), terrain.HeightAt(point));
  std::vector<std::pair<double, int>> seeing;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto pixel = frames[i].camera.Project(ground);
    if (!pixel || !frames[i].camera.InPicture(*pixel, margin_px)) continue;
    const Lens& lens = frames[i].camera.lens;
    const double aside = std::hypot((pixel->x() - lens.width / 2.0) / lens.width,
                                    (pixel->y() - lens.height / 2.0) / lens.height);
    seeing.emplace_back(aside, static_cast<int>(i));
  }
  std::sort(seeing.begin(), seeing.end());
  std::vector<int> order;
  for (const auto& [aside, index] : seeing) order.push_back(index);
  return order;
}

void AddChip(const cv::Mat& celsius, const RegisteredFrame& frame, const std::string& name,
             const Vec2& point, const PipeNetwork& network, const Terrain& terrain, double size_m,
             CandidateEvidence& evidence) {
  const Vec3 ground(point.x(), point.y(), terrain.HeightAt(point));
  const auto pixel = frame.camera.Project(ground);
  if (!pixel) return;
  const int size = std::clamp(static_cast<int>(size_m / std::max(1e-3, frame.gsd_m)), 48,
                              std::min(celsius.cols, celsius.rows));
  const int left = std::clamp(static_cast<int>(pixel->x()) - size / 2, 0, celsius.cols - size);
  const int top = std::clamp(static_cast<int>(pixel->y()) - size / 2, 0, celsius.rows - size);
  evidence.chip_c = celsius(cv::Rect(left, top, size, size)).clone();
  evidence.chip_frame = name;
  evidence.chip_spot = *pixel - Vec2(left, top);
  evidence.chip_gsd_m = frame.gsd_m;
  Box2 box;
  box.Add(point);
  for (const int p : network.PipesNear(box, size_m)) {
    const Polyline& axis = network.pipes()[static_cast<std::size_t>(p)].axis;
    const double middle = axis.Locate(point).chainage;
    std::vector<Vec2> line;
    for (double s = middle - size_m; s <= middle + size_m; s += 0.5) {
      if (s < 0 || s > axis.Length()) continue;
      const Vec2 at = axis.At(s);
      const auto uv = frame.camera.Project({at.x(), at.y(), terrain.HeightAt(at)});
      if (!uv) continue;
      const Vec2 in_chip = *uv - Vec2(left, top);
      if (in_chip.x() < -size || in_chip.y() < -size || in_chip.x() > 2 * size ||
          in_chip.y() > 2 * size)
        continue;
      line.push_back(in_chip);
    }
    if (line.size() >= 2) evidence.chip_pipes.push_back(std::move(line));
  }
}

}  // namespace thermoleak
