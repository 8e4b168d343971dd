// What the residuals of an adjustment say about its observations: which are wrong, and how good the
// others are.
#include <algorithm>
#include <cmath>

#include "registration/adjust_problem.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak::adjust_internal {
namespace {

double MedianHeight(const Registration& registration) {
  std::vector<double> heights;
  for (const RegisteredFrame& frame : registration.frames)
    heights.push_back(frame.height_above_ground_m);
  return MedianOf(std::span<const double>(heights));
}

/// Square root of the mean square of `values` beyond what is explained by the unknowns that follow
/// them; `fallback` when there is too little to tell (Foerstner 1979: variance = v'Pv /
/// redundancy).
double Component(const std::vector<double>& values, double redundancy, double fallback) {
  constexpr double kFew = 5;
  if (redundancy < kFew) return fallback;
  // Clipped at three robust sigmas: a jump of the receiver is not its noise.
  std::vector<double> sizes;
  for (const double v : values) sizes.push_back(std::abs(v));
  const double limit = 3 * 1.4826 * MedianOf(std::span<const double>(sizes));
  double sum = 0;
  for (const double v : sizes) sum += std::pow(std::min(v, limit), 2);
  return std::clamp(std::sqrt(sum / redundancy), 0.1 * fallback, 5 * fallback);
}

/// Receivers err slowly: neighbours' errors are alike, and n of them tell as little as n / tau
/// independent ones, tau = 1 + 2 sum of the autocorrelations, summed while they are positive (Geyer
/// 1992, section 3.3). Residuals follow `frames`' order in each flight.
double AlikeFrames(const std::vector<std::vector<Vec2>>& residuals_of_flight) {
  constexpr double kNothing = 0.05;  // correlation
  double tau = 1;
  double none = 0;
  for (std::size_t lag = 0;; ++lag) {
    double products = 0;
    double count = 0;
    for (const std::vector<Vec2>& residuals : residuals_of_flight) {
      if (3 * lag >= residuals.size()) continue;
      for (std::size_t i = 0; i + lag < residuals.size(); ++i)
        products += residuals[i].dot(residuals[i + lag]);
      count += static_cast<double>(residuals.size() - lag);
    }
    if (count == 0 || (lag > 0 && none <= 0)) return tau;
    if (lag == 0) {
      none = products / count;
      continue;
    }
    const double alike = products / count / none;
    if (alike < kNothing) return tau;
    tau += 2 * std::min(1.0, alike);
  }
}

/// The same as receivers usually are: half of the variance changes over some seconds. Short surveys
/// can't show it, since biases take it up.
double UsuallyAlike(std::span<const RegisteredFrame> frames) {
  constexpr double kMemoryS = 8;  // real flights: 5 .. 25; a cautious value, as it costs accuracy
  constexpr double kUsualStepS = 3;
  std::vector<double> steps;
  for (std::size_t i = 1; i < frames.size(); ++i) {
    const double step = frames[i].time_s - frames[i - 1].time_s;
    if (frames[i].flight == frames[i - 1].flight && step > 0) steps.push_back(step);
  }
  const double step = steps.empty() ? kUsualStepS : MedianOf(std::span<const double>(steps));
  return 1 + 1 / std::expm1(std::max(0.1, step) / kMemoryS);
}

}  // namespace

int AdjustProblem::DropContradictions() {
  constexpr double kFarSigmas = 4;  // from where the records see the other frame
  constexpr double kOffSigmas = 6;  // from where the other ties put it
  const double own_m =
      std::hypot(noise_.position_own_m, noise_.tilt_rad * MedianHeight(registration_));
  std::vector<Tie> kept;
  int dropped = 0;
  for (std::size_t begin = 0; begin < ties_.size();) {
    std::size_t end = begin;
    std::vector<double> off;
    std::vector<double> east;
    std::vector<double> north;
    for (; end < ties_.size() && ties_[end].first == ties_[begin].first &&
           ties_[end].second == ties_[begin].second;
         ++end) {
      const Tie& tie = ties_[end];
      if (const auto gap = Gap(tie, frames_[tie.first].data(), frames_[tie.second].data()))
        off.push_back(gap->norm() * tie.gsd_m);
      std::array<std::array<double, kFrameParameters>, 2> biased;
      for (std::size_t k = 0; k < 2; ++k) {
        const std::size_t i = k == 0 ? tie.first : tie.second;
        const auto& bias = flights_[flight_of_[i]];
        std::copy_n(bias.begin(), kFrameParameters, biased[k].begin());
        biased[k][0] += bias[6] * velocity_m_s_[i].x();
        biased[k][1] += bias[6] * velocity_m_s_[i].y();
      }
      if (const auto gap = Gap(tie, biased[0].data(), biased[1].data())) {
        east.push_back(gap->x() * tie.gsd_m);
        north.push_back(gap->y() * tie.gsd_m);
      }
    }
    const Tie& tie = ties_[begin];
    const double parallax_m = tie.base_to_height * std::hypot(noise_.ground_m, noise_.unevenness_m);
    const double far = std::hypot(MedianOf(std::span<const double>(east)),
                                  MedianOf(std::span<const double>(north)));
    const bool contradicts =
        off.empty() ||
        MedianOf(std::span<const double>(off)) >
            kOffSigmas * std::hypot(noise_.tie_px * tie.gsd_m, parallax_m) + tie.gsd_m ||
        far > kFarSigmas * std::hypot(std::sqrt(2.0) * own_m, parallax_m);
    if (contradicts) {
      ++dropped;
    } else {
      kept.insert(kept.end(), ties_.begin() + static_cast<std::ptrdiff_t>(begin),
                  ties_.begin() + static_cast<std::ptrdiff_t>(end));
    }
    begin = end;
  }
  ties_ = std::move(kept);
  CountPairs();
  return dropped;
}

void AdjustProblem::EstimateTieNoise() {
  std::vector<double> across;
  std::vector<double> along;
  std::vector<double> ratio;
  for (const Tie& tie : ties_) {
    const auto gap = Gap(tie, frames_[tie.first].data(), frames_[tie.second].data());
    if (!gap) continue;
    along.push_back(std::abs(gap->dot(tie.along)));
    across.push_back(std::abs(gap->dot(Vec2(-tie.along.y(), tie.along.x()))));
    ratio.push_back(tie.base_to_height / tie.gsd_m);
  }
  constexpr std::size_t kFew = 50;
  if (across.size() < kFew) return;
  // Medians against outliers; unknowns of the frames follow a part of the noise.
  const double explained =
      3.0 * static_cast<double>(frames_.size()) / static_cast<double>(across.size());
  const double free = 1.4826 / std::sqrt(std::max(0.3, 1 - explained));
  const double across_px = free * MedianOf(std::span<const double>(across));
  const double along_px = free * MedianOf(std::span<const double>(along));
  const double per_m = MedianOf(std::span<const double>(ratio));
  noise_.tie_px = std::clamp(across_px, 0.1, 10.0);
  if (per_m > 0.2) {
    const double excess = along_px * along_px - across_px * across_px;
    noise_.unevenness_m = std::clamp(std::sqrt(std::max(0.0, excess)) / per_m, 0.02, 5.0);
  }
}

void AdjustProblem::EstimatePoseNoise() {
  const auto spread = Covariances(Unknowns::kFrames);
  if (!spread) return;
  std::vector<double> position;
  std::vector<double> height;
  std::vector<double> tilt;
  std::vector<double> yaw;
  double free_position = 0;
  double free_height = 0;
  double free_tilt = 0;
  double free_yaw = 0;
  std::vector<std::vector<Vec2>> of_flight(flights_.size());
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    const auto& p = frames_[i];
    const auto& b = flights_[flight_of_[i]];
    const Mat6& c = spread->frames[i];
    const FilledIn& filled_in = registration_.frames[i].filled_in;
    if (recorded_sigma_m_[i] >= options_.position_noise_m && filled_in.position_m == 0) {
      const Vec2 v = PositionResidual(i);
      for (int k = 0; k < 2; ++k) {
        position.push_back(v[k]);
        free_position += 1 - c(k, k) / std::pow(PositionSigma(i), 2);
      }
      of_flight[flight_of_[i]].push_back(v);
    }
    if (filled_in.height_m == 0) {
      height.push_back(p[2] - b[2]);
      free_height += 1 - c(2, 2) / std::pow(noise_.height_m, 2);
    }
    if (filled_in.tilt_rad == 0) {
      for (std::size_t k = 3; k < 5; ++k) {
        tilt.push_back(p[k] - b[k]);
        const auto e = static_cast<Eigen::Index>(k);
        free_tilt += 1 - c(e, e) / std::pow(noise_.tilt_rad, 2);
      }
    }
    if (filled_in.yaw_rad == 0) {
      yaw.push_back(p[5] - b[5]);
      free_yaw += 1 - c(5, 5) / std::pow(noise_.yaw_rad, 2);
    }
  }
  if (!position_noise_given_) {
    noise_.position_own_m = Component(position, free_position, noise_.position_own_m);
    const double alike = std::max(AlikeFrames(of_flight), UsuallyAlike(registration_.frames));
    noise_.position_m = noise_.position_own_m * std::sqrt(alike);
  }
  const auto tied = [](double free, std::size_t count) {
    return count == 0 ? 1.0 : std::clamp(free / static_cast<double>(count), 0.0, 1.0);
  };
  tied_height_ = tied(free_height, height.size());
  tied_tilt_ = tied(free_tilt, tilt.size());
  noise_.height_m = Component(height, free_height, noise_.height_m);
  noise_.tilt_rad = Component(tilt, free_tilt, noise_.tilt_rad);
  noise_.yaw_rad = Component(yaw, free_yaw, noise_.yaw_rad);
  if (loosely_) return;
  double free_ground = 0;
  std::vector<double> heights;
  for (std::size_t pair = 0; pair < spread->heights.size(); ++pair) {
    if (beside_building_[pair]) continue;
    heights.push_back(heights_[pair]);
    free_ground += std::max(0.0, 1 - spread->heights[pair] / std::pow(noise_.ground_m, 2));
  }
  noise_.ground_m = Component(heights, free_ground, noise_.ground_m);
}

void AdjustProblem::EstimateNoise() {
  EstimateTieNoise();
  EstimatePoseNoise();
}

}  // namespace thermoleak::adjust_internal
