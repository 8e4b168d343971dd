#include <tbb/parallel_for.h>

#include <algorithm>

#include "pipeline/stages.hpp"
#include "thermoleak/scoring/evidence.hpp"

namespace thermoleak::pipeline {
namespace {

constexpr double kChipSize = 16.0;      // m on the ground: a signature with its surroundings
constexpr std::size_t kMostFrames = 8;  // named with a candidate

const StripFindings* FindingsOf(const StripStageResult& strips, const HotSpot& spot) {
  for (std::size_t i = 0; i < strips.layouts.size(); ++i) {
    const StripLayout& layout = strips.layouts[i];
    const double end = layout.chainage0_m + layout.columns * layout.cell_m;
    if (layout.pipe == spot.pipe && spot.chainage_m >= layout.chainage0_m &&
        spot.chainage_m <= end) {
      return &strips.findings[i];
    }
  }
  return nullptr;
}

}  // namespace

std::vector<CandidateEvidence> CollectEvidence(std::span<LeakCandidate> candidates,
                                               const StripStageResult& strips,
                                               const std::vector<PlacedFrame>& frames,
                                               const SurveyFrames& survey, const FrameStore& store,
                                               const Registration& registration,
                                               const PipeNetwork& network, int most,
                                               const WorkContext& work) {
  std::vector<RegisteredFrame> registered;
  for (const PlacedFrame& frame : frames) registered.push_back(frame.registered);
  const std::size_t shown = std::min(candidates.size(), static_cast<std::size_t>(most));
  std::vector<CandidateEvidence> evidence(shown);
  work.Report(MessageId::kStageEvidence, 0, static_cast<std::int64_t>(shown));
  tbb::parallel_for(std::size_t{0}, candidates.size(), [&](std::size_t i) {
    if (work.stop.stop_requested()) return;
    LeakCandidate& candidate = candidates[i];
    const std::vector<int> seeing =
        FramesSeeing(candidate.measured_position, registered, registration.terrain, 8);
    for (std::size_t k = 0; k < std::min(kMostFrames, seeing.size()); ++k) {
      const PlacedFrame& frame = frames[static_cast<std::size_t>(seeing[k])];
      candidate.frames.push_back(survey.records[frame.record].meta.name);
    }
    if (i >= shown) return;
    if (const StripFindings* findings = FindingsOf(strips, candidate.spot)) {
      AddProfiles(*findings, candidate.spot, evidence[i]);
    }
    if (seeing.empty()) return;
    const PlacedFrame& best = frames[static_cast<std::size_t>(seeing[0])];
    const FrameMeta& meta = survey.records[best.record].meta;
    if (const auto celsius = store.Celsius(best.record, meta)) {
      const double size = std::clamp(1.6 * candidate.spot.length_m, kChipSize, 2 * kChipSize);
      AddChip(*celsius, best.registered, meta.name, candidate.measured_position, network,
              registration.terrain, size, evidence[i]);
    }
  });
  work.CheckStop();
  work.Report(MessageId::kStageEvidence, static_cast<std::int64_t>(shown),
              static_cast<std::int64_t>(shown));
  return evidence;
}

}  // namespace thermoleak::pipeline
