#pragma once
// What follows from a SurveyResult by counting, once for every writer that says it.

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "thermoleak/report/survey_result.hpp"

namespace thermoleak {

/// How well a stretch of pipe was seen.
enum class Observed { kSeen, kWeak, kUnseen };

/// Fewer views cannot tell a leak from a reflection, a car or a seam of one frame
/// (detection.md 2.6).
inline constexpr double kMinViews = 3;
/// A leak must stand out by this many sigmas of the matched filter's noise (hot_spot.hpp,
/// PipeCoverage).
inline constexpr double kDetectionSigmas = 5;
/// The usual constant threshold of visual inspection; where only warmer leaks can be found, sight
/// is weak.
inline constexpr double kWeakRiseK = 3;

Observed ObservedOf(const PipeCoverage& coverage);
/// The smallest leak that would have been found, as heat through the surface, W; NaN where nothing
/// was seen and for overhead pipes.
double SmallestHeatW(const PipeCoverage& coverage);
/// Why a stretch was not or only weakly seen: "no_view", "building" (a roof over it), "noise",
/// "few_views"; empty where it was seen.
std::string_view WhyNotSeen(const PipeCoverage& coverage, const PipeNetwork& network);

struct Stretch {
  double from_m = 0;
  double to_m = 0;
  Observed state = Observed::kUnseen;
};

/// A part of a pipe as one piece of coverage tells it; nothing where no piece reaches.
struct CoveredPart {
  double from_m = 0;
  double to_m = 0;
  const PipeCoverage* piece = nullptr;  ///< of the result
};

struct PipeView {
  int pipe = -1;
  double length_m = 0;
  std::array<double, 3> metres{};  ///< by Observed
  double smallest_rise_k =
      -1;  ///< length-weighted mean over what was seen at all; -1 = nothing seen
  double smallest_heat_w = -1;     ///< the same of SmallestHeatW(); -1 also for overhead pipes
  std::vector<Stretch> stretches;  ///< the whole pipe from 0 to its length, without gaps
  std::vector<CoveredPart> parts;  ///< the same, a piece of coverage each
  bool in_survey = false;          ///< covered, or within the frames' surroundings
};

/// Something that several frames say, with the first of them as the example.
struct Notice {
  Message example;
  int frames = 0;
};

struct SurveyView {
  int frames_used = 0;
  int frames_located = 0;  ///< of them: pictures from the hand
  int frames_quarantined = 0;
  std::map<std::string, int> quarantined_by_reason;
  std::map<std::string, Notice>
      frame_warnings;                       ///< by the message's name; of frames that were used
  std::map<QualityMark, int> frame_flags;   ///< of frames that were used
  std::array<int, 4> candidates_by_kind{};  ///< by CandidateKind
  int suspected_leaks = 0;
  std::vector<PipeView> pipes;     ///< parallel to the network's pipes
  std::array<double, 3> metres{};  ///< of pipes in the survey, by Observed
  double survey_length_m = 0;      ///< of pipes in the survey
  double network_length_m = 0;
  int pipes_in_survey = 0;
  int pipes_seen = 0;  ///< at least a stretch seen or weakly seen
};

SurveyView ViewOf(const SurveyResult& result);

/// At this score a thermal anomaly is called a suspected leak.
inline constexpr double kSuspectedScore = 0.5;
inline bool IsSuspected(const LeakCandidate& candidate) {
  return candidate.score >= kSuspectedScore;
}

/// One-sigma position ellipse with its azimuth from true north.
Ellipse TrueEllipse(const LeakCandidate& candidate, const LocalFrame& frame);

}  // namespace thermoleak
