#pragma once
// A scene: what lies in and on the ground, the weather, the flight and its errors. Read from TOML
// (samples/street.toml shows and explains every key), with everything random already placed, so
// that a Scene is the whole truth.
//
// Coordinates are metres in the scene's own plane: x right and y up in the picture, turned by
// `azimuth_deg` and put at `origin` on the globe. Heights are above the ground plane.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thermoleak/core/geometry.hpp"
#include "thermoleak/geo/local_frame.hpp"
#include "thermoleak/radiometry/planck.hpp"
#include "thermoleak/simulation/clutter.hpp"

namespace thermoleak::simulation {

struct Place {
  LonLat origin{123.43, 41.80};
  double azimuth_deg = 0;           ///< of the scene's y axis, clockwise from grid north
  double ground_height_m = 50;      ///< in the datum of the recorded altitude
  double start_utc_s = 1768399200;  ///< of the first frame
  double zone_h = 8;                ///< of the camera's clock
};

struct Weather {
  double air_c = -8;
  double sky_c = -35;  ///< what the surface reflects
  double wind_m_s = 1;
  double relative_humidity = 0.6;
  double ground_c = 4;        ///< undisturbed, at pipe depth
  double conductivity = 1.5;  ///< of the ground, W/(m K)
  /// W/(m2 K), from air and wind unless the scene states it.
  double surface_coefficient = 12;
  /// What the evening sun has left in open paved ground, less in the shadows of buildings; 0 =
  /// none.
  double sun_k = 0;
  double sun_azimuth_deg = 225;  ///< where it shone from, clockwise from the scene's y axis
  double sun_height_deg = 18;
};

/// What covers the ground.
struct Material {
  std::string name;
  double offset_k = 0;  ///< mean surface temperature above the air
  double emissivity = 0.95;
  double texture_k = 0.2;  ///< standard deviation
  double grain_m = 1.5;    ///< largest wavelength of the texture
  double patch_k = 0;      ///< patches of another temperature (snow, wet, worn) ...
  double patch_share = 0;  ///< ... on about this share of the area
  double fine_k = 0;       ///< of tufts, stones, prints: unevenness of a hand's breadth
  double sun = 0;          ///< share of Weather::sun_k that it keeps
};

/// A piece of ground: a polygon, or a line of a width (street). Later ones lie on top.
struct Surface {
  int material = 0;
  Polyline line;
  double half_width_m = 0;
  std::vector<Vec2> ring;
};

/// The picture's cells, row 0 on top; -1 = nothing painted.
struct PictureGround {
  int rows = 0;
  int columns = 0;
  Vec2 cell_m{1, 1};
  std::vector<int> material;  ///< row-major
};

enum class Laying { kBuried, kOverhead };
enum class Medium { kSupply, kReturn };

/// One pipe of the network: a trench has two.
struct Pipe {
  std::string id;
  std::string trench;
  Medium medium = Medium::kSupply;
  Laying laying = Laying::kBuried;
  Polyline axis;
  double dn_mm = 200;
  double axis_depth_m = 1.1;  ///< buried
  double height_m = 3;        ///< overhead: of the axis
  double casing_m = 0.315;
  double temperature_c = 85;
  double loss_w_per_m = 20;  ///< of the intact pipe
  double equivalent_depth_m = 1.2;
  double skin_k = 3;           ///< overhead: surface of the intact casing above the air
  double variation = 0.15;     ///< slow relative variation of the loss along the pipe
  double joint_variation = 0;  ///< relative steps of the loss from section to section
  double section_m = 12;       ///< between joints
  std::uint32_t variation_seed = 0;
  bool entry = false;  ///< into a house: short and shallow
  std::string level = "primary";
  std::optional<int> built;
  bool on_map = true;
};

/// One of the point sources that a leak consists of.
struct HeatSource {
  Vec2 position{0, 0};
  double heat_w = 0;
};

struct Leak {
  std::string id;
  int pipe = 0;
  double chainage_m = 0;
  Vec2 position{0, 0};
  double delta_t_k = 0;     ///< highest rise above the pipe's own trace
  double wet_length_m = 2;  ///< along the trench
  double depth_m = 1;       ///< equivalent depth of its sources
  bool surfaced = false;    ///< water reached the surface: a sharper core
  double edge = 0.25;       ///< how ragged the outline is, metres
  double offset_m = 0;      ///< of the warm spot from the axis, to the left
  double tail_m = 0;        ///< how far warm water creeps away from the spot ...
  double tail_deg = 0;      ///< ... and where to, clockwise from the scene's y axis
  double pool_m = 0;        ///< surfaced: how far water runs over the ground, the same way
  std::uint32_t shape_seed = 0;
  std::vector<HeatSource> sources;
  double core_k = 0;  ///< of a surfaced leak
  double core_radius_m = 0.5;
  double half_area_m2 = 0;  ///< where the rise exceeds half of delta_t_k
};

/// Damaged insulation: a stretch of pipe that loses more (buried) or is bare (overhead).
struct Insulation {
  std::string id;
  int pipe = 0;
  double from_m = 0;
  double to_m = 0;
  double delta_t_k = 0;     ///< highest rise above the trace; overhead: of the pipe's own surface
  double loss_w_per_m = 0;  ///< extra, buried
  bool wet = false;         ///< soaked: the strong and long ones
};

struct Chamber {
  std::string id;
  Vec2 position{0, 0};
  double cover_k = 0;  ///< of the cover against its surroundings
  double body_k = 0;   ///< of the ground above the chamber
  double size_m = 2.2;
  bool on_map = true;
};

struct Manhole {
  Vec2 position{0, 0};
  double diameter_m = 0.7;
  double delta_t_k = 0;
  bool sewer = false;  ///< one of a foreign line's
};

struct Car {
  Vec2 position{0, 0};
  double heading_deg = 0;  ///< clockwise from the scene's y axis
  Vec2 size_m{1.8, 4.5};
  double height_m = 1.4;
  double body_k = -4;    ///< against the air: metal reflects the cold sky
  double hood_k = 0;     ///< of a warm engine, on top of that
  double speed_m_s = 0;  ///< it drives straight ahead ...
  int at_frame = 1;      ///< ... and is at `position` when this frame is taken
};

struct Building {
  std::vector<Vec2> ring;
  double height_m = 12;
  double roof_k = 2;  ///< against the air
  double wall_k = 1.5;
  double foot_k = 0;  ///< of the ground at its walls
  std::uint32_t seed = 0;
};

/// Something else that is long, warm and buried: a sewer.
struct ForeignLine {
  Polyline axis;
  double depth_m = 2;  ///< equivalent
  double delta_t_k = 1;
};

struct CameraSpec {
  std::string make = "DJI";
  std::string model = "XT2";
  int width = 640;
  int height = 512;
  double focal_mm = 13;
  double pitch_um = 17;
  double k1 = 0;  ///< Brown, see registration/camera.hpp
  double k2 = 0;
  Vec2 principal_shift_px{0, 0};
  PlanckConstants planck{344449, 1428, 1, -515, 1};
  double emissivity = 0.95;  ///< that the file states
  double netd_k = 0.06;
  double blur_px = 0.6;     ///< standard deviation of the point spread
  double vignette_k = 0.3;  ///< how much colder the corners read
  double pattern_k = 0.05;  ///< fixed pattern, standard deviation
  Vec2 tilt_k{0, 0};    ///< pattern that is not round: what the right and lower border read more
  double column_k = 0;  ///< each column by itself, standard deviation
  double drift_k_per_frame = 0;
  int shutter_every =
      0;  ///< frames between shutter corrections, which take the drift back; 0 = never
  double shutter_step_k = 0;  ///< and leave the level off by this, standard deviation
  bool png = false;           ///< raw samples as PNG inside the file
  int palette_quality = 60;   ///< of the visible JPEG
  bool supersample = false;   ///< 2 x 2 rays a pixel
};

struct Flight {
  bool lawnmower = false;     ///< else along the pipes
  double altitude_m = 50;     ///< above the ground plane
  double overlap = 0.7;       ///< along the line
  double side_overlap = 0.4;  ///< lawnmower
  double heading_deg = 0;     ///< lawnmower: of the lines, clockwise from the scene's y axis
  double speed_m_s = 4;
  double wander_m = 0.3;    ///< how far the drone strays from its plan
  double wobble_deg = 0.4;  ///< and tilts
};

/// What is wrong with what the files record.
struct PoseErrors {
  Vec2 gnss_bias_m{0, 0};
  double gnss_noise_m = 0.3;
  double altitude_bias_m = 0;
  double altitude_noise_m = 0.1;
  double yaw_bias_deg = 0;
  double yaw_noise_deg = 0.3;
  double pitch_bias_deg = 0;
  double roll_bias_deg = 0;
  double tilt_noise_deg = 0.3;
  int rtk_flag = 0;
};

/// What is wrong with the map.
struct MapErrors {
  Vec2 shift_m{0, 0};
  double wander_m = 0.3;  ///< standard deviation of a smooth lateral error
  double wander_length_m = 60;
  double missing_chambers = 0;  ///< share
  bool depths = true;           ///< false: the map knows no depths
};

struct Scene {
  std::string name = "scene";
  std::uint64_t seed = 1;
  double cell_m = 0.05;  ///< of the ground raster
  Place place;
  Weather weather;
  std::vector<Material> materials;
  int base_material = 0;  ///< where nothing is painted
  std::optional<PictureGround> picture;
  std::vector<Surface> surfaces;
  std::vector<Pipe> pipes;
  std::vector<Leak> leaks;
  std::vector<Insulation> insulation;
  std::vector<Chamber> chambers;
  std::vector<Manhole> manholes;
  std::vector<Car> cars;
  std::vector<Building> buildings;
  std::vector<ForeignLine> foreign_lines;
  std::vector<Tree> trees;
  std::vector<Lamp> lamps;
  std::vector<Person> people;
  std::vector<GroundMark> marks;
  CameraSpec camera;
  Flight flight;
  PoseErrors pose;
  MapErrors map;
  double trench_m = 0;  ///< length of all trenches
};

/// Reads a scene or draws one of a family (samples/street.toml, "Families"), places everything
/// random, and computes losses and signatures. `seed` replaces the scene's own. Throws RunError:
/// kInputMissing, kConfigUnreadable, kConfigUnknownKey (exit code 2), each naming the key.
Scene LoadScene(const std::filesystem::path& toml,
                std::optional<std::uint64_t> seed = std::nullopt);
/// The same from text; `name` is for messages.
Scene ParseScene(std::string_view toml, const std::string& name,
                 std::optional<std::uint64_t> seed = std::nullopt);

}  // namespace thermoleak::simulation
