#include "thermoleak/registration/tie_points.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <set>

#include "registration/correlation.hpp"
#include "thermoleak/core/conventions.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

constexpr int kPatch = 21;             // side of a patch, overview cells
constexpr int kFineSearch = 4;         // around the coarse shift, cells
constexpr int kCoarse = 3;             // further reduction for the coarse search
constexpr int kFewestCoarse = 8;       // coarse cells in common, across
constexpr double kStandsOut = 0.05;    // correlation above that of another shift
constexpr double kBeyondDoubt = 0.45;  // correlation of a whole overlap that ties by itself ...
constexpr double kOverlapSigmas = 6;   // ... to about a coarse cell's quarter

/// Homography that takes overview cells of `first` to those of `second` over the ground under both.
std::optional<cv::Matx33d> CellHomography(const RegisteredFrame& first,
                                          const RegisteredFrame& second, const Terrain& terrain) {
  std::array<cv::Point2f, 4> from;
  std::array<cv::Point2f, 4> to;
  const double w = first.camera.lens.width;
  const double h = first.camera.lens.height;
  // The quarter points, where all terrain models agree best with a plane through them.
  const std::array<Vec2, 4> pixels{Vec2(0.15 * w, 0.15 * h), Vec2(0.85 * w, 0.15 * h),
                                   Vec2(0.85 * w, 0.85 * h), Vec2(0.15 * w, 0.85 * h)};
  for (std::size_t k = 0; k < 4; ++k) {
    const auto ground = first.camera.Ground(pixels[k], terrain);
    if (!ground) return std::nullopt;
    const auto pixel = second.camera.Project(*ground);
    if (!pixel) return std::nullopt;
    const Vec2 a = CvFromImage(pixels[k] / Overview::kBlock);
    const Vec2 b = CvFromImage(*pixel / Overview::kBlock);
    from[k] = cv::Point2f(static_cast<float>(a.x()), static_cast<float>(a.y()));
    to[k] = cv::Point2f(static_cast<float>(b.x()), static_cast<float>(b.y()));
  }
  return cv::Matx33d(cv::getPerspectiveTransform(from.data(), to.data()));
}

Vec2 Apply(const cv::Matx33d& h, const Vec2& p) {
  const cv::Vec3d q = h * cv::Vec3d(p.x(), p.y(), 1);
  return {q[0] / q[2], q[1] / q[2]};
}

bool MostlyFilled(const cv::Mat_<float>& image) {
  return cv::countNonZero(image) >= 0.9 * static_cast<double>(image.total());
}

struct Shift {
  cv::Point cells{0, 0};
  double value = 0;   ///< correlation
  double second = 0;  ///< of the next best
};

/// Shift between `first` and `second` warped onto it, by all that both may see: the unseen counts
/// as nothing, so that a shift which leaves little in common needs a better agreement.
std::optional<Shift> OverlapShift(const cv::Mat_<float>& first, const cv::Mat_<float>& warped,
                                  int search) {
  cv::Mat_<float> a;
  cv::Mat_<float> b;
  cv::resize(first, a, {}, 1.0 / kCoarse, 1.0 / kCoarse, cv::INTER_AREA);
  cv::resize(warped, b, {}, 1.0 / kCoarse, 1.0 / kCoarse, cv::INTER_AREA);
  const cv::Rect seen = cv::boundingRect(cv::Mat(b != 0));
  if (seen.width < kFewestCoarse || seen.height < kFewestCoarse) return std::nullopt;
  const int reach = std::max(2, search / kCoarse);
  cv::Mat_<float> padded;
  cv::copyMakeBorder(a, padded, reach, reach, reach, reach, cv::BORDER_CONSTANT, 0);
  const cv::Rect area(seen.x, seen.y, seen.width + 2 * reach, seen.height + 2 * reach);
  const Peak peak = HighestPeak(Correlation(padded(area), b(seen)), 3);
  const Vec2 shift = (peak.shift - Vec2(reach, reach)) * kCoarse;
  return Shift{{static_cast<int>(std::lround(shift.x())), static_cast<int>(std::lround(shift.y()))},
               peak.value,
               peak.second};
}

struct Match {
  Vec2 from;  ///< cells in first
  Vec2 to;    ///< cells of the warped second
};

/// Keeps the matches that one similarity transform explains (trimmed least squares).
std::vector<Match> Agreeing(std::vector<Match> matches, double limit_cells, int min_points) {
  // Robust start: against the median shift, more generously; then against the fitted transform.
  std::vector<double> dx;
  std::vector<double> dy;
  for (const Match& m : matches) {
    dx.push_back(m.to.x() - m.from.x());
    dy.push_back(m.to.y() - m.from.y());
  }
  if (matches.empty()) return {};
  const Vec2 median(MedianOf(std::span<const double>(dx)), MedianOf(std::span<const double>(dy)));
  std::erase_if(matches,
                [&](const Match& m) { return (m.to - m.from - median).norm() > 4 * limit_cells; });
  for (;;) {
    if (static_cast<int>(matches.size()) < min_points) return {};
    const double n = static_cast<double>(matches.size());
    Vec2 mean_from(0, 0);
    Vec2 mean_to(0, 0);
    for (const Match& m : matches) {
      mean_from += m.from / n;
      mean_to += m.to / n;
    }
    // Least squares of to = [a -b; b a] from + t about the means.
    double dot = 0;
    double cross = 0;
    double square = 0;
    for (const Match& m : matches) {
      const Vec2 f = m.from - mean_from;
      const Vec2 t = m.to - mean_to;
      dot += f.dot(t);
      cross += f.x() * t.y() - f.y() * t.x();
      square += f.squaredNorm();
    }
    if (square < 1) return {};
    const double a = dot / square;
    const double b = cross / square;
    if (std::abs(std::hypot(a, b) - 1) > 0.1) return {};
    const std::size_t before = matches.size();
    std::erase_if(matches, [&](const Match& m) {
      const Vec2 f = m.from - mean_from;
      const Vec2 fitted = mean_to + Vec2(a * f.x() - b * f.y(), b * f.x() + a * f.y());
      return (m.to - fitted).norm() > limit_cells;
    });
    if (matches.size() == before) return matches;
  }
}

/// Matches of a grid of patches over what both pictures see under `shift`.
std::vector<Match> MatchPatches(const cv::Mat_<float>& first, const cv::Mat_<float>& warped,
                                const cv::Point& shift, const cv::Size& grid,
                                double min_correlation) {
  const int half = kPatch / 2;
  const int edge = half + kFineSearch;
  const cv::Rect searchable(edge - shift.x, edge - shift.y, first.cols - 2 * edge,
                            first.rows - 2 * edge);
  const cv::Rect inside(half, half, first.cols - 2 * half, first.rows - 2 * half);
  cv::Rect seen = cv::boundingRect(cv::Mat(warped != 0));
  seen = cv::Rect(seen.x + half, seen.y + half, seen.width - 2 * half, seen.height - 2 * half);
  const cv::Rect common = seen & inside & searchable;
  std::vector<Match> matches;
  if (common.width < 1 || common.height < 1) return matches;
  for (int gy = 0; gy < grid.height; ++gy) {
    for (int gx = 0; gx < grid.width; ++gx) {
      // Patch of the warped picture at `at`; the same ground lies at at + shift in the first.
      const cv::Point at(common.x + gx * (common.width - 1) / (grid.width - 1),
                         common.y + gy * (common.height - 1) / (grid.height - 1));
      const cv::Rect patch(at.x - half, at.y - half, kPatch, kPatch);
      if (!MostlyFilled(warped(patch))) continue;
      const cv::Rect area(at.x + shift.x - edge, at.y + shift.y - edge, kPatch + 2 * kFineSearch,
                          kPatch + 2 * kFineSearch);
      const Peak peak = HighestPeak(Correlation(first(area), warped(patch)), 2);
      if (peak.value < min_correlation) continue;
      const Vec2 from(at.x, at.y);
      matches.push_back({from, from + Vec2(shift.x - kFineSearch + peak.shift.x(),
                                           shift.y - kFineSearch + peak.shift.y())});
    }
  }
  return matches;
}

Box2 BoxOf(const RegisteredFrame& frame) {
  Box2 box;
  for (const Vec2& corner : frame.footprint) box.Add(corner);
  return box;
}

}  // namespace

void TieOptions::Describe(OptionVisitor& v) {
  v.Visit("min-correlation", min_correlation,
          {0.1, 1, "", "correlation of a patch that counts", "图块匹配的相关系数下限"});
  v.Visit(
      "min-coarse-correlation", min_coarse_correlation,
      {0.05, 1, "", "correlation of the whole overlap that counts", "整体重叠匹配的相关系数下限"});
  v.Visit("max-residual", max_residual_px,
          {0.1, 50, "px", "patches further from the common transform do not count",
           "偏离整体变换超过此值的图块不计"});
  v.Visit("min-points", min_points,
          {3, 20, "", "agreeing patches that tie two frames", "两帧连接所需的一致图块数"});
  v.Visit("pairs-along", pairs_along,
          {0, 10, "", "following frames that a frame is matched with", "与后续影像的匹配数"});
  v.Visit(
      "pairs-across", pairs_across,
      {0, 20, "", "frames of other lines that a frame is matched with", "与其他航线影像的匹配数"});
}

std::vector<std::pair<int, int>> OverlappingPairs(std::span<const RegisteredFrame> frames,
                                                  const TieOptions& options) {
  std::set<std::pair<int, int>> pairs;
  const auto n = static_cast<int>(frames.size());
  std::vector<Box2> boxes;
  for (const RegisteredFrame& frame : frames) boxes.push_back(BoxOf(frame));
  const auto overlap = [&](int i, int j) {
    const Box2& a = boxes[static_cast<std::size_t>(i)];
    const Box2& b = boxes[static_cast<std::size_t>(j)];
    const Vec2 common = a.max.cwiseMin(b.max) - a.min.cwiseMax(b.min);
    if (common.x() <= 0 || common.y() <= 0) return 0.0;
    return common.prod() / std::min((a.max - a.min).prod(), (b.max - b.min).prod());
  };
  constexpr double kEnough = 0.3;
  // Frames sorted along x, so that only near ones are looked at.
  std::vector<int> order(frames.size());
  for (int i = 0; i < n; ++i) order[static_cast<std::size_t>(i)] = i;
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    return std::pair(frames[static_cast<std::size_t>(a)].centre.x(), a) <
           std::pair(frames[static_cast<std::size_t>(b)].centre.x(), b);
  });
  std::vector<std::vector<std::pair<double, int>>> across(frames.size());
  for (std::size_t p = 0; p < order.size(); ++p) {
    const int i = order[p];
    for (std::size_t q = p + 1; q < order.size(); ++q) {
      const int j = order[q];
      const Box2& a = boxes[static_cast<std::size_t>(i)];
      if (frames[static_cast<std::size_t>(j)].centre.x() -
              frames[static_cast<std::size_t>(i)].centre.x() >
          (a.max - a.min).x())
        break;
      if (overlap(i, j) < kEnough) continue;
      const int gap = std::abs(i - j);
      if (gap <= options.pairs_along) {
        pairs.insert({std::min(i, j), std::max(i, j)});
      } else if (gap > 3) {
        const double distance = (frames[static_cast<std::size_t>(i)].centre -
                                 frames[static_cast<std::size_t>(j)].centre)
                                    .norm();
        across[static_cast<std::size_t>(std::min(i, j))].emplace_back(distance, std::max(i, j));
      }
    }
  }
  for (int i = 0; i < n; ++i) {
    auto& candidates = across[static_cast<std::size_t>(i)];
    std::sort(candidates.begin(), candidates.end());
    for (std::size_t k = 0;
         k < std::min(candidates.size(), static_cast<std::size_t>(options.pairs_across)); ++k) {
      pairs.insert({i, candidates[k].second});
    }
  }
  return {pairs.begin(), pairs.end()};
}

std::vector<TiePoint> MatchPair(int first, int second, std::span<const RegisteredFrame> frames,
                                const cv::Mat_<float>& image_first,
                                const cv::Mat_<float>& image_second, const Terrain& terrain,
                                double sigma_m, TiePatches patches, const TieOptions& options) {
  const RegisteredFrame& a = frames[static_cast<std::size_t>(first)];
  const RegisteredFrame& b = frames[static_cast<std::size_t>(second)];
  const auto homography = CellHomography(a, b, terrain);
  if (!homography) return {};
  cv::Mat_<float> warped;
  cv::warpPerspective(image_second, warped, cv::Mat(*homography), image_first.size(),
                      cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_CONSTANT, 0);

  const double cell_m = a.gsd_m * Overview::kBlock;
  const int search =
      std::clamp(static_cast<int>(std::ceil(3 * sigma_m / cell_m)), 4, image_first.cols / 3);
  // The patches' own search is wide enough for what is known that well.
  std::optional<Shift> shift =
      search <= kFineSearch ? Shift{{0, 0}, 1, 0} : OverlapShift(image_first, warped, search);
  if (!shift || shift->value < options.min_coarse_correlation ||
      shift->value < shift->second + kStandsOut)
    return {};
  const cv::Size grid = patches == TiePatches::kFew ? cv::Size(3, 3) : cv::Size(5, 4);
  const int min_points =
      patches == TiePatches::kFew ? std::min(4, options.min_points) : options.min_points;
  const auto matches =
      Agreeing(MatchPatches(image_first, warped, shift->cells, grid, options.min_correlation),
               options.max_residual_px / Overview::kBlock, min_points);
  const Vec2 half_cell(0.5, 0.5);
  std::vector<TiePoint> ties;
  for (const Match& match : matches) {
    // `to` is where the first picture shows it; `from`, through the homography, where the second
    // does.
    ties.push_back({first, second, (match.to + half_cell) * Overview::kBlock,
                    (Apply(*homography, match.from) + half_cell) * Overview::kBlock});
  }
  if (!ties.empty()) return ties;
  // Nothing stands out in any one place, but the pictures as a whole may agree without doubt.
  if (search <= kFineSearch) shift = OverlapShift(image_first, warped, search);
  if (!shift || shift->value < kBeyondDoubt || shift->value < 1.5 * shift->second) return {};
  const cv::Rect seen =
      cv::boundingRect(cv::Mat(warped != 0)) & cv::Rect(-shift->cells, image_first.size());
  if (seen.area() == 0) return {};
  const Vec2 middle(seen.x + 0.5 * (seen.width - 1), seen.y + 0.5 * (seen.height - 1));
  const Vec2 there = middle + Vec2(shift->cells.x, shift->cells.y);
  ties.push_back({first, second, (there + half_cell) * Overview::kBlock,
                  (Apply(*homography, middle) + half_cell) * Overview::kBlock, kOverlapSigmas});
  return ties;
}

}  // namespace thermoleak
