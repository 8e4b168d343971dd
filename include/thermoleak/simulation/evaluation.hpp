#pragma once
// How good a run was, where the truth is known.

#include <array>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "thermoleak/core/geometry.hpp"
#include "thermoleak/geo/local_frame.hpp"

namespace thermoleak::simulation {

/// One row of candidates.geojson.
struct ScoredCandidate {
  std::string id;
  double score = 0;
  LonLat position;
  std::optional<double> heat_w;  ///< heat loss, P50
};

struct TrueLeak {
  std::string id;
  LonLat position;
  std::optional<double> delta_t_k;
  std::optional<double> heat_w;  ///< that reaches the surface
  std::string cover;             ///< what lies on the ground there; "" = not stated
  bool observable = true;        ///< false: property `observable` is false, or `views` is 0
  // Of a leak that was put into real frames (inject.hpp):
  bool injected = false;
  std::string sight;                      ///< how the pipe was seen there before: seen, weak
  std::optional<double> smallest_rise_k;  ///< what the run stated there
  double wet_length_m = 0;                ///< 0 = point-like
};

/// What a run has stated of a piece of pipe, before leaks were put into its frames.
struct TruePiece {
  std::string pipe_id;
  double from_m = 0;
  double to_m = 0;
  std::string sight;                      ///< seen, weak, unseen
  std::optional<double> smallest_rise_k;  ///< unset = nothing can be said
  double equivalent_depth_m = 0;
};

/// Where a length of trench comes from.
enum class TrenchSource { kUnknown, kScenario, kPipes };

struct Truth {
  std::vector<TrueLeak> leaks;
  std::vector<std::vector<LonLat>> insulation;  ///< lines; a point is a line of one vertex
  /// Chambers, house entries and the like that are on the map; lines as above.
  std::vector<std::vector<LonLat>> installations;
  /// What was already warm in the frames that leaks were put into: nobody knows what it is.
  std::vector<std::vector<LonLat>> existing;
  std::vector<TruePiece> pieces;   ///< of such a survey
  double surface_coefficient = 0;  ///< W/(m2 K), of such a survey
  double trench_km = -1;           ///< -1 when unknown
  TrenchSource trench_source = TrenchSource::kUnknown;
  std::string scenario;  ///< `name` of scenario.json; "" = not stated
};

/// candidates.geojson of a run's folder (or that file itself), best score first; equal scores keep
/// the file's order. Throws RunError kInputMissing or kEvaluationUnreadable (exit code 3).
std::vector<ScoredCandidate> ReadCandidates(const std::filesystem::path& folder_or_file);

/// Leaks (points with `kind` or `class` "leak", or with neither), damaged insulation (`kind` or
/// `class` "insulation"), from a file, or from leaks.geojson of a folder or of its truth/. Beside
/// that file are looked for: insulation.geojson; decoys.geojson (installations: `kind` chamber,
/// house_entry, valve, compensator or installation, unless `on_map` is false); existing.geojson and
/// coverage.json (of injected leaks); scenario.json (there
/// or one folder up: `trench_km` or `pipe_km`); pipes.geojson, whose metres count half where
/// another of its pipes runs parallel within 1.5 m (supply and return of one trench). Throws
/// RunError kInputMissing or kEvaluationUnreadable (exit code 3).
Truth ReadTruth(const std::filesystem::path& file_or_folder);

struct EvaluationOptions {
  double radius_m = 3;  ///< a candidate matches a leak within it
  double score = 0.5;   ///< candidates with at least this score are suspected leaks
};

/// Leaks of a size class and how many were found.
struct ClassRecall {
  int leaks = 0;
  int found = 0;
};
/// Classes of delta_t_k: below 1 K, 1 to 2 K, 2 K and more, unknown.
constexpr std::size_t kSizeClasses = 4;

struct LeakMatch {
  std::string candidate;
  std::string leak;
  double distance_m = 0;
  double score = 0;
};

/// A point of the FROC: what a threshold at `score` would give.
struct FrocPoint {
  double score = 1;
  double false_alarms_per_km = 0;
  double recall = 0;
};
/// False alarms per km at which recall is stated.
constexpr std::array kFrocAt{0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0};

/// Candidates whose score lies in one tenth; neutral ones are left out.
struct ReliabilityBin {
  int candidates = 0;
  int leaks = 0;
  double mean_score = 0;
};
constexpr std::size_t kReliabilityBins = 10;

/// What a candidate proved to be.
enum class Outcome { kFound, kNeutral, kFalseAlarm };

struct Evaluation {
  static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

  EvaluationOptions options;
  int surveys = -1;
  int leaks = -1;               ///< observable
  int unobservable_leaks = -1;  ///< counted neither as found nor as missed
  int suspected = -1;           ///< candidates with at least options.score
  int candidates = -1;          ///< all
  int found = -1;
  int neutral =
      -1;  ///< suspected, on damaged insulation, unobservable leaks or what was there before
  int false_alarms = -1;
  std::array<ClassRecall, kSizeClasses> classes;
  std::map<std::string, ClassRecall> covers;  ///< empty where no truth states them
  /// Not a number where there is nothing to divide by.
  double recall = kNaN;
  double precision = kNaN;
  double false_alarms_per_km = kNaN;
  double trench_km = -1;  ///< of all surveys; -1 when one of them is unknown
  TrenchSource trench_source = TrenchSource::kUnknown;
  double error_p50_m = kNaN;
  double error_p95_m = kNaN;
  /// Mean over all observable leaks of the precision at the rank where each is found, over all
  /// candidates whatever their score; a leak that is never found contributes 0.
  double average_precision = kNaN;
  std::vector<FrocPoint> froc;                        ///< by falling score; equal scores are one
  std::array<double, kFrocAt.size()> recall_at = {};  ///< kFrocAt; not a number without a length
  std::array<ReliabilityBin, kReliabilityBins> reliability;
  double calibration_error = kNaN;  ///< ECE: mean |mean score - share of leaks|, by candidates
  int heats = 0;                    ///< found leaks with both an estimated and a true heat loss
  double heat_log_error = kNaN;     ///< median of |ln(estimate / truth)| over them
  double heat_log_bias = kNaN;      ///< median of ln(estimate / truth)
  std::vector<LeakMatch> matches;   ///< of suspected leaks, best score first
  std::vector<std::string> missed;  ///< ids of observable leaks
  std::vector<std::string> false_alarm_ids;
};

/// A run and its truth. `name` stands before its ids where several are evaluated together.
struct EvaluatedRun {
  std::string name;
  std::vector<ScoredCandidate> candidates;
  Truth truth;
};

/// Surveys pooled: matched each by itself, counted together. One-to-one matching, greedy: from the
/// best score down, each candidate takes the nearest observable leak within the radius that no
/// better candidate took. Without one it is neutral within the radius of damaged insulation, of
/// an unobservable leak or of what was there before leaks were injected, and otherwise a false
/// alarm (a second candidate on a leak that is taken, too). Greedy keeps the matches of the
/// suspected leaks independent of what lies below the threshold. Distances are metric, in the UTM
/// zone of the truth.
Evaluation Evaluate(std::span<const EvaluatedRun> runs, const EvaluationOptions& options);

}  // namespace thermoleak::simulation
