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
  std::string map_crs;         ///< used when the map states none
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

/// A map as read, before a local frame is chosen.
struct LoadedNetwork {
  PipeNetwork network;
  LocalFrame frame;            ///< the map's CRS when it is projected in metres, else UTM
  std::vector<Error> skipped;  ///< features that could not be used, each with its id and reason
  std::string map_crs_name;
};

/// Reads GeoPackage, Shapefile (dBase text UTF-8, or GBK/GB18030 by its .cpg or by validity),
/// GeoJSON through OGR. Layers 'pipes', 'chambers', 'buildings' by name (Chinese names too) or by
/// geometry when there is one line layer; `buildings` may name a second file. Attribute names as in
/// the project's README. Features that cannot be used (no or wrong geometry, no extent, coordinates
/// that fail or lie over 300 km from the map's median) are `skipped`. Coordinates beyond the range
/// of degrees count as "no CRS" (GeoJSON that holds metres). Thread-safe. Throws RunError:
/// kInputMissing, kMapUnreadable, kMapNoCrs, kMapCrsMismatch, kMapNoPipes, kCrsUnknown (exit code
/// 3).
LoadedNetwork LoadNetwork(const std::filesystem::path& map,
                          const std::optional<std::filesystem::path>& buildings,
                          const NetworkOptions& options);

}  // namespace thermoleak
