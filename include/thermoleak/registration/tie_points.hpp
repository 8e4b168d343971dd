#pragma once
// Points that two overlapping frames share, found by dense correlation: night ground has few
// corners, but even grass and asphalt carry a pattern.

#include <opencv2/core.hpp>
#include <span>
#include <vector>

#include "thermoleak/core/options.hpp"
#include "thermoleak/registration/overview.hpp"
#include "thermoleak/registration/registration.hpp"

namespace thermoleak {

struct TieOptions {
  double min_correlation = 0.6;  ///< of a patch, normalised
  double min_coarse_correlation = 0.3;
  double max_residual_px = 3.0;  ///< full pixels, from the pair's common similarity transform
  int min_points = 5;            ///< agreeing patches that make a pair
  int pairs_along = 2;           ///< next frames of the same line
  int pairs_across = 2;          ///< frames of other lines

  void Describe(OptionVisitor& v);
};

/// Full-resolution pixels of the same ground point in two frames (positions in the span given to
/// FindTiePoints).
struct TiePoint {
  int first = 0;
  int second = 0;
  Vec2 pixel_first{0, 0};
  Vec2 pixel_second{0, 0};
  double sigmas = 1;             ///< of a usual tie's sigma
  bool beside_building = false;  ///< it may lie on a roof or a wall
};

/// How many places of an overlap are compared: few to learn where frames are, many to adjust them.
enum class TiePatches { kFew, kMany };

/// Pairs worth matching: footprints that overlap by the recorded poses, ascending, each once.
std::vector<std::pair<int, int>> OverlappingPairs(std::span<const RegisteredFrame> frames,
                                                  const TieOptions& options);

/// Tie points of one pair, empty when the pair does not tie. `sigma_m` is how far the recorded
/// poses may be off against each other: the whole overlap is compared first where that is more than
/// the patches search by themselves. Where no patches agree, but the whole overlap does beyond
/// doubt, one tie in its middle stands for it. Deterministic, thread-safe.
std::vector<TiePoint> MatchPair(int first, int second, std::span<const RegisteredFrame> frames,
                                const cv::Mat_<float>& image_first,
                                const cv::Mat_<float>& image_second, const Terrain& terrain,
                                double sigma_m, TiePatches patches, const TieOptions& options);

}  // namespace thermoleak
