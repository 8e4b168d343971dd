#include "pipeline/map_place.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "thermoleak/core/files.hpp"

namespace thermoleak::pipeline {
namespace {

/// Positions of up to 40 frames spread over the survey; facts only, no pictures are decoded.
std::vector<LonLat> SomePositions(const RunRequest& request, std::span<const FrameSource> files) {
  constexpr std::size_t kMost = 40;
  CameraTable cameras = CameraTable::BuiltIn();
  if (request.cameras) cameras.Prepend(*request.cameras);
  ReadOptions facts;
  facts.pixels = false;
  std::vector<LonLat> positions;
  const std::size_t count = std::min(kMost, files.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto frame = ReadFrame(files[i * files.size() / count], cameras, facts);
    if (frame && frame->meta.pose.position) positions.push_back(*frame->meta.pose.position);
  }
  return positions;
}

}  // namespace

LoadedNetwork LoadMap(const RunRequest& request, std::span<const FrameSource> files) {
  const NetworkOptions& options = request.options.network;
  try {
    return LoadNetwork(request.network, request.buildings, options);
  } catch (const RunError& error) {
    const MessageId id = error.message().id;
    if (id != MessageId::kMapNoCrs && id != MessageId::kMapCrsMismatch) throw;
    const MapSource source = ReadMapSource(request.network, options);
    throw WithAdvice(error, source, CheckMap(source, SomePositions(request, files)), request.lang);
  }
}

void RequireMapNear(const RunRequest& request, const LoadedNetwork& map,
                    const SurveyFrames& survey) {
  std::vector<LonLat> positions;
  for (const FrameRecord& record : survey.records) {
    if (!record.quarantined && record.meta.pose.position)
      positions.push_back(*record.meta.pose.position);
  }
  if (positions.empty() || map.source.lines.empty()) return;
  CrsTrapOptions only_far;
  only_far.least_gain = 2;  // a map that is near is looked at later, with the pictures in place
  const CrsTraps traps = CheckMap(map.source, positions, only_far);
  if (!traps.placeable || !traps.far) return;
  const RunError far(ExitCode::kInputMissing, MessageId::kMapFarFromFrames,
                     {request.network.string(), fmt::format("{:.1f}", traps.nearest_m / 1000)});
  throw WithAdvice(far, map.source, traps, request.lang);
}

std::vector<LonLat> GroundPositions(const LocalFrame& frame, std::span<const PlacedFrame> frames) {
  std::vector<LonLat> positions;
  for (const PlacedFrame& placed : frames)
    positions.push_back(frame.LonLatFromLocal(placed.registered.centre));
  return positions;
}

double NearestPipeKm(const PipeNetwork& network, std::span<const PlacedFrame> frames) {
  double nearest = 1e300;
  for (const Pipe& pipe : network.pipes()) {
    for (const PlacedFrame& frame : frames)
      nearest = std::min(nearest, pipe.axis.Locate(frame.registered.centre).distance);
  }
  return nearest / 1000;
}

std::string ControlFileKey(const RunRequest& request) {
  if (request.options.network.map_control.empty()) return "";
  const auto bytes = ReadFile(request.options.network.map_control, 4u << 20);
  return bytes ? Sha256(*bytes) + "\n" : "";
}

}  // namespace thermoleak::pipeline
