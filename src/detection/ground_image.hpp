#pragma once
// Inside of the detection room: the mosaic around the pipes as one image that can be averaged fast.

#include <opencv2/core.hpp>

#include "thermoleak/strips/mosaic.hpp"

namespace thermoleak::detection {

/// The mosaic as one image of coarser cells around the pipes, box-averaged; NaN = unseen.
class GroundImage {
 public:
  /// Without edges, materials are taken out and the soft traces of buried pipes remain.
  enum class Edges { kKept, kTakenOut };
  GroundImage(const Mosaic& mosaic, const Box2& area, double finest_cell_m,
              Edges edges = Edges::kKept);

  /// Mean of the square box of about `half_m` around a point; NaN where less than half of it is
  /// seen.
  float BoxMean(const Vec2& p, double half_m) const;

 private:
  double cell_m_;
  Vec2 origin_{0, 0};
  cv::Mat_<double> total_;
  cv::Mat_<int> known_;
};

}  // namespace thermoleak::detection
