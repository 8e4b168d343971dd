#pragma once
// The file of control points that places a map in a city's own grid. Inside network only.
//
// Its numbers are secret in China. No message, log or result may show them: errors name the file,
// a line or a point, never a value.

#include <filesystem>
#include <string>
#include <vector>

#include "thermoleak/geo/local_frame.hpp"

namespace thermoleak::network_internal {

struct ControlRow {
  std::string name;
  Vec2 grid;
  LonLat place;
};

/// A table of text (comma, semicolon or tab; UTF-8 or GBK) with a column for each coordinate, by a
/// header in English or Chinese (grid_x, grid_y, lon, lat; 城建X, 城建Y, 经度, 纬度; or east,
/// north, 东坐标, 北坐标 of `known_crs`), or without one in the order [name], grid x, grid y, lon,
/// lat. At most 1000 points. Throws RunError kMapControlUnreadable, kMapControlColumns,
/// kMapControlLine, kConfigUnreadable (too many), kMapControlNeedsCrs (exit code 3).
std::vector<ControlRow> ReadControlPoints(const std::filesystem::path& file,
                                          const std::string& known_crs);

}  // namespace thermoleak::network_internal
