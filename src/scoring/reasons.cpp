// The score's reasons in words. Each group of features has a code and a sentence for each side.

#include <fmt/format.h>

#include <algorithm>

#include "thermoleak/scoring/features.hpp"

namespace thermoleak {
namespace {

std::string One(double v) { return fmt::format("{:.1f}", v); }

struct Words {
  const char* code;
  Message text;
};

Words WidthWords(const HotSpot& spot, bool leak) {
  const double across = std::min(spot.width_m, spot.length_m);
  const std::vector<std::string> args{One(across), One(spot.expected_width_m)};
  if (leak) return {"width_fits_depth", {MessageId::kReasonWidthFits, args}};
  if (across < spot.expected_width_m) return {"too_narrow", {MessageId::kReasonTooNarrow, args}};
  return {"too_wide", {MessageId::kReasonTooWide, {One(spot.width_m), One(spot.expected_width_m)}}};
}

/// What was seen decides the sentence, whichever way it counts.
Words ViewWords(const HotSpot& spot) {
  if (spot.views < 2) return {"single_view", {MessageId::kReasonSingleView, {}}};
  const bool agree = spot.view_persistence >= 0.75;
  return {agree ? "views_agree" : "views_disagree",
          {agree ? MessageId::kReasonViewsAgree : MessageId::kReasonViewsDisagree,
           {fmt::format("{}", spot.views)}}};
}

Words ElongationWords(const HotSpot& spot) {
  const bool compact = spot.length_m < 2.5 * std::max(0.2, spot.width_m);
  return {compact ? "compact" : "elongated",
          {compact ? MessageId::kReasonCompact : MessageId::kReasonElongated,
           {One(spot.length_m), One(spot.width_m)}}};
}

Words ContrastWords(const HotSpot& spot, bool leak) {
  if (!leak && spot.delta_t_k > 12)
    return {"too_hot", {MessageId::kReasonTooHot, {One(spot.delta_t_k)}}};
  return {"contrast",
          {leak ? MessageId::kReasonStrong : MessageId::kReasonWeak,
           {One(spot.delta_t_k), One(spot.delta_t_sigma_k)}}};
}

Words TraceWords(const HotSpot& spot, bool leak) {
  if (!leak && spot.trace_doubtful)
    return {"trace_doubtful", {MessageId::kReasonTraceDoubtful, {}}};
  return {
      "trace",
      {leak ? MessageId::kReasonTraceFor : MessageId::kReasonTraceAgainst, {One(spot.trace_k)}}};
}

/// A thing of the map that is near, or the lack of it.
Words NearWords(const char* near_code, const char* far_code, MessageId near, MessageId far,
                const std::optional<double>& distance, bool leak) {
  if (distance && !(leak && *distance > 5)) return {near_code, {near, {One(*distance)}}};
  return {far_code, {far, {}}};
}

Words WordsOf(ReasonGroup group, bool leak, const HotSpot& spot) {
  switch (group) {
    case ReasonGroup::kContrast:
      return ContrastWords(spot, leak);
    case ReasonGroup::kNoise:
      return {"above_noise",
              {leak ? MessageId::kReasonNoise : MessageId::kReasonNoiseLow,
               {fmt::format("{:.0f}", spot.snr)}}};
    case ReasonGroup::kWidth:
      return WidthWords(spot, leak);
    case ReasonGroup::kExtent:
      return {"extent",
              {leak ? MessageId::kReasonExtentFor : MessageId::kReasonExtentAgainst,
               {One(spot.area_m2)}}};
    case ReasonGroup::kElongation:
      return ElongationWords(spot);
    case ReasonGroup::kEdge:
      return {leak ? "soft_edge" : "sharp_edge",
              {leak ? MessageId::kReasonSoftEdge : MessageId::kReasonSharpEdge, {}}};
    case ReasonGroup::kShape:
      return {"shape", {leak ? MessageId::kReasonShapeFor : MessageId::kReasonShapeAgainst, {}}};
    case ReasonGroup::kAside:
      return {"distance_to_pipe",
              {leak ? MessageId::kReasonOnPipe : MessageId::kReasonOffPipe, {One(spot.aside_m)}}};
    case ReasonGroup::kViews:
      return ViewWords(spot);
    case ReasonGroup::kChamber:
      return NearWords("near_chamber", "no_chamber", MessageId::kReasonChamber,
                       MessageId::kReasonNoChamber, spot.chamber_distance_m, leak);
    case ReasonGroup::kBuilding: {
      std::optional<double> distance;
      if (spot.building_distance_m < 30) distance = spot.building_distance_m;
      return NearWords("near_building", "no_building", MessageId::kReasonBuilding,
                       MessageId::kReasonNoBuilding, distance, leak);
    }
    case ReasonGroup::kOverhead:
      return NearWords("near_overhead_pipe", "no_overhead_pipe", MessageId::kReasonOverheadNear,
                       MessageId::kReasonNoOverhead, spot.overhead_distance_m, leak);
    case ReasonGroup::kTrace:
      return TraceWords(spot, leak);
    case ReasonGroup::kPeers:
      return {"peers", {leak ? MessageId::kReasonPeersFor : MessageId::kReasonPeersAgainst, {}}};
    case ReasonGroup::kCut:
      return {spot.at_strip_edge ? "cut_off" : "whole",
              {spot.at_strip_edge ? MessageId::kReasonCutOff : MessageId::kReasonWhole, {}}};
    case ReasonGroup::kNeighbours:
      if (spot.neighbours == 0) return {"alone", {MessageId::kReasonAlone, {}}};
      return {"neighbours",
              {MessageId::kReasonNeighbours, {fmt::format("{}", spot.neighbours)}}};
    case ReasonGroup::kGround:
      return {"ground",
              {MessageId::kReasonGround, {fmt::format("{:.0f}", 100 * spot.shape.warm_ground)}}};
    case ReasonGroup::kPipe:
      break;
  }
  return {"pipe", {leak ? MessageId::kReasonPipeFor : MessageId::kReasonPipeAgainst, {}}};
}

}  // namespace

Reason ReasonOf(ReasonGroup group, double contribution, const FeatureInput& input) {
  Words words = WordsOf(group, contribution >= 0, input.spot);
  return {words.code, contribution, std::move(words.text)};
}

}  // namespace thermoleak
