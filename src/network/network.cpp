#include "thermoleak/network/network.hpp"

#include <algorithm>
#include <boost/geometry.hpp>
#include <boost/geometry/index/rtree.hpp>
#include <cmath>
#include <limits>
#include <utility>

namespace thermoleak {
namespace {

namespace bg = boost::geometry;
namespace bgi = boost::geometry::index;
using Point = bg::model::point<double, 2, bg::cs::cartesian>;
using Box = bg::model::box<Point>;

Box BoxOf(const Box2& box) {
  return {Point(box.min.x(), box.min.y()), Point(box.max.x(), box.max.y())};
}

using SegmentId = std::pair<int, int>;  // pipe, segment
using SegmentTree = bgi::rtree<std::pair<Box, SegmentId>, bgi::rstar<16>>;

double DistanceToBox(const Vec2& p, const Box2& box) {
  return (p - p.cwiseMax(box.min).cwiseMin(box.max)).norm();
}

double DistanceToSegment(const Vec2& p, const Vec2& a, const Vec2& b) {
  const Vec2 leg = b - a;
  const double t = std::clamp((p - a).dot(leg) / leg.squaredNorm(), 0.0, 1.0);
  return (p - (a + leg * t)).norm();
}

/// Whether some point of the segment lies in the box (Liang and Barsky 1984).
bool Crosses(const Vec2& a, const Vec2& b, const Box2& box) {
  double enter = 0;
  double leave = 1;
  for (int axis = 0; axis < 2; ++axis) {
    const double step = b[axis] - a[axis];
    const double low = box.min[axis] - a[axis];
    const double high = box.max[axis] - a[axis];
    if (step == 0) {
      if (low > 0 || high < 0) return false;
      continue;
    }
    enter = std::max(enter, std::min(low / step, high / step));
    leave = std::min(leave, std::max(low / step, high / step));
  }
  return enter <= leave;
}

double SegmentToBox(const Vec2& a, const Vec2& b, const Box2& box) {
  if (Crosses(a, b, box)) return 0;
  // Apart, two convex shapes are nearest at a corner of one of them.
  double distance = std::min(DistanceToBox(a, box), DistanceToBox(b, box));
  for (const Vec2& corner :
       {box.min, box.max, Vec2(box.min.x(), box.max.y()), Vec2(box.max.x(), box.min.y())}) {
    distance = std::min(distance, DistanceToSegment(corner, a, b));
  }
  return distance;
}

// Casing of pre-insulated pipe: radius = dn / 2 + 75 mm, within 30 mm of EN 253 series 1 for DN 100
// .. 1000.
constexpr double kCasing_m = 0.075;
constexpr double kUnknownDn_mm = 150;

double CasingRadius_m(const Pipe& pipe) {
  return pipe.dn_mm.value_or(kUnknownDn_mm) / 2000.0 + kCasing_m;
}

}  // namespace

std::optional<double> Pipe::AxisDepth(bool depth_to_axis) const {
  if (laying == Laying::kOverhead || !depth_m) return std::nullopt;
  return depth_to_axis ? *depth_m : *depth_m + CasingRadius_m(*this);
}

void NetworkOptions::Describe(OptionVisitor& v) {
  v.Visit("map-crs", map_crs,
          {0, 0, "", "coordinate system of a pipe map that states none, e.g. EPSG:4550",
           "管网图没有坐标系说明时采用的坐标系,例如 EPSG:4550"});
  v.Visit("map-shift", map_shift,
          {0, 0, "",
           "corrections of the map's coordinates: none, swap (axes), crs (map-crs holds instead of "
           "the map's own), gcj02, bd09; several with commas",
           "管网图坐标改正:none、swap(坐标轴互换)、crs(以 map-crs 代替自带坐标系)、gcj02、bd09;"
           "多项用逗号分隔"});
  v.Visit("map-control", map_control,
          {0, 0, "", "control points (CSV) that place a map in a local city grid",
           "将地方坐标系管网图换算到位的控制点文件(CSV)"});
  v.Visit("map-control-limit", map_control_limit_m,
          {0.01, 100, "m", "limit of the control points' leave-one-out error (RMS)",
           "控制点留一检验中误差的限差"});
  v.Visit("depth-to-axis", depth_to_axis,
          {0, 0, "", "the map's depths are to the pipe's axis, not to its top",
           "管网图的埋深指管中心而不是管顶"});
  v.Visit("map-sigma", map_sigma_m,
          {0.05, 20, "m", "1-sigma position error of the map's lines", "管网图管线位置的中误差"});
  v.Visit("default-depth", default_depth_m,
          {0.2, 10, "m", "axis depth of buried pipes whose map has none",
           "管网图无埋深时采用的管中心埋深"});
  v.Visit("max-half-width", max_half_width_m,
          {2, 50, "m", "largest half-width of a corridor", "走廊最大半宽"});
}

struct PipeNetwork::Index {
  SegmentTree segments;
  bgi::rtree<std::pair<Point, int>, bgi::rstar<16>> chambers;
  bgi::rtree<std::pair<Box, int>, bgi::rstar<16>> buildings;
};

PipeNetwork::PipeNetwork(std::vector<Pipe> pipes, std::vector<Chamber> chambers,
                         std::vector<Building> buildings, NetworkOptions options)
    : pipes_(std::move(pipes)),
      chambers_(std::move(chambers)),
      buildings_(std::move(buildings)),
      options_(std::move(options)) {
  // Trees built from a range are packed (Leutenegger et al. 1997): fuller and much faster than by
  // insertion.
  std::vector<std::pair<Box, SegmentId>> segments;
  for (std::size_t p = 0; p < pipes_.size(); ++p) {
    const auto vertices = pipes_[p].axis.vertices();
    for (std::size_t i = 0; i + 1 < vertices.size(); ++i) {
      Box2 box;
      box.Add(vertices[i]);
      box.Add(vertices[i + 1]);
      segments.emplace_back(BoxOf(box), SegmentId{static_cast<int>(p), static_cast<int>(i)});
    }
  }
  std::vector<std::pair<Point, int>> points;
  for (std::size_t c = 0; c < chambers_.size(); ++c) {
    points.emplace_back(Point(chambers_[c].position.x(), chambers_[c].position.y()),
                        static_cast<int>(c));
  }
  std::vector<std::pair<Box, int>> boxes;
  for (std::size_t b = 0; b < buildings_.size(); ++b) {
    Box2 box;
    for (const Vec2& v : buildings_[b].ring) box.Add(v);
    if (!box.empty()) boxes.emplace_back(BoxOf(box), static_cast<int>(b));
  }
  auto index = std::make_shared<Index>();
  index->segments = SegmentTree(segments);
  index->chambers = decltype(index->chambers)(points);
  index->buildings = decltype(index->buildings)(boxes);
  index_ = std::move(index);
}

std::vector<int> PipeNetwork::PipesNear(const Box2& box, double margin) const {
  std::vector<int> near;
  if (box.empty()) return near;
  Box2 grown = box;
  grown.Grow(margin);
  for (auto hit = index_->segments.qbegin(bgi::intersects(BoxOf(grown)));
       hit != index_->segments.qend(); ++hit) {
    const auto [pipe, segment] = hit->second;
    const auto vertices = pipes_[static_cast<std::size_t>(pipe)].axis.vertices();
    const auto i = static_cast<std::size_t>(segment);
    if (SegmentToBox(vertices[i], vertices[i + 1], box) <= margin) near.push_back(pipe);
  }
  std::sort(near.begin(), near.end());
  near.erase(std::unique(near.begin(), near.end()), near.end());
  return near;
}

std::vector<int> PipeNetwork::ChambersNear(const Vec2& point, double radius) const {
  Box2 box;
  box.Add(point);
  box.Grow(radius);
  std::vector<std::pair<double, int>> found;
  for (auto hit = index_->chambers.qbegin(bgi::intersects(BoxOf(box)));
       hit != index_->chambers.qend(); ++hit) {
    const double distance =
        (chambers_[static_cast<std::size_t>(hit->second)].position - point).norm();
    if (distance <= radius) found.emplace_back(distance, hit->second);
  }
  std::sort(found.begin(), found.end());
  std::vector<int> near;
  for (const auto& [distance, chamber] : found) near.push_back(chamber);
  return near;
}

double PipeNetwork::BuildingDistance(const Vec2& point, double limit) const {
  Box2 box;
  box.Add(point);
  box.Grow(limit);
  double nearest = std::numeric_limits<double>::infinity();
  for (auto hit = index_->buildings.qbegin(bgi::intersects(BoxOf(box)));
       hit != index_->buildings.qend(); ++hit) {
    const double distance =
        RingDistance(buildings_[static_cast<std::size_t>(hit->second)].ring, point);
    if (distance <= limit) nearest = std::min(nearest, distance);
  }
  return nearest;
}

double PipeNetwork::TotalLength() const {
  double sum = 0;
  for (const Pipe& pipe : pipes_) sum += pipe.axis.Length();
  return sum;
}

double PipeNetwork::CorridorHalfWidth(int pipe_index, double pose_sigma_m) const {
  const Pipe& pipe = pipes_[static_cast<std::size_t>(pipe_index)];
  const double position = 3.0 * std::hypot(options_.map_sigma_m, pose_sigma_m);
  double signature = 0;
  if (pipe.laying == Laying::kOverhead) {
    signature = 2.0 * CasingRadius_m(pipe);  // what is seen is the pipe itself
  } else {
    // k / h of damp soil at a light wind (1.5 W/mK, 12 W/m2K); it varies by 0.1 m, far less than
    // depth does.
    constexpr double kConductionOverHeatTransfer_m = 0.125;
    const double depth_m =
        pipe.AxisDepth(options_.depth_to_axis).value_or(options_.default_depth_m);
    signature = 2.0 * (depth_m + kConductionOverHeatTransfer_m);
  }
  return std::min(position + 2.0 * signature, options_.max_half_width_m);
}

}  // namespace thermoleak
