#include <tbb/parallel_for.h>

#include "thermoleak/pipeline/tie_and_adjust.hpp"

namespace thermoleak {

AdjustSummary TieAndAdjust(Registration& registration, std::span<const Overview* const> overviews,
                           const RunOptions& options, const WorkContext& work) {
  const std::vector<RegisteredFrame>& frames = registration.frames;
  const auto pairs = OverlappingPairs(frames, options.ties);
  work.Report(MessageId::kStageTies, 0, static_cast<std::int64_t>(pairs.size()));

  std::vector<cv::Mat_<float>> images(frames.size());
  tbb::parallel_for(std::size_t{0}, frames.size(),
                    [&](std::size_t i) { images[i] = MatchingImage(*overviews[i]); });
  std::vector<std::vector<TiePoint>> found(pairs.size());
  tbb::parallel_for(std::size_t{0}, pairs.size(), [&](std::size_t p) {
    if (work.stop.stop_requested()) return;
    const auto [a, b] = pairs[p];
    // How far two frames may be off against each other: their own noise, a turn at the edge, and a
    // wrong height, which stretches the distance between them.
    const double stretch =
        1.5 * options.registration.height_sigma_share *
        (frames[static_cast<std::size_t>(a)].centre - frames[static_cast<std::size_t>(b)].centre)
            .norm();
    const double sigma = std::hypot(1.5 * options.adjust.position_noise_m, 1.0, stretch);
    found[p] =
        MatchPair(a, b, frames, images[static_cast<std::size_t>(a)],
                  images[static_cast<std::size_t>(b)], registration.terrain, sigma, options.ties);
  });
  work.CheckStop();
  std::vector<TiePoint> ties;
  int tied = 0;
  for (const auto& pair : found) {
    tied += pair.empty() ? 0 : 1;
    ties.insert(ties.end(), pair.begin(), pair.end());
  }
  AdjustSummary summary = AdjustCameras(registration, ties, options.registration, options.adjust);
  summary.pairs_tried = static_cast<int>(pairs.size());
  summary.pairs_tied = tied;
  work.Report(MessageId::kStageTies, static_cast<std::int64_t>(pairs.size()),
              static_cast<std::int64_t>(pairs.size()));
  return summary;
}

}  // namespace thermoleak
