#pragma once
// Whether map and frames are at the same place, asked as early as possible. Inside pipeline only.

#include <span>
#include <string>
#include <vector>

#include "pipeline/stages.hpp"
#include "thermoleak/network/map_check.hpp"
#include "thermoleak/pipeline/run.hpp"

namespace thermoleak::pipeline {

/// The map; when its coordinates do not fit what it states, positions of some frames are read to
/// tell in the error what they may be. Throws as LoadNetwork.
LoadedNetwork LoadMap(const RunRequest& request, std::span<const FrameSource> files);

/// Throws RunError kMapFarFromFrames or kMapFarTry when no pipe is within kilometres of any frame,
/// before the work of hours begins.
void RequireMapNear(const RunRequest& request, const LoadedNetwork& map,
                    const SurveyFrames& survey);

/// WGS 84 positions of the pictures' centres on the ground.
std::vector<LonLat> GroundPositions(const LocalFrame& frame, std::span<const PlacedFrame> frames);

double NearestPipeKm(const PipeNetwork& network, std::span<const PlacedFrame> frames);

/// Stands for the control points' content in the key of a run; tells nothing about it.
std::string ControlFileKey(const RunRequest& request);

}  // namespace thermoleak::pipeline
