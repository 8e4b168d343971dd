#pragma once
// The survey run: the one place that composes the rooms, and the only one that owns concurrency.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "thermoleak/core/options.hpp"
#include "thermoleak/core/progress.hpp"
#include "thermoleak/detection/detect.hpp"
#include "thermoleak/detection/map_lines.hpp"
#include "thermoleak/ingest/quality.hpp"
#include "thermoleak/network/network.hpp"
#include "thermoleak/radiometry/harmonisation.hpp"
#include "thermoleak/registration/adjust.hpp"
#include "thermoleak/registration/registration.hpp"
#include "thermoleak/registration/tie_points.hpp"
#include "thermoleak/scoring/score.hpp"
#include "thermoleak/strips/strip.hpp"

namespace thermoleak {

struct MosaicOptions {
  double cell_m = 0;  ///< 0 = one and a half times the frames' ground pixel, at least 0.1 m

  void Describe(OptionVisitor& v);
};

struct ConditionOptions {
  std::optional<double> air_c;
  std::optional<double> wind_m_s;
  std::optional<double> humidity_pct;

  void Describe(OptionVisitor& v);
};

/// Every option of every room. Describe() lists all as "section.name".
struct RunOptions {
  ConditionOptions conditions;
  QualityOptions quality;
  NetworkOptions network;
  RegistrationOptions registration;
  TieOptions ties;
  AdjustOptions adjust;
  HarmonisationOptions harmonisation;
  StripOptions strips;
  AlignmentOptions alignment;
  MapLineOptions map_lines;
  DetectionOptions detection;
  ScoringOptions scoring;
  MosaicOptions mosaic;

  /// Calls `visit(section, options)` for each room's options in a fixed order.
  template <class Visit>
  void ForEachSection(Visit&& visit) {
    visit("conditions", conditions);
    visit("quality", quality);
    visit("network", network);
    visit("registration", registration);
    visit("ties", ties);
    visit("adjust", adjust);
    visit("harmonisation", harmonisation);
    visit("strips", strips);
    visit("alignment", alignment);
    visit("map-lines", map_lines);
    visit("detection", detection);
    visit("scoring", scoring);
    visit("mosaic", mosaic);
  }
  /// Every violation of every section.
  std::vector<Message> Check();
  /// One JSON object {section: {name: value}}.
  std::string Json();
};

struct RunRequest {
  std::vector<std::filesystem::path> inputs;  ///< folders or files of frames
  std::filesystem::path network;
  std::filesystem::path out;
  std::optional<std::filesystem::path> dem;
  std::optional<std::filesystem::path> buildings;
  std::optional<std::filesystem::path> cameras;  ///< more rows for the camera table
  std::optional<std::filesystem::path> model;    ///< of the score, in place of the built-in one
  std::optional<std::filesystem::path> dji_sdk;  ///< a DJI Thermal SDK that the user has installed
  std::filesystem::path program;  ///< what to start as its helper: the thermoleak command
  double memory_gib = 2;
  int threads = 0;  ///< 0 = all processors
  Lang lang = Lang::kEnglish;
  RunOptions options;
};

struct RunOutcome {
  int frames = 0;
  int quarantined = 0;
  int located = 0;  ///< of the frames used: pictures from the hand
  int candidates = 0;
  int suspected = 0;  ///< score >= 0.5
  double pipe_seen_m = 0;
  bool already_complete = false;  ///< nothing had changed since a complete run
  std::vector<Error> problems;    ///< the quarantined inputs, in order
  std::vector<Message> notes;     ///< about the map and the frames' places: doubts
};

/// Runs the whole chain and writes the run's files into `request.out`. Continues an interrupted
/// run. Throws RunError, Cancelled. Deterministic for any number of threads.
RunOutcome RunSurvey(RunRequest request, const WorkContext& work);

}  // namespace thermoleak
