// Overhead pipes: the camera sees the pipe itself. Insulated, it reads a few kelvin above the air;
// where the insulation is stripped or wet the surface comes near the water's temperature, with
// sharp ends.

#include <algorithm>
#include <cmath>
#include <limits>

#include "detection/models.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak::detection {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr double kMergeGap = 1.0;  // stretches closer than this are one (a support, a strap)

/// The pipe's own contrast along the strip: second-hottest cell across the pipe (one hot pixel is
/// not a pipe) minus the ground; and the half-width of what stands above half of it.
struct Along {
  std::vector<float> contrast_k;
  std::vector<float> row;
  std::vector<float> width_m;
};

Along PipeContrast(const StripImage& image, const Trace& trace, double half_m) {
  Along along;
  std::vector<std::pair<float, int>> cells;
  for (int c = 0; c < image.columns(); ++c) {
    const double offset = trace.OffsetAt(image.ChainageOf(c));
    cells.clear();
    const int from = std::max(0, static_cast<int>(std::ceil(image.RowOf(offset + half_m))));
    const int to =
        std::min(image.rows() - 1, static_cast<int>(std::floor(image.RowOf(offset - half_m))));
    const float background = trace.background_c[static_cast<std::size_t>(c)];
    for (int r = from; r <= to; ++r) {
      if (image.celsius(r, c) == image.celsius(r, c))
        cells.emplace_back(image.celsius(r, c) - background, r);
    }
    if (cells.size() < 3 || !(background == background)) {
      along.contrast_k.push_back(kNaN);
      along.row.push_back(kNaN);
      along.width_m.push_back(kNaN);
      continue;
    }
    std::stable_sort(cells.begin(), cells.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    const float top = cells[1].first;
    int wide = 0;
    for (const auto& [value, row] : cells) wide += value >= 0.5f * top ? 1 : 0;
    along.contrast_k.push_back(top);
    along.row.push_back(static_cast<float>(cells[0].second));
    along.width_m.push_back(static_cast<float>(wide * image.cell_m));
  }
  return along;
}

std::vector<float> RunningMedian(const std::vector<float>& values, int half) {
  std::vector<float> out(values.size());
  std::vector<float> window;
  const auto n = static_cast<int>(values.size());
  for (int i = 0; i < n; ++i) {
    window.assign(values.begin() + std::max(0, i - half),
                  values.begin() + std::min(n, i + half + 1));
    out[static_cast<std::size_t>(i)] =
        values[static_cast<std::size_t>(i)] == values[static_cast<std::size_t>(i)]
            ? QuantileInPlace(window, 0.5)
            : kNaN;
  }
  return out;
}

struct Run {
  int first;
  int last;
};

std::vector<Run> RunsAbove(const std::vector<float>& values, float threshold, int merge_gap,
                           int min_length) {
  std::vector<Run> runs;
  for (int i = 0; i < static_cast<int>(values.size()); ++i) {
    if (!(values[static_cast<std::size_t>(i)] >= threshold)) continue;
    if (!runs.empty() && i - runs.back().last <= merge_gap) {
      runs.back().last = i;
    } else {
      runs.push_back({i, i});
    }
  }
  std::erase_if(runs, [&](const Run& run) { return run.last - run.first + 1 < min_length; });
  return runs;
}

}  // namespace

StripFindings DetectOverhead(const Strip& strip, const DetectionContext& context,
                             const DetectionOptions& options) {
  StripFindings findings;
  findings.image = ReduceStrip(strip, 1);
  const StripImage& image = findings.image;
  const int pipe_index = strip.layout.pipe;
  const Pipe& pipe = context.network.pipes()[static_cast<std::size_t>(pipe_index)];
  const double diameter = ExpectedTraceWidth(context.network, pipe_index, options.soil_conductivity,
                                             context.surface_h_w_m2k);
  TraceOptions trace_options = options.trace;
  trace_options.window_m =
      std::min(trace_options.window_m, 10.0);  // bare and insulated stretches alternate
  trace_options.path_window_m = std::min(trace_options.path_window_m, 6.0);
  findings.trace =
      FindTrace(image, context.network, pipe_index, diameter, context.shift, trace_options);
  const Trace& trace = findings.trace;

  const Along along = PipeContrast(image, trace, std::max(0.4, 0.6 * diameter));
  const int half = std::max(1, static_cast<int>(0.3 / image.cell_m));
  const std::vector<float> contrast = RunningMedian(along.contrast_k, half);
  // The insulated level: the low end of what this pipe shows. If all of it were bare the low end
  // would be bare too, so it is held to what an insulated surface can reach.
  constexpr float kInsulatedAtMost = 8.0f;
  const float low = QuantileOf(std::span<const float>(contrast), 0.2);
  if (!(low == low)) {
    findings.coverage = Coverage(strip, trace, {});
    return findings;
  }
  const float insulated = std::clamp(low, 0.0f, kInsulatedAtMost);
  std::vector<float> differences;
  for (std::size_t i = 1; i < contrast.size(); ++i)
    differences.push_back(contrast[i] - contrast[i - 1]);
  const float noise = std::max(0.1f, RobustSigma(std::span<const float>(differences)));
  findings.coverage = Coverage(strip, trace, std::vector<float>(trace.size(), noise));

  cv::Mat_<float> excess(image.rows(), image.columns(), 0.0f);
  const float threshold = insulated + static_cast<float>(options.overhead_excess_k);
  const auto cells = [&](double metres) {
    return std::max(1, static_cast<int>(metres / image.cell_m + 0.5));
  };
  for (const Run& run :
       RunsAbove(contrast, threshold, cells(kMergeGap), cells(options.overhead_min_length_m))) {
    std::vector<float> inside(contrast.begin() + run.first, contrast.begin() + run.last + 1);
    std::vector<float> rows(along.row.begin() + run.first, along.row.begin() + run.last + 1);
    std::vector<float> widths(along.width_m.begin() + run.first,
                              along.width_m.begin() + run.last + 1);
    double integral = 0;
    for (const float v : inside) integral += v == v ? v - insulated : 0;
    HotSpot spot;
    spot.pipe = pipe_index;
    spot.laying = pipe.laying;
    spot.chainage_m = 0.5 * (image.ChainageOf(run.first) + image.ChainageOf(run.last));
    spot.offset_m = image.OffsetOf(QuantileInPlace(rows, 0.5));
    spot.position = pipe.axis.At(spot.chainage_m, spot.offset_m);
    spot.delta_t_k = QuantileInPlace(inside, 0.9) - insulated;
    spot.delta_t_sigma_k = noise;
    spot.snr = spot.delta_t_k / noise;
    spot.length_m = (run.last - run.first + 1) * image.cell_m;
    spot.width_m = QuantileInPlace(widths, 0.5);
    spot.area_m2 = spot.length_m * spot.width_m;
    spot.integral_k_m2 = integral * image.cell_m * spot.width_m;
    spot.expected_width_m = diameter;
    spot.trace_offset_m = trace.OffsetAt(spot.chainage_m);
    spot.trace_k = insulated;
    for (const int end : {run.first, run.last}) {
      const int a = std::max(0, end - cells(0.5));
      const int b = std::min(static_cast<int>(contrast.size()) - 1, end + cells(0.5));
      const double step =
          std::abs(contrast[static_cast<std::size_t>(b)] - contrast[static_cast<std::size_t>(a)]);
      if (step == step)
        spot.edge_k_per_m =
            std::max(spot.edge_k_per_m, step / std::max(1e-3, (b - a) * image.cell_m));
    }
    const int middle = (run.first + run.last) / 2;
    spot.background_c = trace.background_c[static_cast<std::size_t>(middle)];
    spot.at_strip_edge = run.first == 0 || run.last == image.columns() - 1;
    Region region;
    for (int c = run.first; c <= run.last; ++c) {
      const float row = along.row[static_cast<std::size_t>(c)];
      if (!(row == row)) continue;
      const int r = static_cast<int>(row);
      region.members.emplace_back(r, c);
      excess(r, c) =
          image.celsius(r, c) - trace.background_c[static_cast<std::size_t>(c)] - insulated;
    }
    AddViewStatistics(strip, image, excess, region, spot);
    AddSurroundings(context.network, spot);
    findings.spots.push_back(spot);
  }
  return findings;
}

}  // namespace thermoleak::detection
