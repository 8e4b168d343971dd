#pragma once
// Coordinate transforms of OGR in the house's axis order. Inside geo only.

#include <ogr_spatialref.h>

#include <memory>
#include <string>

#include "thermoleak/geo/local_frame.hpp"

namespace thermoleak::geo_internal {

struct DestroyTransform {
  void operator()(OGRCoordinateTransformation* t) const {
    OGRCoordinateTransformation::DestroyCT(t);
  }
};
using Transform = std::unique_ptr<OGRCoordinateTransformation, DestroyTransform>;

/// The horizontal part of a CRS, traditional GIS order. Throws RunError kCrsUnknown.
OGRSpatialReference ParseCrs(const std::string& crs);
OGRSpatialReference Wgs84();

/// Throws RunError kCrsUnknown if there is no way from one to the other. With `near`, the operation
/// that suits its surroundings is chosen once, so that results do not depend on the order of
/// points.
Transform MakeTransform(const OGRSpatialReference& from, const OGRSpatialReference& to,
                        std::optional<LonLat> near);

/// NaN where the transform fails.
Vec2 Apply(OGRCoordinateTransformation& transform, const Vec2& p);

}  // namespace thermoleak::geo_internal
