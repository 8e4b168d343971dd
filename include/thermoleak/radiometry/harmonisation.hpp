#pragma once
// Temperatures of one frame are comparable with each other; those of two frames are not, until the
// flat field and the drift between frames are taken out (detection.md 3.4). First step: a radial
// flat field and one offset a frame.

#include <opencv2/core.hpp>
#include <span>
#include <vector>

#include "thermoleak/core/options.hpp"

namespace thermoleak {

struct HarmonisationOptions {
  int min_frames = 20;  ///< fewer frames tell the scene and the flat field badly apart
  double offset_prior_k =
      5.0;  ///< expected size of drift and shutter jumps; shutter steps of 5.2 K are published
  double robust_k = 0.3;  ///< pair differences beyond this count less

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

/// Smooth vignetting F(r^2) = c1 q + c2 q^2 + c3 q^3 with q = squared distance from the picture's
/// centre over the squared half diagonal, kelvin; zero at the centre.
struct FlatField {
  double c1 = 0, c2 = 0, c3 = 0;
  double centre_u = 0, centre_v = 0;  ///< pixels
  double inverse_r2 = 0;              ///< 1 / half diagonal squared; 0 = no correction
  int frames = 0;

  float At(double u, double v) const {
    const double q =
        ((u - centre_u) * (u - centre_u) + (v - centre_v) * (v - centre_v)) * inverse_r2;
    return static_cast<float>(q * (c1 + q * (c2 + q * c3)));
  }
};

/// Flat field from the medians over frames of each block's difference to its frame's median, with
/// blocks that see a pipe's corridor masked (NaN) by the caller so that the pipe does not become
/// part of it. No correction when fewer than `min_frames` frames see enough blocks. All thumbnails
/// of one camera and size.
FlatField EstimateFlatField(std::span<const Thumbnail> frames, int width, int height,
                            const HarmonisationOptions& options);

/// Median difference of two overlapping frames over the ground that both see.
struct OverlapDifference {
  int first = 0;
  int second = 0;
  double difference_k = 0;  ///< first - second
  int cells = 0;            ///< ground cells that agree to the median's making
};

/// One offset a frame (to be subtracted) that makes overlaps agree: robust sparse least squares
/// over the differences (iteratively reweighted, Cauchy), a weak prior towards 0, mean 0 over
/// each connected group. Deterministic.
std::vector<double> SolveOffsets(int frames, std::span<const OverlapDifference> overlaps,
                                 const HarmonisationOptions& options);

/// Median absolute disagreement of the overlaps after subtracting `offsets` (empty = none), K; -1
/// without overlaps.
double OverlapDisagreement(std::span<const OverlapDifference> overlaps,
                           std::span<const double> offsets);

}  // namespace thermoleak
