#pragma once
// Inside of the pipeline room: the stages of a run and what passes between them.

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/clock.hpp"
#include "pipeline/journal.hpp"
#include "thermoleak/core/progress.hpp"
#include "thermoleak/detection/detect.hpp"
#include "thermoleak/detection/map_lines.hpp"
#include "thermoleak/ingest/reader.hpp"
#include "thermoleak/pipeline/run.hpp"
#include "thermoleak/pipeline/tie_and_adjust.hpp"
#include "thermoleak/radiometry/flat_field.hpp"
#include "thermoleak/report/survey_result.hpp"
#include "thermoleak/strips/mosaic.hpp"

namespace thermoleak::pipeline {

/// A block of the thumbnails, pixels: 16 is 0.8 m at 5 cm a pixel, about a signature's width.
inline constexpr int kThumbnailBlock = 16;

/// Keeps stored arrays of frames in memory up to a budget; others are read again when asked for.
/// Filling is done by one thread in survey order; reading is thread-safe.
class FrameStore {
 public:
  FrameStore(std::size_t budget_bytes, const CameraTable& cameras, ReadOptions options)
      : budget_(budget_bytes), cameras_(cameras), options_(std::move(options)) {}
  void Resize(std::size_t frames) { stored_.resize(frames); }
  void Put(std::size_t frame, const cv::Mat& stored);
  /// Degrees Celsius of a frame; an Error when the file has changed or vanished since it was first
  /// read.
  Result<cv::Mat> Celsius(std::size_t frame, const FrameMeta& meta) const;

 private:
  std::size_t budget_;
  std::size_t used_ = 0;
  std::vector<cv::Mat> stored_;
  const CameraTable& cameras_;
  ReadOptions options_;
};

/// The frames of a survey after the first look.
struct SurveyFrames {
  std::vector<FrameRecord> records;   ///< in survey order
  std::vector<Thumbnail> thumbnails;  ///< parallel; empty for quarantined ones
  std::vector<Overview> overviews;    ///< the same
};

/// Reads every file once: facts, hash, thumbnail, statistics; names what cannot be used.
SurveyFrames ReadFrames(std::span<const FrameSource> sources, const CameraTable& cameras,
                        const ReadOptions& options, const QualityOptions& quality, int threads,
                        FrameStore& store, Journal& journal, const WorkContext& work);

/// A frame that takes part in the strips, with its corrections.
struct PlacedFrame {
  std::size_t record = 0;  ///< index into SurveyFrames::records
  RegisteredFrame registered;
  float time_s = 0;  ///< after the survey's first frame
  double offset_k = 0;
  const FlatField* flat = nullptr;  ///< of its camera, owned by Harmonised
};

/// What harmonisation found. The frames point to its flat fields: it may be moved, not copied.
struct Harmonised {
  std::map<int, FlatField> flats;  ///< by RegisteredFrame::lens_id
  HarmonisationFacts facts;
};

/// Gives every frame its camera's flat field and its own offset, and their records the offsets and
/// marks of shutter corrections. Each camera's flat field comes from its own frames only.
Harmonised Harmonise(std::vector<PlacedFrame>& frames, SurveyFrames& survey,
                     const PipeNetwork& network, const Terrain& terrain, double pose_sigma_m,
                     const RunOptions& options);

/// Brings groups of frames that do not tie to each other onto common ground: each finds its own
/// shift against the map, the group that knows it best first, whose shift is then what the others
/// expect of theirs. Groups are moved by what they differ from the first, so that one shift remains
/// for the survey. Nothing is done where one group holds all tied frames.
std::vector<GroupPlacement> PlaceGroups(std::vector<PlacedFrame>& frames,
                                        const SurveyFrames& survey, const FrameStore& store,
                                        const Registration& registration,
                                        const PipeNetwork& network, double surface_h_w_m2k,
                                        double mosaic_cell_m, double local_sigma_m,
                                        const RunRequest& request, int threads,
                                        const WorkContext& work);

/// Expected widths of the pipes' traces, one a strip (ExpectedTraceWidth).
std::vector<double> TraceWidths(const PipeNetwork& network, std::span<const StripLayout> layouts,
                                double surface_h_w_m2k, const DetectionOptions& options);

struct StripStageResult {
  std::vector<StripLayout> layouts;
  std::vector<StripFindings> findings;  ///< parallel to layouts
  MapAlignment alignment;               ///< pictures against map
};

/// Samples the frames into strips and mosaic, finds the survey's shift against the map, and detects
/// hot spots; in batches of strips that fit the memory (the mosaic, and so the shift, is complete
/// after the first). Frames that can no longer be read are quarantined in `survey`.
StripStageResult SampleAndDetect(const std::vector<PlacedFrame>& frames, SurveyFrames& survey,
                                 const FrameStore& store, const Registration& registration,
                                 const PipeNetwork& network, double surface_h_w_m2k,
                                 double local_sigma_m, const RunRequest& request, int threads,
                                 Mosaic& mosaic, const WorkContext& work, StageClock& clock);

/// What the user should know of the pictures' place against the map, and of wrong map lines.
std::vector<Message> AlignmentWarnings(const MapAlignment& alignment, const PipeNetwork& network);

/// Chips and profiles for the candidates, at most `most`.
std::vector<CandidateEvidence> CollectEvidence(std::span<LeakCandidate> candidates,
                                               const StripStageResult& strips,
                                               const std::vector<PlacedFrame>& frames,
                                               const SurveyFrames& survey, const FrameStore& store,
                                               const Registration& registration,
                                               const PipeNetwork& network, int most,
                                               const WorkContext& work);

/// Gives the records of pictures from the hand their place and the pipes within two sigma.
/// `record_of_meta`: index of a record by index of a registered frame.
void AttachLocated(const Registration& registration, std::span<const std::size_t> record_of_meta,
                   const PipeNetwork& network, SurveyFrames& survey);
/// Whether any picture from the hand was taken beside a pipe.
bool AnyBesidePipe(const SurveyFrames& survey);

/// What the report says of the cameras; each frame's number of ties goes into its record.
RegistrationFacts DescribeRegistration(const Registration& registration,
                                       const AdjustSummary& adjustment,
                                       std::vector<GroupPlacement> groups,
                                       const std::vector<PlacedFrame>& frames,
                                       SurveyFrames& survey);

/// What a survey that could not be placed as usual says of itself: only pictures from the hand, one
/// frame alone, no two frames that tie, groups of frames without common ground.
std::vector<Message> PlacingNotes(const Registration& registration, const AdjustSummary& adjustment,
                                  std::span<const GroupPlacement> groups,
                                  const SurveyFrames& survey);

}  // namespace thermoleak::pipeline
