#include "network/control_points.hpp"

#include <cpl_string.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "network/attributes.hpp"
#include "thermoleak/core/files.hpp"
#include "thermoleak/geo/gdal_session.hpp"

namespace thermoleak::network_internal {
namespace {

using Row = std::vector<std::string>;

/// Cells of one line: what separates them is decided for the whole file.
Row Cells(std::string_view line, char separator) {
  Row cells;
  while (true) {
    const std::size_t end = line.find(separator);
    cells.emplace_back(line.substr(0, end));
    if (end == std::string_view::npos) return cells;
    line.remove_prefix(end + 1);
  }
}

Row Normalised(Row cells) {
  for (std::string& cell : cells) cell = Normalise(cell);
  return cells;
}

std::string Trimmed(const std::string& text) {
  constexpr std::string_view kSpace = " \t\r\"";
  const std::size_t from = text.find_first_not_of(kSpace);
  if (from == std::string::npos) return "";
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

std::optional<double> Number(const std::string& cell) {
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

struct Columns {
  int name = -1;
  int grid_x = -1;
  int grid_y = -1;
  int known_x = -1;  ///< longitude or easting
  int known_y = -1;
  bool degrees = true;

  bool complete() const { return grid_x >= 0 && grid_y >= 0 && known_x >= 0 && known_y >= 0; }
};

bool Has(const std::string& text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view p) { return text.find(p) != std::string::npos; });
}

Columns ColumnsOf(const Row& header) {
  Columns columns;
  int east = -1;
  int north = -1;
  for (int i = 0; i < static_cast<int>(header.size()); ++i) {
    std::string name = header[static_cast<std::size_t>(i)];
    if (const std::size_t unit = name.find('('); unit != std::string::npos && unit > 0)
      name.resize(unit);
    const auto take = [&](int& column) {
      if (column < 0) column = i;
    };
    const bool grid = Has(name, {"grid", "local", "城建", "地方", "城市", "独立", "city"});
    const bool known = Has(name, {"国家", "2000", "大地", "national", "known", "wgs", "utm"});
    if (Has(name, {"点名", "点号", "编号", "name", "point"}) || name == "id" || name == "no") {
      take(columns.name);
    } else if (!grid && Has(name, {"经度", "lon", "lng"})) {
      take(columns.known_x);
    } else if (!grid && Has(name, {"纬度", "lat"})) {
      take(columns.known_y);
    } else if (!grid && Has(name, {"east", "东"})) {
      take(east);
    } else if (!grid && Has(name, {"north", "北"})) {
      take(north);
    } else if (known && Has(name, {"y"})) {
      take(east);  // Chinese tables: X north, Y east
    } else if (known && Has(name, {"x"})) {
      take(north);
    } else if (Has(name, {"x", "east", "东"})) {
      take(columns.grid_x);
    } else if (Has(name, {"y", "north", "北"})) {
      take(columns.grid_y);
    }
  }
  if (columns.known_x < 0 && columns.known_y < 0 && east >= 0 && north >= 0) {
    columns.known_x = east;
    columns.known_y = north;
    columns.degrees = false;
  }
  return columns;
}

}  // namespace

std::vector<ControlRow> ReadControlPoints(const std::filesystem::path& file,
                                          const std::string& known_crs) {
  const std::string shown = file.filename().string();
  const auto fault = [&](MessageId id, std::vector<std::string> more = {}) {
    more.insert(more.begin(), shown);
    return RunError(ExitCode::kInputMissing, id, std::move(more));
  };
  const auto bytes = ReadFile(file, 4u << 20);
  if (!bytes) throw fault(MessageId::kMapControlUnreadable);
  std::string text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  if (!IsUtf8(text)) {
    const GdalSession quiet;  // what cannot be converted is no news for the terminal
    char* converted = CPLRecode(text.c_str(), "GB18030", CPL_ENC_UTF8);
    text = converted ? converted : "";
    CPLFree(converted);
  }
  char separator = ',';
  for (const char c : {'\t', ';'}) {
    if (std::count(text.begin(), text.end(), c) > std::count(text.begin(), text.end(), separator))
      separator = c;
  }

  std::optional<Columns> columns;
  std::vector<ControlRow> rows;
  std::string_view rest = text;
  for (int line = 1; !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    const Row raw = Cells(rest.substr(0, end), separator);
    const Row cells = Normalised(raw);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const bool blank = std::all_of(cells.begin(), cells.end(),
                                   [](const std::string& cell) { return cell.empty(); });
    if (blank || (!cells[0].empty() && cells[0][0] == '#')) continue;
    if (!columns) {
      // A header has no more than one cell that is a number.
      const auto numbers = std::count_if(cells.begin(), cells.end(), [](const std::string& cell) {
        return Number(cell).has_value();
      });
      if (numbers >= 4) {
        const int first = cells.size() >= 5 ? 1 : 0;
        columns = Columns{first - 1, first, first + 1, first + 2, first + 3, true};
      } else {
        columns = ColumnsOf(cells);
        if (!columns->complete()) throw fault(MessageId::kMapControlColumns);
        if (!columns->degrees && known_crs.empty()) throw fault(MessageId::kMapControlNeedsCrs);
        continue;
      }
    }
    const auto cell = [&](int column) {
      return static_cast<std::size_t>(column) < cells.size()
                 ? Number(cells[static_cast<std::size_t>(column)])
                 : std::nullopt;
    };
    const auto gx = cell(columns->grid_x);
    const auto gy = cell(columns->grid_y);
    const auto kx = cell(columns->known_x);
    const auto ky = cell(columns->known_y);
    if (!gx || !gy || !kx || !ky) throw fault(MessageId::kMapControlLine, {std::to_string(line)});
    // Each is left out once, and the others fitted: the time grows with the square.
    constexpr std::size_t kMostPoints = 1000;
    if (rows.size() >= kMostPoints)
      throw fault(MessageId::kConfigUnreadable,
                  {InBoth("more than 1000 points; give those around the map",
                          "点数超过 1000 个，请只保留管网图周围的控制点")});
    const std::optional<LonLat> place =
        LonLatFrom(columns->degrees ? "EPSG:4326" : known_crs, {*kx, *ky});
    if (!place || (columns->degrees && std::abs(*kx) > 180))
      throw fault(MessageId::kMapControlLine, {std::to_string(line)});
    std::string name;
    if (columns->name >= 0 && static_cast<std::size_t>(columns->name) < raw.size())
      name = Trimmed(raw[static_cast<std::size_t>(columns->name)]);
    // A long number may be a coordinate of a table that was understood wrongly.
    if (name.empty() || (Number(name) && (name.size() > 5 || Has(name, {"."}))))
      name = std::to_string(rows.size() + 1);
    rows.push_back({std::move(name), {*gx, *gy}, *place});
  }
  return rows;
}

}  // namespace thermoleak::network_internal
