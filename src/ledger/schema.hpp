#pragma once
// Inside of the ledger room: the tables of a GeoPackage ledger.

#include <string>
#include <string_view>
#include <vector>

namespace thermoleak::ledger {

struct ColumnSpec {
  std::string name;
  std::string_view type;     ///< TEXT, INTEGER, REAL
  std::string references{};  ///< another table, by its id
};

struct TableSpec {
  std::string name;
  std::vector<ColumnSpec> columns;  ///< without fid, id and geom
  bool has_place = false;  ///< lon_deg and lat_deg are kept as a point geometry, and only there
};

/// In the order in which they refer to each other.
const std::vector<TableSpec>& Tables();
const TableSpec& TableNamed(std::string_view name);

/// The statements that bring a file from version `n` to `n + 1`; [0] makes a new one. A GeoPackage
/// is marked by user_version 103xx, and xx is the number of statements' lists that it has had.
const std::vector<std::vector<std::string>>& Migrations();
inline constexpr int kGeoPackageVersion = 10300;

/// What guards the history, as sqlite_master has it: name and text.
std::vector<std::pair<std::string, std::string>> Guards();

}  // namespace thermoleak::ledger
