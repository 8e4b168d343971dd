#include "thermoleak/simulation/labels.hpp"

#include <tuple>

#include "simulation/local_truth.hpp"

namespace thermoleak::simulation {

std::vector<TrueKind> LabelCandidates(std::span<const CandidatePlace> places, const Truth& truth,
                                      const LabelOptions& options) {
  if (places.empty()) return {};
  const LocalTruth local(truth, places.front().position);
  std::vector<Vec2> points;
  for (const CandidatePlace& place : places)
    points.push_back(local.frame.LocalFromLonLat(place.position));

  std::vector<std::tuple<double, std::size_t, std::size_t>> pairs;  // distance, candidate, leak
  for (std::size_t c = 0; c < places.size(); ++c) {
    const double reach = std::clamp(2 * places[c].sigma_m, options.leak_m,
                                    std::max(options.leak_m, options.unclear_m));
    for (std::size_t l = 0; l < local.leaks.size(); ++l) {
      const double distance = (points[c] - local.leaks[l]).norm();
      if (truth.leaks[l].observable && distance <= reach) pairs.emplace_back(distance, c, l);
    }
  }
  std::sort(pairs.begin(), pairs.end());
  std::vector<bool> taken(local.leaks.size(), false);
  std::vector<TrueKind> kinds(places.size(), TrueKind::kConfuser);
  for (const auto& [distance, c, l] : pairs) {
    if (taken[l] || kinds[c] == TrueKind::kLeak) continue;
    taken[l] = true;
    kinds[c] = TrueKind::kLeak;
  }
  for (std::size_t c = 0; c < places.size(); ++c) {
    if (kinds[c] == TrueKind::kLeak) continue;
    const bool near_leak = std::any_of(local.leaks.begin(), local.leaks.end(), [&](const Vec2& l) {
      return (points[c] - l).norm() <= options.unclear_m;
    });
    if (near_leak) {
      kinds[c] = TrueKind::kUnclear;
    } else if (LocalTruth::Near(local.insulation, points[c], options.insulation_m)) {
      kinds[c] = TrueKind::kInsulation;
    } else if (LocalTruth::Near(local.installations, points[c], options.installation_m)) {
      kinds[c] = TrueKind::kInstallation;
    } else if (LocalTruth::Near(local.existing, points[c], options.unclear_m)) {
      kinds[c] = TrueKind::kUnclear;
    }
  }
  return kinds;
}

}  // namespace thermoleak::simulation
