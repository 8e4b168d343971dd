// Buried pipes and ducts: a leak is a conduction pattern above the pipe's own trace, as wide as the
// pipe is deep (detection.md 2.1): dT(r) ~ D / (r^2 + D^2)^1.5 for a short source at equivalent
// depth D.

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>

#include "detection/background.hpp"
#include "detection/matched_filter.hpp"
#include "detection/models.hpp"
#include "detection/shape.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak::detection {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr double kGroundReach = 5;     // m of the same material that its temperature comes from
constexpr double kNoiseReach = 15;     // ... and its noise
constexpr double kNeighbourhood = 25;  // m along the pipe
// What counts as company of an anomaly: noise, which is everywhere, does not.
constexpr double kClearSnr = 3.5, kClearK = 0.5;
constexpr double kWorkingCell = 0.2;  // m; a signature of 1 m and more is five cells wide

bool IsClear(const HotSpot& spot) { return spot.snr >= kClearSnr && spot.delta_t_k >= kClearK; }

/// T minus its running median along the pipe: the pipe's own trace goes, and with it whatever else
/// runs along it (kerbs, roads, other lines).
cv::Mat_<float> Excess(const StripImage& image, const Trace& trace) {
  cv::Mat_<float> excess(image.rows(), image.columns(), kNaN);
  for (int r = 0; r < image.rows(); ++r) {
    for (int c = 0; c < image.columns(); ++c) {
      excess(r, c) = image.celsius(r, c) - trace.ProfileAt(r, image.ChainageOf(c));
    }
  }
  return excess;
}

/// Takes out what belongs to other buried pipes that cross or branch off: their warm traces run
/// across this strip and are judged in their own. Where two meet, the larger pipe (of equal ones
/// the first) keeps the meeting place.
void MaskCrossingPipes(const PipeNetwork& network, int pipe, const SurveyShift& shift,
                       double soil_conductivity, double h, const StripImage& image,
                       const Trace& trace, cv::Mat_<float>& excess) {
  constexpr double kParallel = 0.966;  // cosine of 15 degrees
  constexpr double kBeside[] = {-kBundleReach, 0, kBundleReach};
  const std::vector<Pipe>& pipes = network.pipes();
  const Pipe& own = pipes[static_cast<std::size_t>(pipe)];
  const double end = image.chainage0_m + image.columns() * image.cell_m;
  const Polyline stretch = own.axis.Part(image.chainage0_m, end);
  if (!stretch.valid()) return;
  for (const int other : network.PipesNear(stretch.Bounds(), image.half_width_m)) {
    const Pipe& foreign = pipes[static_cast<std::size_t>(other)];
    if (other == pipe || foreign.laying == Laying::kOverhead) continue;
    const bool owns_meeting =
        std::pair(own.dn_mm.value_or(0), -pipe) > std::pair(foreign.dn_mm.value_or(0), -other);
    const double radius = 1.3 * EquivalentDepth(network, other, soil_conductivity, h);
    const int reach = static_cast<int>(radius / image.cell_m);
    for (double s = 0; s <= foreign.axis.Length(); s += 0.5) {
      const Vec2 point = foreign.axis.At(s);
      const LinePosition at = own.axis.Locate(point);
      if (at.distance > image.half_width_m + radius) continue;
      if (at.chainage < image.chainage0_m - radius || at.chainage > end + radius) continue;
      // At a bend a twin's nearest neighbour may already point the other way.
      const Vec2 direction = foreign.axis.Direction(s, 1.0);
      const bool parallel = std::any_of(std::begin(kBeside), std::end(kBeside), [&](double ahead) {
        return std::abs(direction.dot(own.axis.Direction(at.chainage + ahead, 1.0))) > kParallel;
      });
      if (parallel) continue;
      const LinePosition seen = own.axis.Locate(point + shift.At(point));
      if (owns_meeting && std::abs(seen.offset - trace.OffsetAt(seen.chainage)) < 2 * radius)
        continue;
      const int row = static_cast<int>(std::lround(image.RowOf(seen.offset)));
      const int column =
          static_cast<int>(std::lround((seen.chainage - image.chainage0_m) / image.cell_m - 0.5));
      for (int r = std::max(0, row - reach); r <= std::min(excess.rows - 1, row + reach); ++r) {
        for (int c = std::max(0, column - reach); c <= std::min(excess.cols - 1, column + reach);
             ++c) {
          if ((r - row) * (r - row) + (c - column) * (c - column) <= reach * reach)
            excess(r, c) = kNaN;
        }
      }
    }
  }
}

cv::Mat_<float> Smooth3(const cv::Mat_<float>& excess) {
  cv::Mat_<float> out(excess.size(), kNaN);
  for (int r = 0; r < excess.rows; ++r) {
    for (int c = 0; c < excess.cols; ++c) {
      if (!(excess(r, c) == excess(r, c))) continue;
      float sum = 0;
      int n = 0;
      for (int y = std::max(0, r - 1); y <= std::min(excess.rows - 1, r + 1); ++y) {
        for (int x = std::max(0, c - 1); x <= std::min(excess.cols - 1, c + 1); ++x) {
          if (!(excess(y, x) == excess(y, x))) continue;
          sum += excess(y, x);
          ++n;
        }
      }
      out(r, c) = sum / static_cast<float>(n);
    }
  }
  return out;
}

/// Robust spread of the cells, one sigma, K.
float CellNoise(const cv::Mat_<float>& smooth) {
  std::vector<float> values;
  for (int r = 0; r < smooth.rows; r += 2) {
    for (int c = 0; c < smooth.cols; c += 2) values.push_back(smooth(r, c));
  }
  return RobustSigma(std::span<const float>(values));
}

/// Steepness of the edge: the 90th percentile of the slope over half a metre, K/m (the maximum
/// would be the ground's texture).
double EdgeSteepness(const cv::Mat_<float>& smooth, const Region& region, double cell_m) {
  const int d = std::max(1, static_cast<int>(0.25 / cell_m + 0.5));
  std::vector<float> slopes;
  for (const auto& [r, c] : region.members) {
    if (r < d || c < d || r >= smooth.rows - d || c >= smooth.cols - d) continue;
    const float gx = smooth(r, c + d) - smooth(r, c - d);
    const float gy = smooth(r + d, c) - smooth(r - d, c);
    slopes.push_back(std::sqrt(gx * gx + gy * gy));
  }
  const float steep = QuantileInPlace(slopes, 0.9);
  return steep == steep ? steep / (2 * d * cell_m) : 0;
}

}  // namespace

StripFindings DetectBuried(const Strip& strip, const DetectionContext& context,
                           const DetectionOptions& options) {
  StripFindings findings;
  findings.image =
      ReduceStrip(strip, std::max(1, static_cast<int>(kWorkingCell / strip.layout.cell_m + 0.5)));
  const StripImage& image = findings.image;
  const int pipe = strip.layout.pipe;
  const Polyline& axis = context.network.pipes()[static_cast<std::size_t>(pipe)].axis;
  const double depth =
      EquivalentDepth(context.network, pipe, options.soil_conductivity, context.surface_h_w_m2k);
  const double map_sigma = context.network.options().map_sigma_m;
  const double sigma = std::hypot(map_sigma, context.shift.local_sigma_m);
  findings.trace = FindTrace(image, context.network, pipe, 2 * depth, context.shift, options.trace);
  const Trace& trace = findings.trace;

  // Twice: what rises above the trace as it is usual along the pipe, and the same after each
  // material's own temperature has been taken away. Where the ground changes along the pipe the
  // second sees more; a leak that fills a small patch of one material is seen by the first.
  cv::Mat_<float> excess = Excess(image, trace);
  StripImage even = image;
  const MaterialFilter material(image.celsius, image.cell_m);
  even.celsius = image.celsius - material.Background(image.celsius, kGroundReach);
  Trace even_trace = trace;
  even_trace.profile_c = RunningProfile(even, options.trace.step_m, options.trace.window_m);
  cv::Mat_<float> even_excess = Excess(even, even_trace);
  for (cv::Mat_<float>* map : {&excess, &even_excess}) {
    MaskCrossingPipes(context.network, pipe, context.shift, options.soil_conductivity,
                      context.surface_h_w_m2k, image, trace, *map);
  }
  std::vector<float> peak_noise;
  std::vector<float> even_noise;
  cv::Mat_<float> snr = SignalToNoise(excess, depth, image, trace, nullptr, peak_noise);
  const cv::Mat_<float> even_snr =
      SignalToNoise(even_excess, depth, image, trace, &material, even_noise);
  findings.coverage = Coverage(strip, trace, peak_noise);
  for (PipeCoverage& piece : findings.coverage)
    piece.heat_w_per_k = PointSourceHeat(depth, context.surface_h_w_m2k);

  const cv::Mat_<float> smooth_excess = Smooth3(excess);
  const cv::Mat_<float> smooth_even = Smooth3(even_excess);
  const float cell_noise = CellNoise(smooth_excess);
  const float even_cell_noise = CellNoise(smooth_even);
  const int reach = static_cast<int>(1.5 / image.cell_m);
  cv::Mat_<float> best_snr = snr.clone();
  for (int r = 0; r < snr.rows; ++r) {
    for (int c = 0; c < snr.cols; ++c) {
      if (even_snr(r, c) > snr(r, c)) best_snr(r, c) = even_snr(r, c);
    }
  }

  const ShapeTemplates shapes(depth, image.cell_m);
  Softness softness(image.celsius, depth, image.cell_m);
  for (const Peak& peak : FindPeaks(best_snr, static_cast<float>(options.min_snr), reach)) {
    const double chainage = image.ChainageOf(peak.column);
    const auto entry = static_cast<std::size_t>(trace.EntryAt(chainage));
    const double trace_offset = trace.offset_m[entry];
    const double gate =
        trace.seen[entry] ? options.gate_m + 0.5 * depth : std::max(options.gate_m, 2 * sigma);
    if (std::abs(image.OffsetOf(peak.row) - trace_offset) > gate) continue;
    // It is measured where it is seen best.
    const bool use_even = even_snr(peak.row, peak.column) > snr(peak.row, peak.column);
    const cv::Mat_<float>& smooth = use_even ? smooth_even : smooth_excess;

    // The peak itself: the hottest smoothed cell within half a depth.
    int row = peak.row;
    int column = peak.column;
    const int near = std::max(1, static_cast<int>(0.5 * depth / image.cell_m));
    for (int y = std::max(0, peak.row - near); y <= std::min(smooth.rows - 1, peak.row + near);
         ++y) {
      for (int x = std::max(0, peak.column - near);
           x <= std::min(smooth.cols - 1, peak.column + near); ++x) {
        if (smooth(y, x) > smooth(row, column)) {
          row = y;
          column = x;
        }
      }
    }
    const float top = smooth(row, column);
    if (!(top >= options.min_delta_t_k)) continue;
    const Region region =
        GrowRegion(smooth, row, column, 0.5f * top, static_cast<int>(15.0 / image.cell_m));

    HotSpot spot;
    spot.pipe = pipe;
    spot.laying = context.network.pipes()[static_cast<std::size_t>(pipe)].laying;
    // Where a crew should dig is the warm centre: the matched filter's peak, drawn to the region's
    // weight.
    spot.chainage_m =
        image.ChainageOf(0.5 * (peak.column + std::clamp(region.centre_column, peak.column - 5.0,
                                                         peak.column + 5.0)));
    spot.offset_m = image.OffsetOf(
        0.5 * (peak.row + std::clamp(region.centre_row, peak.row - 5.0, peak.row + 5.0)));
    spot.position = axis.At(spot.chainage_m, spot.offset_m);
    spot.delta_t_k = top;
    spot.snr = peak.snr;
    spot.plain_snr = snr(peak.row, peak.column);
    spot.even_snr = even_snr(peak.row, peak.column);
    spot.delta_t_sigma_k = use_even ? even_cell_noise : cell_noise;
    spot.shape = shapes.Compare(smooth, row, column);
    softness.Measure(row, column, top, spot.shape);
    const double cell2 = image.cell_m * image.cell_m;
    spot.area_m2 = region.cells * cell2;
    spot.length_m = (region.last_column - region.first_column + 1) * image.cell_m;
    spot.width_m = (region.last_row - region.first_row + 1) * image.cell_m;
    // Half of a point source's integral lies outside its half-peak contour: integral over r <= a of
    // D/(r^2+D^2)^1.5 is 1 - D/sqrt(a^2+D^2) of the whole, a = 0.766 D: 0.206. Scale by what the
    // region holds.
    spot.integral_k_m2 = region.integral * cell2;
    spot.expected_width_m = 2 * 0.766 * depth;
    spot.aside_m = std::abs(spot.offset_m - trace_offset);
    for (const double twin : ParallelPipes(context.network, pipe, spot.chainage_m, kBundleReach)) {
      spot.aside_m = std::min(spot.aside_m, std::abs(spot.offset_m - trace_offset - twin));
    }
    // A trace that is seen is known to half a metre; else only the map says where the pipe is.
    spot.aside_sigma_m = std::hypot(0.6 * depth, trace.seen[entry] ? 0.5 : sigma);
    spot.trace_offset_m = trace_offset;
    spot.trace_k = trace.seen[entry] && trace.contrast_k[entry] == trace.contrast_k[entry]
                       ? trace.contrast_k[entry]
                       : 0;
    spot.edge_k_per_m = EdgeSteepness(smooth, region, image.cell_m);
    spot.background_c = trace.background_c[static_cast<std::size_t>(column)];
    spot.at_strip_edge = region.touches_unseen;
    AddViewStatistics(strip, image, smooth, region, spot);
    AddSurroundings(context.network, spot);
    findings.spots.push_back(spot);
  }
  std::stable_sort(findings.spots.begin(), findings.spots.end(),
                   [](const HotSpot& a, const HotSpot& b) { return a.chainage_m < b.chainage_m; });
  for (HotSpot& spot : findings.spots) {
    spot.neighbours = static_cast<int>(
        std::count_if(findings.spots.begin(), findings.spots.end(), [&](const HotSpot& other) {
          return &other != &spot && IsClear(other) &&
                 std::abs(other.chainage_m - spot.chainage_m) < kNeighbourhood;
        }));
  }
  return findings;
}

}  // namespace thermoleak::detection
