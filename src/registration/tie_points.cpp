#include "thermoleak/registration/tie_points.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <set>

#include "thermoleak/core/conventions.hpp"
#include "thermoleak/core/statistics.hpp"

namespace thermoleak {
namespace {

constexpr int kPatch = 21;      // side of a patch, overview cells
constexpr int kFineSearch = 4;  // around the coarse shift, cells
constexpr int kGridColumns = 5;
constexpr int kGridRows = 4;
constexpr int kCoarse = 3;  // further reduction for the coarse search

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

struct Peak {
  Vec2 shift{0, 0};
  double value = -1;
  double second = -1;  ///< highest value that is not beside the peak
};

/// Best match of `patch` in `area` with a parabola through its neighbours.
Peak BestMatch(const cv::Mat& area, const cv::Mat& patch, int guard) {
  cv::Mat_<float> score;
  cv::matchTemplate(area, patch, score, cv::TM_CCOEFF_NORMED);
  Peak peak;
  cv::Point at;
  double value = 0;
  cv::minMaxLoc(score, nullptr, &value, nullptr, &at);
  peak.value = value;
  peak.shift = {static_cast<double>(at.x), static_cast<double>(at.y)};
  for (int y = 0; y < score.rows; ++y) {
    for (int x = 0; x < score.cols; ++x) {
      if (std::abs(x - at.x) <= guard && std::abs(y - at.y) <= guard) continue;
      peak.second = std::max<double>(peak.second, score(y, x));
    }
  }
  const auto refine = [](double left, double middle, double right) {
    const double curvature = left - 2 * middle + right;
    return curvature < -1e-9 ? std::clamp(0.5 * (left - right) / curvature, -0.5, 0.5) : 0.0;
  };
  if (at.x > 0 && at.x + 1 < score.cols)
    peak.shift.x() += refine(score(at.y, at.x - 1), value, score(at.y, at.x + 1));
  if (at.y > 0 && at.y + 1 < score.rows)
    peak.shift.y() += refine(score(at.y - 1, at.x), value, score(at.y + 1, at.x));
  return peak;
}

bool MostlyFilled(const cv::Mat_<float>& image) {
  return cv::countNonZero(image) >= 0.9 * static_cast<double>(image.total());
}

/// Shift (cells) between `first` and `second` warped onto it, by the whole overlap.
std::optional<Vec2> CoarseShift(const cv::Mat_<float>& first, const cv::Mat_<float>& warped,
                                int search, const TieOptions& options) {
  cv::Mat_<float> a;
  cv::Mat_<float> b;
  cv::resize(first, a, {}, 1.0 / kCoarse, 1.0 / kCoarse, cv::INTER_AREA);
  cv::resize(warped, b, {}, 1.0 / kCoarse, 1.0 / kCoarse, cv::INTER_AREA);
  // The template is what both see. It may reach over the first picture's edge by half the search,
  // where zeros stand for the unknown: a smaller template would leave too little to tell.
  const int reach = std::max(2, search / kCoarse);
  const int pad = reach / 2;
  const int shrink = reach - pad;
  const cv::Rect seen = cv::boundingRect(cv::Mat(b != 0));
  cv::Rect core(seen.x + shrink, seen.y + shrink, seen.width - 2 * shrink,
                seen.height - 2 * shrink);
  core &= cv::Rect(0, 0, b.cols, b.rows);
  if (core.width < 10 || core.height < 10) return std::nullopt;
  cv::Mat_<float> padded;
  cv::copyMakeBorder(a, padded, pad, pad, pad, pad, cv::BORDER_CONSTANT, 0);
  cv::Rect area(core.x - reach, core.y - reach, core.width + 2 * reach, core.height + 2 * reach);
  area &= cv::Rect(-pad, -pad, padded.cols, padded.rows);
  const Peak peak = BestMatch(padded(area + cv::Point(pad, pad)), b(core), 3);
  if (peak.value < options.min_coarse_correlation || peak.value < peak.second + 0.05)
    return std::nullopt;
  return Vec2((area.x + peak.shift.x() - core.x) * kCoarse,
              (area.y + peak.shift.y() - core.y) * kCoarse);
}

struct Match {
  Vec2 from;  ///< cells in first
  Vec2 to;    ///< cells of the warped second
};

/// Keeps the matches that one similarity transform explains (iteratively trimmed least squares).
std::vector<Match> Agreeing(std::vector<Match> matches, double limit_cells, int min_points) {
  for (int round = 0; round < 8; ++round) {
    if (static_cast<int>(matches.size()) < min_points) return {};
    const auto n = static_cast<Eigen::Index>(matches.size());
    Eigen::MatrixXd design(2 * n, 4);
    Eigen::VectorXd target(2 * n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const Match& m = matches[static_cast<std::size_t>(i)];
      design.row(2 * i) << m.from.x(), -m.from.y(), 1, 0;
      design.row(2 * i + 1) << m.from.y(), m.from.x(), 0, 1;
      target(2 * i) = m.to.x();
      target(2 * i + 1) = m.to.y();
    }
    // Robust start: residuals against the median shift; then against the fitted transform.
    Eigen::VectorXd fitted(2 * n);
    if (round == 0) {
      std::vector<double> dx;
      std::vector<double> dy;
      for (const Match& m : matches) {
        dx.push_back(m.to.x() - m.from.x());
        dy.push_back(m.to.y() - m.from.y());
      }
      const double mx = MedianOf(std::span<const double>(dx));
      const double my = MedianOf(std::span<const double>(dy));
      for (Eigen::Index i = 0; i < n; ++i) {
        fitted(2 * i) = matches[static_cast<std::size_t>(i)].from.x() + mx;
        fitted(2 * i + 1) = matches[static_cast<std::size_t>(i)].from.y() + my;
      }
    } else {
      const Eigen::VectorXd solution = design.colPivHouseholderQr().solve(target);
      if (std::abs(std::hypot(solution(0), solution(1)) - 1) > 0.1) return {};
      fitted = design * solution;
    }
    const double limit = round == 0 ? 4 * limit_cells : limit_cells;
    std::vector<Match> kept;
    for (Eigen::Index i = 0; i < n; ++i) {
      const double error =
          std::hypot(target(2 * i) - fitted(2 * i), target(2 * i + 1) - fitted(2 * i + 1));
      if (error <= limit) kept.push_back(matches[static_cast<std::size_t>(i)]);
    }
    const bool stable = round > 0 && kept.size() == matches.size();
    matches = std::move(kept);
    if (stable) break;
  }
  return static_cast<int>(matches.size()) >= min_points ? matches : std::vector<Match>{};
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
                                double sigma_m, const TieOptions& options) {
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
  const auto coarse = CoarseShift(image_first, warped, search, options);
  if (!coarse) return {};

  std::vector<Match> matches;
  const int half = kPatch / 2;
  const int sx = static_cast<int>(std::lround(coarse->x()));
  const int sy = static_cast<int>(std::lround(coarse->y()));
  for (int gy = 0; gy < kGridRows; ++gy) {
    for (int gx = 0; gx < kGridColumns; ++gx) {
      // Patch of the warped second picture at (x, y); the same ground lies at (x + sx, y + sy) in
      // the first.
      const int x = static_cast<int>((gx + 0.5) * image_first.cols / kGridColumns);
      const int y = static_cast<int>((gy + 0.5) * image_first.rows / kGridRows);
      const cv::Rect patch(x - half, y - half, kPatch, kPatch);
      const cv::Rect area(x - half + sx - kFineSearch, y - half + sy - kFineSearch,
                          kPatch + 2 * kFineSearch, kPatch + 2 * kFineSearch);
      const cv::Rect whole(0, 0, image_first.cols, image_first.rows);
      if ((patch & whole) != patch || (area & whole) != area) continue;
      if (!MostlyFilled(warped(patch))) continue;
      const Peak peak = BestMatch(image_first(area), warped(patch), 2);
      if (peak.value < options.min_correlation) continue;
      const Vec2 at(x, y);
      matches.push_back(
          {at, at + Vec2(sx - kFineSearch + peak.shift.x(), sy - kFineSearch + peak.shift.y())});
    }
  }
  matches =
      Agreeing(std::move(matches), options.max_residual_px / Overview::kBlock, options.min_points);
  std::vector<TiePoint> ties;
  for (const Match& match : matches) {
    // `to` is where the first picture shows it; `from`, through the homography, where the second
    // does.
    const Vec2 half_cell(0.5, 0.5);
    ties.push_back({first, second, (match.to + half_cell) * Overview::kBlock,
                    (Apply(*homography, match.from) + half_cell) * Overview::kBlock});
  }
  return ties;
}

}  // namespace thermoleak
