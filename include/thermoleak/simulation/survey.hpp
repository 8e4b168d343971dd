#pragma once
// A whole survey with known truth in a folder.

#include <filesystem>
#include <opencv2/core.hpp>
#include <optional>

#include "thermoleak/core/progress.hpp"
#include "thermoleak/simulation/scene.hpp"

namespace thermoleak::simulation {

struct SurveyOptions {
  int max_frames = 0;           ///< only the first ones; 0 = all
  bool ground_picture = false;  ///< also truth/ground.png: the scene from above
};

/// What was written, with impossible defaults.
struct SurveySummary {
  int frames = -1;
  int leaks = -1;
  int observable_leaks = -1;
  double trench_km = -1;
  double surface_coefficient = -1;
};

/// Writes into `folder`: frames/DJI_0001_R.JPG ...; what the map says in network.gpkg (pipes and
/// chambers) and network.geojson (pipes); buildings.geojson; truth/{leaks,insulation,decoys,pipes}
/// .geojson, truth/poses.csv, truth/drift.csv (of each frame) and
/// truth/flat_field.csv (16-pixel blocks of the picture); scenario.json. The same scene and options
/// give the same bytes for any number of threads. Throws RunError: kOutputUnwritable, kDiskFull,
/// kSimulationForeignFrames when frames/ holds files that this survey would not overwrite.
SurveySummary WriteSurvey(const Scene& scene, const std::filesystem::path& folder,
                          const SurveyOptions& options, const WorkContext& work);

}  // namespace thermoleak::simulation
