#pragma once
// How good a run was, where the truth is known.

#include <array>
#include <filesystem>
#include <limits>
#include <optional>
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
};

struct TrueLeak {
  std::string id;
  LonLat position;
  std::optional<double> delta_t_k;
  bool observable = true;  ///< false: property `observable` is false, or `views` is 0
};

/// Where a length of trench comes from.
enum class TrenchSource { kUnknown, kScenario, kPipes };

struct Truth {
  std::vector<TrueLeak> leaks;
  std::vector<std::vector<LonLat>> insulation;  ///< lines; a point is a line of one vertex
  double trench_km = -1;                        ///< -1 when unknown
  TrenchSource trench_source = TrenchSource::kUnknown;
};

/// candidates.geojson of a run's folder (or that file itself), best score first; equal scores keep
/// the file's order. Throws RunError kInputMissing or kEvaluationUnreadable (exit code 3).
std::vector<ScoredCandidate> ReadCandidates(const std::filesystem::path& folder_or_file);

/// Leaks (points with `kind` or `class` "leak", or with neither), damaged insulation (`kind` or
/// `class` "insulation"), from a file, or from leaks.geojson of a folder or of its truth/. Beside
/// that file are looked for: insulation.geojson; scenario.json (there or one folder up: `trench_km`
/// or `pipe_km`); pipes.geojson, whose metres count half where another of its pipes runs parallel
/// within 1.5 m (supply and return of one trench). Throws RunError kInputMissing or
/// kEvaluationUnreadable (exit code 3).
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

struct Evaluation {
  EvaluationOptions options;
  int leaks = -1;               ///< observable
  int unobservable_leaks = -1;  ///< counted neither as found nor as missed
  int suspected = -1;           ///< candidates with at least options.score
  int candidates = -1;          ///< all
  int found = -1;
  int neutral = -1;  ///< suspected, on damaged insulation or unobservable leaks
  int false_alarms = -1;
  std::array<ClassRecall, kSizeClasses> classes;
  /// Not a number where there is nothing to divide by.
  double recall = std::numeric_limits<double>::quiet_NaN();
  double precision = std::numeric_limits<double>::quiet_NaN();
  double false_alarms_per_km = std::numeric_limits<double>::quiet_NaN();
  double trench_km = -1;
  TrenchSource trench_source = TrenchSource::kUnknown;
  double error_p50_m = std::numeric_limits<double>::quiet_NaN();
  double error_p95_m = std::numeric_limits<double>::quiet_NaN();
  /// Mean over all observable leaks of the precision at the rank where each is found, over all
  /// candidates whatever their score; a leak that is never found contributes 0.
  double average_precision = std::numeric_limits<double>::quiet_NaN();
  std::vector<LeakMatch> matches;   ///< of suspected leaks, best score first
  std::vector<std::string> missed;  ///< ids of observable leaks
  std::vector<std::string> false_alarm_ids;
};

/// One-to-one matching, greedy: from the best score down, each candidate takes the nearest
/// observable leak within the radius that no better candidate took. Without one it is neutral
/// within the radius of damaged insulation or of an unobservable leak, and otherwise a false alarm
/// (a second candidate on a leak that is taken, too). Greedy keeps the matches of the suspected
/// leaks independent of what lies below the threshold. Distances are metric, in the UTM zone of the
/// truth.
Evaluation Evaluate(const std::vector<ScoredCandidate>& candidates, const Truth& truth,
                    const EvaluationOptions& options);

}  // namespace thermoleak::simulation
