#include "thermoleak/ingest/quality.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "thermoleak/core/statistics.hpp"
#include "thermoleak/geo/sun.hpp"
#include "thermoleak/radiometry/harmonisation.hpp"

namespace thermoleak {
namespace {

struct MarkRow {
  QualityMark mark;
  std::string_view code;
  MessageId name;
};
constexpr MarkRow kMarks[] = {
    {QualityMark::kBlurred, "blurred", MessageId::kNameBlurred},
    {QualityMark::kSaturated, "saturated", MessageId::kNameSaturated},
    {QualityMark::kLowContrast, "low_contrast", MessageId::kNameLowContrast},
    {QualityMark::kShutterEvent, "shutter_event", MessageId::kNameShutterEvent},
    {QualityMark::kNotCalibrated, "not_calibrated", MessageId::kNameNotCalibrated},
    {QualityMark::kDaylight, "daylight", MessageId::kNameDaylight},
};
const MarkRow& RowOf(QualityMark mark) {
  return *std::find_if(std::begin(kMarks), std::end(kMarks) - 1,
                       [mark](const MarkRow& row) { return row.mark == mark; });
}

constexpr int kLines = 4;  // averaged to one: half the noise
constexpr int kEvery = 8;  // of so many: plenty of edges for half the work
constexpr std::size_t kMinEdges = 20;
constexpr float kEdgeOverNoise = 6;  // a slope that noise makes once in many frames

/// Edge widths along one line.
void CollectWidths(std::span<const float> line, float min_slope, std::vector<float>& widths) {
  const auto slope = [&line](std::size_t i) { return 0.5F * (line[i + 1] - line[i - 1]); };
  for (std::size_t i = 2; i + 2 < line.size(); ++i) {
    const float peak = slope(i);
    if (!(std::abs(peak) > min_slope) || std::abs(peak) < std::abs(slope(i - 1)) ||
        std::abs(peak) <= std::abs(slope(i + 1))) {
      continue;
    }
    // The rise ends where the slope falls below a tenth of its peak or turns.
    const auto rises = [&](std::size_t k) { return slope(k) * peak > 0.1F * peak * peak; };
    std::size_t left = i;
    std::size_t right = i;
    while (left > 1 && rises(left - 1)) --left;
    while (right + 2 < line.size() && rises(right + 1)) ++right;
    widths.push_back(std::abs(line[right + 1] - line[left - 1]) / std::abs(peak));
    i = right;
  }
}

/// Means of `kLines` neighbouring rows, or columns, out of every `kEvery`; lines as rows of the
/// result.
template <class Value>
cv::Mat_<float> MeanLines(const cv::Mat& image, bool rows) {
  cv::Mat_<float> means(rows ? image.rows / kEvery : image.cols / kEvery,
                        rows ? image.cols : image.rows, 0.0F);
  if (rows) {
    for (int line = 0; line < means.rows; ++line) {
      for (int k = 0; k < kLines; ++k) {
        const auto* in = image.ptr<Value>(line * kEvery + k);
        for (int i = 0; i < means.cols; ++i) means(line, i) += static_cast<float>(in[i]);
      }
    }
  } else {
    for (int i = 0; i < means.cols; ++i) {
      const auto* in = image.ptr<Value>(i);
      for (int line = 0; line < means.rows; ++line) {
        float sum = 0;
        for (int k = 0; k < kLines; ++k) sum += static_cast<float>(in[line * kEvery + k]);
        means(line, i) = sum;
      }
    }
  }
  means *= 1.0F / kLines;
  return means;
}

/// 1-sigma of the noise along the lines, from differences of neighbours (sqrt(2) of it) where the
/// picture is calm: their lower quartile, 0.3186 sigma of a half-normal distribution.
float NoiseOf(const cv::Mat_<float>& lines) {
  std::vector<float> differences;
  for (int line = 0; line < lines.rows; line += 4) {
    for (int i = 1; i < lines.cols; i += 5) {
      differences.push_back(std::abs(lines(line, i) - lines(line, i - 1)));
    }
  }
  constexpr float kQuartileOfHalfNormal = 0.3186F;
  return QuantileInPlace(differences, 0.25) / (kQuartileOfHalfNormal * std::sqrt(2.0F));
}

std::optional<double> WidthAlong(const cv::Mat& image, bool rows, float least_slope) {
  const cv::Mat_<float> lines = image.type() == CV_32FC1 ? MeanLines<float>(image, rows)
                                                         : MeanLines<std::uint16_t>(image, rows);
  // A slope is half a difference of two samples: noise / sqrt(2).
  const float min_slope = std::max(least_slope, kEdgeOverNoise * NoiseOf(lines) / std::sqrt(2.0F));
  std::vector<float> widths;
  for (int line = 0; line < lines.rows; ++line) {
    CollectWidths({lines[line], static_cast<std::size_t>(lines.cols)}, min_slope, widths);
  }
  if (widths.size() < kMinEdges) return std::nullopt;
  return static_cast<double>(QuantileInPlace(widths, 0.2));
}

/// Share of the pixels at the end of what the camera can show.
double SaturatedShare(const ThermalFrame& frame, const CountHistogram* counts) {
  const FrameMeta& meta = frame.meta;
  if (counts == nullptr) {
    if (!meta.valid_max_c) return 0;
    return static_cast<double>(cv::countNonZero(frame.stored >= *meta.valid_max_c)) /
           static_cast<double>(frame.stored.total());
  }
  const CountHistogram& histogram = *counts;
  // Below the camera's limits every count is good; above, none is.
  const auto celsius_of = CelsiusOf(meta.calibration);
  const auto beyond = [&](int count) {
    if (count == 0 || count == 65535) return true;
    const double celsius = celsius_of(count);
    return (meta.valid_max_c && celsius >= *meta.valid_max_c) ||
           (meta.valid_min_c && celsius <= *meta.valid_min_c);
  };
  std::size_t pixels = 0;
  for (int count = histogram.min(); count <= histogram.max(); ++count) {
    const std::size_t here = histogram.PixelsAt(count);
    if (here > 0 && beyond(count)) pixels += here;
  }
  // A 14-bit core, shifted or not, stops at its own end.
  for (const int end : {16383, 4 * 16383}) {
    if (histogram.max() == end) pixels += histogram.PixelsAt(end);
  }
  // A plateau at the end of the histogram: clipped, whatever the limit is.
  for (const auto& [end, step] : {std::pair(histogram.max(), -1), {histogram.min(), 1}}) {
    const std::size_t here = histogram.PixelsAt(end);
    std::size_t beside = 0;
    for (int k = 1; k <= 8; ++k) beside = std::max(beside, histogram.PixelsAt(end + k * step));
    if (histogram.max() > histogram.min() && here > 10 * std::max<std::size_t>(beside, 1) &&
        !beyond(end)) {
      pixels += here;
    }
  }
  return static_cast<double>(pixels) / static_cast<double>(histogram.total());
}

QualityFlag Flag(QualityMark mark, MessageId reason, std::vector<std::string> args) {
  return {mark, {reason, std::move(args)}};
}

std::string Text(double value, int decimals) { return fmt::format("{:.{}f}", value, decimals); }

}  // namespace

std::string_view CodeOf(QualityMark mark) { return RowOf(mark).code; }
MessageId NameOf(QualityMark mark) { return RowOf(mark).name; }

void QualityOptions::Describe(OptionVisitor& v) {
  v.Visit("blur", blur_px,
          {1.5, 50, "px", "edges wider than this are called blurred", "边缘宽于此值判为模糊"});
  v.Visit(
      "saturated", saturated_pct,
      {0, 100, "%", "share of pixels at the end of the camera's range", "量程端点像素占比上限"});
  v.Visit("contrast", contrast_k,
          {0, 20, "K", "smallest difference of warm and cold parts", "冷暖部分的最小温差"});
  v.Visit("shutter", shutter_k,
          {0.1, 50, "K", "step between two frames that is a shutter correction",
           "判为快门校正的帧间温度跳变"});
  v.Visit("daylight", daylight_deg,
          {-20, 90, "deg", "elevation of the sun above which a frame is of the day",
           "太阳高度角高于此值判为白天"});
}

std::optional<double> EdgeWidth(const cv::Mat& image, double least_slope) {
  CV_Assert(image.type() == CV_32FC1 || image.type() == CV_16UC1);
  if (image.rows < 16 || image.cols < 16) return std::nullopt;
  const auto along_rows = WidthAlong(image, true, static_cast<float>(least_slope));
  const auto along_columns = WidthAlong(image, false, static_cast<float>(least_slope));
  if (!along_rows || !along_columns) return along_rows ? along_rows : along_columns;
  return std::max(*along_rows, *along_columns);
}

std::optional<double> SunAbove(const FrameMeta& meta) {
  if (!meta.time_utc_s || !meta.pose.position) return std::nullopt;
  if (!meta.time_is_local) return SunElevationDeg(*meta.time_utc_s, *meta.pose.position);
  // Clocks differ from the sun by up to three hours (western China keeps Beijing's).
  const double solar_offset_h = meta.pose.position->lon_deg / 15;
  double lowest = 90;
  for (double hours = -1.5; hours <= 3; hours += 0.5) {
    const double utc_s = *meta.time_utc_s - 3600 * (solar_offset_h + hours);
    lowest = std::min(lowest, SunElevationDeg(utc_s, *meta.pose.position));
  }
  return lowest;
}

std::vector<QualityFlag> AssessFrame(const ThermalFrame& frame, const CountHistogram* counts,
                                     const QualityOptions& options, FrameMeasures* measures) {
  FrameMeasures measured;
  std::vector<QualityFlag> flags;
  // Edges and blocks are looked at as stored: over a frame's range counts are straight enough.
  const auto celsius_of = CelsiusOf(frame.meta.calibration);
  double kelvin_per_step = 1;
  if (counts != nullptr) {
    const double middle = counts->Median();
    kelvin_per_step = std::abs(celsius_of(middle + 1) - celsius_of(middle));
    if (!(kelvin_per_step > 0)) kelvin_per_step = 1;
  }
  measured.edge_px = EdgeWidth(frame.stored, kLeastSlope_k / kelvin_per_step);
  if (measured.edge_px && *measured.edge_px > options.blur_px) {
    flags.push_back(Flag(QualityMark::kBlurred, MessageId::kFlagBlurred,
                         {Text(*measured.edge_px, 1), Text(options.blur_px, 1)}));
  }
  if (const double share = 100 * SaturatedShare(frame, counts); share > options.saturated_pct) {
    flags.push_back(Flag(QualityMark::kSaturated, MessageId::kFlagSaturated,
                         {Text(share, 1), Text(options.saturated_pct, 1)}));
  }
  constexpr int kBlock = 16;
  const Thumbnail blocks = MakeThumbnail(frame.stored, kBlock);
  const std::vector<double> means(blocks.celsius.begin(), blocks.celsius.end());
  if (means.size() > 50) {
    const double contrast = celsius_of(QuantileOf(std::span<const double>(means), 0.98)) -
                            celsius_of(QuantileOf(std::span<const double>(means), 0.02));
    measured.contrast_k = contrast;
    if (contrast < options.contrast_k) {
      flags.push_back(Flag(QualityMark::kLowContrast, MessageId::kFlagLowContrast,
                           {Text(contrast, 2), Text(options.contrast_k, 2)}));
    }
  }
  for (const Message& warning : frame.meta.warnings) {
    if (warning.id != MessageId::kNotCalibrated) continue;
    flags.push_back(Flag(QualityMark::kNotCalibrated, MessageId::kFlagNotCalibrated, warning.args));
  }
  if (const auto sun = SunAbove(frame.meta); sun && *sun > options.daylight_deg) {
    flags.push_back(Flag(QualityMark::kDaylight, MessageId::kFlagDaylight, {Text(*sun, 0)}));
  }
  if (measures != nullptr) *measures = measured;
  return flags;
}

std::optional<QualityFlag> AssessStep(double step_k, const QualityOptions& options) {
  if (!(std::abs(step_k) > options.shutter_k)) return std::nullopt;
  return Flag(QualityMark::kShutterEvent, MessageId::kFlagShutterEvent,
              {fmt::format("{:+.1f}", step_k)});
}

}  // namespace thermoleak
