#pragma once
// The pipe's own warm trace in its strip: where it lies and how warm it is without a leak.

#include <opencv2/core.hpp>
#include <vector>

#include "thermoleak/core/options.hpp"
#include "thermoleak/detection/alignment.hpp"
#include "thermoleak/network/network.hpp"
#include "thermoleak/strips/strip.hpp"

namespace thermoleak {

/// A strip reduced for detection: the views' consensus on square cells.
struct StripImage {
  cv::Mat_<float> celsius;  ///< rows x columns, NaN = unseen; row 0 = far left
  double cell_m = 0;
  double chainage0_m = 0;
  double half_width_m = 0;

  int rows() const { return celsius.rows; }
  int columns() const { return celsius.cols; }
  double ChainageOf(double column) const { return chainage0_m + (column + 0.5) * cell_m; }
  double OffsetOf(double row) const { return (0.5 * (rows() - 1) - row) * cell_m; }
  double RowOf(double offset_m) const { return 0.5 * (rows() - 1) - offset_m / cell_m; }
};
/// Means over blocks of `factor` x `factor` cells of the strip's consensus (rows kept symmetric
/// about the axis).
StripImage ReduceStrip(const Strip& strip, int factor);

struct TraceOptions {
  double window_m = 40;  ///< the trace is the running median over this length: twice the longest
                         ///< defect that shall stand out
  double step_m = 2;
  double path_window_m = 12;  ///< where the trace lies is judged over this length
  double search_m = 5;  ///< the trace is looked for this far from where the map's axis is expected
  double min_contrast_k = 0.4;  ///< a trace weaker than this is "not seen"

  void Describe(OptionVisitor& v);
};

/// A warm line beside the pipe that nothing ties to it.
struct ForeignStretch {
  int first = 0;                 ///< entry of the trace
  std::vector<double> offset_m;  ///< from expected_m, one an entry
};

/// Trace and background of a strip, one entry every `step_m` of chainage.
struct Trace {
  double step_m = 2;
  double chainage0_m = 0;
  std::vector<double> expected_m;  ///< where the survey's shift puts the map's axis
  std::vector<double> offset_m;    ///< of the trace from the map's axis (expected_m where not seen)
  std::vector<double> sigma_m;     ///< of offset_m as measured; 1000 where nothing was
  std::vector<double> confidence;  ///< that a trace is there and that it is the pipe's, 0 .. 1
  std::vector<double> log_ratio;   ///< of a ridge at offset_m against none, from this entry alone
  std::vector<double> contrast_k;  ///< above the ground on both sides; NaN where unknown
  std::vector<bool> seen;
  std::vector<ForeignStretch> foreign;
  cv::Mat_<float> profile_c;  ///< image rows x entries: running median along the pipe, NaN unknown
  std::vector<float> background_c;  ///< per image column: ground on both sides

  std::size_t size() const { return offset_m.size(); }
  int EntryAt(double chainage) const;
  double OffsetAt(double chainage) const;
  /// Profile at an image cell, linear between entries.
  float ProfileAt(int row, double chainage) const;
};

/// Lateral offsets (positive left, metres) at which other pipes run parallel to `pipe` at a
/// chainage, within `reach_m`: the trace of a twin pipe is found together with its twin's.
std::vector<double> ParallelPipes(const PipeNetwork& network, int pipe, double chainage_m,
                                  double reach_m);

/// Pipes in one trench or on one support, m.
inline constexpr double kBundleReach = 3.0;

/// How far the pipes that run parallel within kBundleReach reach to both sides of a pipe's axis:
/// left_m >= 0 >= right_m.
struct Bundle {
  double left_m = 0;
  double right_m = 0;
};
Bundle BundleAt(const PipeNetwork& network, int pipe, double chainage_m);

/// Half-width of the core of a ridge and distance of its shoulders, in widths (FWHM) of the trace:
/// at 1.15 widths a line source has fallen to 16 % of its peak.
inline constexpr double kRidgeCore = 0.25;
inline constexpr double kRidgeShoulder = 1.15;

/// `width_m` is the trace's expected full width at half maximum; the trace is looked for around
/// where `shift` puts the axis. Where it lies, b(s), is the posterior of a hidden Markov chain
/// (ridge response over its own noise, wander and wide-tailed error of the map, poses' error).
Trace FindTrace(const StripImage& image, const PipeNetwork& network, int pipe, double width_m,
                const SurveyShift& shift, const TraceOptions& options);

}  // namespace thermoleak
