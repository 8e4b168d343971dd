#include "thermoleak/detection/alignment.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <limits>

#include "thermoleak/core/statistics.hpp"
#include "thermoleak/detection/trace.hpp"

namespace thermoleak {
namespace {

constexpr double kSampleStep = 1.0;         // along the pipes, m
constexpr double kCorrelationLength = 5.0;  // of ground and trace along a pipe, m
constexpr float kRidgeAtMost =
    1.5f;  // K; one leak or bare pipe must not outvote kilometres of trace
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// The mosaic as one image of coarser cells around the pipes, box-averaged; NaN = unseen.
class GroundImage {
 public:
  GroundImage(const Mosaic& mosaic, const Box2& area, double cell_m) : cell_m_(cell_m) {
    origin_ = {std::floor(area.min.x() / cell_m) * cell_m,
               std::ceil(area.max.y() / cell_m) * cell_m};
    const int columns = static_cast<int>(std::ceil((area.max.x() - origin_.x()) / cell_m)) + 1;
    const int rows = static_cast<int>(std::ceil((origin_.y() - area.min.y()) / cell_m)) + 1;
    // A survey spread over tens of kilometres would need gigabytes; cells grow instead.
    if (static_cast<double>(columns) * rows > 2e8) return;
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
    // Integral images make any box mean four look-ups.
    total_ = cv::Mat_<double>(rows + 1, columns + 1, 0.0);
    known_ = cv::Mat_<int>(rows + 1, columns + 1, 0);
    for (int r = 0; r < rows; ++r) {
      double row_total = 0;
      int row_known = 0;
      for (int c = 0; c < columns; ++c) {
        if (count(r, c) > 0) {
          row_total += sum(r, c) / static_cast<float>(count(r, c));
          ++row_known;
        }
        total_(r + 1, c + 1) = total_(r, c + 1) + row_total;
        known_(r + 1, c + 1) = known_(r, c + 1) + row_known;
      }
    }
  }

  /// Mean of the square box of about `half_m` around a point; NaN where less than half of it is
  /// seen.
  float BoxMean(const Vec2& p, double half_m) const {
    if (total_.empty()) return kNaN;
    const int c0 = static_cast<int>(std::floor((p.x() - half_m - origin_.x()) / cell_m_ + 0.5));
    const int r0 = static_cast<int>(std::floor((origin_.y() - p.y() - half_m) / cell_m_ + 0.5));
    const int size = std::max(1, static_cast<int>(2 * half_m / cell_m_ + 0.5));
    if (c0 < 0 || r0 < 0 || c0 + size >= total_.cols || r0 + size >= total_.rows) return kNaN;
    const int known = known_(r0 + size, c0 + size) - known_(r0, c0 + size) - known_(r0 + size, c0) +
                      known_(r0, c0);
    if (2 * known < size * size) return kNaN;
    const double total = total_(r0 + size, c0 + size) - total_(r0, c0 + size) -
                         total_(r0 + size, c0) + total_(r0, c0);
    return static_cast<float>(total / known);
  }

 private:
  double cell_m_;
  Vec2 origin_{0, 0};
  cv::Mat_<double> total_;
  cv::Mat_<int> known_;
};

struct Sample {
  Vec2 point;
  Vec2 left;
  double width_m;
  double left_shoulder_m;  ///< offsets of the ground beside the bundle of parallel pipes
  double right_shoulder_m;
};

/// Ridge response of one sample under a shift; NaN where not enough is seen.
float Response(const Sample& sample, const Vec2& shift, const GroundImage& image) {
  const Vec2 p = sample.point + shift;
  const double core = kRidgeCore * sample.width_m;
  const float left = image.BoxMean(p + sample.left * sample.left_shoulder_m, core);
  const float right = image.BoxMean(p + sample.left * sample.right_shoulder_m, core);
  if (!(left == left) || !(right == right)) return kNaN;
  const float ridge = image.BoxMean(p, core) - std::max(left, right);
  return ridge == ridge ? std::clamp(ridge, -kRidgeAtMost, kRidgeAtMost) : kNaN;
}

}  // namespace

void AlignmentOptions::Describe(OptionVisitor& v) {
  v.Visit("search", search_sigmas,
          {0.5, 10, "sigma", "range of shifts that are tried", "平移搜索范围"});
  v.Visit("step", step_m, {0.05, 5, "m", "step of the shifts that are tried", "平移搜索步长"});
  v.Visit(
      "min-evidence", min_evidence,
      {1, 100, "sigma", "a shift with less evidence is not believed", "证据低于此值的平移不采用"});
}

SurveyShift AlignToMap(const Mosaic& mosaic, const PipeNetwork& network,
                       std::span<const StripLayout> strips, std::span<const double> width_of_strip,
                       double pose_sigma_m, double local_sigma_m, const AlignmentOptions& options) {
  SurveyShift out;
  out.covariance = Mat2::Identity() * pose_sigma_m * pose_sigma_m;
  out.local_sigma_m = local_sigma_m;
  std::vector<Sample> samples;
  Box2 area;
  for (std::size_t s = 0; s < strips.size(); ++s) {
    const Polyline& axis = network.pipes()[static_cast<std::size_t>(strips[s].pipe)].axis;
    const double end = strips[s].chainage0_m + strips[s].columns * strips[s].cell_m;
    for (double chainage = strips[s].chainage0_m + 0.5; chainage < end; chainage += kSampleStep) {
      const Vec2 direction = axis.Direction(chainage, 0.5);
      const Bundle bundle = BundleAt(network, strips[s].pipe, chainage);
      const double beside = kRidgeShoulder * width_of_strip[s];
      samples.push_back({axis.At(chainage), Vec2(-direction.y(), direction.x()), width_of_strip[s],
                         bundle.left_m + beside, bundle.right_m - beside});
      area.Add(samples.back().point);
    }
  }
  if (samples.empty() || mosaic.empty()) return out;
  // A ridge is resolved by five steps across its narrowest trace.
  const double narrowest = *std::min_element(width_of_strip.begin(), width_of_strip.end());
  const double step_m = std::clamp(0.2 * narrowest, std::min(0.2, options.step_m), options.step_m);
  const double reach = options.search_sigmas * pose_sigma_m;
  area.Grow(reach + 8);
  const GroundImage image(mosaic, area, std::max(0.2, 2 * mosaic.cell_m()));

  const int half = std::max(1, static_cast<int>(std::ceil(reach / step_m)));
  cv::Mat_<double> response(2 * half + 1, 2 * half + 1, 0.0);
  std::vector<double> all;
  for (int y = -half; y <= half; ++y) {
    for (int x = -half; x <= half; ++x) {
      const Vec2 shift(x * step_m, y * step_m);
      double sum = 0;
      int n = 0;
      for (const Sample& sample : samples) {
        const float ridge = Response(sample, shift, image);
        if (!(ridge == ridge)) continue;
        sum += ridge;
        ++n;
      }
      // Shifts that push the pipes out of the pictures are judged by what is left of them.
      const double mean = 4 * n >= static_cast<int>(samples.size()) ? sum / n : -kRidgeAtMost;
      response(y + half, x + half) = mean;
      all.push_back(mean);
    }
  }
  const double median = MedianOf(std::span<const double>(all));
  const auto at = std::max_element(all.begin(), all.end()) - all.begin();
  const double best = all[static_cast<std::size_t>(at)];
  // Are the pipes warmer than the ground on both sides? The mean over its standard error, samples
  // within the correlation length counting as one.
  const int side = 2 * half + 1;
  const Vec2 best_shift((static_cast<int>(at) % side - half) * step_m,
                        (static_cast<int>(at) / side - half) * step_m);
  double squares = 0;
  int n = 0;
  for (const Sample& sample : samples) {
    const float ridge = Response(sample, best_shift, image);
    if (!(ridge == ridge)) continue;
    squares += (ridge - best) * (ridge - best);
    ++n;
  }
  if (n < 2) return out;
  out.evidence =
      best / std::max(0.01, std::sqrt(squares / (n - 1) * kCorrelationLength / (n * kSampleStep)));
  if (out.evidence < options.min_evidence) return out;

  // Posterior over the grid: a shift whose response is a twentieth of the peak's height below it is
  // e times less likely.
  const double temperature = 0.05 * (best - median);
  double weight = 0;
  Vec2 mean(0, 0);
  Mat2 second = Mat2::Zero();
  for (int y = -half; y <= half; ++y) {
    for (int x = -half; x <= half; ++x) {
      const Vec2 shift(x * step_m, y * step_m);
      const double w = std::exp((response(y + half, x + half) - best) / temperature -
                                0.5 * shift.squaredNorm() / (pose_sigma_m * pose_sigma_m));
      weight += w;
      mean += w * shift;
      second += w * shift * shift.transpose();
    }
  }
  out.shift_m = mean / weight;
  out.covariance = second / weight - out.shift_m * out.shift_m.transpose() +
                   Mat2::Identity() * step_m * step_m / 12;
  out.found = true;
  return out;
}

CorrectedPosition CorrectPosition(const HotSpot& spot, bool trace_seen, const SurveyShift& shift,
                                  const PipeNetwork& network) {
  const Polyline& axis = network.pipes()[static_cast<std::size_t>(spot.pipe)].axis;
  const Vec2 direction = axis.Direction(spot.chainage_m, 1.0);
  const Vec2 normal(-direction.y(), direction.x());
  const double local = shift.local_sigma_m;
  const double map = network.options().map_sigma_m;
  constexpr double kMeasured = 0.3;  // of the spot's centre in the strip, m

  CorrectedPosition out;
  out.position = spot.position - shift.shift_m;
  Mat2 pose = shift.covariance + Mat2::Identity() * local * local;
  if (trace_seen) {
    const double left = spot.trace_offset_m - normal.dot(shift.shift_m);
    out.position -= normal * (left * local * local / (local * local + map * map));
    // Across the pipe, pictures and map together: the product of two Gaussians.
    const double across = normal.dot(pose * normal);
    const double fused = across * map * map / (across + map * map);
    pose += (fused - across) * normal * normal.transpose();
  }
  out.covariance = pose + Mat2::Identity() * kMeasured * kMeasured;
  return out;
}

}  // namespace thermoleak
