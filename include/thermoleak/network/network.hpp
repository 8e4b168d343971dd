#pragma once
// The pipe map: what the heating company knows about its pipes.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thermoleak/core/error.hpp"
#include "thermoleak/core/options.hpp"
#include "thermoleak/geo/local_frame.hpp"
#include "thermoleak/geo/map_reading.hpp"

namespace thermoleak {

enum class Medium { kUnknown, kSupply, kReturn };
enum class Laying {
  kBuried,
  kDuct,
  kOverhead
};  ///< 直埋, 地沟, 架空; a map without it means buried
enum class NetworkLevel { kUnknown, kPrimary, kSecondary };

struct Pipe {
  std::string
      id;  ///< of the map; parts of a multi-line get "#2", "#3"; a missing id becomes "pipe-<fid>"
  Polyline axis;  ///< local metres
  std::optional<double> dn_mm;
  std::optional<double> depth_m;  ///< as the map has it; see NetworkOptions::depth_to_axis
  Medium medium = Medium::kUnknown;
  Laying laying = Laying::kBuried;
  bool laying_known = false;
  NetworkLevel level = NetworkLevel::kUnknown;
  std::optional<int> year_built;
  std::string insulation;
  std::string unit;
  std::string district;

  /// Ground surface to pipe axis, metres: from the map, or nothing for overhead and unknown depth.
  /// A depth to the top gets the casing's radius added, dn / 2 + 75 mm (within 30 mm of EN 253
  /// series 1 for DN 100 .. 1000).
  std::optional<double> AxisDepth(bool depth_to_axis) const;
};

struct Chamber {
  std::string id;
  Vec2 position;     ///< local metres
  std::string kind;  ///< as the map names it
};

struct Building {
  std::vector<Vec2> ring;  ///< outer ring, local metres
  std::optional<double> height_m;
};

struct NetworkOptions {
  std::string map_crs;  ///< used when the map states none, or with map_shift "crs"
  /// Corrections of the map's coordinates, applied because the user says so and never otherwise:
  /// "none", or of "swap" (the axes), "crs" (map_crs holds instead of what the map states), and
  /// "gcj02" or "bd09" (traced on a shifted web map), several with commas between.
  std::string map_shift = "none";
  /// A file of control points that places a map in a city's own grid; "" = none. Its content is
  /// secret: nothing of it but errors in metres and names of points appears anywhere.
  std::string map_control;
  /// Limit of the control points' leave-one-out error (RMS). Half a metre: leaks are dug within a
  /// metre or two, and common points of city grids agree to decimetres.
  double map_control_limit_m = 0.5;
  bool depth_to_axis = false;  ///< the map's depth is to the axis instead of the pipe's top
  double map_sigma_m =
      1.0;  ///< 1-sigma error of the map's lines; modern surveys 0.1 .. 1, old ones several
  double default_depth_m = 1.2;  ///< axis depth of buried pipes whose map has none
  double max_half_width_m = 12.0;

  void Describe(OptionVisitor& v);
};

/// Pipes, chambers and buildings in the run's local frame, with a spatial index. Immutable,
/// thread-safe.
class PipeNetwork {
 public:
  PipeNetwork(std::vector<Pipe> pipes, std::vector<Chamber> chambers,
              std::vector<Building> buildings, NetworkOptions options);

  const std::vector<Pipe>& pipes() const { return pipes_; }
  const std::vector<Chamber>& chambers() const { return chambers_; }
  const std::vector<Building>& buildings() const { return buildings_; }
  const NetworkOptions& options() const { return options_; }

  /// Indices of pipes whose axis comes within `margin` metres of the box, ascending.
  std::vector<int> PipesNear(const Box2& box, double margin) const;
  /// Chambers within `radius` metres of a point, nearest first.
  std::vector<int> ChambersNear(const Vec2& point, double radius) const;
  /// Distance to the nearest building's edge, 0 inside, +inf if none within `limit`.
  double BuildingDistance(const Vec2& point, double limit) const;
  double TotalLength() const;

  /// Half-width of the corridor that must be sampled around a pipe so that its signature and the
  /// ground on both sides fit: 3 sigma of map and pose together, plus twice the signature's full
  /// width at half maximum (2 D, D = depth + k/h, line source under a surface with heat exchange),
  /// limited by max_half_width_m. Overhead pipes: the casing's diameter in place of the signature's
  /// width.
  double CorridorHalfWidth(int pipe, double pose_sigma_m) const;

 private:
  struct Index;
  std::vector<Pipe> pipes_;
  std::vector<Chamber> chambers_;
  std::vector<Building> buildings_;
  NetworkOptions options_;
  std::shared_ptr<const Index> index_;
};

/// The map's pipes as its file has them, and how they were read: to look for a better reading.
struct MapSource {
  std::vector<std::vector<Vec2>> lines;  ///< empty when control points placed the map
  MapReading read_as;         ///< crs "" = none that fits the numbers was stated or given
  bool crs_in_file = false;   ///< the file states a CRS itself (right or wrong)
  bool crs_replaced = false;  ///< by map_crs, as map_shift "crs" asked
};

/// How well the control points of a city's grid fit each other: errors only, nothing of the grid.
struct ControlSummary {
  int points = 0;
  bool affine = false;  ///< 6 parameters instead of 4
  double residual_rms_m = 0;
  double leave_one_out_rms_m = 0;
  std::string worst;   ///< the point's name
  double worst_m = 0;  ///< its leave-one-out error
};

/// A map as read, before a local frame is chosen.
struct LoadedNetwork {
  PipeNetwork network;
  LocalFrame frame;            ///< the map's CRS when it is projected in metres, else UTM
  std::vector<Error> skipped;  ///< features that could not be used, each with its id and reason
  std::string map_crs_name;
  MapSource source;
  std::optional<ControlSummary> control;  ///< when control points placed the map
  std::vector<Message> notes;  ///< what the user should know about how the map was read; MapNotes()
};

/// Reads GeoPackage, Shapefile (dBase text UTF-8, or GBK/GB18030 by its .cpg or by validity),
/// GeoJSON, DXF (text UTF-8 or GBK, whatever it states; no CRS) and KML through OGR. Layers
/// 'pipes', 'chambers', 'buildings' by name (Chinese names too) or by geometry when there is one
/// line layer; `buildings` may name a second file. Attribute names as in the project's README; of a
/// DXF or KML the names of its layers tell supply or return, network level, laying and diameter.
/// Features that cannot be used (no or wrong geometry, no extent, coordinates that fail or lie over
/// 300 km from the map's median) are `skipped`. Coordinates beyond the range of degrees count as
/// "no CRS" (GeoJSON that holds metres).
///
/// options.map_shift and map_control hold for all layers of the map, and for a second file of
/// buildings if that states no CRS (drawn in the same grid); a second file with a CRS is read as it
/// states. With control points the local frame is the UTM zone, so that no result shows the grid.
///
/// Thread-safe. Throws RunError: kInputMissing, kMapUnreadable, kMapNoCrs, kMapCrsMismatch,
/// kMapNoPipes, kCrsUnknown, kMapControl... (exit code 3), kMapShift... (exit code 2).
LoadedNetwork LoadNetwork(const std::filesystem::path& map,
                          const std::optional<std::filesystem::path>& buildings,
                          const NetworkOptions& options);

}  // namespace thermoleak
