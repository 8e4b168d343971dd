#include "thermoleak/simulation/evaluation.hpp"

namespace thermoleak::simulation {
namespace {

constexpr double kFar = std::numeric_limits<double>::infinity();

std::size_t SizeClass(const TrueLeak& leak) {
  if (!leak.delta_t_k) return 3;
  return *leak.delta_t_k < 1 ? 0 : *leak.delta_t_k < 2 ? 1 : 2;
}

/// The truth in metres.
struct LocalTruth {
  std::vector<Vec2> leaks;
  std::vector<std::vector<Vec2>> insulation;
};

double LineDistance(const std::vector<Vec2>& line, const Vec2& p) {
  double nearest = (p - line.front()).norm();
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const Vec2 d = line[i + 1] - line[i];
    if (d.squaredNorm() == 0) continue;
    const double s = std::clamp((p - line[i]).dot(d) / d.squaredNorm(), 0.0, 1.0);
    nearest = std::min(nearest, (p - line[i] - s * d).norm());
  }
  return nearest;
}

enum class Verdict { kFound, kNeutral, kFalseAlarm };
struct Judged {
  Verdict verdict = Verdict::kFalseAlarm;
  std::size_t leak = 0;
  double distance_m = 0;
};

/// `taken` keeps which leaks better candidates took.
Judged Judge(const Vec2& p, const Truth& truth, const LocalTruth& local, double radius,
             std::vector<bool>& taken) {
  Judged judged;
  double nearest = kFar;
  bool neutral = false;
  for (std::size_t i = 0; i < truth.leaks.size(); ++i) {
    const double distance = (local.leaks[i] - p).norm();
    if (distance > radius) continue;
    if (!truth.leaks[i].observable) {
      neutral = true;
    } else if (!taken[i] && distance < nearest) {
      nearest = distance;
      judged.leak = i;
    }
  }
  if (nearest < kFar) {
    taken[judged.leak] = true;
    judged.verdict = Verdict::kFound;
    judged.distance_m = nearest;
    return judged;
  }
  for (const auto& line : local.insulation) neutral = neutral || LineDistance(line, p) <= radius;
  judged.verdict = neutral ? Verdict::kNeutral : Verdict::kFalseAlarm;
  return judged;
}

/// Linear between ranks; `values` ascending and not empty.
double Percentile(const std::vector<double>& values, double share) {
  const double at = share * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (at - static_cast<double>(low)) * (values[high] - values[low]);
}

}  // namespace

Evaluation Evaluate(const std::vector<ScoredCandidate>& candidates, const Truth& truth,
                    const EvaluationOptions& options) {
  Evaluation e;
  e.options = options;
  e.candidates = static_cast<int>(candidates.size());
  e.leaks = e.unobservable_leaks = e.suspected = e.found = e.neutral = e.false_alarms = 0;
  e.trench_km = truth.trench_km;
  e.trench_source = truth.trench_source;
  for (const TrueLeak& leak : truth.leaks) {
    (leak.observable ? e.leaks : e.unobservable_leaks) += 1;
    if (leak.observable) ++e.classes[SizeClass(leak)].leaks;
  }
  const LonLat origin = !truth.leaks.empty()        ? truth.leaks.front().position
                        : !truth.insulation.empty() ? truth.insulation.front().front()
                        : !candidates.empty()       ? candidates.front().position
                                                    : LonLat{};
  const LocalFrame frame = LocalFrame::Utm(origin);
  LocalTruth local;
  for (const TrueLeak& leak : truth.leaks)
    local.leaks.push_back(frame.LocalFromLonLat(leak.position));
  for (const auto& line : truth.insulation) {
    auto& points = local.insulation.emplace_back();
    for (const LonLat& p : line) points.push_back(frame.LocalFromLonLat(p));
  }

  std::vector<ScoredCandidate> ranked = candidates;
  std::stable_sort(
      ranked.begin(), ranked.end(),
      [](const ScoredCandidate& a, const ScoredCandidate& b) { return a.score > b.score; });
  std::vector<bool> taken(truth.leaks.size(), false);
  std::vector<bool> found(truth.leaks.size(), false);
  std::vector<double> errors;
  double precision_sum = 0;
  int hits = 0;
  int alarms = 0;
  for (const ScoredCandidate& candidate : ranked) {
    const Judged judged =
        Judge(frame.LocalFromLonLat(candidate.position), truth, local, options.radius_m, taken);
    const bool suspected = candidate.score >= options.score;
    e.suspected += suspected ? 1 : 0;
    switch (judged.verdict) {
      case Verdict::kFound:
        ++hits;
        precision_sum += static_cast<double>(hits) / (hits + alarms);
        if (suspected) {
          const TrueLeak& leak = truth.leaks[judged.leak];
          ++e.found;
          ++e.classes[SizeClass(leak)].found;
          found[judged.leak] = true;
          errors.push_back(judged.distance_m);
          e.matches.push_back({candidate.id, leak.id, judged.distance_m, candidate.score});
        }
        break;
      case Verdict::kNeutral:
        e.neutral += suspected ? 1 : 0;
        break;
      case Verdict::kFalseAlarm:
        ++alarms;
        if (suspected) {
          ++e.false_alarms;
          e.false_alarm_ids.push_back(candidate.id);
        }
        break;
    }
  }
  for (std::size_t i = 0; i < truth.leaks.size(); ++i) {
    if (truth.leaks[i].observable && !found[i]) e.missed.push_back(truth.leaks[i].id);
  }
  if (e.leaks > 0) {
    e.recall = static_cast<double>(e.found) / e.leaks;
    e.average_precision = precision_sum / e.leaks;
  }
  if (e.found + e.false_alarms > 0)
    e.precision = static_cast<double>(e.found) / (e.found + e.false_alarms);
  if (e.trench_km > 0) e.false_alarms_per_km = e.false_alarms / e.trench_km;
  if (!errors.empty()) {
    std::sort(errors.begin(), errors.end());
    e.error_p50_m = Percentile(errors, 0.5);
    e.error_p95_m = Percentile(errors, 0.95);
  }
  return e;
}

}  // namespace thermoleak::simulation
