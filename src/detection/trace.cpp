#include "thermoleak/detection/trace.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "detection/foreign_lines.hpp"
#include "detection/models.hpp"
#include "detection/ridge.hpp"
#include "detection/without_edges.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr double kCorrelationLength = 5.0;  // of ground and trace along a pipe, m

/// Ground on both sides of every column: the median away from the axis, then a running median along
/// the pipe so that one warm thing at the side does not cut a notch.
std::vector<float> Background(const StripImage& image, double inner_m) {
  const int columns = image.columns();
  std::vector<float> raw(static_cast<std::size_t>(columns), kNaN);
  std::vector<float> values;
  for (int c = 0; c < columns; ++c) {
    values.clear();
    for (int r = 0; r < image.rows(); ++r) {
      if (std::abs(image.OffsetOf(r)) >= inner_m) values.push_back(image.celsius(r, c));
    }
    raw[static_cast<std::size_t>(c)] = QuantileInPlace(values, 0.5);
  }
  const int half = std::max(1, static_cast<int>(2.0 / image.cell_m));
  std::vector<float> smooth(raw.size());
  for (int c = 0; c < columns; ++c) {
    const int from = std::max(0, c - half);
    const int to = std::min(columns, c + half + 1);
    values.assign(raw.begin() + from, raw.begin() + to);
    smooth[static_cast<std::size_t>(c)] = QuantileInPlace(values, 0.5);
  }
  return smooth;
}

/// Mean of a profile over [offset - half, offset + half]; NaN when less than half of it is known.
float BandMean(const cv::Mat_<float>& profile, int entry, const StripImage& image, double offset,
               double half) {
  const int from = std::max(0, static_cast<int>(std::ceil(image.RowOf(offset + half))));
  const int to =
      std::min(image.rows() - 1, static_cast<int>(std::floor(image.RowOf(offset - half))));
  float sum = 0;
  int n = 0;
  for (int r = from; r <= to; ++r) {
    const float v = profile(r, entry);
    if (!(v == v)) continue;
    sum += v;
    ++n;
  }
  const double expected = std::max(1.0, 2 * half / image.cell_m);
  return n >= 0.5 * expected ? sum / static_cast<float>(n) : kNaN;
}

/// How much a band of the trace's width stands above the warmer of its shoulders, which lie outside
/// the bundle of parallel pipes: the edge of a warm road is no ridge, and neither is the road
/// itself.
float Ridge(const cv::Mat_<float>& profile, int entry, const StripImage& image, double offset,
            double width, double left_shoulder, double right_shoulder) {
  const float centre = BandMean(profile, entry, image, offset, kRidgeCore * width);
  const float left = BandMean(profile, entry, image, left_shoulder, kRidgeCore * width);
  const float right = BandMean(profile, entry, image, right_shoulder, kRidgeCore * width);
  if (left == left && right == right) return centre - std::max(left, right);
  return left == left ? centre - left : centre - right;  // NaN where nothing is known
}

struct Parallel {
  int pipe = -1;
  double chainage_m = 0;  ///< on that pipe
  double offset_m = 0;    ///< positive left
};

std::vector<Parallel> ParallelsAt(const PipeNetwork& network, int pipe, double chainage_m,
                                  double reach_m) {
  constexpr double kParallel = 0.966;  // cosine of 15 degrees
  const Polyline& axis = network.pipes()[static_cast<std::size_t>(pipe)].axis;
  const Vec2 here = axis.At(chainage_m);
  const Vec2 direction = axis.Direction(chainage_m, 1.0);
  const Vec2 left(-direction.y(), direction.x());
  Box2 box;
  box.Add(here);
  std::vector<Parallel> parallels;
  for (const int other : network.PipesNear(box, reach_m)) {
    if (other == pipe) continue;
    const Polyline& line = network.pipes()[static_cast<std::size_t>(other)].axis;
    const LinePosition nearest = line.Locate(here);
    if (nearest.distance > reach_m || nearest.distance < 0.05) continue;
    if (std::abs(line.Direction(nearest.chainage, 1.0).dot(direction)) < kParallel) continue;
    const Vec2 there = line.At(nearest.chainage);
    if (std::abs((there - here).dot(direction)) > 0.5) continue;  // it ends before here
    parallels.push_back({other, nearest.chainage, (there - here).dot(left)});
  }
  return parallels;
}

}  // namespace

cv::Mat_<float> detection::RunningProfile(const StripImage& image, double step_m, double window_m) {
  constexpr int kSkip = 3;
  const int entries = std::max(1, static_cast<int>(image.columns() * image.cell_m / step_m) + 1);
  cv::Mat_<float> profile(image.rows(), entries, kNaN);
  const int half = std::max(1, static_cast<int>(0.5 * window_m / image.cell_m));
  std::vector<float> values;
  for (int e = 0; e < entries; ++e) {
    const int centre = static_cast<int>(e * step_m / image.cell_m);
    const int from = std::max(0, centre - half);
    const int to = std::min(image.columns(), centre + half + 1);
    for (int r = 0; r < image.rows(); ++r) {
      values.clear();
      for (int c = from; c < to; c += kSkip) values.push_back(image.celsius(r, c));
      const std::size_t asked = values.size();
      std::erase_if(values, [](float v) { return !(v == v); });
      if (values.size() * 4 >= asked) profile(r, e) = QuantileInPlace(values, 0.5);
    }
  }
  return profile;
}

StripImage ReduceStrip(const Strip& strip, int factor) {
  StripImage image;
  image.cell_m = strip.layout.cell_m * factor;
  image.chainage0_m = strip.layout.chainage0_m;
  // An odd number of coarse rows about the axis; what does not fit at the edges is dropped.
  const int middle = strip.layout.rows / 2;
  const int half_rows = (middle - factor / 2) / factor;
  const int rows = 2 * half_rows + 1;
  const int columns = std::max(1, strip.layout.columns / factor);
  const int first_row = middle - factor / 2 - half_rows * factor;
  image.celsius = cv::Mat_<float>(rows, columns, kNaN);
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      float sum = 0;
      int n = 0;
      for (int y = 0; y < factor; ++y) {
        for (int x = 0; x < factor; ++x) {
          const int column = c * factor + x;
          const int row = first_row + r * factor + y;
          if (column >= strip.layout.columns || row < 0 || row >= strip.layout.rows) continue;
          const float v = strip.Consensus(row, column);
          if (!(v == v)) continue;
          sum += v;
          ++n;
        }
      }
      if (n > 0) image.celsius(r, c) = sum / static_cast<float>(n);
    }
  }
  image.half_width_m = 0.5 * rows * image.cell_m;
  return image;
}

void TraceOptions::Describe(OptionVisitor& v) {
  v.Visit(
      "window", window_m,
      {5, 500, "m", "length over which the pipe's own trace is taken", "管线自身热迹的统计长度"});
  v.Visit("step", step_m, {0.5, 20, "m", "spacing of the trace's entries", "热迹采样间距"});
  v.Visit(
      "path-window", path_window_m,
      {0.5, 100, "m", "where the trace lies is judged over this length", "判定热迹位置的统计长度"});
  v.Visit("search", search_m,
          {0.2, 20, "m", "the trace is looked for this far from where the map's axis is expected",
           "在图上轴线两侧搜索热迹的距离"});
  v.Visit("min-contrast", min_contrast_k,
          {0.02, 20, "K", "weaker traces count as not seen", "弱于此值视为未见热迹"});
}

int Trace::EntryAt(double chainage) const {
  const auto i = static_cast<int>(std::lround((chainage - chainage0_m) / step_m));
  return std::clamp(i, 0, static_cast<int>(size()) - 1);
}

double Trace::OffsetAt(double chainage) const {
  return offset_m[static_cast<std::size_t>(EntryAt(chainage))];
}

float Trace::ProfileAt(int row, double chainage) const {
  const double position = (chainage - chainage0_m) / step_m;
  const auto last = static_cast<int>(size()) - 1;
  const int a = std::clamp(static_cast<int>(std::floor(position)), 0, last);
  const int b = std::min(a + 1, last);
  const auto share = static_cast<float>(std::clamp(position - a, 0.0, 1.0));
  const float va = profile_c(row, a);
  const float vb = profile_c(row, b);
  if (!(va == va)) return vb;
  if (!(vb == vb)) return va;
  return va + share * (vb - va);
}

std::vector<double> ParallelPipes(const PipeNetwork& network, int pipe, double chainage_m,
                                  double reach_m) {
  std::vector<double> offsets;
  for (const Parallel& other : ParallelsAt(network, pipe, chainage_m, reach_m))
    offsets.push_back(other.offset_m);
  std::sort(offsets.begin(), offsets.end());
  return offsets;
}

detection::Trench detection::TrenchAt(const PipeNetwork& network, int pipe, double chainage_m) {
  Trench trench{pipe, chainage_m, 1};
  for (const Parallel& other : ParallelsAt(network, pipe, chainage_m, kBundleReach)) {
    ++trench.pipes;
    if (other.pipe >= trench.pipe) continue;
    trench.pipe = other.pipe;
    trench.chainage_m = other.chainage_m;
  }
  return trench;
}

Bundle BundleAt(const PipeNetwork& network, int pipe, double chainage_m) {
  Bundle bundle;
  for (const double offset : ParallelPipes(network, pipe, chainage_m, kBundleReach)) {
    bundle.left_m = std::max(bundle.left_m, offset);
    bundle.right_m = std::min(bundle.right_m, offset);
  }
  return bundle;
}

Trace FindTrace(const StripImage& image, const PipeNetwork& network, int pipe, double width_m,
                const SurveyShift& shift, const TraceOptions& options) {
  Trace trace;
  trace.step_m = options.step_m;
  trace.chainage0_m = image.chainage0_m;
  const double length = image.columns() * image.cell_m;
  const int entries = std::max(1, static_cast<int>(length / options.step_m) + 1);
  trace.offset_m.assign(static_cast<std::size_t>(entries), 0.0);
  trace.contrast_k.assign(static_cast<std::size_t>(entries),
                          std::numeric_limits<double>::quiet_NaN());
  trace.seen.assign(static_cast<std::size_t>(entries), false);
  trace.sigma_m.assign(static_cast<std::size_t>(entries), 1e3);
  trace.confidence.assign(static_cast<std::size_t>(entries), 0.0);
  trace.log_ratio.assign(static_cast<std::size_t>(entries), 0.0);
  trace.background_c =
      Background(image, std::min(0.5 * image.half_width_m, std::max(1.0, width_m)));

  trace.profile_c = detection::RunningProfile(image, options.step_m, options.window_m);
  // Where the trace lies is judged without kerbs and pavements, which look like ridges too.
  StripImage soft = image;
  soft.celsius = detection::WithoutEdges(image.celsius, image.cell_m);
  const cv::Mat_<float> near =
      detection::RunningProfile(soft, options.step_m, options.path_window_m);
  const cv::Mat_<float> usual = detection::RunningProfile(soft, options.step_m, options.window_m);

  // Ridge response of every entry and lateral shift from where the survey's shift puts the pipe,
  // together with the twins' at their known distances.
  const Polyline& axis = network.pipes()[static_cast<std::size_t>(pipe)].axis;
  std::vector<double> expected;
  std::vector<detection::LinePoint> line;
  double variance = 0;
  for (int e = 0; e < entries; ++e) {
    const double chainage = image.chainage0_m + e * options.step_m;
    const Vec2 direction = axis.Direction(chainage, 1.0);
    const Vec2 left(-direction.y(), direction.x());
    const Vec2 point = axis.At(chainage);
    expected.push_back(shift.At(point).dot(left));
    line.push_back({point + left * expected.back(), left});
    variance += left.dot(shift.CovarianceAt(point) * left) / entries;
  }
  const double sigma_m = std::sqrt(variance + std::pow(network.options().map_sigma_m, 2) +
                                   std::pow(shift.local_sigma_m, 2));
  trace.expected_m = expected;
  // The whole reach, also where map and poses promise more: a wrong map line shall be found.
  const double search = std::min(options.search_m, image.half_width_m - width_m);
  const int shifts = 2 * std::max(0, static_cast<int>(search / image.cell_m)) + 1;
  const auto shift_of = [&](int entry, int k) {
    return expected[static_cast<std::size_t>(entry)] + (k - shifts / 2) * image.cell_m;
  };
  cv::Mat_<float> response(entries, shifts, kNaN);
  bool any_response = false;
  for (int e = 0; e < entries; ++e) {
    const double chainage = image.chainage0_m + e * options.step_m;
    const std::vector<double> twins = ParallelPipes(network, pipe, chainage, kBundleReach);
    const Bundle bundle = BundleAt(network, pipe, chainage);
    const double beside = kRidgeShoulder * width_m;
    for (int k = 0; k < shifts; ++k) {
      float sum = 0;
      int n = 0;
      const auto add = [&](double offset) {
        const float ridge =
            Ridge(near, e, image, offset, width_m, shift_of(e, k) + bundle.left_m + beside,
                  shift_of(e, k) + bundle.right_m - beside);
        if (!(ridge == ridge)) return;
        // Compressed: one hot neighbour must not outvote the pattern.
        sum += std::asinh(ridge);
        ++n;
      };
      add(shift_of(e, k));
      for (const double twin : twins) add(shift_of(e, k) + twin);
      if (n == 0) continue;
      response(e, k) = sum / static_cast<float>(n);
      any_response = true;
    }
  }
  trace.offset_m = expected;
  if (!any_response) return trace;

  // Farther than that a ridge is rather a foreign line than a pipe that the map has there.
  const double far_m = 2 * sigma_m;
  const detection::RidgePathModel model{
      options.step_m, image.cell_m,
      width_m,        std::max(options.path_window_m, kCorrelationLength),
      sigma_m,        network.options().map_sigma_m};
  const detection::RidgePath path =
      detection::FollowPipe(response, model, line, far_m, trace.foreign);
  trace.sigma_m = path.sigma_m;
  trace.confidence = path.confidence;
  trace.log_ratio = path.log_ratio;
  for (int e = 0; e < entries; ++e) {
    const auto i = static_cast<std::size_t>(e);
    const double offset = expected[i] + path.offset_m[i];
    const Bundle bundle = BundleAt(network, pipe, image.chainage0_m + e * options.step_m);
    const double beside = kRidgeShoulder * width_m;
    const float ridge = Ridge(usual, e, image, offset, width_m, offset + bundle.left_m + beside,
                              offset + bundle.right_m - beside);
    trace.contrast_k[i] = ridge;
    trace.seen[i] = ridge == ridge && ridge >= options.min_contrast_k && path.confidence[i] >= 0.5;
    trace.offset_m[i] = offset;
  }
  // Where no trace at all is seen, the map's axis moved by the survey's shift is the best
  // statement.
  const bool any = std::find(trace.seen.begin(), trace.seen.end(), true) != trace.seen.end();
  if (!any) trace.offset_m = expected;
  return trace;
}

}  // namespace thermoleak
