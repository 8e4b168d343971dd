#pragma once
// What the warm traces say about the map: where each pipe really lies, how sure that is, and which
// of the map's lines are wrong. Found and reported, never forced.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "thermoleak/detection/alignment.hpp"
#include "thermoleak/detection/detect.hpp"

namespace thermoleak {

enum class TraceStatus {
  kConfirmed,  ///< seen where the map has it, within its tolerance
  kMoved,      ///< seen beside the map's line
  kDoubtful,   ///< a warm line far beside the map's that nothing ties to the pipe: wrong map or a
               ///< foreign line (sewer, cable) that runs parallel
  kNotSeen     ///< no trace; the line is bridged by the map's
};
std::string_view ToString(TraceStatus status);

struct TracePoint {
  double chainage_m = 0;
  double offset_m =
      0;               ///< of the pipe from the map's line, positive left, survey's shift taken out
  double sigma_m = 0;  ///< of offset_m: trace, shift and poses against each other
  double confidence = 0;
  Vec2 position{0, 0};  ///< local metres, in the map's place
};

/// A stretch of one pipe with one status.
struct TraceStretch {
  int pipe = -1;
  double from_m = 0;
  double to_m = 0;
  TraceStatus status = TraceStatus::kNotSeen;
  double offset_m = 0;             ///< median
  double sigma_m = 0;              ///< root mean square
  double confidence = 0;           ///< mean
  std::vector<TracePoint> points;  ///< by chainage, at least two
};

struct MapLineOptions {
  double wrong_line_m = 1.0;  ///< a map line farther off than this and than 3 sigma is wrong

  void Describe(OptionVisitor& v);
};

/// Judges the traces of all strips. A warm line far beside the map's that FindTrace() could not tie
/// to the pipe is doubtful where the pipe itself is not seen, unless a chamber of the map on it
/// shows as a warm or cold spot where the line puts it, or a pipe that continues this one is off by
/// the same. Stretches by strip and chainage. Deterministic.
std::vector<TraceStretch> JudgeTraces(std::span<const StripLayout> strips,
                                      std::span<const StripFindings> findings,
                                      const PipeNetwork& network, const SurveyShift& shift,
                                      const MapLineOptions& options);

/// Marks the spots whose trace is doubtful: it says nothing about where they are.
void MarkDoubtful(std::span<const TraceStretch> stretches, std::span<HotSpot> spots);

/// What building footprints say of the shift, from thermal edges along their outlines: a witness
/// that knows nothing of pipes.
struct BuildingShift {
  Vec2 shift_m{0, 0};  ///< pictures minus footprints, local metres
  Mat2 covariance = Mat2::Identity();
  double evidence = 0;  ///< standard deviations, as SurveyShift's
  int buildings = 0;    ///< that were seen
  bool found = false;
};

/// The shift under which outlines lie on thermal edges (mean temperature difference across them,
/// either way), as AlignToMap() finds pipes: each building votes, blurred by the error of
/// footprints and by how far a roof may stand aside of them. Nothing where no building is seen
/// whole.
std::optional<BuildingShift> AlignToBuildings(const Mosaic& mosaic, const PipeNetwork& network,
                                              double pose_sigma_m, const AlignmentOptions& options);

/// Of both shifts, standard deviations (Mahalanobis distance); 0 where one was not found.
double DisagreementSigmas(const SurveyShift& pipes, const BuildingShift& buildings);

/// What the survey says of the map.
struct MapAlignment {
  SurveyShift shift;
  std::optional<BuildingShift> buildings;  ///< where footprints were given and seen
  double disagreement = 0;  ///< of pipes and buildings, standard deviations (Mahalanobis)
  std::vector<TraceStretch> traces;
};

/// The stretches whose map line is wrong, or may be: moved and doubtful ones, the longest first.
std::vector<const TraceStretch*> WrongLines(const MapAlignment& alignment);

}  // namespace thermoleak
