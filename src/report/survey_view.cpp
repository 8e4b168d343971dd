#include "report/survey_view.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace thermoleak {
namespace {

void Append(PipeView& view, double from, double to, Observed state) {
  if (to - from <= 1e-9) return;
  view.metres[static_cast<std::size_t>(state)] += to - from;
  if (!view.stretches.empty() && view.stretches.back().state == state) {
    view.stretches.back().to_m = to;
  } else {
    view.stretches.push_back({from, to, state});
  }
}

/// Cuts the pipe into stretches; where pieces overlap the earlier one holds.
PipeView ViewOfPipe(int pipe, double length_m, std::vector<const PipeCoverage*> pieces) {
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const auto* a, const auto* b) { return a->from_m < b->from_m; });
  PipeView view;
  view.pipe = pipe;
  view.length_m = length_m;
  double done = 0;
  double rise = 0;
  double rise_length = 0;
  double heat = 0;
  for (const PipeCoverage* piece : pieces) {
    const double from = std::clamp(piece->from_m, done, length_m);
    const double to = std::clamp(piece->to_m, from, length_m);
    const Observed state = ObservedOf(*piece);
    Append(view, done, from, Observed::kUnseen);
    Append(view, from, to, state);
    if (from > done) view.parts.push_back({done, from, nullptr});
    if (to > from) view.parts.push_back({from, to, piece});
    if (state != Observed::kUnseen) {
      rise += kDetectionSigmas * piece->noise_k * (to - from);
      heat += SmallestHeatW(*piece) * (to - from);
      rise_length += to - from;
    }
    done = to;
  }
  Append(view, done, length_m, Observed::kUnseen);
  if (length_m > done) view.parts.push_back({done, length_m, nullptr});
  if (rise_length > 0) view.smallest_rise_k = rise / rise_length;
  if (rise_length > 0 && std::isfinite(heat)) view.smallest_heat_w = heat / rise_length;
  return view;
}

/// What the frames look at, with a margin: pipes in it belong to this survey even where nothing was
/// seen.
Box2 SurveyArea(const SurveyResult& result) {
  Box2 area;
  for (const FrameRecord& record : result.frames) {
    if (!record.registered) continue;
    for (const Vec2& corner : record.registered->footprint) area.Add(corner);
  }
  return area;
}

/// Each kind of warning once a frame.
void CountNotices(SurveyView& view, const FrameRecord& record) {
  std::set<std::string> names;
  for (const Message& warning : record.meta.warnings) {
    const std::string name(MessageName(warning.id));
    if (!names.insert(name).second) continue;
    Notice& notice = view.frame_warnings.try_emplace(name, Notice{warning, 0}).first->second;
    ++notice.frames;
  }
  std::set<QualityMark> marks;
  for (const QualityFlag& flag : record.flags) marks.insert(flag.mark);
  for (const QualityMark mark : marks) ++view.frame_flags[mark];
}

}  // namespace

Observed ObservedOf(const PipeCoverage& coverage) {
  if (!(coverage.views > 0) || !std::isfinite(coverage.noise_k)) return Observed::kUnseen;
  const bool weak = coverage.views < kMinViews || kDetectionSigmas * coverage.noise_k > kWeakRiseK;
  return weak ? Observed::kWeak : Observed::kSeen;
}

double SmallestHeatW(const PipeCoverage& coverage) {
  if (ObservedOf(coverage) == Observed::kUnseen) return std::nan("");
  return kDetectionSigmas * coverage.noise_k * coverage.heat_w_per_k;
}

std::string_view WhyNotSeen(const PipeCoverage& coverage, const PipeNetwork& network) {
  const Observed observed = ObservedOf(coverage);
  if (observed == Observed::kSeen) return "";
  const Pipe& pipe = network.pipes()[static_cast<std::size_t>(coverage.pipe)];
  const Vec2 middle = pipe.axis.At(0.5 * (coverage.from_m + coverage.to_m));
  if (network.BuildingDistance(middle, 1) <= 0) return "building";
  if (!(coverage.views > 0)) return "no_view";
  return !std::isfinite(coverage.noise_k) || kDetectionSigmas * coverage.noise_k > kWeakRiseK
             ? "noise"
             : "few_views";
}

SurveyView ViewOf(const SurveyResult& result) {
  SurveyView view;
  for (const FrameRecord& record : result.frames) {
    if (record.quarantined) {
      ++view.frames_quarantined;
      ++view.quarantined_by_reason[std::string(MessageName(record.quarantined->message.id))];
    } else {
      ++view.frames_used;
      if (record.located) ++view.frames_located;
      CountNotices(view, record);
    }
  }
  for (const LeakCandidate& candidate : result.candidates) {
    ++view.candidates_by_kind[static_cast<std::size_t>(candidate.kind)];
    if (IsSuspected(candidate)) ++view.suspected_leaks;
  }
  if (result.network == nullptr) return view;

  const std::vector<Pipe>& pipes = result.network->pipes();
  std::vector<std::vector<const PipeCoverage*>> pieces(pipes.size());
  for (const PipeCoverage& piece : result.coverage) {
    const auto i = static_cast<std::size_t>(piece.pipe);
    if (piece.pipe >= 0 && i < pipes.size()) pieces[i].push_back(&piece);
  }
  const Box2 area = SurveyArea(result);
  for (std::size_t i = 0; i < pipes.size(); ++i) {
    PipeView pipe = ViewOfPipe(static_cast<int>(i), pipes[i].axis.Length(), std::move(pieces[i]));
    pipe.in_survey = pipe.smallest_rise_k >= 0 || (!area.empty() && pipes[i].axis.valid() &&
                                                   pipes[i].axis.Bounds().Intersects(area));
    view.network_length_m += pipe.length_m;
    if (pipe.in_survey) {
      ++view.pipes_in_survey;
      view.survey_length_m += pipe.length_m;
      for (std::size_t s = 0; s < 3; ++s) view.metres[s] += pipe.metres[s];
      if (pipe.smallest_rise_k >= 0) ++view.pipes_seen;
    }
    view.pipes.push_back(std::move(pipe));
  }
  return view;
}

Ellipse TrueEllipse(const LeakCandidate& candidate, const LocalFrame& frame) {
  Ellipse ellipse = EllipseOf(candidate.position_covariance);
  // grid heading = true heading - convergence (geo/local_frame.hpp)
  ellipse.azimuth_deg += frame.ConvergenceDeg(frame.LonLatFromLocal(candidate.spot.position));
  ellipse.azimuth_deg = std::fmod(std::fmod(ellipse.azimuth_deg, 180.0) + 180.0, 180.0);
  return ellipse;
}

}  // namespace thermoleak
