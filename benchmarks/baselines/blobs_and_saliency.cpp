// Blobs of the Laplacian of Gaussian; saliency times pipe prior.

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "methods.hpp"

namespace thermoleak::baselines {
namespace {

/// As strong as its neighbours in the place and in the scales beside it.
bool IsPeak(const std::vector<const cv::Mat_<float>*>& scales, std::size_t k, int row, int column) {
  const float value = (*scales[k])(row, column);
  for (std::size_t s = k > 0 ? k - 1 : 0; s <= std::min(k + 1, scales.size() - 1); ++s) {
    for (int y = row - 1; y <= row + 1; ++y) {
      for (int x = column - 1; x <= column + 1; ++x) {
        if ((*scales[s])(y, x) > value) return false;
      }
    }
  }
  return true;
}

}  // namespace

LogBlobs::LogBlobs(Poses poses) : options_(LogDefaults(poses)) {
  report_at = ReportAt("log", poses);
}

std::vector<Parameter> LogBlobs::parameters() {
  LogOptions& o = options_;
  return {{"max_sigma_m", &o.max_sigma_m, {0.7, 1, 1.5, 2}},
          {"min_sigma_m", &o.min_sigma_m, {0.3, 0.5, 0.7}},
          {"buffer_m", &o.buffer_m, {1, 1.5, 2, 3, 5}},
          {"min_rise_k", &o.min_rise_k, {0, 0.5, 1, 1.5, 2, 3, 4}},
          {"background_m", &o.background_m, {0, 10, 20}},
          {"merge_m", &o.merge_m, {1, 3, 5}}};
}

std::vector<Detection> LogBlobs::Find(Layers& layers) const {
  const Picture& picture = layers.picture();
  const cv::Mat_<float>& local = layers.Rise(options_.background_m, 0.2);
  std::vector<const cv::Mat_<float>*> scales;
  constexpr double kStep = 1.3;
  for (double sigma = options_.min_sigma_m;
       sigma < std::max(options_.min_sigma_m, options_.max_sigma_m) * 1.01; sigma *= kStep)
    scales.push_back(&layers.Blobs(options_.background_m, sigma));
  const cv::Mat_<uchar> buffer = Buffer(picture, options_.buffer_m);
  std::vector<Detection> found;
  for (int row = 1; row + 1 < local.rows; ++row) {
    for (int column = 1; column + 1 < local.cols; ++column) {
      if (!buffer(row, column) || local(row, column) < options_.min_rise_k) continue;
      for (std::size_t k = 0; k < scales.size(); ++k) {
        const double response = (*scales[k])(row, column);
        if (response > 0.05 && IsPeak(scales, k, row, column))
          found.push_back({picture.At({column, row}), response});
      }
    }
  }
  return Merged(std::move(found), options_.merge_m);
}

SaliencyPrior::SaliencyPrior(Poses poses) : options_(SaliencyDefaults(poses)) {
  report_at = ReportAt("saliency", poses);
}

std::vector<Parameter> SaliencyPrior::parameters() {
  SaliencyOptions& o = options_;
  return {{"surround_m", &o.surround_m, {1.5, 3, 5, 8, 12}},
          {"prior_m", &o.prior_m, {0.5, 1, 1.5, 2.5, 4, 6}},
          {"centre_m", &o.centre_m, {0.2, 0.3, 0.6, 0.9}},
          {"min_area_m2", &o.min_area_m2, {0.05, 0.2, 0.5, 1, 2, 4}},
          {"merge_m", &o.merge_m, {1, 3, 5}}};
}

std::vector<Detection> SaliencyPrior::Find(Layers& layers) const {
  const Picture& picture = layers.picture();
  const cv::Mat_<float>& rise = layers.Rise(20, 0);
  const cv::Mat_<float>& centre = layers.Rise(20, options_.centre_m);
  cv::Mat_<float> weight;
  picture.ground.convertTo(weight, CV_32F, 1 / 255.0);
  cv::Mat_<float> saliency(rise.size(), 0.f);
  for (const double factor : {1.0, 2.0, 4.0}) {
    const int side = 2 * static_cast<int>(factor * options_.surround_m / picture.cell_m / 2) + 1;
    cv::Mat_<float> sum;
    cv::Mat_<float> seen;
    cv::boxFilter(rise, sum, CV_32F, {side, side});
    cv::boxFilter(weight, seen, CV_32F, {side, side});
    cv::Mat_<float> scale(centre - sum / cv::max(seen, 1e-3f));
    saliency += cv::max(scale, 0.f) / 3;  // a leak is warmer, never colder
  }
  cv::Mat_<float> prior;
  cv::exp(picture.distance_m.mul(picture.distance_m) / (-2 * options_.prior_m * options_.prior_m),
          prior);
  const cv::Mat_<float> fused(saliency.mul(prior));
  const cv::Mat_<uchar> buffer = Buffer(picture, 3 * options_.prior_m);
  std::vector<float> values;
  for (int row = 0; row < fused.rows; ++row) {
    for (int column = 0; column < fused.cols; ++column) {
      if (buffer(row, column)) values.push_back(fused(row, column));
    }
  }
  cv::Mat_<uchar> mask(fused > KapurThreshold(values));
  mask &= buffer;
  std::vector<Detection> found;
  for (const Region& region : RegionsOf(mask, fused, picture.cell_m)) {
    if (region.area_m2 < options_.min_area_m2) continue;
    found.push_back({picture.At(region.peak_at), region.peak});
  }
  return Merged(std::move(found), options_.merge_m);
}

}  // namespace thermoleak::baselines
