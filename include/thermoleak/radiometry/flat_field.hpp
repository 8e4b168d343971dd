#pragma once
// What a camera adds to every picture: vignetting and the large-scale fixed pattern.

#include <opencv2/core.hpp>
#include <span>

#include "thermoleak/radiometry/harmonisation.hpp"

namespace thermoleak {

/// A bilinear surface over the picture, kelvin, mean 0. A value; const methods are thread-safe.
struct FlatField {
  enum class Kind { kNone, kRadial, kFull };
  Kind kind = Kind::kNone;
  cv::Mat_<float> nodes;  ///< the outermost lie on the picture's border; empty = no correction
  double width = 0, height = 0;  ///< of the picture, pixels
  int frames = 0;                ///< that it was estimated from
  double noise_k = -1;  ///< 1 sigma of one block's difference between two frames; -1 = not known

  float At(double u, double v) const;
  /// Takes the flat field and `offset_k` from a picture (CV_32FC1) of this camera; the picture
  /// itself is not changed.
  cv::Mat Corrected(const cv::Mat& celsius, double offset_k) const;
};

/// Size of a flat field over the picture, K.
struct PatternAmplitude {
  double rms_k = 0;
  double p2_k = 0;
  double p98_k = 0;
};
PatternAmplitude AmplitudeOf(const FlatField& flat);

/// Flat field of one camera by robust least squares from two witnesses:
/// - the same ground at two places of the picture (`pairs`, ascending by first and second), each
///   pair of frames with a constant of its own: free of the scene and of drift, but blind to what
///   no displacement shows (a slope along a single line, anything across it);
/// - medians over frames of each block's difference to its frame's median (`frames`, blocks that
///   see a pipe's corridor NaN): see everything, but the scene with it; their weight is small and
///   grows with the number of frames.
/// The model is a radial polynomial plus a mesh of nodes that is kept smooth, so that masked blocks
/// are filled from around. Below `min_frames` the radial part alone, below 5 nothing. All frames
/// of one camera. Deterministic.
FlatField EstimateFlatField(std::span<const Thumbnail> frames, std::span<const GroundPair> pairs,
                            int width, int height, const HarmonisationOptions& options);

}  // namespace thermoleak
