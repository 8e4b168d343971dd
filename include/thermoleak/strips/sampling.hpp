#pragma once
// One frame's pixels through its adjusted camera onto strips and mosaic.

#include <opencv2/core.hpp>
#include <optional>

#include "thermoleak/radiometry/flat_field.hpp"
#include "thermoleak/registration/registration.hpp"
#include "thermoleak/strips/strip.hpp"

namespace thermoleak {

/// Samples of one frame over part of the mosaic's cells.
struct MosaicPatch {
  std::int64_t column = 0;  ///< of the patch's upper-left cell, in mosaic cells (see Mosaic)
  std::int64_t row = 0;
  cv::Mat_<float> celsius;  ///< NaN = not seen
  cv::Mat_<float> nadir;    ///< tangent of the view's angle from the vertical, more at the border
};

/// Reads a frame's temperatures at ground points: bilinear, minus the frame's drift offset and the
/// flat field. Holds a reference to the frame; thread-safe.
class FrameSampler {
 public:
  /// `celsius` is the frame (CV_32FC1); pixels within `margin_px` of the border are not used.
  FrameSampler(const cv::Mat& celsius, const RegisteredFrame& frame, const FlatField& flat,
               double offset_k, double margin_px);

  /// The block of the strip that the frame sees, or nothing when it sees none of it.
  std::optional<StripSamples> Sample(int strip, const StripLayout& layout,
                                     const StripGrid& grid) const;
  /// The frame's part of the mosaic.
  std::optional<MosaicPatch> Patch(double cell_m, const Terrain& terrain) const;
  /// Temperature at a pixel position, NaN outside the usable picture.
  float At(double u, double v) const;

 private:
  float AtHalf(double u, double v) const;
  float BorderPenalty(double u, double v) const;

  cv::Mat celsius_;  ///< corrected
  const RegisteredFrame& frame_;
  double margin_px_;
  Box2 footprint_box_;
  cv::Mat half_;  ///< 2 x 2 block means: for cells of more than two and a half pixels
};

}  // namespace thermoleak
