#include "thermoleak/simulation/evaluation.hpp"

#include <cmath>

#include "simulation/local_truth.hpp"

namespace thermoleak::simulation {
namespace {

constexpr double kFar = std::numeric_limits<double>::infinity();

std::size_t SizeClass(const TrueLeak& leak) {
  if (!leak.delta_t_k) return 3;
  return *leak.delta_t_k < 1 ? 0 : *leak.delta_t_k < 2 ? 1 : 2;
}

/// A candidate and what it proved to be.
struct Judged {
  const ScoredCandidate* candidate = nullptr;
  std::size_t run = 0;
  Outcome outcome = Outcome::kFalseAlarm;
  const TrueLeak* leak = nullptr;
  double distance_m = 0;
};

std::vector<Judged> JudgeRun(const EvaluatedRun& run, std::size_t index, double radius) {
  const Truth& truth = run.truth;
  const LocalTruth local(truth,
                         run.candidates.empty() ? LonLat{} : run.candidates.front().position);
  std::vector<Judged> all;
  for (const ScoredCandidate& candidate : run.candidates) all.push_back({&candidate, index});
  std::stable_sort(all.begin(), all.end(), [](const Judged& a, const Judged& b) {
    return a.candidate->score > b.candidate->score;
  });
  std::vector<bool> taken(truth.leaks.size(), false);
  for (Judged& judged : all) {
    const Vec2 p = local.frame.LocalFromLonLat(judged.candidate->position);
    double nearest = kFar;
    std::size_t best = 0;
    bool neutral = false;
    for (std::size_t i = 0; i < truth.leaks.size(); ++i) {
      const double distance = (local.leaks[i] - p).norm();
      if (distance > radius) continue;
      if (!truth.leaks[i].observable) {
        neutral = true;
      } else if (!taken[i] && distance < nearest) {
        nearest = distance;
        best = i;
      }
    }
    if (nearest < kFar) {
      taken[best] = true;
      judged.outcome = Outcome::kFound;
      judged.leak = &truth.leaks[best];
      judged.distance_m = nearest;
    } else if (neutral || LocalTruth::Near(local.insulation, p, radius) ||
               LocalTruth::Near(local.existing, p, radius)) {
      judged.outcome = Outcome::kNeutral;
    }
  }
  return all;
}

/// Linear between ranks.
double Percentile(std::vector<double> values, double share) {
  if (values.empty()) return Evaluation::kNaN;
  std::sort(values.begin(), values.end());
  const double at = share * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (at - static_cast<double>(low)) * (values[high] - values[low]);
}

void CountLeaks(std::span<const EvaluatedRun> runs, Evaluation& e) {
  e.leaks = e.unobservable_leaks = e.candidates = 0;
  e.trench_km = 0;
  for (const EvaluatedRun& run : runs) {
    e.candidates += static_cast<int>(run.candidates.size());
    for (const TrueLeak& leak : run.truth.leaks) {
      (leak.observable ? e.leaks : e.unobservable_leaks) += 1;
      if (!leak.observable) continue;
      ++e.classes[SizeClass(leak)].leaks;
      if (!leak.cover.empty()) ++e.covers[leak.cover].leaks;
    }
    if (e.trench_km < 0) continue;
    if (run.truth.trench_km < 0) {
      e.trench_km = -1;
      e.trench_source = TrenchSource::kUnknown;
      continue;
    }
    e.trench_km += run.truth.trench_km;
    e.trench_source = run.truth.trench_source;
  }
}

/// Every threshold's recall and false alarms, and the reliability of the scores.
void AddCurves(const std::vector<Judged>& ranked, Evaluation& e) {
  e.recall_at.fill(Evaluation::kNaN);
  double precision_sum = 0;
  int hits = 0;
  int alarms = 0;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    const double score = ranked[i].candidate->score;
    if (ranked[i].outcome == Outcome::kFound) {
      ++hits;
      precision_sum += static_cast<double>(hits) / (hits + alarms);
    }
    alarms += ranked[i].outcome == Outcome::kFalseAlarm ? 1 : 0;
    // No threshold tells equal scores apart.
    if (i + 1 < ranked.size() && ranked[i + 1].candidate->score == score) continue;
    if (e.trench_km > 0 && e.leaks > 0)
      e.froc.push_back({score, alarms / e.trench_km, static_cast<double>(hits) / e.leaks});
  }
  if (e.leaks > 0) e.average_precision = precision_sum / e.leaks;
  if (e.trench_km > 0 && e.leaks > 0) {
    for (std::size_t k = 0; k < kFrocAt.size(); ++k) {
      e.recall_at[k] = 0;
      for (const FrocPoint& point : e.froc) {
        if (point.false_alarms_per_km <= kFrocAt[k] + 1e-9) e.recall_at[k] = point.recall;
      }
    }
  }
  int counted = 0;
  for (const Judged& judged : ranked) {
    if (judged.outcome == Outcome::kNeutral) continue;
    const double score = std::clamp(judged.candidate->score, 0.0, 1.0);
    ReliabilityBin& bin = e.reliability[std::min(
        kReliabilityBins - 1, static_cast<std::size_t>(score * double{kReliabilityBins}))];
    ++bin.candidates;
    bin.leaks += judged.outcome == Outcome::kFound ? 1 : 0;
    bin.mean_score += score;
    ++counted;
  }
  double gap = 0;
  for (ReliabilityBin& bin : e.reliability) {
    gap += std::abs(bin.mean_score - bin.leaks);
    if (bin.candidates > 0) bin.mean_score /= bin.candidates;
  }
  if (counted > 0) e.calibration_error = gap / counted;
}

}  // namespace

Evaluation Evaluate(std::span<const EvaluatedRun> runs, const EvaluationOptions& options) {
  Evaluation e;
  e.options = options;
  e.surveys = static_cast<int>(runs.size());
  e.suspected = e.found = e.neutral = e.false_alarms = 0;
  CountLeaks(runs, e);
  std::vector<Judged> ranked;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const std::vector<Judged> judged = JudgeRun(runs[r], r, options.radius_m);
    ranked.insert(ranked.end(), judged.begin(), judged.end());
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const Judged& a, const Judged& b) {
    return a.candidate->score > b.candidate->score;
  });
  const auto named = [&](std::size_t run, const std::string& id) {
    return runs.size() > 1 ? runs[run].name + ":" + id : id;
  };
  std::vector<double> errors;
  std::vector<double> heat_errors;
  std::vector<double> heat_biases;
  std::vector<const TrueLeak*> found;
  for (const Judged& judged : ranked) {
    const ScoredCandidate& candidate = *judged.candidate;
    if (candidate.score < options.score) break;
    ++e.suspected;
    if (judged.outcome == Outcome::kNeutral) ++e.neutral;
    if (judged.outcome == Outcome::kFalseAlarm) {
      ++e.false_alarms;
      e.false_alarm_ids.push_back(named(judged.run, candidate.id));
    }
    if (judged.outcome != Outcome::kFound) continue;
    const TrueLeak& leak = *judged.leak;
    ++e.found;
    ++e.classes[SizeClass(leak)].found;
    if (!leak.cover.empty()) ++e.covers[leak.cover].found;
    found.push_back(&leak);
    errors.push_back(judged.distance_m);
    e.matches.push_back({named(judged.run, candidate.id), named(judged.run, leak.id),
                         judged.distance_m, candidate.score});
    if (leak.heat_w && candidate.heat_w && *candidate.heat_w > 0) {
      heat_biases.push_back(std::log(*candidate.heat_w / *leak.heat_w));
      heat_errors.push_back(std::abs(heat_biases.back()));
    }
  }
  for (std::size_t r = 0; r < runs.size(); ++r) {
    for (const TrueLeak& leak : runs[r].truth.leaks) {
      if (leak.observable && std::find(found.begin(), found.end(), &leak) == found.end())
        e.missed.push_back(named(r, leak.id));
    }
  }
  if (e.leaks > 0) e.recall = static_cast<double>(e.found) / e.leaks;
  if (e.found + e.false_alarms > 0)
    e.precision = static_cast<double>(e.found) / (e.found + e.false_alarms);
  if (e.trench_km > 0) e.false_alarms_per_km = e.false_alarms / e.trench_km;
  e.error_p50_m = Percentile(errors, 0.5);
  e.error_p95_m = Percentile(errors, 0.95);
  e.heats = static_cast<int>(heat_errors.size());
  e.heat_log_error = Percentile(heat_errors, 0.5);
  e.heat_log_bias = Percentile(heat_biases, 0.5);
  AddCurves(ranked, e);
  return e;
}

}  // namespace thermoleak::simulation
