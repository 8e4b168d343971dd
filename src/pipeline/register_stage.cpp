#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "thermoleak/pipeline/tie_and_adjust.hpp"

namespace thermoleak {
namespace {

using Images = std::vector<cv::Mat_<float>>;

/// Overviews ready for matching, each freed of its own camera's pattern.
Images MatchingImages(std::span<const RegisteredFrame> frames,
                      std::span<const Overview* const> overviews) {
  std::map<int, std::vector<const Overview*>> of_camera;
  for (std::size_t i = 0; i < frames.size(); ++i)
    of_camera[frames[i].lens_id].push_back(overviews[i]);
  std::map<int, cv::Mat_<float>> patterns;
  for (const auto& [camera, own] : of_camera) patterns[camera] = FixedPattern(own);
  Images images(frames.size());
  tbb::parallel_for(std::size_t{0}, frames.size(), [&](std::size_t i) {
    images[i] = MatchingImage(*overviews[i], patterns.at(frames[i].lens_id));
  });
  return images;
}

struct Found {
  std::vector<TiePoint> ties;
  std::set<std::pair<int, int>> pairs;  ///< that tie
  int pairs_tried = 0;
};

/// Marks ties that a roof or a wall may have made: by parallax they appear some metres beside the
/// building.
void MarkBuildings(std::vector<TiePoint>& ties, const Registration& registration,
                   const PipeNetwork& map) {
  constexpr double kParallax = 5;
  for (TiePoint& tie : ties) {
    const auto ground = registration.frames[static_cast<std::size_t>(tie.first)].camera.Ground(
        tie.pixel_first, registration.terrain);
    tie.beside_building = ground && map.BuildingDistance(ground->head<2>(), kParallax) <= kParallax;
  }
}

/// Matches all pairs that overlap by `registration`; `sigma_m` of a pair is how far its frames may
/// be off against each other. Of a pair's ties some are kept, evenly over the overlap: their errors
/// are alike, and more of them cost more than they tell.
template <class Sigma>
Found FindTies(const Registration& registration, const Images& images, const PipeNetwork& map,
               const TieOptions& options, const Sigma& sigma_m, TiePatches patches,
               const WorkContext& work) {
  const std::size_t most_of_pair = patches == TiePatches::kFew ? 5 : 10;
  const std::vector<RegisteredFrame>& frames = registration.frames;
  const auto pairs = OverlappingPairs(frames, options);
  work.Report(MessageId::kStageTies, 0, static_cast<std::int64_t>(pairs.size()));
  std::vector<std::vector<TiePoint>> found(pairs.size());
  tbb::parallel_for(std::size_t{0}, pairs.size(), [&](std::size_t p) {
    if (work.stop.stop_requested()) return;
    const auto a = static_cast<std::size_t>(pairs[p].first);
    const auto b = static_cast<std::size_t>(pairs[p].second);
    found[p] = MatchPair(pairs[p].first, pairs[p].second, frames, images[a], images[b],
                         registration.terrain, sigma_m(pairs[p]), patches, options);
    if (!map.buildings().empty()) MarkBuildings(found[p], registration, map);
  });
  work.CheckStop();
  Found out;
  out.pairs_tried = static_cast<int>(pairs.size());
  for (const auto& pair : found) {
    if (!pair.empty()) out.pairs.insert({pair.front().first, pair.front().second});
    const std::size_t keep = std::min(most_of_pair, pair.size());
    for (std::size_t k = 0; k < keep; ++k) out.ties.push_back(pair[k * pair.size() / keep]);
  }
  work.Report(MessageId::kStageTies, out.pairs_tried, out.pairs_tried);
  return out;
}

/// Of the pictures' middles, m; that of the frames that nothing ties.
double WorstSigma(const Registration& registration) {
  double worst = 0;
  for (const RegisteredFrame& frame : registration.frames) {
    const Vec3 centre(frame.centre.x(), frame.centre.y(),
                      registration.terrain.HeightAt(frame.centre));
    worst = std::max(worst, std::sqrt(0.5 * frame.GroundCovariance(centre).trace()));
  }
  return worst;
}

}  // namespace

AdjustSummary TieAndAdjust(Registration& registration, std::span<const Overview* const> overviews,
                           const PipeNetwork& map, const RunOptions& options,
                           const WorkContext& work) {
  const Images images = MatchingImages(registration.frames, overviews);
  // First the recorded poses tell where to look: their own noise, a turn at the edge, and a wrong
  // height, which stretches the distance between them.
  const auto by_records = [&](const std::pair<int, int>& pair) {
    const RegisteredFrame& a = registration.frames[static_cast<std::size_t>(pair.first)];
    const RegisteredFrame& b = registration.frames[static_cast<std::size_t>(pair.second)];
    const double stretch =
        1.5 * options.registration.height_sigma_share * (a.centre - b.centre).norm();
    const double own = std::hypot(1.5 * options.adjust.position_noise_m, 1.0, stretch);
    // Frames of one flight share its bias, those of two do not.
    return a.flight == b.flight ? own
                                : std::sqrt(own * own + a.covariance(0, 0) + b.covariance(0, 0));
  };
  Found found =
      FindTies(registration, images, map, options.ties, by_records, TiePatches::kFew, work);
  Registration adjusted = registration;
  AdjustSummary summary = AdjustCameras(adjusted, found.ties, options.registration, options.adjust);
  if (summary.converged) {
    // Then the adjusted ones, freed of their biases: with less to search, ground that shows little
    // is found too, and what looked alike a bay further is out of reach.
    const auto by_adjustment = [&](const std::pair<int, int>& pair) {
      // What has been tied is where it was left.
      if (found.pairs.contains(pair)) return 0.0;
      const auto variance = [&](int index) {
        const RegisteredFrame& frame = adjusted.frames[static_cast<std::size_t>(index)];
        const Vec3 centre(frame.centre.x(), frame.centre.y(),
                          registration.terrain.HeightAt(frame.centre));
        return 0.5 * frame.RelativeGroundCovariance(centre).trace();
      };
      return std::sqrt(variance(pair.first) + variance(pair.second));
    };
    found = FindTies(adjusted, images, map, options.ties, by_adjustment, TiePatches::kMany, work);
    const Registration first = std::move(adjusted);
    const AdjustStart start{first, summary.noise};
    adjusted = registration;
    summary = AdjustCameras(adjusted, found.ties, options.registration, options.adjust, &start);
  }
  if (summary.converged) registration = std::move(adjusted);
  // A few such frames are usual; many are worth a word.
  constexpr double kMany = 0.1;
  const auto count = static_cast<double>(registration.frames.size());
  if (summary.ties > 0 && summary.frames_untied > kMany * count) {
    registration.warnings.push_back(
        {MessageId::kFramesNotTied,
         {fmt::format("{}", summary.frames_untied), fmt::format("{}", registration.frames.size()),
          fmt::format("{:.1f}", WorstSigma(registration))}});
  }
  summary.pairs_tried = found.pairs_tried;
  summary.pairs_tied = static_cast<int>(found.pairs.size());
  return summary;
}

}  // namespace thermoleak
