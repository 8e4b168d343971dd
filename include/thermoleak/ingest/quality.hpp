#pragma once
// What is wrong with a frame though it can be used: marks with their reasons, for people and for
// frames.csv.

#include <string_view>
#include <vector>

#include "thermoleak/core/options.hpp"
#include "thermoleak/ingest/frame.hpp"
#include "thermoleak/radiometry/summary.hpp"

namespace thermoleak {

enum class QualityMark {
  kBlurred,
  kSaturated,
  kLowContrast,
  kShutterEvent,
  kNotCalibrated,
  kDaylight
};
/// "blurred", "saturated", "low_contrast", "shutter_event", "not_calibrated", "daylight": for
/// files.
std::string_view CodeOf(QualityMark mark);
/// The mark's name for people.
MessageId NameOf(QualityMark mark);

struct QualityFlag {
  QualityMark mark = QualityMark::kBlurred;
  Message reason;
};

struct QualityOptions {
  double blur_px = 4.0;        ///< sharp thermal cameras draw an edge 2 to 3 pixels wide
  double saturated_pct = 0.5;  ///< some hot pixels are a lamp; more hide a pipe's temperature
  double contrast_k = 0.3;     ///< between warm and cold blocks: less shows neither pipe nor kerb
  double shutter_k = 1.0;      ///< drift is up to 0.7 K a frame, published shutter steps are 5 K
  double daylight_deg = 0;     ///< elevation of the sun

  void Describe(OptionVisitor& v);
};

/// The least slope of an edge in a picture without noise, kelvin a pixel.
inline constexpr double kLeastSlope_k = 0.02;

/// Width of the sharpest edges, pixels: rise over steepest slope, the 20 % quantile of the edges
/// well above the noise, along rows and along columns, the larger of the two (a moving camera blurs
/// one direction). 2 for an ideal step. Nothing where too few edges stand out. `image` is CV_32FC1
/// or CV_16UC1, `least_slope` in its steps a pixel. After the rise distance of ISO 12233 edge
/// profiles.
std::optional<double> EdgeWidth(const cv::Mat& image, double least_slope = kLeastSlope_k);

/// What blur and contrast were judged by; nothing where a picture does not show it.
struct FrameMeasures {
  std::optional<double> edge_px;     ///< EdgeWidth
  std::optional<double> contrast_k;  ///< between its warm and cold parts
};

/// Marks that one frame alone shows. `counts` is its histogram (null for float images); `measures`
/// may be null. Thread-safe.
std::vector<QualityFlag> AssessFrame(const ThermalFrame& frame, const CountHistogram* counts,
                                     const QualityOptions& options,
                                     FrameMeasures* measures = nullptr);

/// Elevation of the sun when the frame was taken; of a clock whose zone is unknown, the lowest that
/// any zone in use at that longitude gives. Nothing without time or position.
std::optional<double> SunAbove(const FrameMeta& meta);

/// A step of the camera's temperatures between a frame and the one before it, `step_k`.
std::optional<QualityFlag> AssessStep(double step_k, const QualityOptions& options);

}  // namespace thermoleak
