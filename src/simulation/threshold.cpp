// From found and missed to a proportion and to the size that is found.

#include <algorithm>
#include <cmath>

#include "thermoleak/simulation/certificate.hpp"

namespace thermoleak::simulation {
namespace {

constexpr double kNormal90 = 1.6448536269514722;   // two-sided 90 %
constexpr double kHalfChiSquare90 = 1.3527717220;  // half of kNormal90 squared
constexpr int kSizes = 401;
constexpr int kSlopes = 48;
constexpr double kFlattest = 0.3;
constexpr double kSteepest = 25;
/// How far beyond the trials sizes are looked for, in the logarithm.
constexpr double kBeyond = 1.5;

struct LogTrial {
  double size = 0;
  bool found = false;
};

/// Log-likelihood of a logistic curve through (`at`, probability with that logit).
double LogLikelihood(std::span<const LogTrial> trials, double at, double logit, double slope) {
  double sum = 0;
  for (const LogTrial& trial : trials) {
    const double z = logit + slope * (trial.size - at);
    sum -= std::log1p(std::exp(trial.found ? -z : z));
  }
  return sum;
}

double Profile(std::span<const LogTrial> trials, double at, double logit) {
  double best = -std::numeric_limits<double>::infinity();
  for (int i = 0; i < kSlopes; ++i) {
    const double slope = kFlattest * std::pow(kSteepest / kFlattest, i / (kSlopes - 1.0));
    best = std::max(best, LogLikelihood(trials, at, logit, slope));
  }
  return best;
}

}  // namespace

Proportion ProportionOf(int found, int trials) {
  Proportion out{trials, found, 0, 1};
  if (trials <= 0) return out;
  const double n = trials;
  const double p = found / n;
  const double z2 = kNormal90 * kNormal90;
  const double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
  const double half = kNormal90 / (1 + z2 / n) * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  out.low = std::max(0.0, middle - half);
  out.high = std::min(1.0, middle + half);
  return out;
}

Threshold ThresholdAt(std::span<const Trial> trials, double probability) {
  std::vector<LogTrial> logs;
  for (const Trial& trial : trials)
    if (trial.size > 0) logs.push_back({std::log(trial.size), trial.found});
  if (logs.empty()) return {};
  const auto [least, most] =
      std::minmax_element(logs.begin(), logs.end(),
                          [](const LogTrial& a, const LogTrial& b) { return a.size < b.size; });
  const double low = least->size;
  const double high = most->size;
  const double logit = std::log(probability / (1 - probability));
  const double step = (high - low + 2 * kBeyond) / (kSizes - 1);
  const auto size_at = [&](int i) { return low - kBeyond + i * step; };
  std::vector<double> profile;
  for (int i = 0; i < kSizes; ++i) profile.push_back(Profile(logs, size_at(i), logit));
  const double top = *std::max_element(profile.begin(), profile.end());
  // Trials that separate leave a plateau: its middle.
  constexpr double kFlat = 1e-3;
  double sum = 0;
  int count = 0;
  int first = -1;
  int last = -1;
  for (int i = 0; i < kSizes; ++i) {
    const double p = profile[static_cast<std::size_t>(i)];
    if (p >= top - kFlat) {
      sum += size_at(i);
      ++count;
    }
    if (p < top - kHalfChiSquare90) continue;
    if (first < 0) first = i;
    last = i;
  }
  Threshold out;
  const double best = sum / count;
  if (best <= high) out.value = std::exp(std::max(best, low));
  if (first > 0) out.low = std::exp(size_at(first));
  if (last < kSizes - 1 && size_at(last) <= high) out.high = std::exp(size_at(last));
  return out;
}

}  // namespace thermoleak::simulation
