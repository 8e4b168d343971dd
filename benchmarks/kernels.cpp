// How long do the hot kernels of a run take on one frame or one strip?
//   build/release/benchmarks/thermoleak_kernels
// Compare ratios within one run: machines are noisy.

#include <benchmark/benchmark.h>

#include <cmath>

#include "thermoleak/detection/detect.hpp"
#include "thermoleak/radiometry/calibration.hpp"
#include "thermoleak/radiometry/flat_field.hpp"
#include "thermoleak/strips/sampling.hpp"

namespace thermoleak {
namespace {

constexpr int kWidth = 640;
constexpr int kHeight = 512;

cv::Mat Counts() {
  cv::Mat counts(kHeight, kWidth, CV_16UC1);
  for (int r = 0; r < kHeight; ++r) {
    for (int c = 0; c < kWidth; ++c) {
      counts.at<std::uint16_t>(r, c) =
          static_cast<std::uint16_t>(3000 + 300 * std::sin(0.05 * r) + (r * 7 + c * 13) % 64);
    }
  }
  return counts;
}

PlanckCalibration Xt2() { return {{344449, 1428, 1, -515, 1}, {}, {0.95, 50, -5, -8, 0.6, 20, 1}}; }

void BM_CountsToCelsius(benchmark::State& state) {
  const cv::Mat counts = Counts();
  const Calibration calibration = Xt2();
  for (auto _ : state) benchmark::DoNotOptimize(ToCelsius(counts, calibration));
  state.SetItemsProcessed(state.iterations() * kWidth * kHeight);
}
BENCHMARK(BM_CountsToCelsius)->Unit(benchmark::kMicrosecond);

void BM_Thumbnail(benchmark::State& state) {
  const cv::Mat celsius = ToCelsius(Counts(), Xt2());
  for (auto _ : state) benchmark::DoNotOptimize(MakeThumbnail(celsius, 16));
  state.SetItemsProcessed(state.iterations() * kWidth * kHeight);
}
BENCHMARK(BM_Thumbnail)->Unit(benchmark::kMicrosecond);

RegisteredFrame Frame() {
  RegisteredFrame frame;
  frame.camera.lens = {kWidth, kHeight, 764.7, {320, 256}};
  frame.camera.position = {50, 0, 40};
  frame.camera.map_from_camera = RotationFromAngles(30, -89, 0);
  frame.footprint = frame.camera.Footprint(Terrain::Plane(0), 400);
  frame.gsd_m = 40 / 764.7;
  return frame;
}

/// Argument 0: a pinhole; 1: with Brown's distortion.
void BM_SampleStrip(benchmark::State& state) {
  const cv::Mat celsius = ToCelsius(Counts(), Xt2());
  RegisteredFrame frame = Frame();
  if (state.range(0) == 1) frame.camera.lens.k1 = -0.03;
  const Polyline axis({{0, 0}, {100, 0}});
  const StripLayout layout{0, 0, 0.1, 1000, 201};
  const StripGrid grid(layout, axis, Terrain::Plane(0), 1.0);
  const FlatField flat;
  const FrameSampler sampler(celsius, frame, flat, 0, 6);
  std::int64_t cells = 0;
  for (auto _ : state) {
    auto samples = sampler.Sample(0, layout, grid);
    cells += static_cast<std::int64_t>(samples->celsius.total());
    benchmark::DoNotOptimize(samples);
  }
  state.SetItemsProcessed(cells);
}
BENCHMARK(BM_SampleStrip)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

void BM_MosaicPatch(benchmark::State& state) {
  const cv::Mat celsius = ToCelsius(Counts(), Xt2());
  const RegisteredFrame frame = Frame();
  const FlatField flat;
  const FrameSampler sampler(celsius, frame, flat, 0, 6);
  const Terrain plane = Terrain::Plane(0);
  for (auto _ : state) benchmark::DoNotOptimize(sampler.Patch(0.1, plane));
}
BENCHMARK(BM_MosaicPatch)->Unit(benchmark::kMicrosecond);

Strip SampleStrip() {
  Strip strip(StripLayout{0, 0, 0.1, 1000, 201});
  for (int r = 0; r < strip.layout.rows; ++r) {
    for (int c = 0; c < strip.layout.columns; ++c) {
      const double o = strip.layout.OffsetOf(r);
      const double noise = 0.05 * std::sin(12.9898 * r + 78.233 * c);
      for (int view = 0; view < 4; ++view) {
        strip.Add(r, c, static_cast<float>(1.4 / (o * o + 1.4) + noise), static_cast<float>(view));
      }
    }
  }
  return strip;
}

void BM_StripAdd(benchmark::State& state) {
  Strip strip(StripLayout{0, 0, 0.1, 1000, 201});
  StripSamples samples{0, 100, cv::Mat_<float>(201, 330, 1.5f)};
  for (auto _ : state) strip.Add(samples, 1.0f);
  state.SetItemsProcessed(state.iterations() * 201 * 330);
}
BENCHMARK(BM_StripAdd)->Unit(benchmark::kMicrosecond);

/// 100 m of buried pipe, 20 m wide.
void BM_DetectBuried(benchmark::State& state) {
  Pipe pipe;
  pipe.id = "P";
  pipe.axis = Polyline({{0, 0}, {100, 0}});
  const PipeNetwork network({pipe}, {}, {}, {});
  const Strip strip = SampleStrip();
  for (auto _ : state) benchmark::DoNotOptimize(DetectHotSpots(strip, {network, 12, {}}, {}));
}
BENCHMARK(BM_DetectBuried)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace thermoleak

BENCHMARK_MAIN();
