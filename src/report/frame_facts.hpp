#pragma once
// What several writers say of one frame.

#include <string_view>

#include "thermoleak/report/survey_result.hpp"

namespace thermoleak {

/// "used", "located" or "quarantined".
std::string_view StatusOf(const FrameRecord& record);

/// Direction of the picture's upper edge on level ground, degrees clockwise from GRID north.
double HeadingDeg(const RegisteredFrame& frame);

/// Of the picture's centre on the ground, 1 sigma per axis.
struct GroundSigmas {
  double absolute_m = 0;
  double relative_m = 0;  ///< without the shift that all frames share
};
GroundSigmas GroundSigmasOf(const RegisteredFrame& frame);

}  // namespace thermoleak
