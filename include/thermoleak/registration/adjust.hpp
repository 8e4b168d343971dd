#pragma once
// Bundle adjustment: cameras moved and turned so that tie points meet on the ground and recorded
// poses are respected as far as they can be trusted.

#include <span>
#include <string>
#include <vector>

#include "thermoleak/registration/tie_points.hpp"

namespace thermoleak {

/// Noise is where the estimate from the survey's own residuals starts, and what stands where too
/// few residuals tell.
struct AdjustOptions {
  bool enabled = true;
  double position_noise_m =
      1.0;  ///< change of the position error from frame to frame (real flights: 0.6 .. 1.2)
  double height_noise_m = 0.5;
  double yaw_noise_deg = 0.5;
  double tilt_noise_deg = 0.7;
  double clock_sigma_s = 0.5;   ///< between position and exposure (real flights: 0.3)
  double tie_sigma_px = 0.5;    ///< of a tie point
  double ground_sigma_m = 0.3;  ///< of the ground's height at a tie point against the terrain
  double focal_sigma = 0.03;    ///< relative; the written focal length is a nominal one (real: 3 %)
  double distortion_sigma = 0.1;  ///< of Brown's k1 and k2; of p1 and p2 a twentieth
  int noise_rounds = 2;           ///< estimates of the noise, each followed by a solution

  void Describe(OptionVisitor& v);
};

/// Standard deviations of the observations, from the options first, then from the residuals.
struct AdjustNoise {
  double position_m = 1;      ///< as positions weigh: with the inflation for slow errors
  double position_own_m = 1;  ///< of one frame
  double height_m = 0.5;
  double tilt_rad = 0.012;
  double yaw_rad = 0.009;
  double tie_px = 0.5;
  double ground_m = 0.3;      ///< of what a pair sees against the terrain, as a whole ...
  double unevenness_m = 0.2;  ///< ... and of each tie besides
};

/// What happened, with impossible defaults.
struct AdjustSummary {
  int pairs_tried = -1;
  int pairs_tied = -1;
  int pairs_dropped = -1;  ///< contradicted by the rest
  int ties = -1;
  int frames_untied = -1;         ///< that share no tie with another
  double residual_before_m = -1;  ///< median distance of tie points on the ground
  double residual_after_m = -1;
  double median_move_m = -1;       ///< of picture centres
  double yaw_bias_deg = 0;         ///< found for the largest flight as a whole
  double clock_lead_s = 0;         ///< the same: positions are recorded this much too late
  double focal_change = 0;         ///< relative, of the first camera
  double k1 = 0;                   ///< the same
  AdjustNoise noise;               ///< found, when converged
  std::vector<int> ties_of_frame;  ///< parallel to the registration's frames
  std::vector<double> tie_distances_before_m;  ///< on the ground, ascending; recorded poses
  std::vector<double> tie_distances_after_m;   ///< the same after the adjustment
  bool converged = false;
};

/// An earlier adjustment of the same frames, to begin with.
struct AdjustStart {
  const Registration& adjusted;
  AdjustNoise noise;
};

/// Adjusts `registration.frames` in place (camera with lens, footprint, centre, covariances) and
/// writes the medians of the sigmas. Unknown are six corrections a frame; six biases and a clock
/// error a flight; focal length, k1, k2, p1, p2 a camera. Observed are the recorded poses (Gaussian
/// with their flight's biases, positions with a Huber loss) and the ties (two rays meet at the
/// terrain's height, Cauchy loss; less sure along the base, where a wrong height moves them).
/// The noise is estimated from the residuals (variance components, Foerstner 1979) and the solution
/// repeated with it. Covariances come from the inverse of the normal equations. Frames without ties
/// follow their flight's biases and keep a large covariance. One thread, deterministic;
/// Levenberg-Marquardt on the normal equations, factorised by blocks: time and memory grow little
/// faster than the frames.
AdjustSummary AdjustCameras(Registration& registration, std::span<const TiePoint> ties,
                            const RegistrationOptions& recorded, const AdjustOptions& options,
                            const AdjustStart* start = nullptr);

}  // namespace thermoleak
