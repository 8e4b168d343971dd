#include "ledger/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "ledger/fields.hpp"

namespace thermoleak::ledger {
namespace {

template <class T>
TableSpec SpecOf(std::string name, bool has_place,
                 std::vector<std::pair<std::string, std::string>> references = {}) {
  TableSpec spec{std::move(name), {}, has_place};
  T record{};
  Fields(record, [&](const char* column, auto& field) {
    const std::string_view column_name = column;
    if (column_name == "id") return;
    if (has_place && (column_name == "lon_deg" || column_name == "lat_deg")) return;
    ColumnSpec c{column, SqlType<std::remove_cvref_t<decltype(field)>>()};
    for (const auto& [from, to] : references) {
      if (from == column_name) c.references = to;
    }
    spec.columns.push_back(std::move(c));
  });
  return spec;
}

std::vector<TableSpec> MakeTables() {
  std::vector<TableSpec> tables;
  tables.push_back({"settings", {{"value", "TEXT"}}, false});
  tables.push_back(SpecOf<Season>("seasons", false));
  tables.push_back(SpecOf<Organisation>("organisations", false));
  tables.push_back(SpecOf<Person>("people", false));
  tables.push_back(SpecOf<AssetFacts>("assets", false));
  tables.push_back(SpecOf<Inspection>("inspections", false));
  tables.push_back({"runs", {{"inspection_id", "TEXT", "inspections"}, {"folder", "TEXT"}}, false});
  tables.push_back(SpecOf<Hazard>("hazards", true));
  tables.back().columns.push_back({"asset_key", "TEXT", "assets"});
  tables.push_back(SpecOf<Sighting>("sightings", true,
                                    {{"hazard_id", "hazards"}, {"inspection_id", "inspections"}}));
  tables.push_back(SpecOf<Verification>("verifications", false, {{"hazard_id", "hazards"}}));
  tables.push_back(SpecOf<Attachment>("attachments", false, {{"hazard_id", "hazards"}}));
  tables.push_back(SpecOf<Finding>("findings", false,
                                   {{"hazard_id", "hazards"}, {"inspection_id", "inspections"}}));
  return tables;
}

/// Columns that came after the first version: the migration that adds them.
struct LaterColumn {
  int migration;
  std::string_view table, column;
};
constexpr LaterColumn kLater[] = {
    {1, "hazards", "tubes_replaced_percent"},
    {1, "hazards", "last_internal_inspection"},
    {1, "findings", "tubes_replaced_percent"},
    {1, "findings", "last_internal_inspection"},
    {2, "inspections", "pipe_map"},
    {2, "inspections", "frames"},
};

bool IsLater(std::string_view table, std::string_view column) {
  return std::any_of(std::begin(kLater), std::end(kLater), [&](const LaterColumn& later) {
    return later.table == table && later.column == column;
  });
}

std::string CreateTable(const TableSpec& table) {
  std::string sql = fmt::format(
      "CREATE TABLE {} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, id TEXT NOT NULL UNIQUE",
      table.name);
  if (table.has_place) sql += ", geom POINT";
  for (const ColumnSpec& column : table.columns) {
    if (IsLater(table.name, column.name)) continue;
    sql += fmt::format(", \"{}\" {}", column.name, column.type);
    if (!column.references.empty()) sql += fmt::format(" REFERENCES {}(id)", column.references);
  }
  return sql + ")";
}

std::string Forbid(std::string_view what, std::string_view table) {
  return fmt::format(
      "CREATE TRIGGER {1}_no_{0} BEFORE {0} ON {1} BEGIN SELECT RAISE(ABORT, 'the ledger keeps "
      "everything: no {0} in {1}'); END",
      what, table);
}

/// OGC GeoPackage 1.3, clause 1.1 and 2.1: the tables that make a SQLite file a GeoPackage.
std::vector<std::string> GeoPackageStatements() {
  std::vector<std::string> sql = {
      "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, "
      "organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT "
      "NULL, description TEXT)",
      "INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined cartesian SRS', -1, 'NONE', -1, "
      "'undefined', 'undefined cartesian coordinate reference system'), ('Undefined geographic "
      "SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'), ('WGS "
      "84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS "
      "84\",6378137,298.257223563,AUTHORITY[\"EPSG\",\"7030\"]],AUTHORITY[\"EPSG\",\"6326\"]],"
      "PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\",\"8901\"]],UNIT[\"degree\",0.0174532925199433,"
      "AUTHORITY[\"EPSG\",\"9122\"]],AXIS[\"Latitude\",NORTH],AXIS[\"Longitude\",EAST],AUTHORITY["
      "\"EPSG\",\"4326\"]]', 'longitude/latitude coordinates in decimal degrees')",
      "CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, "
      "identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT "
      "(strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y "
      "DOUBLE, srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES "
      "gpkg_spatial_ref_sys(srs_id))",
      "CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, "
      "geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT "
      "NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT "
      "uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) "
      "REFERENCES gpkg_contents(table_name), CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES "
      "gpkg_spatial_ref_sys (srs_id))",
  };
  return sql;
}

std::vector<std::string> Register(std::string_view table, bool has_place) {
  std::vector<std::string> sql = {fmt::format(
      "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('{0}', "
      "'{1}', '{0}', {2})",
      table, has_place ? "features" : "attributes", has_place ? 4326 : 0)};
  if (has_place) {
    sql.push_back(fmt::format(
        "INSERT INTO gpkg_geometry_columns VALUES ('{}', 'geom', 'POINT', 4326, 0, 0)", table));
  }
  return sql;
}

/// Hazards with the facts of their assets: what one wants to see on a map.
std::string SheetView() {
  std::string sql = "CREATE VIEW hazard_sheet AS SELECT h.*";
  for (const ColumnSpec& column : TableNamed("assets").columns)
    sql += fmt::format(", a.\"{}\"", column.name);
  return sql + " FROM hazards h LEFT JOIN assets a ON a.id = h.asset_key";
}

/// What a migration does to the tables; the view shows all of a hazard, so it is made anew.
std::vector<std::string> AddColumns(int migration) {
  std::vector<std::string> sql;
  for (const LaterColumn& later : kLater) {
    if (later.migration != migration) continue;
    const auto& columns = TableNamed(later.table).columns;
    const auto column = std::find_if(columns.begin(), columns.end(), [&](const ColumnSpec& c) {
      return c.name == later.column;
    });
    sql.push_back(fmt::format("ALTER TABLE {} ADD COLUMN \"{}\" {}", later.table, later.column,
                              column->type));
  }
  sql.push_back("DROP VIEW hazard_sheet");
  sql.push_back(SheetView());
  return sql;
}

std::vector<std::string> FirstVersion() {
  std::vector<std::string> sql = GeoPackageStatements();
  const auto append = [&sql](const std::vector<std::string>& more) {
    sql.insert(sql.end(), more.begin(), more.end());
  };
  for (const TableSpec& table : Tables()) {
    sql.push_back(CreateTable(table));
    append(Register(table.name, table.has_place));
  }
  sql.push_back(
      "CREATE TABLE history (fid INTEGER PRIMARY KEY NOT NULL, command INTEGER NOT NULL, at TEXT "
      "NOT NULL, \"on\" TEXT NOT NULL, \"by\" TEXT NOT NULL, role TEXT NOT NULL, action TEXT NOT "
      "NULL, reason TEXT NOT NULL, \"table\" TEXT NOT NULL, row TEXT NOT NULL, changes TEXT NOT "
      "NULL, previous TEXT NOT NULL, hash TEXT NOT NULL UNIQUE)");
  append(Register("history", false));
  sql.push_back("CREATE INDEX history_of_row ON history (\"table\", row)");
  sql.push_back("CREATE INDEX sightings_of_hazard ON sightings (hazard_id)");
  sql.push_back("CREATE INDEX verifications_of_hazard ON verifications (hazard_id)");
  sql.push_back("CREATE INDEX attachments_of_hazard ON attachments (hazard_id)");
  sql.push_back(SheetView());
  append(Register("hazard_sheet", true));
  for (const auto& [name, text] : Guards()) sql.push_back(text);
  return sql;
}

}  // namespace

const std::vector<TableSpec>& Tables() {
  static const std::vector<TableSpec> tables = MakeTables();
  return tables;
}

const TableSpec& TableNamed(std::string_view name) {
  const auto found = std::find_if(Tables().begin(), Tables().end(),
                                  [&](const TableSpec& table) { return table.name == name; });
  if (found == Tables().end()) throw std::logic_error("no table " + std::string(name));
  return *found;
}

const std::vector<std::vector<std::string>>& Migrations() {
  static const std::vector<std::vector<std::string>> migrations = {FirstVersion(), AddColumns(1),
                                                                   AddColumns(2)};
  return migrations;
}

std::vector<std::pair<std::string, std::string>> Guards() {
  std::vector<std::pair<std::string, std::string>> guards = {
      {"history_no_update", Forbid("update", "history")},
      {"history_no_delete", Forbid("delete", "history")}};
  for (const TableSpec& table : Tables())
    guards.emplace_back(table.name + "_no_delete", Forbid("delete", table.name));
  return guards;
}

}  // namespace thermoleak::ledger

namespace thermoleak {

std::vector<std::string> TableNames() {
  std::vector<std::string> names;
  for (const ledger::TableSpec& table : ledger::Tables()) names.push_back(table.name);
  return names;
}

}  // namespace thermoleak
