#include "thermoleak/geo/local_frame.hpp"

#include <cmath>
#include <limits>
#include <mutex>
#include <numbers>
#include <vector>

#include "geo/transform.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/geo/gdal_session.hpp"

namespace thermoleak {

namespace geo_internal {
namespace {

RunError CrsUnknown(const std::string& crs) {
  // A WKT of a page would bury the sentence.
  return {ExitCode::kInputMissing,
          MessageId::kCrsUnknown,
          {crs.size() > 80 ? crs.substr(0, 80) + "..." : crs}};
}

}  // namespace

OGRSpatialReference ParseCrs(const std::string& crs) {
  const GdalSession session;
  OGRSpatialReference srs;
  // The limitations keep a text from naming a file or an address.
  if (crs.empty() ||
      srs.SetFromUserInput(
          crs.c_str(), OGRSpatialReference::SET_FROM_USER_INPUT_LIMITATIONS_get()) != OGRERR_NONE) {
    throw CrsUnknown(crs);
  }
  if (srs.IsCompound() && srs.StripVertical() != OGRERR_NONE) throw CrsUnknown(crs);
  srs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  return srs;
}

OGRSpatialReference Wgs84() { return ParseCrs("EPSG:4326"); }

Transform MakeTransform(const OGRSpatialReference& from, const OGRSpatialReference& to,
                        std::optional<LonLat> near) {
  const GdalSession session;
  OGRCoordinateTransformationOptions options;
  if (near) {
    constexpr double kAround_deg = 0.5;
    options.SetAreaOfInterest(
        std::max(-180.0, near->lon_deg - kAround_deg), std::max(-90.0, near->lat_deg - kAround_deg),
        std::min(180.0, near->lon_deg + kAround_deg), std::min(90.0, near->lat_deg + kAround_deg));
  }
  Transform transform(OGRCreateCoordinateTransformation(&from, &to, options));
  if (!transform) throw CrsUnknown(from.GetName() ? from.GetName() : "?");
  return transform;
}

Vec2 Apply(OGRCoordinateTransformation& transform, const Vec2& p) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  if (!p.allFinite()) return {kNan, kNan};
  double x = p.x();
  double y = p.y();
  int success = 0;
  transform.Transform(1, &x, &y, nullptr, &success);
  if (!success || !std::isfinite(x) || !std::isfinite(y)) return {kNan, kNan};
  return {x, y};
}

}  // namespace geo_internal

using geo_internal::Apply;
using geo_internal::MakeTransform;
using geo_internal::ParseCrs;
using geo_internal::Transform;
using geo_internal::Wgs84;

namespace {

constexpr double kRad = std::numbers::pi / 180.0;
constexpr double kStep_deg = 1e-4;  // about 10 m: coordinates of 1e-9 m resolve angles to 1e-10

/// What one radian of longitude and latitude is on the WGS 84 ellipsoid, metres.
Vec2 GroundMetresPerRadian(double lat_deg) {
  constexpr double kSemiMajor_m = 6378137.0;
  constexpr double kE2 = 0.00669437999014;
  const double s = std::sin(lat_deg * kRad);
  const double n = kSemiMajor_m / std::sqrt(1 - kE2 * s * s);
  const double m = n * (1 - kE2) / (1 - kE2 * s * s);
  return {n * std::cos(lat_deg * kRad), m};
}

/// Map metres per ground metre to the east (column 0) and to the north (column 1); NaN where
/// undefined.
Mat2 MapPerGround(OGRCoordinateTransformation& map_from_lonlat, LonLat at) {
  const Vec2 ground = GroundMetresPerRadian(at.lat_deg) * (2 * kStep_deg * kRad);
  const auto map = [&](double dlon, double dlat) {
    return Apply(map_from_lonlat, {at.lon_deg + dlon, at.lat_deg + dlat});
  };
  Mat2 jacobian;
  jacobian.col(0) = (map(kStep_deg, 0) - map(-kStep_deg, 0)) / ground.x();
  jacobian.col(1) = (map(0, kStep_deg) - map(0, -kStep_deg)) / ground.y();
  return jacobian;
}

bool IsMetricNear(const OGRSpatialReference& srs, LonLat near) {
  if (!srs.IsProjected() || std::abs(srs.GetLinearUnits() - 1.0) > 1e-9) return false;
  const Transform transform = MakeTransform(Wgs84(), srs, near);
  const Mat2 jacobian = MapPerGround(*transform, near);
  constexpr double kMaxScaleError = 0.01;
  // Mirrored axes would mirror the pictures, hence the determinant.
  return jacobian.allFinite() && jacobian.determinant() > 0 &&
         std::abs(jacobian.col(0).norm() - 1) < kMaxScaleError &&
         std::abs(jacobian.col(1).norm() - 1) < kMaxScaleError;
}

OGRSpatialReference UtmOf(LonLat near) {
  const double lon = std::remainder(near.lon_deg, 360.0);  // -180 .. 180
  const int zone = std::min(60, static_cast<int>(std::floor((lon + 180.0) / 6.0)) + 1);
  return ParseCrs("EPSG:" + std::to_string((near.lat_deg < 0 ? 32700 : 32600) + zone));
}

std::string Wkt2(const OGRSpatialReference& srs) {
  char* text = nullptr;
  const char* const options[] = {"FORMAT=WKT2_2019", "MULTILINE=NO", nullptr};
  srs.exportToWkt(&text, options);
  std::string wkt = text ? text : "";
  CPLFree(text);
  return wkt;
}

}  // namespace

struct LocalFrame::Impl {
  /// A pair of transforms that one thread at a time uses; OGR puts the thread's PROJ context under
  /// it at each call.
  struct Pair {
    Transform map_from_lonlat;
    Transform lonlat_from_map;
  };

  Impl(const OGRSpatialReference& projected, LonLat near_point) : srs(projected), near(near_point) {
    wkt = Wkt2(srs);
    Borrowed pair(*this);
    const Vec2 map = Apply(*pair->map_from_lonlat, {near.lon_deg, near.lat_deg});
    if (!map.allFinite())
      throw RunError(ExitCode::kInputMissing, MessageId::kCrsUnknown, {srs.GetName()});
    // Whole kilometres: surveys of one place share their grid.
    origin = Vec2(std::round(map.x() / 1000.0), std::round(map.y() / 1000.0)) * 1000.0;
  }

  /// A pair from the pool for one call; made anew when all are in use, so there are as many as
  /// threads.
  class Borrowed {
   public:
    explicit Borrowed(const Impl& impl) : impl_(impl) {
      {
        const std::lock_guard lock(impl.mutex);
        if (!impl.idle.empty()) {
          pair_ = std::move(impl.idle.back());
          impl.idle.pop_back();
        }
      }
      if (!pair_.map_from_lonlat) {
        const OGRSpatialReference wgs84 = Wgs84();
        pair_.map_from_lonlat = MakeTransform(wgs84, impl.srs, impl.near);
        pair_.lonlat_from_map = MakeTransform(impl.srs, wgs84, impl.near);
      }
    }
    ~Borrowed() {
      const std::lock_guard lock(impl_.mutex);
      impl_.idle.push_back(std::move(pair_));
    }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    const Pair* operator->() const { return &pair_; }

   private:
    const Impl& impl_;
    Pair pair_;
  };

  OGRSpatialReference srs;
  LonLat near;
  std::string wkt;
  Vec2 origin{0, 0};
  mutable std::mutex mutex;
  mutable std::vector<Pair> idle;
};

LocalFrame::LocalFrame(const std::string& crs, LonLat near) {
  if (!std::isfinite(near.lon_deg) || !(std::abs(near.lat_deg) <= 90)) {
    throw RunError(ExitCode::kInputMissing, MessageId::kCrsUnknown, {crs});
  }
  const GdalSession session;
  const OGRSpatialReference srs = ParseCrs(crs);
  impl_ = std::make_shared<const Impl>(IsMetricNear(srs, near) ? srs : UtmOf(near), near);
}

LocalFrame LocalFrame::Utm(LonLat near) { return {"EPSG:4326", near}; }

const std::string& LocalFrame::wkt() const { return impl_->wkt; }
std::string LocalFrame::Name() const { return impl_->srs.GetName() ? impl_->srs.GetName() : ""; }
Vec2 LocalFrame::origin() const { return impl_->origin; }

Vec2 LocalFrame::LocalFromLonLat(LonLat position) const {
  const GdalSession session;
  const Impl::Borrowed pair(*impl_);
  return Apply(*pair->map_from_lonlat, {position.lon_deg, position.lat_deg}) - impl_->origin;
}

LonLat LocalFrame::LonLatFromLocal(const Vec2& local) const {
  const GdalSession session;
  const Impl::Borrowed pair(*impl_);
  const Vec2 lonlat = Apply(*pair->lonlat_from_map, local + impl_->origin);
  return {lonlat.x(), lonlat.y()};
}

double LocalFrame::ConvergenceDeg(LonLat position) const {
  const GdalSession session;
  const Impl::Borrowed pair(*impl_);
  const Vec2 true_north = MapPerGround(*pair->map_from_lonlat, position).col(1);
  return -std::atan2(true_north.x(), true_north.y()) / kRad;
}

struct ToLocal::Impl {
  Transform map_from_source;
  Transform source_from_map;
  Vec2 origin{0, 0};
};

ToLocal::ToLocal(const std::string& source_crs, const LocalFrame& frame)
    : impl_(std::make_unique<Impl>()) {
  const GdalSession session;
  const OGRSpatialReference source = ParseCrs(source_crs);
  const OGRSpatialReference map = ParseCrs(frame.wkt());
  const LonLat near = frame.LonLatFromLocal({0, 0});
  impl_->map_from_source = MakeTransform(source, map, near);
  impl_->source_from_map = MakeTransform(map, source, near);
  impl_->origin = frame.origin();
}

ToLocal::~ToLocal() = default;

Vec2 ToLocal::operator()(const Vec2& source) const {
  const GdalSession session;
  return Apply(*impl_->map_from_source, source) - impl_->origin;
}

Vec2 ToLocal::Inverse(const Vec2& local) const {
  const GdalSession session;
  return Apply(*impl_->source_from_map, local + impl_->origin);
}

std::optional<LonLat> LonLatFrom(const std::string& source_crs, const Vec2& source) {
  const GdalSession session;
  const Transform transform = MakeTransform(ParseCrs(source_crs), Wgs84(), std::nullopt);
  const Vec2 lonlat = Apply(*transform, source);
  // Degrees out of range come through a transform from WGS 84 to itself unchanged.
  if (!lonlat.allFinite() || std::abs(lonlat.y()) > 90 || std::abs(lonlat.x()) > 360)
    return std::nullopt;
  return LonLat{lonlat.x(), lonlat.y()};
}

}  // namespace thermoleak
