#pragma once
// Inside of the registration room: poses that some frames of a flight lack, from their neighbours.

#include <span>
#include <vector>

#include "thermoleak/registration/registration.hpp"

namespace thermoleak {

/// A recorded pose with what was missing filled in, and how well.
struct CompletedPose {
  RecordedPose pose;
  FilledIn sigma;
};

/// Positions, heights and angles that are missing between two frames of the same camera that have
/// them, at most 20 s or four frames apart, are interpolated in time (in order where a time is
/// unknown). The sigma of a position grows with the time to both, as by an unknown acceleration of
/// 0.5 m/s^2. A heading that no neighbour has is the course over ground, to 20 degrees. Parallel to
/// `frames`, which are in survey order; what can't be told stays unset.
std::vector<CompletedPose> CompletePoses(std::span<const FrameMeta> frames,
                                         const LocalFrame& local);

}  // namespace thermoleak
