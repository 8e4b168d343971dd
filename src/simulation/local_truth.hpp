#pragma once
// The truth in metres, for whoever measures distances to it.

#include <algorithm>
#include <vector>

#include "thermoleak/simulation/evaluation.hpp"

namespace thermoleak::simulation {

struct LocalTruth {
  LocalFrame frame;
  std::vector<Vec2> leaks;
  std::vector<std::vector<Vec2>> insulation;
  std::vector<std::vector<Vec2>> installations;
  std::vector<std::vector<Vec2>> existing;

  /// `otherwise` places the frame where the truth is empty.
  LocalTruth(const Truth& truth, LonLat otherwise)
      : frame(LocalFrame::Utm(!truth.leaks.empty()        ? truth.leaks.front().position
                              : !truth.insulation.empty() ? truth.insulation.front().front()
                                                          : otherwise)) {
    for (const TrueLeak& leak : truth.leaks) leaks.push_back(frame.LocalFromLonLat(leak.position));
    const auto place = [&](const std::vector<std::vector<LonLat>>& lines,
                           std::vector<std::vector<Vec2>>& out) {
      for (const auto& line : lines) {
        auto& points = out.emplace_back();
        for (const LonLat& p : line) points.push_back(frame.LocalFromLonLat(p));
      }
    };
    place(truth.insulation, insulation);
    place(truth.installations, installations);
    place(truth.existing, existing);
  }

  static double Distance(const std::vector<Vec2>& line, const Vec2& p) {
    double nearest = (p - line.front()).norm();
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      const Vec2 d = line[i + 1] - line[i];
      if (d.squaredNorm() == 0) continue;
      const double s = std::clamp((p - line[i]).dot(d) / d.squaredNorm(), 0.0, 1.0);
      nearest = std::min(nearest, (p - line[i] - s * d).norm());
    }
    return nearest;
  }
  static bool Near(const std::vector<std::vector<Vec2>>& lines, const Vec2& p, double within) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const auto& line) { return Distance(line, p) <= within; });
  }
};

}  // namespace thermoleak::simulation
