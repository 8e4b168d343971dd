#include "thermoleak/scoring/score.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <tuple>

#include "thermoleak/scoring/evidence.hpp"
#include "thermoleak/scoring/model.hpp"

namespace thermoleak {
namespace {

/// "P-12@0135": pipe and chainage to 5 m. A second candidate within the same 5 m gets "b", "c" ...
std::string StableId(const std::string& pipe_id, double chainage_m, std::set<std::string>& taken) {
  const auto place = static_cast<long>(std::lround(chainage_m / 5.0)) * 5;
  const std::string base = fmt::format("{}@{:04d}", pipe_id, place);
  std::string id = base;
  for (char suffix = 'b'; !taken.insert(id).second; ++suffix) id = base + suffix;
  return id;
}

}  // namespace

std::string_view ToString(CandidateKind kind) {
  switch (kind) {
    case CandidateKind::kLeak:
      return "leak";
    case CandidateKind::kInsulation:
      return "insulation";
    case CandidateKind::kInstallation:
      return "installation";
    case CandidateKind::kConfuser:
      break;
  }
  return "confuser";
}

void ScoringOptions::Describe(OptionVisitor& v) {
  v.Visit("h-relative-sigma", h_relative_sigma,
          {0, 2, "", "relative sigma of the surface coefficient", "表面换热系数的相对标准差"});
  v.Visit("keep-above", keep_above,
          {0, 1, "", "candidates below this are not reported", "低于此概率的候选不输出"});
}

HeatLoss EstimateHeatLoss(const HotSpot& spot, double h_w_m2k, double h_relative_sigma) {
  double watts = 0;
  double extent_sigma = 0.35;
  if (spot.laying == Laying::kOverhead) {
    // The picture shows the diameter; the heat leaves through the circumference.
    watts = h_w_m2k * spot.integral_k_m2 * std::numbers::pi;
    extent_sigma = 0.25;
  } else {
    const double elongation = spot.length_m / std::max(0.1, spot.width_m);
    constexpr double kPointInside =
        0.206;  // of a point source's integral lies within the half-peak contour
    constexpr double kLineInside = 0.5;
    const double t = std::clamp((elongation - 1.0) / 3.0, 0.0, 1.0);
    watts = h_w_m2k * spot.integral_k_m2 / (kPointInside + t * (kLineInside - kPointInside));
  }
  const double contrast_sigma = spot.delta_t_sigma_k / std::max(0.1, spot.delta_t_k);
  const double sigma = std::sqrt(h_relative_sigma * h_relative_sigma + extent_sigma * extent_sigma +
                                 contrast_sigma * contrast_sigma);
  constexpr double kTenPercent = 1.2816;
  return {watts * std::exp(-kTenPercent * sigma), watts, watts * std::exp(kTenPercent * sigma)};
}

FeatureInput InputOf(const HotSpot& spot, const PipeNetwork& network) {
  // The spot's expected width is that of a point source at its pipe's equivalent depth.
  return {spot, spot.expected_width_m / (2 * 0.766),
          &network.pipes()[static_cast<std::size_t>(spot.pipe)]};
}

std::vector<LeakCandidate> ScoreSpots(std::span<const HotSpot> spots, const ScoringContext& context,
                                      const ScoringOptions& options) {
  std::vector<LeakCandidate> candidates;
  for (const HotSpot& spot : spots) {
    LeakCandidate candidate;
    candidate.spot = spot;
    candidate.spot.delta_t_sigma_k =
        std::hypot(spot.delta_t_sigma_k, context.scale_sigma * spot.delta_t_k);
    candidate.pipe_id = context.network.pipes()[static_cast<std::size_t>(spot.pipe)].id;
    const FeatureInput input = InputOf(candidate.spot, context.network);
    const bool learned = context.model != nullptr && spot.laying != Laying::kOverhead;
    Verdict verdict = learned ? context.model->Judge(input) : Judge(candidate.spot, input.depth_m);
    candidate.probability = verdict.probability;
    candidate.score = verdict.probability[0];
    candidate.kind = static_cast<CandidateKind>(
        std::max_element(verdict.probability.begin(), verdict.probability.end()) -
        verdict.probability.begin());
    candidate.reasons = std::move(verdict.reasons);
    if (context.absolute_temperatures) {
      candidate.heat_loss =
          EstimateHeatLoss(candidate.spot, context.surface_h_w_m2k, options.h_relative_sigma);
    }
    const CorrectedPosition place = CorrectPosition(spot, spot.trace_k > 0 && !spot.trace_doubtful,
                                                    context.shift, context.network);
    candidate.position_covariance = place.covariance;
    candidate.measured_position = spot.position;
    candidate.spot.position = place.position;
    candidate.outline = SpotOutline(spot, context.network, place.position);
    candidates.push_back(std::move(candidate));
  }
  // Suspected leaks first, by score; then what else deserves a look, by the heat that is likely
  // lost.
  const auto reported = [&](const LeakCandidate& c) {
    return 1.0 - c.probability[3] >= options.keep_above;
  };
  const auto order = [&](const LeakCandidate& c) {
    const bool suspected = c.score >= kSuspected;
    const double loss = c.heat_loss ? c.heat_loss->p50_w : c.spot.integral_k_m2;
    return std::make_tuple(!reported(c), suspected ? -c.score : 0.0,
                           suspected ? 0.0 : -(1.0 - c.probability[3]) * loss, -c.spot.delta_t_k,
                           c.spot.pipe, c.spot.chainage_m);
  };
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [&](const LeakCandidate& a, const LeakCandidate& b) { return order(a) < order(b); });
  std::set<std::string> taken;
  int rank = 0;
  for (LeakCandidate& candidate : candidates) {
    if (!reported(candidate)) break;
    candidate.rank = ++rank;
    candidate.id = StableId(candidate.pipe_id, candidate.spot.chainage_m, taken);
  }
  return candidates;
}

}  // namespace thermoleak
