#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

#include "pipeline/stages.hpp"
#include "thermoleak/pipeline/ordered.hpp"
#include "thermoleak/pipeline/tokens.hpp"
#include "thermoleak/strips/sampling.hpp"

namespace thermoleak::pipeline {
namespace {

/// What one frame gives to a batch of strips.
struct Samples {
  std::size_t frame = 0;  ///< index into the placed frames
  std::vector<StripSamples> strips;
  std::optional<MosaicPatch> patch;
  std::optional<Error> error;
};

/// Consecutive strips that fit into `budget` bytes together.
std::vector<std::pair<std::size_t, std::size_t>> Batches(const std::vector<StripLayout>& layouts,
                                                         std::size_t budget) {
  std::vector<std::pair<std::size_t, std::size_t>> batches;
  std::size_t first = 0;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < layouts.size(); ++i) {
    const std::size_t cost = layouts[i].Cells() * Strip::BytesPerCell();
    if (i > first && bytes + cost > budget) {
      batches.emplace_back(first, i);
      first = i;
      bytes = 0;
    }
    bytes += cost;
  }
  if (first < layouts.size()) batches.emplace_back(first, layouts.size());
  return batches;
}

/// All that the parallel body reads.
struct BatchContext {
  const std::vector<PlacedFrame>& frames;
  const SurveyFrames& survey;
  const FrameStore& store;
  const Terrain& terrain;
  std::span<const StripLayout> layouts;
  std::span<const StripGrid> grids;
  double margin_px;
  double mosaic_cell_m;  ///< 0 = no mosaic in this batch
};

Samples SampleFrame(const BatchContext& batch, std::size_t index) {
  Samples out;
  out.frame = index;
  const PlacedFrame& frame = batch.frames[index];
  Result<cv::Mat> celsius =
      batch.store.Celsius(frame.record, batch.survey.records[frame.record].meta);
  if (!celsius) {
    out.error = celsius.error();
    return out;
  }
  const FrameSampler sampler(*celsius, frame.registered, *frame.flat, frame.offset_k,
                             batch.margin_px);
  for (std::size_t s = 0; s < batch.layouts.size(); ++s) {
    if (auto samples = sampler.Sample(static_cast<int>(s), batch.layouts[s], batch.grids[s])) {
      out.strips.push_back(std::move(*samples));
    }
  }
  if (batch.mosaic_cell_m > 0) {
    out.patch = sampler.Patch(batch.mosaic_cell_m, batch.terrain);
  }
  return out;
}

/// Frames whose footprint comes near any strip of the batch.
std::vector<std::size_t> FramesOf(const std::vector<PlacedFrame>& frames,
                                  std::span<const StripGrid> grids) {
  std::vector<std::size_t> near;
  for (std::size_t f = 0; f < frames.size(); ++f) {
    Box2 box;
    for (const Vec2& corner : frames[f].registered.footprint) box.Add(corner);
    const bool touches = std::any_of(grids.begin(), grids.end(), [&](const StripGrid& grid) {
      return grid.bounds().Intersects(box);
    });
    if (touches) near.push_back(f);
  }
  return near;
}

}  // namespace

std::vector<double> TraceWidths(const PipeNetwork& network, std::span<const StripLayout> layouts,
                                double surface_h_w_m2k, const DetectionOptions& options) {
  std::vector<double> widths;
  for (const StripLayout& layout : layouts) {
    widths.push_back(
        ExpectedTraceWidth(network, layout.pipe, options.soil_conductivity, surface_h_w_m2k));
  }
  return widths;
}

StripStageResult SampleAndDetect(const std::vector<PlacedFrame>& frames, SurveyFrames& survey,
                                 const FrameStore& store, const Registration& registration,
                                 const PipeNetwork& network, double surface_h_w_m2k,
                                 double local_sigma_m, const RunRequest& request, int threads,
                                 Mosaic& mosaic, const WorkContext& work, StageClock& clock) {
  StripStageResult result;
  std::vector<RegisteredFrame> registered;
  std::vector<FrameSource> sources;
  for (const PlacedFrame& frame : frames) {
    registered.push_back(frame.registered);
    sources.push_back(survey.records[frame.record].meta.source);
  }
  const double pose_sigma = std::max(0.05, registration.median_sigma_m);
  result.layouts = PlanStrips(network, registered, pose_sigma, request.options.strips);
  result.findings.resize(result.layouts.size());
  const std::size_t tokens = TokensFor(LargestFrame(sources), threads);

  const auto budget = static_cast<std::size_t>(request.memory_gib * 0.3 * (1u << 30));
  const auto batches = Batches(result.layouts, budget);
  const std::size_t passes = std::max<std::size_t>(1, batches.size());
  for (std::size_t b = 0; b < passes; ++b) {
    const auto [first, last] =
        batches.empty() ? std::pair<std::size_t, std::size_t>{0, 0} : batches[b];
    const std::span layouts(result.layouts.data() + first, last - first);
    std::vector<StripGrid> grids;
    std::vector<Strip> strips;
    for (const StripLayout& layout : layouts) {
      grids.emplace_back(layout, network.pipes()[static_cast<std::size_t>(layout.pipe)].axis,
                         registration.terrain, request.options.strips.bend_smooth_m);
      strips.emplace_back(layout);
    }
    // The first pass visits every frame, for the mosaic; later ones only those that see their
    // strips.
    std::vector<std::size_t> order;
    if (b == 0) {
      for (std::size_t f = 0; f < frames.size(); ++f) order.push_back(f);
    } else {
      order = FramesOf(frames, grids);
    }
    const BatchContext batch{frames,
                             survey,
                             store,
                             registration.terrain,
                             layouts,
                             grids,
                             request.options.strips.margin_px,
                             b == 0 ? mosaic.cell_m() : 0.0};

    const auto total = static_cast<std::int64_t>(order.size());
    work.Report(MessageId::kStageStrips, 0, total);
    const auto sample = [&](std::size_t i) { return SampleFrame(batch, order[i]); };
    const auto merge = [&](std::size_t i, const Samples& samples) {
      const PlacedFrame& frame = frames[samples.frame];
      if (samples.error) survey.records[frame.record].quarantined = samples.error;
      for (const StripSamples& block : samples.strips) {
        strips[static_cast<std::size_t>(block.strip)].Add(block, frame.time_s);
      }
      if (samples.patch) {
        mosaic.Add(samples.patch->column, samples.patch->row, samples.patch->celsius,
                   samples.patch->nadir);
      }
      work.Report(MessageId::kStageStrips, static_cast<std::int64_t>(i) + 1, total);
    };
    ForEachInOrder(order.size(), tokens, work, sample, merge);
    clock.Mark("strips and mosaic");

    work.Report(MessageId::kStageDetect, 0, static_cast<std::int64_t>(layouts.size()));
    if (b == 0) {
      mosaic.Finish();
      result.alignment.shift = AlignToMap(
          mosaic, network, result.layouts,
          TraceWidths(network, result.layouts, surface_h_w_m2k, request.options.detection),
          PosePrior::Around(pose_sigma, local_sigma_m), request.options.alignment);
      MapAlignment& alignment = result.alignment;
      alignment.buildings =
          AlignToBuildings(mosaic, network, pose_sigma, request.options.alignment);
      if (alignment.buildings)
        alignment.disagreement = DisagreementSigmas(alignment.shift, *alignment.buildings);
    }
    clock.Mark("alignment to the map");
    const DetectionContext context{network, surface_h_w_m2k, result.alignment.shift};
    tbb::parallel_for(std::size_t{0}, layouts.size(), [&, first = first](std::size_t s) {
      result.findings[first + s] = DetectHotSpots(strips[s], context, request.options.detection);
    });
    clock.Mark("detection");
    work.Report(MessageId::kStageDetect, static_cast<std::int64_t>(layouts.size()),
                static_cast<std::int64_t>(layouts.size()));
    work.CheckStop();
  }
  result.alignment.traces = JudgeTraces(result.layouts, result.findings, network,
                                        result.alignment.shift, request.options.map_lines);
  for (StripFindings& found : result.findings) MarkDoubtful(result.alignment.traces, found.spots);
  return result;
}

}  // namespace thermoleak::pipeline
