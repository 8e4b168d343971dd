#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "thermoleak/scoring/score.hpp"

namespace thermoleak {
namespace {

enum Kind { kLeak = 0, kInsulation = 1, kInstallation = 2, kConfuser = 3 };

/// Collects evidence: what each fact adds to the kinds, and the reason it gives for or against a
/// leak.
class Evidence {
 public:
  void Start(double leak, double insulation, double installation, double confuser) {
    sums_ = {leak, insulation, installation, confuser};
  }
  void Add(const char* code, std::array<double, 4> gain, Message text) {
    for (std::size_t k = 0; k < 4; ++k) sums_[k] += gain[k];
    // Against a leak also counts what speaks for another kind.
    const double rival = std::max({gain[kInsulation], gain[kInstallation], gain[kConfuser]});
    const double contribution = gain[kLeak] - std::max(0.0, rival);
    if (std::abs(contribution) >= kLeastContribution)
      reasons_.push_back({code, contribution, std::move(text)});
  }
  Verdict Finish() {
    Verdict verdict;
    const double top = *std::max_element(sums_.begin(), sums_.end());
    double total = 0;
    for (std::size_t k = 0; k < 4; ++k) total += verdict.probability[k] = std::exp(sums_[k] - top);
    for (double& p : verdict.probability) p /= total;
    SortReasons(reasons_);
    verdict.reasons = std::move(reasons_);
    return verdict;
  }

 private:
  std::array<double, 4> sums_{};
  std::vector<Reason> reasons_;
};

std::string Metres(double v) { return fmt::format("{:.1f}", v); }
std::string Kelvin(double v) { return fmt::format("{:.1f}", v); }

Verdict JudgeOverhead(const HotSpot& spot) {
  Evidence evidence;
  // On a pipe that is seen, missing insulation is the rule; a leak would drip or steam, which a
  // picture does not tell.
  evidence.Start(-2.0, 1.0, -1.0, -0.5);
  const double contrast = std::clamp(std::log(std::max(0.1, spot.delta_t_k) / 10.0), -1.0, 2.0);
  evidence.Add("overhead_hot_stretch", {-0.2, 0.8 * contrast + 0.8, 0, -contrast},
               {MessageId::kReasonOverheadHot, {Kelvin(spot.delta_t_k), Metres(spot.length_m)}});
  if (spot.length_m < 1.2) {
    // As warm as a support's steel foot it is one; as hot as bare pipe it lacks its insulation.
    evidence.Add("overhead_short", {0, -1.5, 2.0, 0},
                 {MessageId::kReasonOverheadShort, {Metres(spot.length_m)}});
  }
  if (spot.chamber_distance_m && *spot.chamber_distance_m < 2.0) {
    evidence.Add("near_chamber", {-0.2, 0, 1.0, 0},
                 {MessageId::kReasonChamber, {Metres(*spot.chamber_distance_m)}});
  }
  if (spot.views >= 2 && spot.view_persistence < 0.3) {
    evidence.Add("views_disagree", {-0.5, -1.0, 0, 1.5},
                 {MessageId::kReasonViewsDisagree, {fmt::format("{}", spot.views)}});
  }
  return evidence.Finish();
}

Verdict JudgeBuried(const HotSpot& spot, double depth_m) {
  Evidence evidence;
  evidence.Start(-0.6, -1.6, -1.6, 0.0);

  // Ground over a leak stays well below the water's temperature: beyond some 25 K the surface is
  // not soil warmed from below.
  const double too_hot =
      spot.delta_t_k > 25 ? std::min(4.0, 2.0 * std::log(spot.delta_t_k / 25)) : 0.0;
  const double contrast =
      std::clamp(1.5 * std::log(std::max(0.05, spot.delta_t_k) / 1.2), -2.5, 2.2) - too_hot;
  evidence.Add("contrast", {contrast, 0.3 * contrast, 0.2 * contrast, 0},
               {contrast >= 0 ? MessageId::kReasonStrong : MessageId::kReasonWeak,
                {Kelvin(spot.delta_t_k), Kelvin(spot.delta_t_sigma_k)}});

  // What only shows after each material's own temperature is taken away is nothing unusual for its
  // street.
  const double plain = std::clamp(1.5 * std::log(std::max(0.3, spot.plain_snr) / 3.0), -2.5, 0.0);
  const double snr = std::clamp(0.9 * std::log(spot.snr / 8.0), -1.2, 1.4) + plain;
  evidence.Add("above_noise", {snr, 0.5 * snr, 0, 0},
               {MessageId::kReasonNoise, {fmt::format("{:.0f}", spot.snr)}});

  // Conduction from the pipe's depth cannot be narrower than its kernel; water at the surface may
  // be, so a very hot narrow spot keeps some of its chance.
  const double across = std::min(spot.width_m, spot.length_m);
  const double ratio = across / std::max(0.1, spot.expected_width_m);
  if (ratio < 0.6) {
    const double narrow = std::min(3.5, 2.2 * std::log(0.6 / std::max(0.05, ratio)) + 0.8);
    evidence.Add("too_narrow", {-narrow, -narrow, 0.7, 0.7},
                 {MessageId::kReasonTooNarrow, {Metres(across), Metres(spot.expected_width_m)}});
  } else if (spot.width_m > 2.2 * spot.expected_width_m) {
    // Along the trench water may spread; across it conduction alone sets the width.
    const double wide =
        std::min(2.5, 1.5 * std::log(spot.width_m / spot.expected_width_m / 2.2) + 0.2);
    evidence.Add(
        "too_wide", {-wide, -0.5 * wide, -wide, 0.5 * wide},
        {MessageId::kReasonTooWide, {Metres(spot.width_m), Metres(spot.expected_width_m)}});
  } else {
    evidence.Add("width_fits_depth", {0.9, 0.5, 0, 0},
                 {MessageId::kReasonWidthFits, {Metres(across), Metres(spot.expected_width_m)}});
  }

  const double aside = spot.aside_m / spot.aside_sigma_m;
  const double on_pipe = std::max(-4.0, 0.7 - 0.6 * aside * aside);
  evidence.Add("distance_to_pipe", {on_pipe, on_pipe, 0.5 * on_pipe, 0},
               {on_pipe >= 0 ? MessageId::kReasonOnPipe : MessageId::kReasonOffPipe,
                {Metres(spot.aside_m)}});

  if (spot.views >= 2) {
    const double steady = std::clamp(3.0 * (spot.view_persistence - 0.45), -2.0, 0.8);
    evidence.Add("views_agree", {steady, steady, 0.5 * steady, 0},
                 {steady >= 0 ? MessageId::kReasonViewsAgree : MessageId::kReasonViewsDisagree,
                  {fmt::format("{}", spot.views)}});
  } else {
    evidence.Add("single_view", {-1.2, -0.8, 0, 0}, {MessageId::kReasonSingleView, {}});
  }

  const double elongation = spot.length_m / std::max(0.2, spot.width_m);
  if (spot.length_m > 7.0 && elongation > 2.8) {
    const double stretch = std::min(2.5, 0.9 * std::log(spot.length_m / 7.0) + 0.8);
    evidence.Add("elongated", {-0.6 * stretch, stretch, 0, 0},
                 {MessageId::kReasonElongated, {Metres(spot.length_m), Metres(spot.width_m)}});
  }
  if (spot.chamber_distance_m && *spot.chamber_distance_m < 2.5) {
    const double near = 2.4 * (1.0 - *spot.chamber_distance_m / 2.5) + 0.2;
    // A cover is small; a wide warm area beside a chamber can well be a leak.
    const double cover = ratio < 0.8 ? near : 0.4 * near;
    evidence.Add("near_chamber", {-0.4 * cover, -0.4 * cover, 1.3 * cover, 0},
                 {MessageId::kReasonChamber, {Metres(*spot.chamber_distance_m)}});
  }
  if (spot.building_distance_m < 2.0) {
    const double near = 1.5 * (1.0 - spot.building_distance_m / 2.0) + 0.3;
    evidence.Add("near_building", {-0.7 * near, -0.7 * near, 0, near},
                 {MessageId::kReasonBuilding, {Metres(spot.building_distance_m)}});
  }
  if (spot.overhead_distance_m && *spot.overhead_distance_m < 5.0) {
    // Where a buried pipe comes up, or another one crosses above it, the pipe itself is what is
    // seen.
    const double near = 4.0 * (1.0 - *spot.overhead_distance_m / 5.0) + 0.5;
    evidence.Add("near_overhead_pipe", {-near, 0, -0.5 * near, near},
                 {MessageId::kReasonOverheadNear, {Metres(*spot.overhead_distance_m)}});
  }
  // Conduction's steepest slope is 0.86 of the peak per depth; a step seen through 0.6 m of
  // smoothing is about 1.4 of it per metre. In between lies what cannot be told.
  const double steep = spot.edge_k_per_m * depth_m / std::max(0.1, spot.delta_t_k);
  if (steep > 1.5) {
    const double sharp = std::min(2.5, 2.5 * std::log(steep / 1.5) + 0.1);
    evidence.Add("sharp_edge", {-sharp, -sharp, 0.3 * sharp, 0.4 * sharp},
                 {MessageId::kReasonSharpEdge, {}});
  }
  if (spot.at_strip_edge) {
    evidence.Add("cut_off", {-0.5, -0.5, 0, 0}, {MessageId::kReasonCutOff, {}});
  }
  return evidence.Finish();
}

}  // namespace

void SortReasons(std::vector<Reason>& reasons) {
  std::stable_sort(reasons.begin(), reasons.end(), [](const Reason& a, const Reason& b) {
    return std::abs(a.contribution) > std::abs(b.contribution);
  });
}

Verdict Judge(const HotSpot& spot, double equivalent_depth_m) {
  return spot.laying == Laying::kOverhead ? JudgeOverhead(spot)
                                          : JudgeBuried(spot, equivalent_depth_m);
}

}  // namespace thermoleak
