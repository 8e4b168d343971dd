#pragma once
// Inside of the detection room: the two models and what they share.

#include "thermoleak/detection/detect.hpp"

namespace thermoleak::detection {

/// The connected region around a peak where `excess` is at least half of it.
struct Region {
  int cells = 0;
  int first_column = 0, last_column = 0, first_row = 0, last_row = 0;
  double integral = 0;    ///< sum of excess over the region, K cells
  double centre_row = 0;  ///< centroid weighted by excess
  double centre_column = 0;
  bool touches_unseen = false;
  std::vector<std::pair<int, int>> members;  ///< row, column
};
/// `reach_cells` bounds the search around the peak.
Region GrowRegion(const cv::Mat_<float>& excess, int row, int column, float threshold,
                  int reach_cells);

/// Fills the view statistics of a spot from the strip's cells under a region of the reduced image.
void AddViewStatistics(const Strip& strip, const StripImage& image, const cv::Mat_<float>& excess,
                       const Region& region, HotSpot& spot);
/// Nearest chamber, building.
void AddSurroundings(const PipeNetwork& network, HotSpot& spot);
/// Coverage pieces of 5 m: median views and the given noise.
std::vector<PipeCoverage> Coverage(const Strip& strip, const Trace& trace,
                                   std::span<const float> noise_of_entry);

/// Running median along the pipe over `window_m`, row by row: one column every `step_m`; NaN where
/// less than a quarter is seen. Every third cell is enough for a median.
cv::Mat_<float> RunningProfile(const StripImage& image, double step_m, double window_m);

StripFindings DetectBuried(const Strip& strip, const DetectionContext& context,
                           const DetectionOptions& options);
StripFindings DetectOverhead(const Strip& strip, const DetectionContext& context,
                             const DetectionOptions& options);

}  // namespace thermoleak::detection
