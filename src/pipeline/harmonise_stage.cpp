#include <algorithm>
#include <cmath>
#include <limits>

#include "pipeline/stages.hpp"
#include "thermoleak/core/statistics.hpp"
#include "thermoleak/radiometry/offsets.hpp"
#include "thermoleak/registration/overlap.hpp"

namespace thermoleak::pipeline {
namespace {

/// Blocks that see a pipe's corridor are left out of the frames' medians: flown along a pipe, it
/// would become part of the flat field.
void MaskCorridors(const RegisteredFrame& frame, const PipeNetwork& network, const Terrain& terrain,
                   double reach_m, Thumbnail& thumbnail) {
  cv::Mat_<float>& blocks = thumbnail.celsius;
  const Lens& lens = frame.camera.lens;
  Box2 box;
  for (const Vec2& corner : frame.footprint) box.Add(corner);
  const std::vector<int> pipes = network.PipesNear(box, reach_m);
  if (pipes.empty()) return;
  const int block_px = BlockPixels(thumbnail, lens.width, lens.height);
  for (int r = 0; r < blocks.rows; ++r) {
    for (int c = 0; c < blocks.cols; ++c) {
      const auto ground =
          frame.camera.Ground({(c + 0.5) * block_px, (r + 0.5) * block_px}, terrain);
      if (!ground) continue;
      for (const int pipe : pipes) {
        const Polyline& axis = network.pipes()[static_cast<std::size_t>(pipe)].axis;
        if (axis.Locate(ground->head<2>()).distance < reach_m) {
          blocks(r, c) = std::numeric_limits<float>::quiet_NaN();
          break;
        }
      }
    }
  }
}

/// A survey's frames as this stage looks at them.
struct Inputs {
  std::vector<RegisteredFrame> frames;
  std::vector<Thumbnail> thumbnails;
};

/// The flat field of the camera whose frames are `members`: its own frames and nothing else.
FlatField FlatFieldOf(const std::vector<std::size_t>& members, int camera, const Inputs& inputs,
                      std::span<const GroundPair> pairs, const PipeNetwork& network,
                      const Terrain& terrain, double reach_m, const HarmonisationOptions& options) {
  std::vector<Thumbnail> masked;
  for (const std::size_t i : members) {
    masked.push_back({inputs.thumbnails[i].celsius.clone()});
    MaskCorridors(inputs.frames[i], network, terrain, reach_m, masked.back());
  }
  std::vector<GroundPair> own;
  const auto is_own = [&](int frame) {
    return inputs.frames[static_cast<std::size_t>(frame)].lens_id == camera;
  };
  std::copy_if(pairs.begin(), pairs.end(), std::back_inserter(own),
               [&](const GroundPair& pair) { return is_own(pair.first) && is_own(pair.second); });
  const Lens& lens = inputs.frames[members.front()].camera.lens;
  return EstimateFlatField(masked, own, lens.width, lens.height, options);
}

/// A camera on one flight drifts as one.
std::vector<OffsetFrame> OffsetFrames(const std::vector<RegisteredFrame>& frames) {
  std::map<std::pair<int, int>, int> series;
  std::vector<OffsetFrame> out;
  for (const RegisteredFrame& frame : frames) {
    const auto key = std::pair(frame.flight, frame.lens_id);
    const int fresh = static_cast<int>(series.size());
    out.push_back({series.emplace(key, fresh).first->second, frame.time_s});
  }
  return out;
}

std::string CameraName(const FrameMeta& meta) {
  std::string name = meta.make.empty() ? meta.model : meta.make + " " + meta.model;
  if (!meta.serial.empty()) name += " " + meta.serial;
  return name;
}

HarmonisationFacts FactsOf(const Harmonised& harmonised, const OffsetSolution& offsets,
                           const std::map<int, std::vector<std::size_t>>& frames_of_camera,
                           const std::vector<PlacedFrame>& frames, const SurveyFrames& survey) {
  HarmonisationFacts facts;
  for (const auto& [camera, members] : frames_of_camera) {
    const FlatField& flat = harmonised.flats.at(camera);
    facts.cameras.push_back({CameraName(survey.records[frames[members.front()].record].meta),
                             flat.frames, flat.kind, AmplitudeOf(flat)});
  }
  const auto [low, high] = std::minmax_element(offsets.offset_k.begin(), offsets.offset_k.end());
  facts.offset_low_k = *low;
  facts.offset_high_k = *high;
  facts.offset_sigma_k = MedianOf(std::span<const double>(offsets.sigma_k));
  facts.drift_k = offsets.drift_k;
  for (const ShutterStep& step : offsets.steps) facts.steps_k.push_back(step.step_k);
  return facts;
}

}  // namespace

Harmonised Harmonise(std::vector<PlacedFrame>& frames, SurveyFrames& survey,
                     const PipeNetwork& network, const Terrain& terrain, double pose_sigma_m,
                     const RunOptions& options) {
  Harmonised out;
  if (frames.empty()) return out;
  Inputs inputs;
  std::map<int, std::vector<std::size_t>> frames_of_camera;
  for (const PlacedFrame& frame : frames) {
    frames_of_camera[frame.registered.lens_id].push_back(inputs.frames.size());
    inputs.frames.push_back(frame.registered);
    inputs.thumbnails.push_back(survey.thumbnails[frame.record]);
  }
  const std::vector<GroundPair> pairs = GroundPairs(inputs.frames, inputs.thumbnails, terrain);
  for (const auto& [camera, members] : frames_of_camera) {
    out.flats[camera] = FlatFieldOf(members, camera, inputs, pairs, network, terrain,
                                    2.0 + pose_sigma_m, options.harmonisation);
  }
  std::vector<const FlatField*> flat_of_frame;
  for (PlacedFrame& frame : frames) {
    frame.flat = &out.flats.at(frame.registered.lens_id);
    flat_of_frame.push_back(frame.flat);
  }
  const OffsetSolution offsets = SolveOffsets(
      OffsetFrames(inputs.frames), OverlapDifferences(pairs, flat_of_frame), options.harmonisation);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    frames[i].offset_k = offsets.offset_k[i];
    FrameRecord& record = survey.records[frames[i].record];
    record.offset_k = offsets.offset_k[i];
    record.offset_sigma_k = offsets.sigma_k[i];
    record.registered = frames[i].registered;
  }
  for (const ShutterStep& step : offsets.steps) {
    if (auto flag = AssessStep(step.step_k, options.quality)) {
      survey.records[frames[static_cast<std::size_t>(step.frame)].record].flags.push_back(
          std::move(*flag));
    }
  }
  out.facts = FactsOf(out, offsets, frames_of_camera, frames, survey);
  out.facts.before = DisagreementOf(pairs);
  out.facts.after = DisagreementOf(pairs, flat_of_frame, offsets.offset_k);
  return out;
}

}  // namespace thermoleak::pipeline
