#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pipeline/stages.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak::pipeline {

RegistrationFacts DescribeRegistration(const Registration& registration,
                                       const AdjustSummary& adjustment,
                                       std::vector<GroupPlacement> groups,
                                       const std::vector<PlacedFrame>& frames,
                                       SurveyFrames& survey) {
  RegistrationFacts facts;
  facts.method = registration.method;
  facts.median_sigma_m = registration.median_sigma_m;
  facts.median_relative_sigma_m = registration.median_relative_sigma_m;
  facts.adjustment = adjustment;
  facts.groups = std::move(groups);
  std::vector<double> relative;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const RegisteredFrame& frame = frames[i].registered;
    const Vec3 centre(frame.centre.x(), frame.centre.y(),
                      registration.terrain.HeightAt(frame.centre));
    relative.push_back(std::sqrt(0.5 * frame.RelativeGroundCovariance(centre).trace()));
    if (i < adjustment.ties_of_frame.size())
      survey.records[frames[i].record].ties = adjustment.ties_of_frame[i];
  }
  if (!relative.empty()) facts.p90_relative_sigma_m = QuantileInPlace(relative, 0.9);
  return facts;
}

std::vector<Message> PlacingNotes(const Registration& registration, const AdjustSummary& adjustment,
                                  std::span<const GroupPlacement> groups,
                                  const SurveyFrames& survey) {
  std::vector<Message> notes;
  const std::size_t placed = registration.frames.size();
  const std::size_t located = registration.located.size();
  const std::string sigma = fmt::format("{:.1f}", registration.median_sigma_m);
  if (placed == 0 && located > 0)
    notes.push_back({MessageId::kOnlyLocated, {fmt::format("{}", located)}});
  const auto alone = std::count_if(
      survey.records.begin(), survey.records.end(),
      [](const FrameRecord& record) { return record.located && record.located->pipes.empty(); });
  if (alone > 0) {
    notes.push_back(
        {MessageId::kLocatedNoPipe, {fmt::format("{}", alone), fmt::format("{}", located)}});
  }
  if (placed == 1) {
    notes.push_back({MessageId::kOneFramePlaced, {sigma}});
  } else if (placed > 1 && adjustment.ties == 0) {
    notes.push_back({MessageId::kNothingTied, {fmt::format("{}", placed), sigma}});
  }
  for (const GroupPlacement& group : groups) {
    if (group.first) continue;
    const std::string frames = fmt::format("{}", group.frames);
    const std::string apart = fmt::format("{:.1f}", group.sigma_m);
    notes.push_back(group.placed
                        ? Message{MessageId::kGroupMoved,
                                  {frames, fmt::format("{:.1f}", group.move_m.norm()), apart}}
                        : Message{MessageId::kGroupNotMoved, {frames, apart}});
  }
  return notes;
}

}  // namespace thermoleak::pipeline
