#include "thermoleak/detection/alignment.hpp"

#include <Eigen/Dense>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "detection/ground_image.hpp"
#include "detection/ridge.hpp"
#include "detection/shift_grid.hpp"
#include "thermoleak/core/statistics.hpp"
#include "thermoleak/detection/trace.hpp"

namespace thermoleak {
namespace {

using detection::BlurLog;
using detection::GroundImage;
using detection::Interpolate;
using detection::LimitCrests;
using detection::ShiftGrid;

constexpr double kSampleStep = 1.0;         // along the pipes, m
constexpr double kCorrelationLength = 5.0;  // of ground and trace along a pipe, m
constexpr double kSurveyedAtOnce = 150;     // m of trench whose map error has one common part

/// Rotations and stretches that are tried, in sigmas of their prior.
const std::vector<Vec2> kTurns = [] {
  std::vector<Vec2> turns;
  for (const double rotation : {-2.0, -1.0, 0.0, 1.0, 2.0}) {
    for (const double stretch : {-2.0, -1.0, 0.0, 1.0, 2.0}) turns.emplace_back(rotation, stretch);
  }
  return turns;
}();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Length of the stretch that votes as one: as long as the map's error hardly changes against the
/// trace's width.
double SegmentLength(double width_m) { return std::clamp(12 * width_m, 12.0, 30.0); }

struct Sample {
  Vec2 point;
  Vec2 left;
  double width_m;
  std::vector<double> ridges_m;  ///< offsets of the bundle's pipes, the pipe itself first
  double left_shoulder_m;        ///< offsets of the ground beside the bundle of parallel pipes
  double right_shoulder_m;
};

/// A stretch of pipe that votes as one.
struct Segment {
  std::vector<Sample> samples;
  Vec2 middle{0, 0};
  std::pair<int, int> trench;  ///< lowest pipe of the bundle, piece of kSurveyedAtOnce
  double weight = 1;           ///< pipes of one bundle share one vote
  bool overhead = false;       ///< sharp edges are the pipe's own
  cv::Mat_<double> log_ratio;  ///< of every shift, map error of the segment included
};

/// Ridge response of one sample under a shift; NaN where not enough is seen.
float Response(const Sample& sample, const Vec2& shift, const GroundImage& image) {
  const Vec2 p = sample.point + shift;
  const double core = kRidgeCore * sample.width_m;
  const float left = image.BoxMean(p + sample.left * sample.left_shoulder_m, core);
  const float right = image.BoxMean(p + sample.left * sample.right_shoulder_m, core);
  if (!(left == left) || !(right == right)) return kNaN;
  const float shoulder = std::max(left, right);
  float sum = 0;
  int n = 0;
  for (const double offset : sample.ridges_m) {
    const float ridge = image.BoxMean(p + sample.left * offset, core) - shoulder;
    if (!(ridge == ridge)) continue;
    sum += std::asinh(ridge);  // one leak or bare pipe must not outvote a length of trace
    ++n;
  }
  return n > 0 ? sum / static_cast<float>(n) : kNaN;
}

std::vector<Segment> Segments(const PipeNetwork& network, std::span<const StripLayout> strips,
                              std::span<const double> width_of_strip) {
  std::vector<Segment> segments;
  for (std::size_t s = 0; s < strips.size(); ++s) {
    const int pipe = strips[s].pipe;
    const Polyline& axis = network.pipes()[static_cast<std::size_t>(pipe)].axis;
    const double start = strips[s].chainage0_m;
    const double end = std::min(axis.Length(), start + strips[s].columns * strips[s].cell_m);
    const int pieces =
        std::max(1, static_cast<int>(std::ceil((end - start) / SegmentLength(width_of_strip[s]))));
    const double piece = (end - start) / pieces;
    for (int i = 0; i < pieces; ++i) {
      Segment segment;
      segment.overhead =
          network.pipes()[static_cast<std::size_t>(pipe)].laying == Laying::kOverhead;
      const double from = start + i * piece;
      for (double chainage = from + 0.5 * kSampleStep; chainage < from + piece;
           chainage += kSampleStep) {
        const Vec2 direction = axis.Direction(chainage, 0.5);
        const Bundle bundle = BundleAt(network, pipe, chainage);
        const double beside = kRidgeShoulder * width_of_strip[s];
        Sample sample{axis.At(chainage),      Vec2(-direction.y(), direction.x()),
                      width_of_strip[s],      {0.0},
                      bundle.left_m + beside, bundle.right_m - beside};
        for (const double twin : ParallelPipes(network, pipe, chainage, kBundleReach))
          sample.ridges_m.push_back(twin);
        segment.samples.push_back(std::move(sample));
      }
      if (segment.samples.empty()) continue;
      const double middle = from + 0.5 * piece;
      segment.middle = axis.At(middle);
      const detection::Trench trench = detection::TrenchAt(network, pipe, middle);
      segment.trench = {trench.pipe, static_cast<int>(trench.chainage_m / kSurveyedAtOnce)};
      segment.weight = 1.0 / trench.pipes;
      segments.push_back(std::move(segment));
    }
  }
  return segments;
}

/// The segment's log likelihood ratio (pipe here against no pipe) for every shift of the grid
/// `around` the expected one.
cv::Mat_<double> LogRatio(const Segment& segment, const Vec2& around, const GroundImage& image,
                          const ShiftGrid& grid) {
  const int side = grid.side();
  cv::Mat_<float> response(side, side, kNaN);
  std::vector<float> spreads;  // between the samples of one shift
  for (int r = 0; r < side; ++r) {
    for (int c = 0; c < side; ++c) {
      float sum = 0;
      float squares = 0;
      int n = 0;
      for (const Sample& sample : segment.samples) {
        const float ridge = Response(sample, around + grid.ShiftOf(r, c), image);
        if (!(ridge == ridge)) continue;
        sum += ridge;
        squares += ridge * ridge;
        ++n;
      }
      if (n < 2 || 2 * n < static_cast<int>(segment.samples.size())) continue;
      const float mean = sum / static_cast<float>(n);
      response(r, c) = mean;
      spreads.push_back(std::max(0.0f, squares / static_cast<float>(n) - mean * mean));
    }
  }
  cv::Mat_<double> ratio(side, side, 0.0);
  // A segment that most shifts push out of the pictures has no say.
  if (2 * static_cast<int>(spreads.size()) < side * side) return ratio;
  // At the least the noise of a mean over the samples, those within the correlation length counting
  // as one.
  const Vec2 across = segment.samples[segment.samples.size() / 2].left;
  const double width = segment.samples.front().width_m;
  const detection::Surroundings ground =
      detection::SurroundingsOf(response, grid, across, 1.5 * width);
  const double independent =
      std::max(1.0, static_cast<double>(segment.samples.size()) * kSampleStep / kCorrelationLength);
  const double noise =
      std::max({0.02, static_cast<double>(ground.noise),
                std::sqrt(MedianOf(std::span<const float>(spreads)) / independent)});
  for (int r = 0; r < side; ++r) {
    for (int c = 0; c < side; ++c) {
      const float value = response(r, c);
      ratio(r, c) = detection::LogRidgeRatio(value == value ? (value - ground.level) / noise : 0.0);
    }
  }
  LimitCrests({&ratio, 1}, width / grid.step_m, detection::kForeignLine);
  for (double& value : ratio) value = detection::SeenOrNot(value);
  return ratio;
}

/// One grid a turn.
using Turned = std::vector<cv::Mat_<double>>;

/// Log likelihood ratio of every shift under every turn; `turn_sigma` is the prior's of both.
Turned Combine(std::span<const Segment> segments, const ShiftGrid& grid, const Vec2& centre,
               double turn_sigma, double map_sigma_cells) {
  struct Vote {
    Turned log_ratio = Turned(kTurns.size());
    double width_m = 0;
  };
  std::map<std::pair<int, int>, Vote> trenches;
  for (const Segment& segment : segments) {
    const Vec2 arm = segment.middle - centre;
    Vote& vote = trenches[segment.trench];
    vote.width_m = std::max(vote.width_m, segment.samples.front().width_m);
    for (std::size_t k = 0; k < kTurns.size(); ++k) {
      const Vec2 turned =
          turn_sigma * (kTurns[k].x() * Vec2(-arm.y(), arm.x()) + kTurns[k].y() * arm);
      cv::Mat_<double>& sum = vote.log_ratio[k];
      if (sum.empty()) sum = cv::Mat_<double>(grid.side(), grid.side(), 0.0);
      for (int r = 0; r < grid.side(); ++r) {
        for (int c = 0; c < grid.side(); ++c) {
          sum(r, c) +=
              segment.weight * Interpolate(segment.log_ratio, grid, grid.ShiftOf(r, c) + turned);
        }
      }
    }
  }
  Turned total(kTurns.size());
  for (cv::Mat_<double>& sum : total) sum = cv::Mat_<double>(grid.side(), grid.side(), 0.0);
  for (auto& [trench, vote] : trenches) {
    // A foreign line runs beside the whole trench, so that all its segments agree on it.
    LimitCrests(vote.log_ratio, vote.width_m / grid.step_m, detection::kForeignTrench);
    for (std::size_t k = 0; k < kTurns.size(); ++k)
      total[k] += BlurLog(vote.log_ratio[k], map_sigma_cells);
  }
  return total;
}

}  // namespace

Vec2 SurveyShift::At(const Vec2& point) const {
  const Vec2 arm = point - centre;
  return shift_m + rotation_rad * Vec2(-arm.y(), arm.x()) + stretch * arm;
}

Mat2 SurveyShift::CovarianceAt(const Vec2& point) const {
  const Vec2 arm = point - centre;
  const Vec2 turned = rotation_sigma_rad * Vec2(-arm.y(), arm.x());
  const Vec2 stretched = stretch_sigma * arm;
  return covariance + turned * turned.transpose() + stretched * stretched.transpose();
}

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
                       const PosePrior& prior, const AlignmentOptions& options) {
  SurveyShift out;
  out.shift_m = prior.shift_m;
  out.covariance = prior.covariance;
  out.local_sigma_m = prior.local_sigma_m;
  std::vector<Segment> segments = Segments(network, strips, width_of_strip);
  if (segments.empty() || mosaic.empty()) return out;

  Box2 area;
  for (const Segment& segment : segments) {
    out.centre += segment.middle / static_cast<double>(segments.size());
    for (const Sample& sample : segment.samples) area.Add(sample.point + prior.shift_m);
  }
  double arm2 = 0;
  for (const Segment& segment : segments)
    arm2 += (segment.middle - out.centre).squaredNorm() / static_cast<double>(segments.size());
  // Over a few metres of pipe a rotation is nothing but another shift.
  const double turn_sigma = prior.local_sigma_m / std::max(20.0, std::sqrt(arm2));
  out.rotation_sigma_rad = out.stretch_sigma = turn_sigma;

  // A ridge is resolved by five steps across its narrowest trace. The noise is that of the shifts
  // beside the trace, so there must be some even for the best poses.
  const auto [narrowest, widest] =
      std::minmax_element(width_of_strip.begin(), width_of_strip.end());
  ShiftGrid grid;
  grid.step_m = std::clamp(0.2 * *narrowest, std::min(0.2, options.step_m), options.step_m);
  const double map_sigma = network.options().map_sigma_m;
  grid.step_m = std::min(grid.step_m, std::max(0.2, 0.5 * map_sigma));
  const double reach = std::max(
      options.search_sigmas * EllipseOf(prior.covariance).major + 2 * map_sigma, 2.5 * *widest);
  grid.half = std::max(1, static_cast<int>(std::ceil(reach / grid.step_m)));
  area.Grow(reach + 2 * *widest + 2 * kBundleReach);
  const double cell_m = std::max(0.2, 2 * mosaic.cell_m());
  const bool any_overhead =
      std::any_of(segments.begin(), segments.end(), [](const Segment& s) { return s.overhead; });
  const bool any_buried =
      std::any_of(segments.begin(), segments.end(), [](const Segment& s) { return !s.overhead; });
  std::optional<GroundImage> as_seen;
  std::optional<GroundImage> without_edges;
  if (any_overhead) as_seen.emplace(mosaic, area, cell_m, GroundImage::Edges::kKept);
  if (any_buried) without_edges.emplace(mosaic, area, cell_m, GroundImage::Edges::kTakenOut);

  const double half_sigma_cells = std::sqrt(0.5) * map_sigma / grid.step_m;
  for (Segment& segment : segments) {
    const GroundImage& image = segment.overhead ? *as_seen : *without_edges;
    segment.log_ratio = BlurLog(LogRatio(segment, prior.shift_m, image, grid), half_sigma_cells);
  }

  const Turned log_ratio = Combine(segments, grid, out.centre, turn_sigma, half_sigma_cells);
  const detection::ShiftMoments moments =
      detection::MomentsOf(log_ratio, kTurns, grid, prior.covariance);
  // The Bayes factor of "the pipes are warm where the map has them, but for errors of poses and
  // map" against "nothing is there", as the number of sigmas that would be as rare.
  out.evidence = std::sqrt(2 * std::max(0.0, moments.log_factor));
  if (out.evidence < options.min_evidence) return out;
  out.shift_m += moments.mean.head<2>();
  out.covariance = moments.covariance.topLeftCorner<2, 2>();
  // A turn that is tried stands for those around it.
  out.rotation_rad = moments.mean(2) * turn_sigma;
  out.rotation_sigma_rad = turn_sigma * std::sqrt(moments.covariance(2, 2) + 1.0 / 12);
  out.stretch = moments.mean(3) * turn_sigma;
  out.stretch_sigma = turn_sigma * std::sqrt(moments.covariance(3, 3) + 1.0 / 12);
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
  const Vec2 common = shift.At(spot.position);
  constexpr double kMeasured = 0.3;  // of the spot's centre in the strip, m

  CorrectedPosition out;
  out.position = spot.position - common;
  Mat2 pose = shift.CovarianceAt(spot.position) + Mat2::Identity() * local * local;
  if (trace_seen) {
    const double left = spot.trace_offset_m - normal.dot(common);
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
