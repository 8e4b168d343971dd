// Buried pipes and ducts: a leak is a conduction pattern above the pipe's own trace, as wide as the
// pipe is deep (detection.md 2.1): dT(r) ~ D / (r^2 + D^2)^1.5 for a short source at equivalent
// depth D.

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>

#include "detection/models.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak::detection {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr double kWorkingCell = 0.2;  // m; a signature of 1 m and more is five cells wide

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
      if (std::abs(foreign.axis.Direction(s, 1.0).dot(own.axis.Direction(at.chainage, 1.0))) >
          kParallel)
        continue;
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

struct Kernel {
  cv::Mat_<float> shape;  ///< peak 1, zero mean over its disc
  cv::Mat_<float> square;
};

/// A point source at depth D, drawn out by `wet_m` along the pipe, minus its mean over the
/// surrounding disc.
Kernel MakeKernel(double depth_m, double wet_m, double cell_m) {
  const int rows = static_cast<int>(std::ceil(2.2 * depth_m / cell_m));
  const int columns = static_cast<int>(std::ceil((2.2 * depth_m + 0.5 * wet_m) / cell_m));
  Kernel kernel{cv::Mat_<float>(2 * rows + 1, 2 * columns + 1), {}};
  for (int r = -rows; r <= rows; ++r) {
    for (int c = -columns; c <= columns; ++c) {
      const double along = std::max(0.0, std::abs(c * cell_m) - 0.5 * wet_m);
      const double q = (along * along + r * r * cell_m * cell_m) / (depth_m * depth_m);
      kernel.shape(r + rows, c + columns) = static_cast<float>(std::pow(1 + q, -1.5));
    }
  }
  kernel.shape -= static_cast<float>(cv::mean(kernel.shape)[0]);
  kernel.square = kernel.shape.mul(kernel.shape);
  return kernel;
}

/// Least-squares amplitude of the kernel at every cell; NaN where less than 60 % of its weight is
/// seen.
cv::Mat_<float> Amplitude(const cv::Mat_<float>& excess, const Kernel& kernel) {
  cv::Mat_<float> filled(excess.size());
  cv::Mat_<float> seen(excess.size());
  for (int r = 0; r < excess.rows; ++r) {
    for (int c = 0; c < excess.cols; ++c) {
      const float v = excess(r, c);
      filled(r, c) = v == v ? v : 0.0f;
      seen(r, c) = v == v ? 1.0f : 0.0f;
    }
  }
  cv::Mat_<float> response;
  cv::Mat_<float> weight;
  cv::filter2D(filled, response, CV_32F, kernel.shape, {-1, -1}, 0, cv::BORDER_CONSTANT);
  cv::filter2D(seen, weight, CV_32F, kernel.square, {-1, -1}, 0, cv::BORDER_CONSTANT);
  const auto full = static_cast<float>(cv::sum(kernel.square)[0]);
  cv::Mat_<float> amplitude(excess.size(), kNaN);
  for (int r = 0; r < excess.rows; ++r) {
    for (int c = 0; c < excess.cols; ++c) {
      if (seen(r, c) > 0 && weight(r, c) > 0.6f * full)
        amplitude(r, c) = response(r, c) / weight(r, c);
    }
  }
  return amplitude;
}

/// Robust noise of an amplitude map around each trace entry: +-40 m along the pipe, so that a busy
/// street does not set the threshold of a quiet one, and near the trace, so that roofs beside it do
/// not either.
std::vector<float> NoiseOfEntries(const cv::Mat_<float>& amplitude, const StripImage& image,
                                  const Trace& trace, double across_m) {
  const int half = std::max(1, static_cast<int>(40.0 / image.cell_m));
  constexpr int kSkip = 3;
  std::vector<float> noise(trace.size(), kNaN);
  std::vector<float> values;
  // Every fifth entry is computed, the others take the nearest: the window is forty metres wide.
  constexpr std::size_t kStride = 5;
  for (std::size_t e = 0; e < trace.size(); e += kStride) {
    const int centre = static_cast<int>(static_cast<double>(e) * trace.step_m / image.cell_m);
    values.clear();
    for (int c = std::max(0, centre - half); c < std::min(image.columns(), centre + half);
         c += kSkip) {
      const double offset = trace.OffsetAt(image.ChainageOf(c));
      const int top = std::max(0, static_cast<int>(image.RowOf(offset + across_m)));
      const int bottom =
          std::min(image.rows() - 1, static_cast<int>(image.RowOf(offset - across_m)));
      for (int r = top; r <= bottom; r += 2) values.push_back(amplitude(r, c));
    }
    const float sigma = RobustSigma(std::span<const float>(values));
    for (std::size_t i = e; i < std::min(trace.size(), e + kStride); ++i) noise[i] = sigma;
  }
  return noise;
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

struct Peak {
  int row;
  int column;
  float snr;
};

/// Local maxima of the SNR over `reach` cells, highest first, none closer than `reach` to a higher
/// one.
std::vector<Peak> FindPeaks(const cv::Mat_<float>& snr, float threshold, int reach) {
  std::vector<Peak> peaks;
  for (int r = 0; r < snr.rows; ++r) {
    for (int c = 0; c < snr.cols; ++c) {
      if (snr(r, c) >= threshold) peaks.push_back({r, c, snr(r, c)});
    }
  }
  std::stable_sort(peaks.begin(), peaks.end(),
                   [](const Peak& a, const Peak& b) { return a.snr > b.snr; });
  // A cell on the flank of a higher one is no peak of its own even beyond `reach`: claim the whole
  // neighbourhood.
  cv::Mat_<std::uint8_t> claimed(snr.size(), std::uint8_t{0});
  std::vector<Peak> kept;
  for (const Peak& p : peaks) {
    if (claimed(p.row, p.column)) continue;
    bool highest = true;
    for (int y = std::max(0, p.row - 1); y <= std::min(snr.rows - 1, p.row + 1) && highest; ++y) {
      for (int x = std::max(0, p.column - 1); x <= std::min(snr.cols - 1, p.column + 1); ++x) {
        if (snr(y, x) > p.snr) highest = false;
      }
    }
    if (!highest) continue;
    kept.push_back(p);
    for (int y = std::max(0, p.row - reach); y <= std::min(snr.rows - 1, p.row + reach); ++y) {
      for (int x = std::max(0, p.column - reach); x <= std::min(snr.cols - 1, p.column + reach);
           ++x) {
        claimed(y, x) = 1;
      }
    }
  }
  return kept;
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

  cv::Mat_<float> excess = Excess(image, trace);
  MaskCrossingPipes(context.network, pipe, context.shift, options.soil_conductivity,
                    context.surface_h_w_m2k, image, trace, excess);
  // Depth in the map is uncertain and a wet length unknown: a few shapes, the best one counts.
  cv::Mat_<float> snr(excess.size(), kNaN);
  std::vector<float> peak_noise(trace.size(), kNaN);
  for (const auto& [scale, wet_m] : {std::pair{0.7, 0.0}, {1.1, 0.0}, {0.9, 3.0}}) {
    const cv::Mat_<float> amplitude =
        Amplitude(excess, MakeKernel(scale * depth, wet_m, image.cell_m));
    const std::vector<float> noise =
        NoiseOfEntries(amplitude, image, trace, std::max(2.5, 2 * depth));
    if (wet_m == 0 && scale > 1) peak_noise = noise;
    for (int c = 0; c < snr.cols; ++c) {
      const float local = noise[static_cast<std::size_t>(trace.EntryAt(image.ChainageOf(c)))];
      // Half a sigma of the sensor is the least that can be believed of a strip without structure.
      const float floor = std::max(local, 0.02f);
      for (int r = 0; r < snr.rows; ++r) {
        const float value = amplitude(r, c) / floor;
        if (value == value && !(snr(r, c) >= value)) snr(r, c) = value;
      }
    }
  }
  findings.coverage = Coverage(strip, trace, peak_noise);

  const cv::Mat_<float> smooth = Smooth3(excess);
  const int reach = static_cast<int>(1.5 / image.cell_m);
  std::vector<float> all_excess;
  for (int r = 0; r < smooth.rows; r += 2) {
    for (int c = 0; c < smooth.cols; c += 2) all_excess.push_back(smooth(r, c));
  }
  const float cell_noise = RobustSigma(std::span<const float>(all_excess));

  for (const Peak& peak : FindPeaks(snr, static_cast<float>(options.min_snr), reach)) {
    const double chainage = image.ChainageOf(peak.column);
    const auto entry = static_cast<std::size_t>(trace.EntryAt(chainage));
    const double trace_offset = trace.offset_m[entry];
    const double gate =
        trace.seen[entry] ? options.gate_m + 0.5 * depth : std::max(options.gate_m, 2 * sigma);
    if (std::abs(image.OffsetOf(peak.row) - trace_offset) > gate) continue;

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
    spot.delta_t_sigma_k = cell_noise;
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
  return findings;
}

}  // namespace thermoleak::detection
