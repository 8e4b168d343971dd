#pragma once
// A leak candidate: a hot spot with class, probability, heat loss and reasons. At a score of 0.5 or
// more it is called a suspected leak (疑似漏点); only a person on site makes it a confirmed leak
// (确认漏点).

#include <array>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "thermoleak/detection/hot_spot.hpp"

namespace thermoleak {

enum class CandidateKind { kLeak, kInsulation, kInstallation, kConfuser };
std::string_view ToString(CandidateKind kind);

/// From this score on a candidate is called a suspected leak.
inline constexpr double kSuspected = 0.5;

struct Reason {
  std::string code;         ///< stable, for machines: "width_fits_depth"
  double contribution = 0;  ///< to the leak's log-odds
  Message text;
};

struct HeatLoss {
  double p10_w = 0, p50_w = 0, p90_w = 0;
};

struct LeakCandidate {
  std::string id;    ///< the same place keeps it from run to run
  int rank = 0;      ///< 1 = look here first
  double score = 0;  ///< = p_leak
  CandidateKind kind = CandidateKind::kConfuser;
  std::array<double, 4> probability{};  ///< leak, insulation, installation, confuser; sums to 1
  HotSpot spot;                         ///< its position is the corrected one
  Vec2 measured_position{0, 0};  ///< where the pictures show it (their own poses), local metres
  std::string pipe_id;
  std::optional<HeatLoss> heat_loss;
  Mat2 position_covariance = Mat2::Identity();  ///< local metres^2
  std::vector<Reason> reasons;                  ///< strongest first
  std::vector<std::string> frames;              ///< names, best first
  std::vector<Vec2> outline;  ///< footprint at half peak, local metres, counter-clockwise
};

/// One curve of a report's plot.
struct Profile {
  std::vector<float> x_m;
  std::vector<float> celsius;  ///< NaN where not seen
  std::vector<float> baseline_c;
};

/// The pictures that let a person judge a candidate.
struct CandidateEvidence {
  cv::Mat_<float> chip_c;  ///< cut out of the best frame, degC
  std::string chip_frame;
  Vec2 chip_spot{0, 0};                       ///< the anomaly in chip pixels
  std::vector<std::vector<Vec2>> chip_pipes;  ///< the pipes' axes in chip pixels
  double chip_gsd_m = 0;
  Profile along;   ///< x = chainage
  Profile across;  ///< x = offset
};

}  // namespace thermoleak
