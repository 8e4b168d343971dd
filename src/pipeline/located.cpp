#include <algorithm>

#include "pipeline/stages.hpp"

namespace thermoleak::pipeline {
namespace {

/// Nearest first.
std::vector<int> PipesAround(const Vec2& place, double radius_m, const PipeNetwork& network) {
  constexpr std::size_t kMost = 6;  // more than that says nothing about which one is shown
  Box2 box;
  box.Add(place);
  std::vector<std::pair<double, int>> near;
  for (const int pipe : network.PipesNear(box, radius_m)) {
    const double distance_m =
        network.pipes()[static_cast<std::size_t>(pipe)].axis.Locate(place).distance;
    if (distance_m <= radius_m) near.emplace_back(distance_m, pipe);
  }
  std::sort(near.begin(), near.end());
  near.resize(std::min(near.size(), kMost));
  std::vector<int> pipes;
  for (const auto& [distance_m, pipe] : near) pipes.push_back(pipe);
  return pipes;
}

}  // namespace

void AttachLocated(const Registration& registration, std::span<const std::size_t> record_of_meta,
                   const PipeNetwork& network, SurveyFrames& survey) {
  constexpr double kSigmas = 2;
  for (const LocatedFrame& located : registration.located) {
    survey.records[record_of_meta[static_cast<std::size_t>(located.frame)]].located =
        HandPicture{located.position, located.sigma_m,
                    PipesAround(located.position, kSigmas * located.sigma_m, network)};
  }
}

bool AnyBesidePipe(const SurveyFrames& survey) {
  return std::any_of(survey.records.begin(), survey.records.end(), [](const FrameRecord& record) {
    return record.located && !record.located->pipes.empty();
  });
}

}  // namespace thermoleak::pipeline
