#pragma once
// Inside of the detection room: a warm line that runs beside a pipe must not capture its trace.

#include <span>
#include <vector>

#include "detection/ridge_path.hpp"
#include "thermoleak/detection/trace.hpp"

namespace thermoleak::detection {

/// The map's line at one entry of a trace, moved by the survey's shift.
struct LinePoint {
  Vec2 at{0, 0};
  Vec2 left{0, 0};
};

/// FollowRidge(), but a stretch farther than `far_m` from the expected place must be tied to the
/// pipe: a pipe goes straight on between its bends, so the stretch lies where a trace near the
/// map's line points to (the map turns off, the pipe does not), or it follows a bend of the map.
/// What is tied is the pipe for sure. Other far stretches are left out and the path is looked for
/// again; they are `foreign`.
RidgePath FollowPipe(const cv::Mat_<float>& response, const RidgePathModel& model,
                     std::span<const LinePoint> line, double far_m,
                     std::vector<ForeignStretch>& foreign);

}  // namespace thermoleak::detection
