#include "thermoleak/core/geometry.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace thermoleak {

void Box2::Add(const Vec2& p) {
  min = min.cwiseMin(p);
  max = max.cwiseMax(p);
}
void Box2::Add(const Box2& other) {
  if (other.empty()) return;
  Add(other.min);
  Add(other.max);
}
void Box2::Grow(double margin) {
  if (empty()) return;
  min.array() -= margin;
  max.array() += margin;
}
bool Box2::Intersects(const Box2& other) const {
  return min.x() <= other.max.x() && other.min.x() <= max.x() && min.y() <= other.max.y() &&
         other.min.y() <= max.y();
}
bool Box2::Contains(const Vec2& p) const {
  return p.x() >= min.x() && p.x() <= max.x() && p.y() >= min.y() && p.y() <= max.y();
}

Polyline::Polyline(std::vector<Vec2> vertices) {
  constexpr double kSamePoint = 1e-6;
  for (const Vec2& v : vertices) {
    if (!vertices_.empty() && (v - vertices_.back()).norm() < kSamePoint) continue;
    chainages_.push_back(vertices_.empty() ? 0.0
                                           : chainages_.back() + (v - vertices_.back()).norm());
    vertices_.push_back(v);
  }
}

int Polyline::SegmentAt(double chainage) const {
  const auto after = std::upper_bound(chainages_.begin() + 1, chainages_.end() - 1, chainage);
  return static_cast<int>(after - chainages_.begin()) - 1;
}

Vec2 Polyline::At(double chainage, double offset) const {
  const double s = std::clamp(chainage, 0.0, Length());
  const auto i = static_cast<std::size_t>(SegmentAt(s));
  const Vec2 direction = (vertices_[i + 1] - vertices_[i]).normalized();
  const Vec2 left(-direction.y(), direction.x());
  return vertices_[i] + direction * (s - chainages_[i]) + left * offset;
}

Vec2 Polyline::Direction(double chainage, double smooth) const {
  const double s = std::clamp(chainage, 0.0, Length());
  if (smooth > 0) {
    const Vec2 chord = At(s + smooth) - At(s - smooth);
    if (chord.norm() > 0.1 * smooth) return chord.normalized();
  }
  const auto i = static_cast<std::size_t>(SegmentAt(s));
  return (vertices_[i + 1] - vertices_[i]).normalized();
}

LinePosition Polyline::Locate(const Vec2& p) const {
  LinePosition best;
  best.distance = 1e300;
  for (std::size_t i = 0; i + 1 < vertices_.size(); ++i) {
    const Vec2 leg = vertices_[i + 1] - vertices_[i];
    const double length = chainages_[i + 1] - chainages_[i];
    const double t = std::clamp((p - vertices_[i]).dot(leg) / (length * length), 0.0, 1.0);
    const double distance = (p - (vertices_[i] + leg * t)).norm();
    if (distance >= best.distance) continue;
    const Vec2 from = p - vertices_[i];
    const double side = leg.x() * from.y() - leg.y() * from.x();
    best = {chainages_[i] + t * length, side >= 0 ? distance : -distance, distance,
            static_cast<int>(i)};
  }
  return best;
}

Box2 Polyline::Bounds() const {
  Box2 box;
  for (const Vec2& v : vertices_) box.Add(v);
  return box;
}

Polyline Polyline::Part(double from, double to) const {
  from = std::clamp(from, 0.0, Length());
  to = std::clamp(to, 0.0, Length());
  std::vector<Vec2> part{At(from)};
  for (std::size_t i = 0; i < vertices_.size(); ++i) {
    if (chainages_[i] > from && chainages_[i] < to) part.push_back(vertices_[i]);
  }
  part.push_back(At(to));
  return Polyline(std::move(part));
}

double RingArea(std::span<const Vec2> ring) {
  double twice = 0;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    twice += ring[j].x() * ring[i].y() - ring[i].x() * ring[j].y();
  }
  return ring.empty() ? 0.0 : 0.5 * twice;
}

bool RingContains(std::span<const Vec2> ring, const Vec2& p) {
  bool inside = false;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    const Vec2& a = ring[i];
    const Vec2& b = ring[j];
    if ((a.y() > p.y()) != (b.y() > p.y()) &&
        p.x() < (b.x() - a.x()) * (p.y() - a.y()) / (b.y() - a.y()) + a.x()) {
      inside = !inside;
    }
  }
  return inside;
}

double RingDistance(std::span<const Vec2> ring, const Vec2& p) {
  if (ring.size() < 2) return ring.empty() ? 1e300 : (p - ring[0]).norm();
  if (RingContains(ring, p)) return 0;
  std::vector<Vec2> closed(ring.begin(), ring.end());
  closed.push_back(ring.front());
  return Polyline(std::move(closed)).Locate(p).distance;
}

Ellipse EllipseOf(const Mat2& covariance) {
  const Eigen::SelfAdjointEigenSolver<Mat2> solver(covariance);
  const Vec2 axis = solver.eigenvectors().col(1);
  double azimuth = std::atan2(axis.x(), axis.y()) * 180.0 / std::numbers::pi;
  if (azimuth < 0) azimuth += 180.0;
  if (azimuth >= 180.0) azimuth -= 180.0;
  return {std::sqrt(std::max(0.0, solver.eigenvalues()(1))),
          std::sqrt(std::max(0.0, solver.eigenvalues()(0))), azimuth};
}

}  // namespace thermoleak
