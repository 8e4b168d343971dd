#pragma once
// config.toml of a data folder. Relative paths are relative to the folder. Every fault is named
// with file, line and column.
//
//   city = "SY"                 begins the hazards' ids
//   lang = "zh"                 of reports, plan and summaries: zh or en
//   options = "options.toml"    of runs, ledger import and plan, as --config takes them
//   season = 2026               absent: the year to which the night's day belongs
//   [[area]]                    id = "north"  name = "北区"  network = "maps/north.gpkg"
//                               dem = "maps/dem.tif"  buildings = "maps/buildings.gpkg"
//                               organisation = "东热"  district = "铁西区"
//   [run]                       cameras = "cameras.toml"  dji_sdk = "/opt/dji"
//   [plan]                      rules, prices, resources: files
//   [limits]                    wall_min, cpu_min, memory_gib, open_files, threads, tries
//   [retention]                 uploads_days, caches_days, logs_days, summaries_days
//   [inbox]                     quiet_min, area, crew, instrument
//   [service]                   the web service's own; not looked at here

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "thermoleak/batch/options_file.hpp"
#include "thermoleak/core/message.hpp"
#include "thermoleak/network/network.hpp"

namespace thermoleak::batch {

/// A piece of the city with its own pipe map.
struct Area {
  std::string id, name;
  std::filesystem::path network;
  std::optional<std::filesystem::path> dem, buildings;
  std::string organisation, district;
  NetworkOptions map;  ///< from `options`, but for map_crs, map_shift, map_control, map_sigma_m,
                       ///< depth_to_axis, which stand here
};

/// What one job may use. A job that needs more is ended, and its reason says which limit it was.
struct Limits {
  double wall_min = 240;
  double cpu_min = 960;   ///< over all its threads
  double memory_gib = 4;  ///< private memory; the run itself is told to stay within half of it
  int open_files = 1024;
  int threads = 0;  ///< 0 = all processors
  int tries = 3;    ///< then it is parked
};

/// Days after which a night removes what can be had again or is of no use. 0 = never. The ledger,
/// manifests, blobs, candidates, reports and the plan are never removed.
struct Retention {
  double uploads_days = 7;      ///< pieces of uploads that nobody goes on with
  double caches_days = 14;      ///< journals of finished runs
  double logs_days = 90;        ///< logs of finished jobs
  double summaries_days = 400;  ///< morning summaries
};

/// Cards that are copied into the inbox.
struct InboxSettings {
  double quiet_min = 10;  ///< a folder in which nothing has changed for so long is whole
  std::string area;       ///< where the card's own scan.toml does not say; "" = the only area
  std::string crew, instrument;
};

struct Settings {
  std::string city = "SY";
  Lang lang = Lang::kChinese;  ///< of all that is written into the folder
  int season = 0;
  std::vector<Area> areas;
  std::optional<std::filesystem::path> options_file;
  ProgramOptions options;  ///< as that file states them, ranges looked at
  std::optional<std::filesystem::path> cameras, dji_sdk;
  std::optional<std::filesystem::path> rules, prices, resources;
  Limits limits;
  Retention retention;
  InboxSettings inbox;

  /// Throws RunError (kInputMissing, kPlanFileToml, kPlanFileKey, kPlanFileValue, kPlanFileLacks).
  static Settings Load(const std::filesystem::path& file);
};

}  // namespace thermoleak::batch
