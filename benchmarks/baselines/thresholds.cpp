// Constant and triangle threshold.

#include <algorithm>
#include <cmath>

#include "methods.hpp"

namespace thermoleak::baselines {

std::vector<Detection> Merged(std::vector<Detection> detections, double apart_m) {
  std::stable_sort(detections.begin(), detections.end(),
                   [](const Detection& a, const Detection& b) { return a.strength > b.strength; });
  std::vector<Detection> kept;
  for (const Detection& detection : detections) {
    const bool weaker = std::any_of(kept.begin(), kept.end(), [&](const Detection& stronger) {
      return (stronger.place - detection.place).norm() < apart_m;
    });
    if (!weaker) kept.push_back(detection);
  }
  return kept;
}

std::vector<std::unique_ptr<Method>> PublishedMethods(Poses poses) {
  std::vector<std::unique_ptr<Method>> methods;
  methods.push_back(std::make_unique<ConstantThreshold>(poses));
  methods.push_back(std::make_unique<TriangleThresholdMethod>(poses));
  methods.push_back(std::make_unique<LogBlobs>(poses));
  methods.push_back(std::make_unique<SaliencyPrior>(poses));
  return methods;
}

cv::Mat_<uchar> Buffer(const Picture& picture, double buffer_m) {
  cv::Mat_<uchar> inside(picture.distance_m <= buffer_m);
  inside &= picture.ground;
  return inside;
}

std::vector<Parameter> ConstantOptions::Parameters() {
  return {{"threshold_k", &threshold_k, {1, 1.5, 2, 2.5, 3, 4, 5, 6}},
          {"buffer_m", &buffer_m, {1, 1.5, 2, 3, 5}},
          {"background_m", &background_m, {0, 10, 20}},
          {"smooth_m", &smooth_m, {0.2, 0.4, 0.6, 0.8}},
          {"min_area_m2", &min_area_m2, {0.05, 0.2, 0.5, 1, 2}},
          {"area_power", &area_power, {0, 0.25, 0.5}},
          {"merge_m", &merge_m, {1, 3, 5}}};
}

std::vector<Region> WarmRegions(Layers& layers, const ConstantOptions& options) {
  const Picture& picture = layers.picture();
  const cv::Mat_<float>& rise = layers.Rise(options.background_m, options.smooth_m);
  cv::Mat_<uchar> mask(rise > options.threshold_k);
  mask &= Buffer(picture, options.buffer_m);
  std::vector<Region> regions = RegionsOf(mask, rise, picture.cell_m);
  std::erase_if(regions, [&](const Region& r) { return r.area_m2 < options.min_area_m2; });
  return regions;
}

ConstantThreshold::ConstantThreshold(Poses poses) : options_(ConstantDefaults(poses)) {
  report_at = ReportAt("constant", poses);
}

std::vector<Detection> ConstantThreshold::Find(Layers& layers) const {
  std::vector<Detection> found;
  for (const Region& region : WarmRegions(layers, options_)) {
    found.push_back({layers.picture().At(region.peak_at),
                     region.peak * std::pow(region.area_m2, options_.area_power)});
  }
  return Merged(std::move(found), options_.merge_m);
}

TriangleThresholdMethod::TriangleThresholdMethod(Poses poses) : options_(TriangleDefaults(poses)) {
  report_at = ReportAt("triangle", poses);
}

std::vector<Parameter> TriangleThresholdMethod::parameters() {
  TriangleOptions& o = options_;
  return {{"background_m", &o.background_m, {0, 10, 20}},
          {"window_m", &o.window_m, {0, 25, 50, 100}},
          {"buffer_m", &o.buffer_m, {1, 1.5, 2, 3, 5}},
          {"smooth_m", &o.smooth_m, {0.2, 0.4, 0.6, 0.8}},
          {"min_area_m2", &o.min_area_m2, {0.05, 0.2, 0.5, 1, 2}},
          {"max_area_m2", &o.max_area_m2, {10, 20, 40, 1000}},
          {"max_elongation", &o.max_elongation, {2, 3, 4, 6, 100}},
          {"max_distance_m", &o.max_distance_m, {0.7, 1, 1.5, 2, 3, 5}},
          {"merge_m", &o.merge_m, {1, 3, 5}}};
}

std::vector<Detection> TriangleThresholdMethod::Find(Layers& layers) const {
  const Picture& picture = layers.picture();
  const cv::Mat_<float>& rise = layers.Rise(options_.background_m, options_.smooth_m);
  const cv::Mat_<uchar> buffer = Buffer(picture, options_.buffer_m);
  const int window = options_.window_m > 0 ? static_cast<int>(options_.window_m / picture.cell_m)
                                           : std::max(rise.cols, rise.rows);
  cv::Mat_<uchar> mask(rise.size(), uchar{0});
  for (int top = 0; top < rise.rows; top += window) {
    for (int left = 0; left < rise.cols; left += window) {
      const cv::Rect part = cv::Rect(left, top, window, window) & cv::Rect({0, 0}, rise.size());
      std::vector<float> values;
      for (int row = part.y; row < part.y + part.height; ++row) {
        for (int column = part.x; column < part.x + part.width; ++column) {
          if (buffer(row, column)) values.push_back(rise(row, column));
        }
      }
      constexpr std::size_t kEnough = 500;  // cells, for a histogram
      if (values.size() < kEnough) continue;
      cv::Mat warm = rise(part) > TriangleThreshold(values);
      warm &= buffer(part);
      warm.copyTo(mask(part));
    }
  }
  std::vector<Detection> found;
  for (const Region& region : RegionsOf(mask, rise, picture.cell_m)) {
    if (region.area_m2 < options_.min_area_m2 || region.area_m2 > options_.max_area_m2 ||
        region.elongation > options_.max_elongation ||
        picture.distance_m(region.peak_at) > options_.max_distance_m)
      continue;
    found.push_back({picture.At(region.peak_at), std::max(0.0, double{region.peak})});
  }
  return Merged(std::move(found), options_.merge_m);
}

}  // namespace thermoleak::baselines
