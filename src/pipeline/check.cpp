#include "thermoleak/pipeline/check.hpp"

#include <tbb/global_control.h>
#include <tbb/info.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/core/utility.hpp>

#include "pipeline/map_place.hpp"
#include "pipeline/stages.hpp"
#include "thermoleak/core/statistics.hpp"
#include "thermoleak/ingest/dji_sdk.hpp"
#include "thermoleak/pipeline/ordered.hpp"
#include "thermoleak/pipeline/tokens.hpp"
#include "thermoleak/radiometry/summary.hpp"
#include "thermoleak/report/quick_check.hpp"

namespace thermoleak {
namespace {

using namespace pipeline;

struct Looked {
  FrameRecord record;
  FrameMeasures measures;
};

Looked LookAt(const FrameSource& source, const CameraTable& cameras, const ReadOptions& options,
              const QualityOptions& quality) {
  Looked looked;
  looked.record.meta.source = source;
  looked.record.meta.name = source.Name();
  Result<ThermalFrame> frame = ReadFrame(source, cameras, options);
  if (!frame) {
    looked.record.quarantined = frame.error();
    return looked;
  }
  const auto histogram = CountHistogram::Of(frame->stored);
  const CountHistogram* counts = histogram ? &*histogram : nullptr;
  if (!Summarise(frame->stored, frame->meta.calibration, counts)) {
    looked.record.quarantined =
        Error{source.Name(),
              {MessageId::kCorruptData,
               {InBoth("no valid temperature in the picture", "图像中没有有效温度")}}};
    return looked;
  }
  looked.record.flags = AssessFrame(*frame, counts, quality, &looked.measures);
  looked.record.meta = std::move(frame->meta);
  return looked;
}

/// A blurred picture or one without contrast shows no leak: the place is as good as not seen.
bool Shows(const FrameRecord& record) {
  return std::none_of(record.flags.begin(), record.flags.end(), [](const QualityFlag& flag) {
    return flag.mark == QualityMark::kBlurred || flag.mark == QualityMark::kLowContrast;
  });
}

/// How many frames look at each metre of each pipe.
std::vector<PipeCoverage> CoverageOf(const PipeNetwork& network,
                                     const std::vector<const RegisteredFrame*>& frames) {
  constexpr double kCalm_k = 0.1;  // of a camera: the quick check does not measure noise
  std::map<int, std::vector<int>> views;
  for (const RegisteredFrame* frame : frames) {
    Box2 box;
    for (const Vec2& corner : frame->footprint) box.Add(corner);
    for (const int pipe : network.PipesNear(box, 0)) {
      const Polyline& axis = network.pipes()[static_cast<std::size_t>(pipe)].axis;
      auto& metres = views[pipe];
      metres.resize(static_cast<std::size_t>(std::max(1.0, std::ceil(axis.Length()))));
      const double step = axis.Length() / static_cast<double>(metres.size());
      for (std::size_t i = 0; i < metres.size(); ++i) {
        const Vec2 p = axis.At((static_cast<double>(i) + 0.5) * step);
        if (box.Contains(p) && RingContains(frame->footprint, p)) ++metres[i];
      }
    }
  }
  std::vector<PipeCoverage> coverage;
  for (const auto& [pipe, metres] : views) {
    const double length = network.pipes()[static_cast<std::size_t>(pipe)].axis.Length();
    const double step = length / static_cast<double>(metres.size());
    for (std::size_t i = 0, end = 0; i < metres.size(); i = end) {
      for (end = i; end < metres.size() && metres[end] == metres[i];) ++end;
      if (metres[i] == 0) continue;
      coverage.push_back({pipe, static_cast<double>(i) * step, static_cast<double>(end) * step,
                          static_cast<double>(metres[i]), kCalm_k});
    }
  }
  return coverage;
}

std::optional<double> MedianOrNothing(std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  return QuantileInPlace(values, 0.5);
}

}  // namespace

CheckOutcome CheckSurvey(const RunRequest& request, const std::filesystem::path& out,
                         const WorkContext& work) {
  const int threads = request.threads > 0 ? request.threads : tbb::info::default_concurrency();
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  cv::setNumThreads(1);
  const std::vector<FrameSource> files = DiscoverFrames(request.inputs);
  if (files.empty()) {
    throw RunError(ExitCode::kInputMissing, MessageId::kNoInputFrames,
                   {request.inputs.empty() ? std::string("?") : request.inputs.front().string()});
  }
  const LoadedNetwork map = LoadMap(request, files);
  CameraTable cameras = CameraTable::BuiltIn();
  if (request.cameras) cameras.Prepend(*request.cameras);
  std::unique_ptr<DjiSdk> dji_sdk;
  if (request.dji_sdk)
    dji_sdk = std::make_unique<DjiSdk>(DjiSdk::Options{*request.dji_sdk, request.program, threads});
  ReadOptions reading;
  reading.hash = true;
  reading.dji_sdk = dji_sdk.get();

  SurveyResult result{&map.network, map.frame, {}, {}, {}, {}, {}, {}, {}};
  std::map<std::string, std::string> seen;
  std::vector<double> edges, contrasts;
  const auto total = static_cast<std::int64_t>(files.size());
  const auto look = [&](std::size_t i) {
    return LookAt(files[i], cameras, reading, request.options.quality);
  };
  const auto collect = [&](std::size_t i, Looked looked) {
    FrameRecord& record = looked.record;
    if (!record.quarantined) {
      const auto [first, is_new] = seen.emplace(record.meta.sha256, record.meta.name);
      if (!is_new)
        record.quarantined = Error{record.meta.name, {MessageId::kDuplicateFrame, {first->second}}};
    }
    if (!record.quarantined) {
      if (looked.measures.edge_px) edges.push_back(*looked.measures.edge_px);
      if (looked.measures.contrast_k) contrasts.push_back(*looked.measures.contrast_k);
    }
    result.frames.push_back(std::move(record));
    work.Report(MessageId::kStageCheck, static_cast<std::int64_t>(i) + 1, total);
  };
  ForEachInOrder(files.size(), TokensFor(LargestFrame(files), threads), work, look, collect);

  std::vector<FrameMeta> metas;
  std::vector<std::size_t> record_of_meta;
  for (std::size_t i = 0; i < result.frames.size(); ++i) {
    if (result.frames[i].quarantined) continue;
    metas.push_back(result.frames[i].meta);
    record_of_meta.push_back(i);
  }
  Registration registration =
      RegisterFromMetadata(metas, map.frame, request.dem, request.options.registration);
  for (const auto& [index, error] : registration.failed)
    result.frames[record_of_meta[static_cast<std::size_t>(index)]].quarantined = error;
  std::vector<const RegisteredFrame*> showing;
  for (const RegisteredFrame& frame : registration.frames) {
    FrameRecord& record = result.frames[record_of_meta[static_cast<std::size_t>(frame.frame)]];
    record.registered = frame;
    if (Shows(record)) showing.push_back(&frame);
  }
  result.coverage = CoverageOf(map.network, showing);
  WriteQualityJson(result, {MedianOrNothing(edges), MedianOrNothing(contrasts)},
                   request.options.quality, out);

  CheckOutcome outcome;
  outcome.frames = static_cast<int>(result.frames.size());
  outcome.unusable = static_cast<int>(
      std::count_if(result.frames.begin(), result.frames.end(),
                    [](const FrameRecord& r) { return r.quarantined.has_value(); }));
  for (const PipeCoverage& piece : result.coverage) outcome.seen_m += piece.to_m - piece.from_m;
  Box2 area;
  for (const RegisteredFrame& frame : registration.frames) {
    for (const Vec2& corner : frame.footprint) area.Add(corner);
  }
  for (const Pipe& pipe : map.network.pipes()) {
    if (!area.empty() && pipe.axis.valid() && pipe.axis.Bounds().Intersects(area))
      outcome.pipe_m += pipe.axis.Length();
  }
  return outcome;
}

}  // namespace thermoleak
