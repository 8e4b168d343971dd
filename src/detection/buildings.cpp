#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "detection/ground_image.hpp"
#include "detection/ridge.hpp"
#include "detection/shift_grid.hpp"
#include "thermoleak/core/statistics.hpp"
#include "thermoleak/detection/map_lines.hpp"

namespace thermoleak {
namespace {

using namespace detection;

constexpr double kSampleStep = 1.0;      // along the outline, m
constexpr double kBeside = 1.0;          // m; the edge is what differs between both sides of it
constexpr double kBox = 0.5;             // m, half side of the means
constexpr double kLeastOutline = 20;     // m; sheds have no say
constexpr std::size_t kMost = 400;       // buildings; more say nothing new
constexpr double kFootprintSigma = 0.5;  // m, of a footprint
constexpr double kTypicalHeight = 10;    // m
/// Roofs are seen, footprints are mapped: a roof stands aside by its height times the tangent of
/// the view, which the mosaic keeps small (nadir-most view), to one side or the other.
constexpr double kLean = 0.1;

struct Edge {
  Vec2 point;
  Vec2 across;
};

std::vector<Edge> EdgesOf(const Building& building) {
  std::vector<Edge> edges;
  const std::size_t n = building.ring.size();
  for (std::size_t i = 0; i < n; ++i) {
    const Vec2 from = building.ring[i];
    const Vec2 side = building.ring[(i + 1) % n] - from;
    const double length = side.norm();
    if (length < 2 * kSampleStep) continue;
    const Vec2 along = side / length;
    for (double s = kSampleStep; s < length - 0.5 * kSampleStep; s += kSampleStep)
      edges.push_back({from + along * s, Vec2(-along.y(), along.x())});
  }
  return edges;
}

/// Mean difference across the outline under a shift, whichever side is warmer; NaN where less than
/// half of it is seen.
float Contrast(std::span<const Edge> edges, const Vec2& shift, const GroundImage& image) {
  float sum = 0;
  int n = 0;
  for (const Edge& edge : edges) {
    const Vec2 p = edge.point + shift;
    const float step = image.BoxMean(p + edge.across * kBeside, kBox) -
                       image.BoxMean(p - edge.across * kBeside, kBox);
    if (!(step == step)) continue;
    sum += std::asinh(std::abs(step));
    ++n;
  }
  return 2 * n >= static_cast<int>(edges.size()) ? sum / static_cast<float>(n)
                                                 : std::numeric_limits<float>::quiet_NaN();
}

}  // namespace

std::optional<BuildingShift> AlignToBuildings(const Mosaic& mosaic, const PipeNetwork& network,
                                              double pose_sigma_m,
                                              const AlignmentOptions& options) {
  if (mosaic.empty() || network.buildings().empty()) return std::nullopt;
  const Mosaic::Extent tiles = mosaic.TileExtent();
  Box2 seen;
  seen.Add(mosaic.UpperLeft(tiles.column0, tiles.row0));
  seen.Add(mosaic.UpperLeft(tiles.column1, tiles.row1));
  std::vector<const Building*> buildings;
  Box2 area;
  for (const Building& building : network.buildings()) {
    Box2 box;
    for (const Vec2& corner : building.ring) box.Add(corner);
    if (box.empty() || !seen.Contains(0.5 * (box.min + box.max))) continue;
    buildings.push_back(&building);
    area.Add(box);
    if (buildings.size() == kMost) break;
  }
  if (buildings.empty()) return std::nullopt;

  ShiftGrid grid;
  const double reach = options.search_sigmas * pose_sigma_m + 2 * kFootprintSigma;
  grid.step_m = std::min(0.4, options.step_m);
  grid.half = std::max(5, static_cast<int>(std::ceil(reach / grid.step_m)));
  area.Grow(reach + 2);
  const GroundImage image(mosaic, area, std::max(0.2, 2 * mosaic.cell_m()));
  const int side = grid.side();
  BuildingShift out;
  out.covariance = Mat2::Identity() * pose_sigma_m * pose_sigma_m;
  std::array total{cv::Mat_<double>(side, side, 0.0)};
  for (const Building* building : buildings) {
    const std::vector<Edge> edges = EdgesOf(*building);
    if (static_cast<double>(edges.size()) * kSampleStep < kLeastOutline) continue;
    cv::Mat_<float> response(side, side, std::numeric_limits<float>::quiet_NaN());
    int known = 0;
    for (int r = 0; r < side; ++r) {
      for (int c = 0; c < side; ++c) {
        response(r, c) = Contrast(edges, grid.ShiftOf(r, c), image);
        known += response(r, c) == response(r, c) ? 1 : 0;
      }
    }
    if (known < side * side) continue;  // partly seen outlines favour what is in the pictures
    const Surroundings ground = SurroundingsOf(response, grid, {0, 0}, 1.5);
    if (ground.noise <= 0) continue;
    ++out.buildings;
    cv::Mat_<double> ratio(side, side);
    for (int r = 0; r < side; ++r) {
      for (int c = 0; c < side; ++c)
        ratio(r, c) = LogRidgeRatio((response(r, c) - ground.level) / ground.noise);
    }
    LimitCrests({&ratio, 1}, 2 * kBeside / grid.step_m, kForeignLine);
    for (double& value : ratio) value = SeenOrNot(value);
    const double lean = kLean * building->height_m.value_or(kTypicalHeight);
    total[0] += BlurLog(ratio, std::hypot(kFootprintSigma, lean) / grid.step_m);
  }
  if (out.buildings == 0) return std::nullopt;
  const std::vector<Vec2> as_they_are{{0, 0}};
  const ShiftMoments moments = MomentsOf(total, as_they_are, grid, out.covariance);
  out.evidence = std::sqrt(2 * std::max(0.0, moments.log_factor));
  if (out.evidence < options.min_evidence) return out;
  out.shift_m = moments.mean.head<2>();
  out.covariance = moments.covariance.topLeftCorner<2, 2>();
  out.found = true;
  return out;
}

double DisagreementSigmas(const SurveyShift& pipes, const BuildingShift& buildings) {
  if (!pipes.found || !buildings.found) return 0;
  const Vec2 apart = pipes.shift_m - buildings.shift_m;
  const Mat2 covariance = pipes.covariance + buildings.covariance;
  return std::sqrt(apart.dot(covariance.inverse() * apart));
}

}  // namespace thermoleak
