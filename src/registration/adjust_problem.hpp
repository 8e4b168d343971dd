#pragma once
// Inside of the registration room: one bundle adjustment, its unknowns and what they say about the
// noise.

#include <Eigen/Core>
#include <array>
#include <span>
#include <vector>

#include "registration/adjust_equations.hpp"
#include "registration/adjust_model.hpp"
#include "thermoleak/registration/adjust.hpp"

namespace thermoleak::adjust_internal {

class AdjustProblem {
 public:
  AdjustProblem(const Registration& registration, std::span<const TiePoint> ties,
                const RegistrationOptions& recorded, const AdjustOptions& options);

  /// Starts from cameras adjusted before (of the same frames) instead of the recorded ones, with
  /// the positions' noise found then.
  void StartFrom(const AdjustStart& start);
  /// Until a step lowers the cost by less than `tolerance` of it. False when no usable solution was
  /// found. Far from the solution ties are so many sigmas off that a robust loss takes most for
  /// wrong, and they come in one after the other, frame by frame from where some fit; so first a
  /// few steps are made with the loss widened by each of `widenings` (graduated non-convexity,
  /// Blake and Zisserman 1987).
  bool Solve(double tolerance, std::span<const double> widenings = {});
  /// While their noise is being estimated, positions hold the frames three times less: cameras that
  /// follow a receiver's slow errors would not show them. What pairs see above the terrain is held,
  /// or frames over a long roof would rather come closer to each other.
  void HoldPositions(bool loosely) { loosely_ = loosely && !position_noise_given_; }
  /// Drops pairs of frames whose ties agree neither with the rest (after a solution) nor, by far,
  /// with the recorded poses freed of their flight's biases: repeated patterns match a bay further.
  /// Returns how many.
  int DropContradictions();
  /// Estimates the noise from the residuals of the last solution (variance components).
  void EstimateNoise();

  /// 6 x 6 covariances of the frames, the position bias of the largest flight held fixed: what
  /// frames know about each other. Where ties have taken a frame further from its record than the
  /// receiver's noise explains, one of both is wrong, and the distance counts as uncertainty. Empty
  /// when the normal equations are singular.
  std::vector<Mat6> RelativeCovariances() const;

  /// Frames that ties join to each other, directly or through others, have one number, ascending by
  /// their first frame; -1 for a frame without ties.
  std::vector<int> Groups() const;

  const AdjustNoise& noise() const { return noise_; }
  const double* frame(std::size_t i) const { return frames_[i].data(); }
  const double* flight_of(std::size_t i) const { return flights_[flight_of_[i]].data(); }
  const double* lens_of(std::size_t i) const { return lenses_[lens_of_[i]].data(); }
  /// Parameters of the flight with most frames.
  const double* main_flight() const { return flights_[main_flight_].data(); }
  /// Sigma of the position bias that all frames share, m.
  double common_sigma_m() const { return position_bias_m_[main_flight_]; }

 private:
  struct Tie {
    std::size_t first;
    std::size_t second;
    Side a;
    Side b;
    double height_m;
    double gsd_m;
    Vec2 along;
    double base_to_height;
    double own_sigmas = 1;
    bool beside_building = false;
    std::size_t pair = 0;
    double sigmas = 1;  ///< the ties of a pair err alike: more than a few count as a few
  };
  enum class Unknowns { kFrames, kAll };

  void CountPairs();
  TieWeight WeightOf(const Tie& tie) const;
  double PairWeight() const;
  double PositionSigma(std::size_t frame) const;
  /// Of all unknowns, or with flights and lenses held fixed; nothing when the normal equations are
  /// singular.
  std::optional<AdjustEquations::Spread> Covariances(Unknowns unknowns) const;
  AdjustState State() const;
  /// Gap of a tie in pixels under the given corrections; nothing when a ray leaves the ground.
  std::optional<Vec2> Gap(const Tie& tie, const double* first, const double* second) const;
  /// Adjusted minus recorded position, freed of the flight's biases.
  Vec2 PositionResidual(std::size_t frame) const;
  void EstimateTieNoise();
  void EstimatePoseNoise();

  const Registration& registration_;
  const AdjustOptions& options_;
  AdjustNoise noise_;
  bool position_noise_given_ = false;
  bool loosely_ = false;
  double tied_height_ = 0.5;  ///< see HeightPrior
  double tied_tilt_ = 0.5;
  std::vector<Tie> ties_;
  std::vector<Vec2> velocity_m_s_;
  std::vector<double> recorded_sigma_m_;  ///< horizontal, of each frame
  std::vector<std::size_t> flight_of_;
  std::vector<std::size_t> lens_of_;
  std::vector<double> position_bias_m_;  ///< sigma, of each flight
  std::vector<double> height_bias_m_;
  std::size_t main_flight_ = 0;
  double focal_sigma_;
  double tilt_bias_rad_;
  std::vector<double> yaw_bias_rad_;  ///< of each flight

  std::vector<std::array<double, kFrameParameters>> frames_;
  std::vector<std::array<double, kFlightParameters>> flights_;
  std::vector<std::array<double, kLensParameters>> lenses_;
  /// Of what a pair of frames sees above the terrain, m: a smooth ground's error, or a roof that
  /// fills the overlap. Its prior is heavy-tailed: a roof is rare, and as likely 5 m high as 15;
  /// the pairs of a frame see one and the same, and count as one.
  std::vector<double> heights_;
  std::vector<bool> beside_building_;  ///< pairs whose ties mostly are: any height will do

  /// The equations, with the ties' loss so many times as wide.
  AdjustEquations Build(double widening) const;
};

}  // namespace thermoleak::adjust_internal
