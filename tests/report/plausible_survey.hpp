#pragma once
// A survey made by hand: what the writers get from the pipeline, from closed forms, so that the
// page can be looked at and tested without frames.

#include <memory>

#include "thermoleak/report/survey_result.hpp"
#include "thermoleak/strips/mosaic.hpp"

namespace thermoleak {

struct PlausibleSurvey {
  std::unique_ptr<PipeNetwork>
      network;  ///< on the heap: the result points to it, also after a move
  SurveyResult result;
  Mosaic mosaic{0.25};
};

/// 60 frames in four lines over six pipes, 12 candidates of all kinds, some frames set aside. A
/// finer mosaic looks better and takes longer.
PlausibleSurvey MakePlausibleSurvey(double mosaic_cell_m = 2.0);

}  // namespace thermoleak
