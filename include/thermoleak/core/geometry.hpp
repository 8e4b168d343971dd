#pragma once
// Small plane geometry in metres (or any unit, as long as it is one).

#include <Eigen/Core>
#include <optional>
#include <span>
#include <vector>

namespace thermoleak {

using Vec2 = Eigen::Vector2d;
using Vec3 = Eigen::Vector3d;
using Mat2 = Eigen::Matrix2d;
using Mat3 = Eigen::Matrix3d;

/// Axis-parallel box; empty until the first Add().
struct Box2 {
  Vec2 min{1e300, 1e300};
  Vec2 max{-1e300, -1e300};

  bool empty() const { return min.x() > max.x(); }
  void Add(const Vec2& p);
  void Add(const Box2& other);
  void Grow(double margin);
  bool Intersects(const Box2& other) const;
  bool Contains(const Vec2& p) const;
};

/// Where a point lies relative to a polyline.
struct LinePosition {
  double chainage = 0;  ///< along the line from its first vertex, 0 .. Length()
  double offset = 0;    ///< signed distance, positive to the left of the digitised direction
  double distance = 0;  ///< unsigned distance to the nearest point of the line
  int segment = 0;
};

/// A polyline with its cumulative lengths. At least two distinct vertices; repeated vertices are
/// removed. Immutable, thread-safe.
class Polyline {
 public:
  Polyline() = default;
  explicit Polyline(std::vector<Vec2> vertices);

  std::span<const Vec2> vertices() const { return vertices_; }
  /// Chainage of each vertex, same length as vertices().
  std::span<const double> chainages() const { return chainages_; }
  bool valid() const { return vertices_.size() >= 2; }
  double Length() const { return chainages_.empty() ? 0.0 : chainages_.back(); }
  /// Point at a chainage, clamped to the line's ends; `offset` metres to the left.
  Vec2 At(double chainage, double offset = 0) const;
  /// Unit direction at a chainage. Within `smooth` of a bend the directions of both legs are
  /// blended, so that strips across a bend turn instead of jumping.
  Vec2 Direction(double chainage, double smooth = 0) const;
  /// Nearest position on the line.
  LinePosition Locate(const Vec2& p) const;
  Box2 Bounds() const;
  /// The part between two chainages (clamped), with the line's vertices in between.
  Polyline Part(double from, double to) const;

 private:
  int SegmentAt(double chainage) const;
  std::vector<Vec2> vertices_;
  std::vector<double> chainages_;
};

/// Signed area, positive for counter-clockwise rings (closing vertex optional).
double RingArea(std::span<const Vec2> ring);
/// Even-odd rule; points on the edge may fall on either side.
bool RingContains(std::span<const Vec2> ring, const Vec2& p);
/// Distance from a point to the ring's edge, 0 inside.
double RingDistance(std::span<const Vec2> ring, const Vec2& p);

/// The one-sigma ellipse of a 2 x 2 covariance: axes in the covariance's unit, azimuth of the major
/// axis clockwise from north (y), 0 <= azimuth < 180 degrees.
struct Ellipse {
  double major = 0;
  double minor = 0;
  double azimuth_deg = 0;
};
Ellipse EllipseOf(const Mat2& covariance);

}  // namespace thermoleak
