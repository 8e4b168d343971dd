#pragma once
// A real frame written again as a FLIR radiometric JPEG. Private to the room.

#include <string>

#include "thermoleak/ingest/frame.hpp"
#include "thermoleak/simulation/rjpeg.hpp"

namespace thermoleak::simulation {

/// What a frame's facts are in a file of the writer's; the counts are left to the caller. Frames
/// without Planck constants get OwnScale().
RjpegFrame DescribeFrame(const FrameMeta& meta);

/// The first fact by which a written frame would be placed, timed or measured otherwise than the
/// original ("time", "position" ...); empty when they are alike. What temperatures mean and the
/// scale of counts are not compared: the writer knows one only.
std::string UnlikeIn(const FrameMeta& original, const FrameMeta& written);

}  // namespace thermoleak::simulation
