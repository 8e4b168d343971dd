#pragma once
// Published methods for the same task, as far as their texts tell. Each has a few parameters, which
// `thermoleak_baselines --tune` chose by average precision on simulated training surveys, once for
// registered and once for recorded poses; what it chose stands in defaults.cpp.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "picture.hpp"
#include "regions.hpp"

namespace thermoleak::baselines {

/// A candidate; a larger strength is likelier a leak.
struct Detection {
  Vec2 place{0, 0};  ///< local metres
  double strength = 0;
};

enum class Poses { kRegistered, kRecorded };

/// A value that --tune may change, and what it tries.
struct Parameter {
  std::string name;
  double* value = nullptr;
  std::vector<double> grid;
};

class Method {
 public:
  virtual ~Method() = default;
  virtual std::string name() const = 0;
  virtual std::vector<Parameter> parameters() = 0;
  virtual std::vector<Detection> Find(Layers& layers) const = 0;

  /// The method's own threshold: candidates as strong as this are reported (score 0.5). The one
  /// with the best F1 on the training surveys.
  double report_at = 1;
};

/// Kelvin above the ground around the corridor, in a buffer around the pipes: Friman et al. 2014,
/// and what many operators do.
struct ConstantOptions {
  double buffer_m = 3;
  double threshold_k = 2;
  double background_m = 20;  ///< see Layers::Rise
  double smooth_m = 0.2;
  double min_area_m2 = 0.2;
  double area_power = 0;  ///< strength = peak x area to this power
  double merge_m = 3;     ///< of two candidates that are closer the weaker is dropped

  std::vector<Parameter> Parameters();
};
class ConstantThreshold final : public Method {
 public:
  explicit ConstantThreshold(Poses poses);
  std::string name() const override { return "constant"; }
  std::vector<Parameter> parameters() override { return options_.Parameters(); }
  std::vector<Detection> Find(Layers& layers) const override;

 private:
  ConstantOptions options_;
};
/// The regions of the constant threshold, also what the forest judges.
std::vector<Region> WarmRegions(Layers& layers, const ConstantOptions& options);

/// A histogram's triangle threshold in the buffer, then rules for the traits of regions: Vollmer,
/// Volk and Schultmann 2023.
struct TriangleOptions {
  double buffer_m = 3;
  double window_m = 0;      ///< a threshold for each square of this side; 0 = one
  double background_m = 0;  ///< 0: temperatures as they are
  double smooth_m = 0.2;
  double min_area_m2 = 0.2;
  double max_area_m2 = 30;
  double max_elongation = 4;
  double max_distance_m = 2;
  double merge_m = 3;
};
class TriangleThresholdMethod final : public Method {
 public:
  explicit TriangleThresholdMethod(Poses poses);
  std::string name() const override { return "triangle"; }
  std::vector<Parameter> parameters() override;
  std::vector<Detection> Find(Layers& layers) const override;

 private:
  TriangleOptions options_;
};

/// Blobs of the scale-normalised Laplacian of Gaussian with a test of the local temperature: Sledz,
/// Unger and Heipke 2020; Lindeberg 1998 for the scales.
struct LogOptions {
  double buffer_m = 3;
  double min_sigma_m = 0.5;
  double max_sigma_m = 1.5;
  double min_rise_k = 0.5;
  double background_m = 10;
  double merge_m = 3;
};
class LogBlobs final : public Method {
 public:
  explicit LogBlobs(Poses poses);
  std::string name() const override { return "log"; }
  std::vector<Parameter> parameters() override;
  std::vector<Detection> Find(Layers& layers) const override;

 private:
  LogOptions options_;
};

/// Centre-surround saliency at three scales times a Gaussian prior of the pipe, cut by Kapur's
/// entropy threshold: Zhong et al. 2019.
struct SaliencyOptions {
  double prior_m = 1.5;   ///< sigma of the distance to the pipe
  double centre_m = 0.3;  ///< sigma of the centre
  double surround_m = 3;  ///< side of the smallest surround; the others are two and four times
  double min_area_m2 = 0.2;
  double merge_m = 3;
};
class SaliencyPrior final : public Method {
 public:
  explicit SaliencyPrior(Poses poses);
  std::string name() const override { return "saliency"; }
  std::vector<Parameter> parameters() override;
  std::vector<Detection> Find(Layers& layers) const override;

 private:
  SaliencyOptions options_;
};

/// What --tune chose. The forest's are those of the regions that it judges.
ConstantOptions ConstantDefaults(Poses poses);
TriangleOptions TriangleDefaults(Poses poses);
LogOptions LogDefaults(Poses poses);
SaliencyOptions SaliencyDefaults(Poses poses);
ConstantOptions ForestDefaults(Poses poses);
/// Method::report_at, by the method's name.
double ReportAt(std::string_view method, Poses poses);

/// All of the above.
std::vector<std::unique_ptr<Method>> PublishedMethods(Poses poses);

/// The strongest first, none within `apart_m` of a stronger one.
std::vector<Detection> Merged(std::vector<Detection> detections, double apart_m);

/// 255 within `buffer_m` of a pipe, on the ground.
cv::Mat_<uchar> Buffer(const Picture& picture, double buffer_m);

}  // namespace thermoleak::baselines
