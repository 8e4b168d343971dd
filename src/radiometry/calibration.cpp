#include "thermoleak/radiometry/calibration.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <opencv2/core.hpp>
#include <vector>

namespace thermoleak {
namespace {

struct CountRange {
  int min = 0;
  int max = -1;
};

CountRange RangeOf(const cv::Mat& counts) {
  std::uint16_t min = std::numeric_limits<std::uint16_t>::max();
  std::uint16_t max = 0;
  for (int row = 0; row < counts.rows; ++row) {
    const auto* in = counts.ptr<std::uint16_t>(row);
    for (int column = 0; column < counts.cols; ++column) {  // plain enough to be vectorised
      min = std::min(min, in[column]);
      max = std::max(max, in[column]);
    }
  }
  return {min, max};
}

/// One evaluation a count instead of one a pixel: a frame has some hundred different counts and a
/// third of a million pixels.
cv::Mat MapCounts(const cv::Mat& counts, const std::function<double(double)>& celsius_of) {
  cv::Mat celsius(counts.size(), CV_32FC1);
  const CountRange range = RangeOf(counts);
  std::vector<float> table(static_cast<std::size_t>(range.max - range.min + 1));
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] =
        static_cast<float>(celsius_of(static_cast<double>(range.min) + static_cast<double>(i)));
  }
  for (int row = 0; row < counts.rows; ++row) {
    const auto* in = counts.ptr<std::uint16_t>(row);
    auto* out = celsius.ptr<float>(row);
    for (int column = 0; column < counts.cols; ++column) {
      out[column] = table[static_cast<std::size_t>(in[column] - range.min)];
    }
  }
  return celsius;
}

}  // namespace

std::string_view ToString(RadiometryLevel level) {
  switch (level) {
    case RadiometryLevel::kAbsolute:
      return "absolute";
    case RadiometryLevel::kApparent:
      return "apparent";
    case RadiometryLevel::kRelative:
      return "relative";
  }
  return "";
}

void ApplyOverride(const SceneOverride& scene, Calibration& calibration) {
  auto* planck = std::get_if<PlanckCalibration>(&calibration);
  if (planck == nullptr) return;  // the camera has already applied its own scene
  SceneParameters& target = planck->scene;
  target.air_c = scene.air_c.value_or(target.air_c);
  target.relative_humidity = scene.relative_humidity.value_or(target.relative_humidity);
  target.emissivity = scene.emissivity.value_or(target.emissivity);
  target.reflected_c = scene.reflected_c.value_or(target.reflected_c);
  target.distance_m = scene.distance_m.value_or(target.distance_m);
}

std::function<double(double)> CelsiusOf(const Calibration& calibration) {
  if (const auto* planck = std::get_if<PlanckCalibration>(&calibration)) {
    const SinglePathModel model(planck->planck, planck->atmosphere, planck->scene);
    return [model](double count) { return model.Celsius(count); };
  }
  if (const auto* linear = std::get_if<LinearCalibration>(&calibration)) {
    return [linear = *linear](double count) { return linear.gain * count + linear.offset_c; };
  }
  if (const auto* relative = std::get_if<RelativeCalibration>(&calibration)) {
    return [relative = *relative](double count) {
      return relative.kelvin_per_count * (count - relative.reference_count);
    };
  }
  return [](double celsius) { return celsius; };
}

cv::Mat ToCelsius(const cv::Mat& stored, const Calibration& calibration) {
  if (stored.empty()) return cv::Mat();
  CV_Assert(stored.type() == CV_16UC1 || stored.type() == CV_32FC1);
  if (stored.type() == CV_16UC1) return MapCounts(stored, CelsiusOf(calibration));
  CV_Assert(!std::holds_alternative<PlanckCalibration>(calibration));
  cv::Mat celsius;
  const auto* linear = std::get_if<LinearCalibration>(&calibration);
  stored.convertTo(celsius, CV_32F, linear != nullptr ? linear->gain : 1.0,
                   linear != nullptr ? linear->offset_c : 0.0);
  return celsius;
}

}  // namespace thermoleak
