#include "detection/foreign_lines.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <optional>

namespace thermoleak::detection {
namespace {

constexpr int kRounds = 4;          // foreign lines beside one pipe, and one more
constexpr double kBelieved = 0.6;   // confidence of a trace that counts as seen
constexpr double kShortest = 6;     // m
constexpr double kLeg = 12;         // m of trace that tell its direction
constexpr double kGap = 24;         // m between a stretch and the trace that points to it
constexpr double kAside = 1.0;      // m beside where that trace points to
constexpr double kParallel = 0.98;  // cosine of 11 degrees
constexpr double kBend = 0.9;       // cosine of 25 degrees

struct Stretch {
  int first = 0;
  int last = 0;  ///< inclusive
};

/// Middle and direction of the path's entries first .. last.
struct Leg {
  Vec2 middle{0, 0};
  Vec2 direction{0, 0};
};
Leg LegOf(std::span<const LinePoint> line, const RidgePath& path, int first, int last) {
  const auto place = [&](int e) -> Vec2 {
    const auto i = static_cast<std::size_t>(e);
    return line[i].at + line[i].left * path.likeliest_m[i];
  };
  Leg leg;
  for (int e = first; e <= last; ++e) leg.middle += place(e) / (last - first + 1);
  // Halves against each other: an end point alone is as noisy as the path.
  const int half = (last - first + 1) / 2;
  Vec2 before(0, 0);
  Vec2 after(0, 0);
  for (int i = 0; i < half; ++i) {
    before += place(first + i);
    after += place(last - i);
  }
  leg.direction = (after - before).normalized();
  return leg;
}

/// The trace near the map's line before (step -1) or after the stretch points along the stretch.
bool PointedTo(std::span<const LinePoint> line, const RidgePath& path, const Stretch& stretch,
               int step, double step_m, double far_m) {
  const int entries = static_cast<int>(line.size());
  const int leg = static_cast<int>(kLeg / step_m);
  int at = step < 0 ? stretch.first - 1 : stretch.last + 1;
  const auto near = [&](int e) {
    const auto i = static_cast<std::size_t>(e);
    return path.confidence[i] >= kBelieved && std::abs(path.likeliest_m[i]) < 0.5 * far_m;
  };
  int skipped = 0;
  for (; at >= 0 && at < entries && !near(at); at += step) {
    if (++skipped * step_m > kGap) return false;
  }
  int end = at;
  while (end >= 0 && end < entries && near(end) && std::abs(end - at) < leg) end += step;
  if (std::abs(end - at) < leg / 2) return false;
  const Leg pointer = LegOf(line, path, std::min(at, end - step), std::max(at, end - step));
  const int length = std::min(leg, stretch.last - stretch.first + 1);
  const Leg pointed = step < 0 ? LegOf(line, path, stretch.first, stretch.first + length - 1)
                               : LegOf(line, path, stretch.last - length + 1, stretch.last);
  const Vec2 across(-pointer.direction.y(), pointer.direction.x());
  return std::abs(across.dot(pointed.middle - pointer.middle)) < kAside &&
         pointer.direction.dot(pointed.direction) > kParallel;
}

/// The stretch is seen on both legs of a bend: a foreign line goes straight on.
bool FollowsBend(std::span<const LinePoint> line, const Stretch& stretch, double step_m) {
  const int leg = static_cast<int>(8 / step_m);
  const int beside = std::max(1, static_cast<int>(3 / step_m));
  for (int e = stretch.first + leg; e <= stretch.last - leg; ++e) {
    if (line[static_cast<std::size_t>(e - beside)].left.dot(
            line[static_cast<std::size_t>(e + beside)].left) < kBend)
      return true;
  }
  return false;
}

std::vector<Stretch> FarStretches(const RidgePath& path, double step_m, double far_m) {
  std::vector<Stretch> stretches;
  for (int e = 0; e < static_cast<int>(path.likeliest_m.size()); ++e) {
    const auto i = static_cast<std::size_t>(e);
    if (path.confidence[i] < kBelieved || std::abs(path.likeliest_m[i]) < far_m) continue;
    if (!stretches.empty() && stretches.back().last == e - 1) {
      stretches.back().last = e;
    } else {
      stretches.push_back({e, e});
    }
  }
  std::erase_if(stretches,
                [&](const Stretch& s) { return (s.last - s.first) * step_m < kShortest; });
  return stretches;
}

}  // namespace

RidgePath FollowPipe(const cv::Mat_<float>& response, const RidgePathModel& model,
                     std::span<const LinePoint> line, double far_m,
                     std::vector<ForeignStretch>& foreign) {
  cv::Mat_<std::uint8_t> hold(response.size(), StateHold::kFree);
  RidgePath path = FollowRidge(response, model, hold);
  const int margin = static_cast<int>(kShortest / model.step_m);
  const int reach = static_cast<int>(0.75 * model.width_m / model.cell_m);
  std::vector<bool> tied(line.size(), false);
  const auto state_of = [&](int e) {
    return response.cols / 2 + static_cast<int>(std::lround(
                                   path.likeliest_m[static_cast<std::size_t>(e)] / model.cell_m));
  };
  for (int round = 1; round < kRounds; ++round) {
    bool found = false;
    for (const Stretch& stretch : FarStretches(path, model.step_m, far_m)) {
      if (PointedTo(line, path, stretch, -1, model.step_m, far_m) ||
          PointedTo(line, path, stretch, 1, model.step_m, far_m) ||
          FollowsBend(line, stretch, model.step_m)) {
        // It is the pipe: the other places need not be thought of.
        for (int e = stretch.first; e <= stretch.last; ++e) {
          if (tied[static_cast<std::size_t>(e)]) continue;
          found = true;
          tied[static_cast<std::size_t>(e)] = true;
          const int middle = state_of(e);
          for (int k = 0; k < response.cols; ++k) {
            if (std::abs(k - middle) > reach) hold(e, k) = StateHold::kElsewhere;
          }
        }
        continue;
      }
      found = true;
      ForeignStretch left_out{stretch.first, {}};
      for (int e = stretch.first; e <= stretch.last; ++e)
        left_out.offset_m.push_back(path.likeliest_m[static_cast<std::size_t>(e)]);
      foreign.push_back(std::move(left_out));
      // Beyond its ends the line may go on more weakly.
      for (int e = std::max(0, stretch.first - margin);
           e <= std::min(response.rows - 1, stretch.last + margin); ++e) {
        const int middle = state_of(std::clamp(e, stretch.first, stretch.last));
        for (int k = std::max(0, middle - reach); k <= std::min(response.cols - 1, middle + reach);
             ++k)
          hold(e, k) = StateHold::kForeign;
      }
    }
    if (!found) break;
    path = FollowRidge(response, model, hold);
  }
  return path;
}

}  // namespace thermoleak::detection
