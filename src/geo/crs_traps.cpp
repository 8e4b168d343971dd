#include "thermoleak/geo/crs_traps.hpp"

#include <fmt/format.h>
#include <ogr_spatialref.h>

#include <Eigen/LU>
#include <algorithm>
#include <boost/geometry.hpp>
#include <boost/geometry/index/rtree.hpp>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "geo/transform.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/geo/gdal_session.hpp"

namespace thermoleak {
namespace {

namespace bg = boost::geometry;
namespace bgi = boost::geometry::index;
using Point = bg::model::point<double, 2, bg::cs::cartesian>;
using Box = bg::model::box<Point>;

// --- the systems in which a Chinese map may be ---

/// Codes of EPSG's series; a zone's code is the first one plus its number of steps.
struct Datum {
  const char* name;  ///< how the names of its systems begin
  int six_prefix;    ///< 6-degree zone 13, zone number in front of the eastings
  int six_plain;     ///< 6-degree zone 13 (75 E), without
  int three_prefix;  ///< 3-degree zone 25
  int three_plain;   ///< 3-degree zone 25 (75 E)
};
constexpr Datum kDatums[] = {{"CGCS2000", 4491, 4502, 4513, 4534},
                             {"Xian 1980", 2327, 2338, 2349, 2370},
                             {"Beijing 1954", 21413, 21453, 2401, 2422}};

/// What tells one CRS from another here.
struct CrsFacts {
  std::string name;
  bool geographic = false;
  bool transverse_mercator = false;
  double meridian_deg = 0;
  double scale = 1;
  int prefix = 0;  ///< the zone's number in front of the eastings; 0 = none
};

CrsFacts FactsOf(const std::string& crs) {
  const GdalSession session;
  const OGRSpatialReference srs = geo_internal::ParseCrs(crs);
  CrsFacts facts;
  facts.name = srs.GetName() ? srs.GetName() : "";
  facts.geographic = srs.IsGeographic() != 0;
  const char* projection = srs.GetAttrValue("PROJECTION");
  facts.transverse_mercator = projection && EQUAL(projection, SRS_PT_TRANSVERSE_MERCATOR);
  facts.meridian_deg = srs.GetProjParm(SRS_PP_CENTRAL_MERIDIAN, 0);
  facts.scale = srs.GetProjParm(SRS_PP_SCALE_FACTOR, 1);
  // Zones have one or two digits; a map may state any number.
  const double prefix = std::floor(srs.GetProjParm(SRS_PP_FALSE_EASTING, 0) / 1e6);
  if (prefix > 0 && prefix < 100) facts.prefix = static_cast<int>(prefix);
  return facts;
}

bool SameDatum(const CrsFacts& a, const CrsFacts& b) {
  const auto of = [](const CrsFacts& facts) {
    for (int i = 1; i < 3; ++i) {
      if (facts.name.rfind(kDatums[i].name, 0) == 0) return i;
    }
    return 0;  // CGCS2000 and WGS 84 agree to better than a metre
  };
  return of(a) == of(b);
}

struct CrsChoice {
  std::string crs;
  double cost = 0;  ///< how unlikely beforehand, in units of share
};

/// Systems whose numbers may be meant when they are metres near `place`, likeliest first.
std::vector<CrsChoice> MetricSystems(LonLat place) {
  constexpr double kOtherDatum = 0.2;
  std::vector<CrsChoice> choices;
  const auto add = [&](int code, double cost) {
    choices.push_back({fmt::format("EPSG:{}", code), cost});
  };
  const auto near = [&](int meridian_deg, double most) {
    return std::abs(place.lon_deg - meridian_deg) <= most;
  };
  for (const Datum& datum : kDatums) {
    const double cost = &datum == kDatums ? 0 : kOtherDatum;
    for (int zone = 25; zone <= 45; ++zone) {
      if (!near(3 * zone, 4.6)) continue;
      add(datum.three_prefix + zone - 25, cost);
      add(datum.three_plain + zone - 25, cost);
    }
    for (int zone = 13; zone <= 23; ++zone) {
      if (!near(6 * zone - 3, 6.1)) continue;
      add(datum.six_prefix + zone - 13, cost);
      add(datum.six_plain + zone - 13, cost);
    }
  }
  for (int zone = 43; zone <= 53; ++zone) {
    if (near(6 * zone - 183, 6.1)) add(32600 + zone, 0.05);
  }
  add(3857, 0.05);
  return choices;
}

Message CrsDifference(const std::optional<CrsFacts>& from, const CrsFacts& to,
                      const std::string& code) {
  const std::string label = fmt::format("{}, {}", to.name, code);
  if (!from) return {MessageId::kTrapCrs, {label}};
  if (from->geographic != to.geographic)
    return {from->geographic ? MessageId::kTrapMetres : MessageId::kTrapDegrees, {label}};
  if (!from->transverse_mercator || !to.transverse_mercator) return {MessageId::kTrapCrs, {label}};
  constexpr double kScales = 2e-4;  // half of what lies between UTM and Gauss-Krueger
  if (from->scale - to.scale > kScales) return {MessageId::kTrapUtmAsGk, {label}};
  if (to.scale - from->scale > kScales) return {MessageId::kTrapGkAsUtm, {label}};
  if (std::abs(from->meridian_deg - to.meridian_deg) > 1e-6) {
    return {MessageId::kTrapOtherZone,
            {label, fmt::format("{:g}", to.meridian_deg), fmt::format("{:g}", from->meridian_deg)}};
  }
  if (from->prefix == 0 && to.prefix > 0)
    return {MessageId::kTrapPrefixExtra, {label, fmt::format("{}", to.prefix)}};
  if (from->prefix > 0 && to.prefix == 0) return {MessageId::kTrapPrefixMissing, {label}};
  if (from->prefix != to.prefix) return {MessageId::kTrapPrefixOther, {label}};
  return {SameDatum(*from, to) ? MessageId::kTrapCrs : MessageId::kTrapOtherDatum, {label}};
}

// --- the map's lines, in the numbers of its file ---

/// The survey as one reading sees it: what numbers the map would have at the frames.
struct Sight {
  std::vector<Vec2> frames;
  Vec2 centre{0, 0};
  Mat2 map_per_metre = Mat2::Identity();  ///< columns: a metre east, a metre north
  Mat2 metre_per_map = Mat2::Identity();
};

class Lines {
 public:
  explicit Lines(std::span<const std::vector<Vec2>> lines) {
    std::vector<std::pair<Box, Segment>> boxes;
    std::vector<double> xs;
    std::vector<double> ys;
    for (const std::vector<Vec2>& line : lines) {
      for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        const Vec2& a = line[i];
        const Vec2& b = line[i + 1];
        if (!a.allFinite() || !b.allFinite()) continue;
        const Vec2 low = a.cwiseMin(b);
        const Vec2 high = a.cwiseMax(b);
        boxes.emplace_back(Box(Point(low.x(), low.y()), Point(high.x(), high.y())), Segment{a, b});
        xs.push_back(a.x());
        ys.push_back(a.y());
      }
    }
    if (boxes.empty()) return;
    const auto middle = [](std::vector<double>& v) {
      const auto at = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
      std::nth_element(v.begin(), at, v.end());
      return *at;
    };
    middle_ = Vec2(middle(xs), middle(ys));
    tree_ = Tree(boxes);
  }

  bool empty() const { return tree_.empty(); }
  const Vec2& middle() const { return middle_; }

  /// Share of frames, moved by `shift_m`, with a line within `reach_m`.
  double Share(const Sight& sight, double reach_m, const Vec2& shift_m = {0, 0}) const {
    if (sight.frames.empty()) return 0;
    const Vec2 half = sight.map_per_metre.rowwise().norm() * reach_m;
    const Vec2 move = sight.map_per_metre * shift_m;
    int seen = 0;
    for (const Vec2& frame : sight.frames) {
      const Vec2 p = frame + move;
      const Box box(Point(p.x() - half.x(), p.y() - half.y()),
                    Point(p.x() + half.x(), p.y() + half.y()));
      for (auto hit = tree_.qbegin(bgi::intersects(box)); hit != tree_.qend(); ++hit) {
        if (Distance(p, hit->second, sight) > reach_m) continue;
        ++seen;
        break;
      }
    }
    return seen / static_cast<double>(sight.frames.size());
  }

  double Nearest(const Sight& sight) const {
    constexpr unsigned kTried = 12;  // nearest boxes are not quite nearest lines
    double nearest = std::numeric_limits<double>::infinity();
    for (const Vec2& p : sight.frames) {
      for (auto hit = tree_.qbegin(bgi::nearest(Point(p.x(), p.y()), kTried)); hit != tree_.qend();
           ++hit) {
        nearest = std::min(nearest, Distance(p, hit->second, sight));
      }
    }
    return nearest;
  }

 private:
  struct Segment {
    Vec2 a;
    Vec2 b;
  };
  using Tree = bgi::rtree<std::pair<Box, Segment>, bgi::rstar<16>>;

  static double Distance(const Vec2& p, const Segment& segment, const Sight& sight) {
    const Vec2 a = sight.metre_per_map * (segment.a - p);
    const Vec2 leg = sight.metre_per_map * (segment.b - segment.a);
    const double squared = leg.squaredNorm();
    const double t = squared > 0 ? std::clamp(-a.dot(leg) / squared, 0.0, 1.0) : 0.0;
    return (a + leg * t).norm();
  }

  Tree tree_;
  Vec2 middle_{0, 0};
};

constexpr double kMetresPerDegree = 111320;

double CosLat(LonLat p) { return std::cos(p.lat_deg * 0.017453292519943295); }

/// Numbers of places in one CRS; the parts of a reading that are not the CRS cost nothing.
class Projector {
 public:
  Projector(const std::string& crs, LonLat near) {
    const GdalSession session;
    // A tenth of a degree: flights over one town share what OGR has worked out for it.
    const LonLat town{std::round(near.lon_deg * 10) / 10, std::round(near.lat_deg * 10) / 10};
    map_from_lonlat_ =
        geo_internal::MakeTransform(geo_internal::Wgs84(), geo_internal::ParseCrs(crs), town);
  }

  /// Nothing where the reading has no numbers for the survey.
  std::optional<Sight> See(bool swap, WebShift shift, std::span<const LonLat> frames,
                           LonLat centre) const {
    const GdalSession session;
    const auto map = [&](LonLat p) -> Vec2 {
      const LonLat shifted = Shifted(p, shift);
      const Vec2 q = geo_internal::Apply(*map_from_lonlat_, {shifted.lon_deg, shifted.lat_deg});
      return swap ? Vec2(q.y(), q.x()) : q;
    };
    Sight sight;
    constexpr double kStep_m = 50;
    const double north_deg = kStep_m / kMetresPerDegree;
    const double east_deg = north_deg / CosLat(centre);
    sight.centre = map(centre);
    sight.map_per_metre.col(0) =
        (map({centre.lon_deg + east_deg, centre.lat_deg}) - sight.centre) / kStep_m;
    sight.map_per_metre.col(1) =
        (map({centre.lon_deg, centre.lat_deg + north_deg}) - sight.centre) / kStep_m;
    if (!sight.centre.allFinite() || !sight.map_per_metre.allFinite() ||
        std::abs(sight.map_per_metre.determinant()) < 1e-14) {
      return std::nullopt;
    }
    sight.metre_per_map = sight.map_per_metre.inverse();
    for (const LonLat& frame : frames) {
      const Vec2 p = map(frame);
      if (p.allFinite()) sight.frames.push_back(p);
    }
    if (sight.frames.empty()) return std::nullopt;
    return sight;
  }

 private:
  geo_internal::Transform map_from_lonlat_;
};

/// Halton's sequence: shifts that fill a square evenly without lying on a grid.
double Halton(int index, int base) {
  double result = 0;
  double fraction = 1;
  for (; index > 0; index /= base) {
    fraction /= base;
    result += fraction * (index % base);
  }
  return result;
}

/// Share of arbitrary shifts that put lines under as many frames.
double ChanceOf(const Lines& lines, const Sight& sight, double share, double reach_m) {
  constexpr int kShifts = 400;
  constexpr double kWithin_m = 2000;
  int as_good = 0;
  int tried = 0;
  for (int i = 1; i <= kShifts; ++i) {
    const Vec2 shift(kWithin_m * (2 * Halton(i, 2) - 1), kWithin_m * (2 * Halton(i, 3) - 1));
    if (shift.norm() < 3 * reach_m) continue;
    ++tried;
    as_good += lines.Share(sight, reach_m, shift) >= share ? 1 : 0;
  }
  return as_good / static_cast<double>(tried);
}

std::vector<LonLat> Sample(std::span<const LonLat> frames) {
  constexpr std::size_t kMost = 200;
  std::vector<LonLat> good;
  for (const LonLat& p : frames) {
    if (std::isfinite(p.lon_deg) && std::abs(p.lat_deg) < 89) good.push_back(p);
  }
  if (good.size() <= kMost) return good;
  std::vector<LonLat> sample;
  for (std::size_t i = 0; i < kMost; ++i) sample.push_back(good[i * good.size() / kMost]);
  return sample;
}

LonLat MedianOf(const std::vector<LonLat>& points) {
  std::vector<double> lons;
  std::vector<double> lats;
  for (const LonLat& p : points) {
    lons.push_back(p.lon_deg);
    lats.push_back(p.lat_deg);
  }
  const auto middle = static_cast<std::ptrdiff_t>(points.size() / 2);
  std::nth_element(lons.begin(), lons.begin() + middle, lons.end());
  std::nth_element(lats.begin(), lats.begin() + middle, lats.end());
  return {lons[points.size() / 2], lats[points.size() / 2]};
}

struct Rated {
  CrsProposal proposal;
  double merit = 0;
};

}  // namespace

CrsTraps FindCrsTraps(std::span<const std::vector<Vec2>> map_lines, const MapReading& read_as,
                      std::span<const LonLat> all_frames, const CrsTrapOptions& options) {
  CrsTraps traps;
  const std::vector<LonLat> frames = Sample(all_frames);
  const Lines lines(map_lines);
  if (frames.empty() || lines.empty()) return traps;
  const LonLat centre = MedianOf(frames);

  std::optional<CrsFacts> read_facts;
  std::optional<Sight> now;
  if (!read_as.crs.empty()) {
    read_facts = FactsOf(read_as.crs);
    now = Projector(read_as.crs, centre).See(read_as.swap_axes, read_as.shift, frames, centre);
    traps.placeable =
        now && MapReader(read_as, std::nullopt).LonLatFromMap(lines.middle()).has_value();
  }
  if (traps.placeable) {
    traps.share = lines.Share(*now, options.reach_m);
    traps.nearest_m = lines.Nearest(*now);
    traps.far = traps.nearest_m > options.far_m;
  }
  // Most maps are right: nothing could do better by enough.
  if (!traps.far && traps.share + options.least_gain > 1) return traps;

  std::vector<CrsChoice> choices;
  if (read_facts) choices.push_back({read_as.crs, 0});
  const bool degrees = lines.middle().cwiseAbs().maxCoeff() <= 180;
  if (degrees) {
    if (!read_facts || !read_facts->geographic) choices.push_back({"EPSG:4490", 0});
  } else {
    for (CrsChoice& choice : MetricSystems(centre)) choices.push_back(std::move(choice));
  }

  std::vector<Sight> seen;
  if (traps.placeable) seen.push_back(*now);
  std::vector<Rated> rated;
  for (const CrsChoice& choice : choices) {
    const bool other_crs = !read_facts || choice.crs != read_as.crs;
    const Projector projector(choice.crs, centre);
    for (const bool swap : {read_as.swap_axes, !read_as.swap_axes}) {
      // Whether a reading comes near at all does not depend on the shift of a web map.
      const auto middle = projector.See(swap, WebShift::kNone, {&centre, 1}, centre);
      constexpr double kNear_m = 50e3;
      if (!middle || lines.Nearest(*middle) > kNear_m) continue;
      for (const WebShift shift : {WebShift::kNone, WebShift::kGcj02, WebShift::kBd09}) {
        Rated candidate;
        candidate.proposal.reading = {choice.crs, swap, shift};
        const std::optional<Sight> sight = projector.See(swap, shift, frames, centre);
        if (!sight) continue;
        constexpr double kSame_m = 20;  // readings that differ by less are one to this evidence
        const bool known = std::any_of(seen.begin(), seen.end(), [&](const Sight& other) {
          return (sight->metre_per_map * (other.centre - sight->centre)).norm() < kSame_m;
        });
        if (known) continue;
        seen.push_back(*sight);
        CrsProposal& p = candidate.proposal;
        p.share = lines.Share(*sight, options.reach_m);
        p.nearest_m = lines.Nearest(*sight);
        p.other_crs = other_crs;
        if (other_crs)
          p.differences.push_back(CrsDifference(read_facts, FactsOf(choice.crs), choice.crs));
        if (swap != read_as.swap_axes) p.differences.push_back({MessageId::kTrapSwapped, {}});
        if (shift != read_as.shift) {
          p.differences.push_back({shift == WebShift::kGcj02  ? MessageId::kTrapGcj02
                                   : shift == WebShift::kBd09 ? MessageId::kTrapBd09
                                                              : MessageId::kTrapNoWebShift,
                                   {}});
        }
        candidate.merit = p.share - choice.cost - (swap != read_as.swap_axes ? 0.05 : 0) -
                          (shift != read_as.shift ? 0.15 : 0);
        if (traps.far) {
          if (p.nearest_m > options.arrived_m) continue;
        } else {
          if (p.share < options.least_share || p.share < traps.share + options.least_gain ||
              p.share * static_cast<double>(frames.size()) < options.least_frames ||
              ChanceOf(lines, *sight, p.share, options.reach_m) > options.most_chance) {
            continue;
          }
          p.offset_m = now->metre_per_map * (sight->centre - now->centre);
        }
        rated.push_back(std::move(candidate));
      }
    }
  }
  std::stable_sort(rated.begin(), rated.end(), [](const Rated& a, const Rated& b) {
    const auto key = [](const Rated& r) {
      return std::tuple(-r.merit, r.proposal.differences.size(), r.proposal.nearest_m);
    };
    return key(a) < key(b);
  });
  for (Rated& r : rated) traps.proposals.push_back(std::move(r.proposal));
  return traps;
}

}  // namespace thermoleak
