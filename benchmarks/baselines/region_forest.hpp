#pragma once
// Features of warm regions and a random forest over them: Berg and Ahlberg 2014, Berg, Ahlberg and
// Felsberg 2016; the features are those of their kind of detections as far as their texts tell.

#include <opencv2/ml.hpp>
#include <span>

#include "methods.hpp"

namespace thermoleak::baselines {

/// A warm region and what the forest sees of it.
struct RegionSample {
  Vec2 place{0, 0};
  cv::Mat_<float> features;  ///< one row
  double peak_k = 0;
};

/// Area, perimeter, compactness, elongation, angle to the pipe; peak, mean, deviation and skewness
/// inside; contrast to its ring, the ring's texture, strength of its edge; distances to the pipe,
/// to the nearest building and to the nearest chamber of the map.
std::vector<RegionSample> RegionSamples(Layers& layers, const ConstantOptions& options);

class RegionForest final : public Method {
 public:
  explicit RegionForest(Poses poses);
  std::string name() const override { return "forest"; }
  /// Of the regions. Changing one makes a trained forest worthless.
  std::vector<Parameter> parameters() override { return options_.Parameters(); }
  std::vector<Detection> Find(Layers& layers) const override;

  std::vector<RegionSample> Samples(Layers& layers) const {
    return RegionSamples(layers, options_);
  }
  std::vector<Detection> Merge(std::vector<Detection> detections) const {
    return Merged(std::move(detections), options_.merge_m);
  }
  /// The same samples in the same order give the same forest.
  void Train(const cv::Mat_<float>& features, const cv::Mat_<int>& is_leak);
  /// A detection's strength is the share of trees that vote for a leak; ties go to the warmer.
  std::vector<Detection> Judge(std::span<const RegionSample> samples) const;
  void Save(const std::filesystem::path& path) const;
  void Load(const std::filesystem::path& path);

 private:
  ConstantOptions options_;
  cv::Ptr<cv::ml::RTrees> trees_;
};

}  // namespace thermoleak::baselines
