#pragma once
// Bundle adjustment: cameras moved and turned so that tie points meet on the ground and recorded
// poses are respected as far as they can be trusted.

#include <span>
#include <string>

#include "thermoleak/registration/tie_points.hpp"

namespace thermoleak {

struct AdjustOptions {
  bool enabled = true;
  double position_noise_m =
      1.0;  ///< change of the position error from frame to frame (real flights: 0.6 .. 1.2)
  double height_noise_m = 0.5;
  double yaw_noise_deg = 0.5;
  double tilt_noise_deg = 0.7;
  double tie_sigma_m = 0.08;  ///< of a tie point on the ground

  void Describe(OptionVisitor& v);
};

/// What happened, with impossible defaults.
struct AdjustSummary {
  int pairs_tried = -1;
  int pairs_tied = -1;
  int ties = -1;
  double residual_before_m = -1;  ///< median distance of tie points on the ground
  double residual_after_m = -1;
  double median_move_m = -1;  ///< of picture centres
  double yaw_bias_deg = 0;    ///< found for the survey as a whole
  bool converged = false;
};

/// Adjusts `registration.frames` in place (camera, footprint, centre, covariance): six parameters a
/// frame and six common ones for the survey's biases, Gaussian priors from `recorded` sigmas, ties
/// with a Cauchy loss on the terrain at their present height. One thread, deterministic.
/// Levenberg-Marquardt on the sparse normal equations (Ceres).
AdjustSummary AdjustCameras(Registration& registration, std::span<const TiePoint> ties,
                            const RegistrationOptions& recorded, const AdjustOptions& options);

}  // namespace thermoleak
