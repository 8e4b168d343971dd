#pragma once
// The conventions of the whole house, in one place.
//
// Pixels     Continuous image coordinates (u right, v down) in pixels, with (0, 0) at the
// upper-left
//            CORNER of the upper-left pixel; pixel (column c, row r) has its centre at (c + 0.5, r
//            + 0.5). GDAL counts the same way. OpenCV counts from pixel centres: CvFromImage()
//            converts.
// Arrays     Row-major, row first: image(row, column). Row 0 is the top.
// Maps       Traditional GIS order always: x = easting or longitude, y = northing or latitude.
// Local      All metric work is done in one LocalFrame (geo): metres east, north and up of an
// origin, in a
//            projected CRS. "Map north" is the grid's north; yaw from true north is corrected for
//            the meridian convergence when a camera enters the frame.
// Angles     Yaw is the heading of the image's upper edge, clockwise from true north, degrees.
// Pitch -90 is
//            straight down (nadir), 0 is the horizon. Roll is about the optical axis, clockwise as
//            seen from behind the camera.
// Camera     Axes x right, y down, z forward; a rotation map_from_camera has these axes as its
// columns. Time       Seconds since 1970-01-01T00:00:00Z, double, UTC unless a name says otherwise.
// Units      In the name: _c absolute degrees Celsius, _k a difference in kelvin, _m, _px, _s, _w,
//            _w_per_m, _deg, _rad. Chainage runs along a pipe's digitised direction from its first
//            vertex; offset is across it, positive to the left.

#include <Eigen/Core>

namespace thermoleak {

/// Image coordinates (origin at the corner) to OpenCV's (origin at the first pixel's centre),
/// pixels.
inline Eigen::Vector2d CvFromImage(const Eigen::Vector2d& uv) {
  return uv - Eigen::Vector2d(0.5, 0.5);
}

}  // namespace thermoleak
