#pragma once
// Temperatures of one frame are comparable with each other; those of two frames are not, until the
// camera's flat field (flat_field.hpp) and the drift between frames (offsets.hpp) are taken out.
// Here: what both look at.

#include <opencv2/core.hpp>
#include <span>

#include "thermoleak/core/options.hpp"

namespace thermoleak {

struct HarmonisationOptions {
  int min_frames = 20;  ///< of one camera; fewer tell the scene and the flat field badly apart, and
                        ///< only its radial part is taken out
  double offset_prior_k =
      5.0;  ///< expected size of drift and shutter jumps; shutter steps of 5.2 K are published
  double robust_k = 0.3;  ///< pair differences beyond this count less
  double drift_k = 0.1;  ///< expected drift in a second (a random walk), where overlaps do not tell
  double step_k = 0.3;   ///< steps smaller than this are drift, not a shutter's

  void Describe(OptionVisitor& v);
};

/// A frame reduced to block means: what harmonisation looks at. Rows x columns of blocks, NaN where
/// masked.
struct Thumbnail {
  cv::Mat_<float> celsius;
};

/// Block means of an image (CV_32FC1, or CV_16UC1: then of counts), `block_px` square; incomplete
/// blocks at the border are dropped.
Thumbnail MakeThumbnail(const cv::Mat& image, int block_px);
/// Size of the blocks of a thumbnail of a picture; the border that they leave may be nearly as
/// wide.
int BlockPixels(const Thumbnail& thumbnail, int width, int height);

/// The same point of the ground in two frames.
struct GroundPair {
  int first = 0;
  int second = 0;
  float difference_k = 0;          ///< first - second, as read
  float first_u = 0, first_v = 0;  ///< where in the picture, pixels
  float second_u = 0, second_v = 0;
};

/// The stretches of `pairs` (ascending by first, second) that belong to the same two frames.
template <class Visit>
void ForEachFramePair(std::span<const GroundPair> pairs, Visit visit) {
  for (std::size_t i = 0; i < pairs.size();) {
    std::size_t j = i;
    while (j < pairs.size() && pairs[j].first == pairs[i].first &&
           pairs[j].second == pairs[i].second)
      ++j;
    visit(pairs.subspan(i, j - i));
    i = j;
  }
}

}  // namespace thermoleak
