#pragma once
// The corridor strip: an image that follows a pipe. Columns are chainage, rows are offset across
// the pipe.

#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <vector>

#include "thermoleak/core/options.hpp"
#include "thermoleak/network/network.hpp"
#include "thermoleak/registration/registration.hpp"

namespace thermoleak {

struct StripOptions {
  double cell_m = 0.1;   ///< of overhead pipes, a few cells wide; buried ones take twice as much
  double margin_px = 6;  ///< border of a picture that is not used (blur, vignette)
  double bend_smooth_m = 1.0;  ///< strips turn over this length at a bend

  void Describe(OptionVisitor& v);
};

/// Geometry of one strip: a stretch of one pipe.
struct StripLayout {
  int pipe = -1;
  double chainage0_m = 0;  ///< of the left edge of column 0
  double cell_m = 0.1;
  int columns = 0;
  int rows = 0;  ///< odd; the middle row's centre lies on the axis

  double ChainageOf(double column) const { return chainage0_m + (column + 0.5) * cell_m; }
  double OffsetOf(double row) const {
    return (0.5 * (rows - 1) - row) * cell_m;
  }  // row 0 = far left
  double ColumnOf(double chainage_m) const { return (chainage_m - chainage0_m) / cell_m - 0.5; }
  double RowOf(double offset_m) const { return 0.5 * (rows - 1) - offset_m / cell_m; }
  std::size_t Cells() const {
    return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
  }
};

/// One frame's samples for one strip: a block of columns (all rows), NaN where not seen.
struct StripSamples {
  int strip = -1;
  int column0 = 0;
  cv::Mat_<float> celsius;  ///< rows x columns of the block
};

/// Per-cell statistics over the views that saw it; merged by Chan's update (Chan, Golub, LeVeque
/// 1983), so that partial results add up. Unseen cells have count 0.
class Strip {
 public:
  explicit Strip(const StripLayout& layout);

  StripLayout layout;
  cv::Mat_<std::uint16_t> count;
  cv::Mat_<float> mean_c;
  cv::Mat_<float> m2;  ///< sum of squared deviations, K^2
  cv::Mat_<float> min_c;
  cv::Mat_<float> max_c;
  cv::Mat_<float>
      first_s;  ///< time of the first and the last view, seconds after the survey's first frame
  cv::Mat_<float> last_s;

  void Add(int row, int column, float celsius, float time_s);
  /// Adds a frame's block; NaNs are skipped.
  void Add(const StripSamples& samples, float time_s);
  /// Adds all of `other`, which has the same layout.
  void Merge(const Strip& other);
  /// Sample standard deviation over the views; NaN below two views.
  float Spread(int row, int column) const;
  /// Mean of the views without the hottest and the coldest (from three views up, else the plain
  /// mean): a mover or a shutter jump in one view does not enter. NaN where unseen.
  float Consensus(int row, int column) const;
  static std::size_t BytesPerCell();
};

/// Ground points of a strip's cells, shared by all frames. Within a column the ground is a straight
/// line across the pipe, so that a cell costs three multiply-adds to project.
class StripGrid {
 public:
  struct Column {
    Vec3 axis;    ///< ground point on the pipe's axis
    Vec3 across;  ///< ground displacement per metre of offset to the left (z: cross slope)
  };
  StripGrid(const StripLayout& layout, const Polyline& axis, const Terrain& terrain,
            double bend_smooth_m);
  Vec3 Ground(double offset_m, int column) const {
    const Column& c = columns_[static_cast<std::size_t>(column)];
    return c.axis + c.across * offset_m;
  }
  const std::vector<Column>& columns() const { return columns_; }
  const Box2& bounds() const { return bounds_; }

 private:
  std::vector<Column> columns_;
  Box2 bounds_;
};

/// The stretches of pipes that any footprint touches, as strips. Half-widths from the network's
/// corridor rule.
std::vector<StripLayout> PlanStrips(const PipeNetwork& network,
                                    std::span<const RegisteredFrame> frames, double pose_sigma_m,
                                    const StripOptions& options);

}  // namespace thermoleak
