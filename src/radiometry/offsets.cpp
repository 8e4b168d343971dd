#include "thermoleak/radiometry/offsets.hpp"

#include <Eigen/Sparse>
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

constexpr int kRounds = 15;
constexpr int kFewCells = 8;
// A frame pair's cells share errors (parallax, poses): so many count as one. And no pair is better
// than what the flat field leaves behind.
constexpr double kCellsAlike = 4;
constexpr double kLeastPairSigma = 0.03;
constexpr double kNominalGap_s = 1;

using Sparse = Eigen::SparseMatrix<double>;

/// Two successive frames of a series.
struct Link {
  int before = 0;
  int after = 0;
  double gap_s = kNominalGap_s;
  bool broken = false;
};

std::vector<Link> Links(std::span<const OffsetFrame> frames) {
  std::map<int, std::vector<int>> series;
  for (std::size_t i = 0; i < frames.size(); ++i)
    series[frames[i].series].push_back(static_cast<int>(i));
  std::vector<Link> links;
  const auto time = [&](int i) { return frames[static_cast<std::size_t>(i)].time_s; };
  for (auto& [name, members] : series) {
    const bool timed =
        std::all_of(members.begin(), members.end(), [&](int i) { return std::isfinite(time(i)); });
    if (timed) {
      std::stable_sort(members.begin(), members.end(),
                       [&](int a, int b) { return time(a) < time(b); });
    }
    for (std::size_t k = 0; k + 1 < members.size(); ++k) {
      const double gap = timed ? time(members[k + 1]) - time(members[k]) : kNominalGap_s;
      // Clocks of whole seconds put several frames into one.
      links.push_back({members[k], members[k + 1], std::max(0.2, gap), false});
    }
  }
  return links;
}

class OffsetProblem {
 public:
  OffsetProblem(std::span<const OffsetFrame> frames, std::span<const OverlapDifference> overlaps,
                const HarmonisationOptions& options)
      : frames_(static_cast<int>(frames.size())),
        overlaps_(overlaps),
        options_(options),
        links_(Links(frames)),
        drift_k_(options.drift_k),
        solution_(Eigen::VectorXd::Zero(frames_)) {}

  OffsetSolution Run() {
    // First all is believed, so that frames without overlap come to lie between their neighbours.
    Solve(false);
    MeasureDrift();
    for (int round = 0; round < kRounds; ++round) Solve(true);
    if (BreakAtSteps()) {
      for (int round = 0; round < kRounds / 2; ++round) Solve(true);
    }
    OffsetSolution out;
    out.offset_k.assign(solution_.begin(), solution_.end());
    out.sigma_k = Sigmas();
    out.drift_k = drift_k_;
    for (const Link& link : links_) {
      if (link.broken) out.steps.push_back({link.after, Increment(link)});
    }
    std::sort(out.steps.begin(), out.steps.end(),
              [](const ShutterStep& a, const ShutterStep& b) { return a.frame < b.frame; });
    return out;
  }

 private:
  double Increment(const Link& link) const {
    return solution_(link.after) - solution_(link.before);
  }
  double ExpectedIncrement(const Link& link) const {
    return std::min(drift_k_ * std::sqrt(link.gap_s), options_.offset_prior_k);
  }
  double Residual(const OverlapDifference& o) const {
    return o.difference_k - (solution_(o.first) - solution_(o.second));
  }

  void Solve(bool robust) {
    std::vector<Eigen::Triplet<double>> triplets;
    Eigen::VectorXd right = Eigen::VectorXd::Zero(frames_);
    const auto difference = [&](int a, int b, double value, double weight) {
      triplets.emplace_back(a, a, weight);
      triplets.emplace_back(b, b, weight);
      triplets.emplace_back(a, b, -weight);
      triplets.emplace_back(b, a, -weight);
      right(a) += weight * value;
      right(b) -= weight * value;
    };
    const double prior = 1.0 / (options_.offset_prior_k * options_.offset_prior_k);
    for (int i = 0; i < frames_; ++i) triplets.emplace_back(i, i, prior);
    for (const OverlapDifference& o : overlaps_) {
      // Cauchy's weights let a wrong overlap (a mover, a wrong pose) go altogether.
      const double scale = std::max(options_.robust_k, 3 * o.sigma_k);
      const double weight = robust ? 1 / (1 + std::pow(Residual(o) / scale, 2)) : 1.0;
      difference(o.first, o.second, o.difference_k, weight / (o.sigma_k * o.sigma_k));
    }
    for (const Link& link : links_) {
      if (link.broken) continue;
      const double expected = ExpectedIncrement(link);
      const double sigma = robust ? expected : std::max(expected, options_.robust_k);
      const double weight = robust ? 1 / (1 + std::pow(Increment(link) / (3 * expected), 2)) : 1.0;
      difference(link.after, link.before, 0, weight / (sigma * sigma));
    }
    Sparse normal(frames_, frames_);
    normal.setFromTriplets(triplets.begin(), triplets.end());
    solver_.compute(normal);
    solution_ = solver_.solve(right);
  }

  /// Random walk from the increments of frames that overlap their predecessor.
  void MeasureDrift() {
    std::map<std::pair<int, int>, double> sigma_of;
    for (const OverlapDifference& o : overlaps_)
      sigma_of[std::minmax(o.first, o.second)] = o.sigma_k;
    std::vector<double> walk;
    for (const Link& link : links_) {
      if (sigma_of.contains(std::minmax(link.before, link.after)))
        walk.push_back(std::abs(Increment(link)) / std::sqrt(link.gap_s));
    }
    constexpr std::size_t kFew = 10;
    if (walk.size() < kFew) return;
    drift_k_ = std::clamp(1.4826 * MedianOf(std::span<const double>(walk)), 0.1 * options_.drift_k,
                          5 * options_.drift_k);
  }

  /// A shutter's step stands out of the increments around it and of its own uncertainty.
  bool BreakAtSteps() {
    constexpr std::size_t kAround = 10;  // links on either side
    std::vector<double> increments;
    for (const Link& link : links_) increments.push_back(Increment(link));
    bool any = false;
    for (std::size_t i = 0; i < links_.size(); ++i) {
      std::vector<double> near;
      for (std::size_t k = i > kAround ? i - kAround : 0;
           k < std::min(links_.size(), i + kAround + 1); ++k) {
        if (k != i) near.push_back(increments[k]);
      }
      const std::span<const double> around(near);
      const double usual = near.empty() ? 0.0 : MedianOf(around);
      const double spread = near.empty() ? 0.0 : RobustSigma(around);
      const double step = std::abs(increments[i] - usual);
      // Over a long gap drift needs no shutter.
      if (step < options_.step_k || step < 5 * spread || step < 3 * ExpectedIncrement(links_[i]))
        continue;
      if (step < 4 * IncrementSigma(links_[i])) continue;
      links_[i].broken = any = true;
    }
    return any;
  }

  double IncrementSigma(const Link& link) const {
    Eigen::VectorXd between = Eigen::VectorXd::Zero(frames_);
    between(link.after) = 1;
    between(link.before) = -1;
    return std::sqrt(std::max(0.0, between.dot(solver_.solve(between))));
  }

  /// 1 sigma against the mean of all frames: from the inverse of the normal equations, enlarged
  /// where overlaps contradict each other more than they say.
  std::vector<double> Sigmas() const {
    std::vector<double> sigma(static_cast<std::size_t>(frames_), 0.0);
    std::vector<double> misfit;
    for (const OverlapDifference& o : overlaps_)
      misfit.push_back(std::abs(Residual(o)) / o.sigma_k);
    const double enlarge =
        misfit.empty() ? 1.0 : std::max(1.0, 1.4826 * MedianOf(std::span<const double>(misfit)));
    const Eigen::VectorXd to_mean =
        solver_.solve(Eigen::VectorXd::Constant(frames_, 1.0 / frames_));
    const double of_mean = to_mean.mean();
    // The diagonal takes a solution a frame; of very many frames some speak for their neighbours.
    constexpr int kMost = 3000;
    const int stride = (frames_ + kMost - 1) / kMost;
    for (int i = 0; i < frames_; i += stride) {
      const Eigen::VectorXd column = solver_.solve(Eigen::VectorXd::Unit(frames_, i));
      const double variance = column(i) - 2 * to_mean(i) + of_mean;
      for (int k = i; k < std::min(frames_, i + stride); ++k)
        sigma[static_cast<std::size_t>(k)] = enlarge * std::sqrt(std::max(0.0, variance));
    }
    return sigma;
  }

  int frames_;
  std::span<const OverlapDifference> overlaps_;
  const HarmonisationOptions& options_;
  std::vector<Link> links_;
  double drift_k_;
  Eigen::VectorXd solution_;
  Eigen::SimplicialLDLT<Sparse> solver_;
};

float Corrected(const GroundPair& pair, std::span<const FlatField* const> flat_of_frame) {
  float difference = pair.difference_k;
  if (const FlatField* flat = flat_of_frame[static_cast<std::size_t>(pair.first)])
    difference -= flat->At(pair.first_u, pair.first_v);
  if (const FlatField* flat = flat_of_frame[static_cast<std::size_t>(pair.second)])
    difference += flat->At(pair.second_u, pair.second_v);
  return difference;
}

Disagreement Summary(std::vector<float>& differences) {
  if (differences.empty()) return {};
  for (float& d : differences) d = std::abs(d);
  return {static_cast<double>(QuantileInPlace(differences, 0.5)),
          static_cast<double>(QuantileInPlace(differences, 0.9))};
}

}  // namespace

std::vector<OverlapDifference> OverlapDifferences(std::span<const GroundPair> pairs,
                                                  std::span<const FlatField* const> flat_of_frame) {
  std::vector<OverlapDifference> out;
  std::vector<float> differences;
  ForEachFramePair(pairs, [&](std::span<const GroundPair> same) {
    if (same.size() < kFewCells) return;
    differences.clear();
    for (const GroundPair& pair : same) differences.push_back(Corrected(pair, flat_of_frame));
    const std::span<const float> all(differences);
    const double scatter = 1.2533 * static_cast<double>(RobustSigma(all)) /
                           std::sqrt(static_cast<double>(same.size()) / kCellsAlike);
    out.push_back({same[0].first, same[0].second, static_cast<double>(MedianOf(all)),
                   static_cast<int>(same.size()), std::hypot(kLeastPairSigma, scatter)});
  });
  return out;
}

OffsetSolution SolveOffsets(std::span<const OffsetFrame> frames,
                            std::span<const OverlapDifference> overlaps,
                            const HarmonisationOptions& options) {
  if (frames.empty()) return {};
  if (overlaps.empty()) {
    // Nothing is known: no correction, and the prior's doubt.
    OffsetSolution none;
    none.offset_k.assign(frames.size(), 0.0);
    none.sigma_k.assign(frames.size(), options.offset_prior_k);
    none.drift_k = options.drift_k;
    return none;
  }
  return OffsetProblem(frames, overlaps, options).Run();
}

Disagreement DisagreementOf(std::span<const GroundPair> pairs) {
  std::vector<float> differences;
  differences.reserve(pairs.size());
  for (const GroundPair& pair : pairs) differences.push_back(pair.difference_k);
  return Summary(differences);
}

Disagreement DisagreementOf(std::span<const GroundPair> pairs,
                            std::span<const FlatField* const> flat_of_frame,
                            std::span<const double> offset_k) {
  std::vector<float> differences;
  differences.reserve(pairs.size());
  for (const GroundPair& pair : pairs) {
    differences.push_back(Corrected(pair, flat_of_frame) -
                          static_cast<float>(offset_k[static_cast<std::size_t>(pair.first)] -
                                             offset_k[static_cast<std::size_t>(pair.second)]));
  }
  return Summary(differences);
}

}  // namespace thermoleak
