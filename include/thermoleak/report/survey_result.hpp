#pragma once
// All that a run found, as the writers take it. Filled by the pipeline.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "thermoleak/detection/hot_spot.hpp"
#include "thermoleak/detection/map_lines.hpp"
#include "thermoleak/ingest/quality.hpp"
#include "thermoleak/network/network.hpp"
#include "thermoleak/radiometry/offsets.hpp"
#include "thermoleak/registration/adjust.hpp"
#include "thermoleak/registration/registration.hpp"
#include "thermoleak/scoring/candidate.hpp"

namespace thermoleak {

/// Where a picture from the hand was taken and which pipes are near: to look at, not to measure.
struct HandPicture {
  Vec2 position{0, 0};     ///< most likely place of what it shows, local metres
  double sigma_m = 0;      ///< per axis
  std::vector<int> pipes;  ///< of the network, nearest first, at most a handful
};

/// One row of frames.csv.
struct FrameRecord {
  FrameMeta meta;                    ///< at least path and name
  std::optional<Error> quarantined;  ///< set: not used, and why
  std::optional<RegisteredFrame> registered;
  std::optional<HandPicture> located;
  int ties = -1;  ///< shared with other frames; -1 = not looked for
  std::vector<QualityFlag> flags;
  double mean_c = 0, min_c = 0, max_c = 0;
  double offset_k = 0;         ///< harmonisation offset that was subtracted
  double offset_sigma_k = -1;  ///< of it against the survey's mean; -1 = not harmonised
};

struct InputFile {
  std::string path;
  std::string sha256;
  std::uintmax_t bytes = 0;
};

/// The trained model behind the score.
struct ScoreModel {
  std::string name;
  std::string sha256;
};

struct StageTime {
  std::string stage;
  double wall_s = 0;
  double cpu_s = 0;
};

/// The pattern that was taken from one camera's frames.
struct CameraPattern {
  std::string camera;
  int frames = 0;
  FlatField::Kind kind = FlatField::Kind::kNone;
  PatternAmplitude amplitude;
};

/// What harmonisation found and what it changed.
struct HarmonisationFacts {
  Disagreement before;  ///< of frames about the same ground, as read
  Disagreement after;   ///< with flat fields and offsets taken out
  std::vector<CameraPattern> cameras;
  double offset_low_k = 0;
  double offset_high_k = 0;
  double offset_sigma_k = -1;   ///< median over the frames; -1 = not harmonised
  double drift_k = -1;          ///< random walk in one second
  std::vector<double> steps_k;  ///< jumps at shutter corrections, in survey order
};

/// How the frames were placed, and how well.
/// A group of frames that ties do not join to the survey's others, placed against them by the map.
struct GroupPlacement {
  int group = -1;  ///< RegisteredFrame::group
  int frames = 0;
  bool first = false;   ///< the others are placed against it
  bool placed = false;  ///< its pipes were seen; else it stays where the records have it
  Vec2 move_m{0, 0};    ///< of its cameras, local metres
  double sigma_m = 0;   ///< of the group against the others, afterwards, per axis
};

struct RegistrationFacts {
  MessageId method = MessageId::kMethodRecorded;
  double median_sigma_m = -1;           ///< of picture centres on the map; -1 = nothing placed
  double median_relative_sigma_m = -1;  ///< the same against the other frames
  double p90_relative_sigma_m = -1;
  std::vector<GroupPlacement> groups;  ///< empty where ties join all frames that tie
  AdjustSummary adjustment;
};

/// What run.json says beside the counts that follow from the rest.
struct RunFacts {
  std::string started_utc;  ///< the only things that may differ between two runs: started and times
  std::vector<StageTime> times;
  std::string options_json;       ///< one JSON object: every option with its value
  std::vector<InputFile> inputs;  ///< frames, map, DEM, buildings
  std::string map;                ///< path of the pipe map among them
  std::vector<Message> warnings;
  bool calibrated = false;  ///< whether the score is a calibrated probability
  ScoreModel model;         ///< that made it so
  int threads = 0;
  RegistrationFacts registration;
  HarmonisationFacts harmonisation;
  double scale_sigma = 0;      ///< relative 1-sigma error of temperature rises, from the cameras
  bool relative_only = false;  ///< some frames have no absolute temperatures
};

struct SurveyResult {
  const PipeNetwork* network = nullptr;
  LocalFrame frame;
  std::vector<FrameRecord> frames;        ///< in survey order
  std::vector<LeakCandidate> candidates;  ///< by rank
  std::vector<CandidateEvidence>
      evidence;  ///< parallel to candidates (may be shorter: top ones only)
  std::vector<PipeCoverage> coverage;
  MapAlignment alignment;
  std::vector<Error> skipped_features;
  RunFacts facts;
};

}  // namespace thermoleak
