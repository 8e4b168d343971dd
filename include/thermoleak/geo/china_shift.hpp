#pragma once
// The shifted coordinates of Chinese web maps: GCJ-02 (Amap, Tencent, and Google's map of China)
// and BD-09 (Baidu). Pipe maps that were traced on such a map carry the shift with them.

#include "thermoleak/geo/local_frame.hpp"

namespace thermoleak {

/// What a map's longitudes and latitudes were shifted by.
enum class WebShift { kNone, kGcj02, kBd09 };

/// Whether the shift applies at all: the box 72.004 .. 137.8347 E, 0.8293 .. 55.8271 N of the
/// published programs. Outside, every function here returns its argument.
bool InsideChinaBox(LonLat p);

/// WGS 84 to GCJ-02 by the formulas that are publicly known since 2013 (emq and eviltransform;
/// Krassovsky's semi-major axis 6378245 m and eccentricity). They are no official publication: web
/// maps were found to agree with them to about a metre. Thread-safe, as all here.
LonLat Gcj02FromWgs84(LonLat wgs84);
/// The way back by fixed-point iteration, to less than 1 mm of the formula.
LonLat Wgs84FromGcj02(LonLat gcj02);

/// GCJ-02 to BD-09 and back: Baidu's second shift, the same publications. The published way back
/// is only an approximation (up to half a metre); here it, too, is iterated to less than 1 mm.
LonLat Bd09FromGcj02(LonLat gcj02);
LonLat Gcj02FromBd09(LonLat bd09);

/// From WGS 84 to shifted coordinates, and back.
LonLat Shifted(LonLat wgs84, WebShift shift);
LonLat Unshifted(LonLat shifted, WebShift shift);

}  // namespace thermoleak
