#pragma once
// Frames: rays to the ground and to what stands on it, then the sensor.

#include <opencv2/core.hpp>
#include <vector>

#include "thermoleak/radiometry/calibration.hpp"
#include "thermoleak/simulation/flight.hpp"
#include "thermoleak/simulation/ground.hpp"

namespace thermoleak::simulation {

/// The conversion that the files state, already rounded to what their fields hold (32-bit floats,
/// whole Planck O).
PlanckCalibration FileCalibration(const Scene& scene);

/// Whether something hides the ground point `p` (scene metres) from a view.
bool IsHidden(const Scene& scene, const View& view, const Vec2& p);

/// What the camera adds to every picture: vignette and pattern, K, CV_32FC1.
cv::Mat FixedPatternOf(const Scene& scene);
/// What it adds to one of them: drift, and the level that the last shutter correction left, K.
double DriftOf(const Scene& scene, const View& view);

/// Draws views of one scene. Immutable after construction; every method is thread-safe, and each
/// frame depends on its own view only.
class Renderer {
 public:
  Renderer(const Scene& scene, const GroundRaster& ground);
  /// What an ideal camera would read, degC, CV_32FC1.
  cv::Mat Temperatures(const View& view) const;
  /// The same through the sensor: blur, vignette, pattern, drift, noise, and Planck counts,
  /// CV_16UC1.
  cv::Mat Counts(const View& view, const cv::Mat& temperatures) const;

 private:
  const Scene& scene_;
  const GroundRaster& ground_;
  Lens lens_;               // twice as fine when supersampling
  std::vector<Vec2> rays_;  // x/z, y/z of each pixel's centre
  cv::Mat fixed_;           // vignette and pattern, K
  SinglePathModel model_;
};

}  // namespace thermoleak::simulation
