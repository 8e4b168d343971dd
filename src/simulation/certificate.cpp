#include "thermoleak/simulation/certificate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "thermoleak/core/error.hpp"

namespace thermoleak::simulation {
namespace {

constexpr double kEndless = std::numeric_limits<double>::infinity();
constexpr std::array kRiseEdges{0.0, 0.5, 1.0, 2.0, 4.0, 8.0, kEndless};
constexpr std::array kHeatEdges{0.0,    100.0,  200.0,   500.0,   1000.0,
                                2000.0, 5000.0, 10000.0, kEndless};

/// An injected leak and whether the run found it.
struct Judged {
  const TrueLeak* leak = nullptr;
  bool found = false;
};

template <class Keep>
Proportion Share(const std::vector<Judged>& leaks, const Keep& keep) {
  int trials = 0;
  int found = 0;
  for (const Judged& judged : leaks) {
    if (!keep(*judged.leak)) continue;
    ++trials;
    found += judged.found ? 1 : 0;
  }
  return ProportionOf(found, trials);
}

template <class Size>
std::vector<SizeBin> Bins(const std::vector<Judged>& leaks, std::span<const double> edges,
                          const Size& size) {
  std::vector<SizeBin> bins;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    SizeBin bin{edges[i], edges[i + 1], {}};
    bin.share = Share(leaks, [&](const TrueLeak& leak) {
      const std::optional<double> value = size(leak);
      return value && *value >= bin.from && *value < bin.to;
    });
    if (bin.share.trials > 0) bins.push_back(bin);
  }
  return bins;
}

template <class Size>
Thresholds Fit(const std::vector<Judged>& leaks, const Size& size) {
  std::vector<Trial> trials;
  for (const Judged& judged : leaks) {
    if (const std::optional<double> value = size(*judged.leak))
      trials.push_back({*value, judged.found});
  }
  Thresholds out;
  for (std::size_t k = 0; k < kCertified.size(); ++k) out[k] = ThresholdAt(trials, kCertified[k]);
  return out;
}

/// The value that `share` of the length does not exceed.
double ByLength(std::vector<std::pair<double, double>> value_and_length, double share) {
  double total = 0;
  for (const auto& [value, length] : value_and_length) total += length;
  std::sort(value_and_length.begin(), value_and_length.end());
  double sum = 0;
  for (const auto& [value, length] : value_and_length) {
    sum += length;
    if (sum >= share * total) return value;
  }
  return Threshold::kNaN;
}

CertifiedPiece CertifyPiece(const TruePiece& piece, const Thresholds& factor,
                            double surface_coefficient) {
  CertifiedPiece out;
  out.piece = piece;
  if (!piece.smallest_rise_k) return out;
  const double d = piece.equivalent_depth_m;
  for (std::size_t k = 0; k < kCertified.size(); ++k) {
    out.rise_k[k] = factor[k].value * *piece.smallest_rise_k;
    // Peak of a point source: Q / (2 pi h D^2), signature.hpp.
    out.heat_w[k] = out.rise_k[k] * 2 * std::numbers::pi * surface_coefficient * d * d;
  }
  return out;
}

void Summarise(CertifiedPipe& pipe) {
  std::vector<std::pair<double, double>> rises;
  std::vector<std::pair<double, double>> heats;
  for (const CertifiedPiece& piece : pipe.pieces) {
    const double length = piece.piece.to_m - piece.piece.from_m;
    if (!piece.piece.smallest_rise_k) {
      pipe.blind_m += length;
      continue;
    }
    pipe.checked_m += length;
    if (!std::isfinite(piece.rise_k[0])) continue;
    rises.emplace_back(piece.rise_k[0], length);
    heats.emplace_back(piece.heat_w[0], length);
  }
  pipe.median_rise_k = ByLength(rises, 0.5);
  pipe.median_heat_w = ByLength(heats, 0.5);
  pipe.worst_rise_k = ByLength(rises, 0.9);
}

}  // namespace

bool IsInjected(const Truth& truth) {
  return std::any_of(truth.leaks.begin(), truth.leaks.end(),
                     [](const TrueLeak& leak) { return leak.injected; });
}

Certificate Certify(std::span<const EvaluatedRun> runs, const EvaluationOptions& options) {
  std::vector<Judged> leaks;
  for (const EvaluatedRun& run : runs) {
    if (!IsInjected(run.truth))
      throw RunError(ExitCode::kInputMissing, MessageId::kCertNotInjected, {run.name});
    const Evaluation evaluation = Evaluate(std::span(&run, 1), options);
    std::set<std::string> found;
    for (const LeakMatch& match : evaluation.matches) found.insert(match.leak);
    for (const TrueLeak& leak : run.truth.leaks) {
      if (leak.injected && leak.observable) leaks.push_back({&leak, found.contains(leak.id)});
    }
  }
  Certificate out;
  out.options = options;
  out.runs = static_cast<int>(runs.size());
  const Proportion all = Share(leaks, [](const TrueLeak&) { return true; });
  out.leaks = all.trials;
  out.found = all.found;
  const auto rise = [](const TrueLeak& leak) { return leak.delta_t_k; };
  const auto heat = [](const TrueLeak& leak) { return leak.heat_w; };
  out.by_rise = Bins(leaks, kRiseEdges, rise);
  out.by_heat = Bins(leaks, kHeatEdges, heat);
  for (const char* sight : {"seen", "weak"}) {
    const Proportion share =
        Share(leaks, [&](const TrueLeak& leak) { return leak.sight == sight; });
    if (share.trials > 0) out.by_sight[sight] = share;
  }
  out.point_like = Share(leaks, [](const TrueLeak& leak) { return leak.wet_length_m == 0; });
  out.wet = Share(leaks, [](const TrueLeak& leak) { return leak.wet_length_m > 0; });
  out.heat_w = Fit(leaks, heat);
  out.rise_k = Fit(leaks, rise);
  out.factor = Fit(leaks, [](const TrueLeak& leak) -> std::optional<double> {
    if (!leak.delta_t_k || !leak.smallest_rise_k) return std::nullopt;
    return *leak.delta_t_k / *leak.smallest_rise_k;
  });
  const Truth& survey = runs.front().truth;
  for (const TruePiece& piece : survey.pieces) {
    auto pipe = std::find_if(out.pipes.begin(), out.pipes.end(),
                             [&](const CertifiedPipe& p) { return p.id == piece.pipe_id; });
    if (pipe == out.pipes.end()) {
      out.pipes.push_back({});
      pipe = out.pipes.end() - 1;
      pipe->id = piece.pipe_id;
    }
    pipe->pieces.push_back(CertifyPiece(piece, out.factor, survey.surface_coefficient));
  }
  for (CertifiedPipe& pipe : out.pipes) Summarise(pipe);
  return out;
}

}  // namespace thermoleak::simulation
