#pragma once
// Inside of the detection room: the lateral offset of a warm ridge along a pipe as a hidden Markov
// chain.

#include <opencv2/core.hpp>
#include <vector>

namespace thermoleak::detection {

struct RidgePathModel {
  double step_m = 2;         ///< between entries
  double cell_m = 0.2;       ///< between states
  double width_m = 2.4;      ///< of the ridge, full width at half maximum
  double independent_m = 6;  ///< entries closer than this show the same ground
  double sigma_m = 1;        ///< of the offset about the middle state
  double map_sigma_m = 1;    ///< of the map's lines, which is what bends the path
};

/// One entry every `step_m`, parallel to the response's rows.
struct RidgePath {
  std::vector<double> likeliest_m;  ///< from the middle state: posterior mean near the best one
  std::vector<double> offset_m;     ///< the same, drawn to the whole posterior's mean as far as no
                                    ///< ridge is seen
  std::vector<double> sigma_m;      ///< of the whole posterior about it
  std::vector<double> confidence;   ///< that a ridge is there and that it is the pipe's, 0 .. 1
  std::vector<double> log_ratio;    ///< of a ridge on the path against none, this entry alone
};

/// What is known of a state beside the picture.
enum StateHold : std::uint8_t {
  kFree,
  kForeign,   ///< another line's ridge: the pipe may lie there unseen
  kElsewhere  ///< the pipe is not there
};

/// `response`: entries x states, K, NaN = unseen; state `cols / 2` is the expected place, states
/// grow to the left. Noise and ground level are those of the responses within 40 m. Likelihoods as
/// in ridge.hpp; the offset changes by 2 map_sigma_m over kMapCorrelation, with
/// rare steep pieces where a map line is plainly wrong, and a wide-tailed prior about the expected
/// place. `hold` (same size) is what else is known of the states. Forward-backward sums
/// instead of the best path alone give honest sigmas.
RidgePath FollowRidge(const cv::Mat_<float>& response, const RidgePathModel& model,
                      const cv::Mat_<std::uint8_t>& hold);

/// Length along a pipe over which a map's error changes, m.
inline constexpr double kMapCorrelation = 40;

}  // namespace thermoleak::detection
