#pragma once
// What repairs cost: an editable table (models/plan_prices.toml is built in), each price with its
// origin.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "thermoleak/planning/rules.hpp"

namespace thermoleak::planning {

struct Price {
  std::string work;
  std::optional<int> level;   ///< 1 primary, 2 secondary; any when absent
  std::optional<int> dn_max;  ///< mm
  std::optional<RepairClass> repair_class;
  std::string per;  ///< m, place, chamber, riser, set
  double yuan = 0;
  Text2 text;
  std::string origin;
};

struct PriceTable {
  std::string name, sha256;
  std::vector<Price> prices;
  int unknown_level = 2, unknown_dn = 150;
  double unknown_section_m = 60, unknown_bad_m = 2;

  /// Throws RunError (kUsage) with file, line and column of what is wrong.
  static PriceTable Parse(const std::string& text, const std::string& name);
  static PriceTable BuiltIn();
  static PriceTable Load(const std::filesystem::path& file);

  /// The first line that fits; null when there is none.
  const Price* Find(const std::string& work, int level, int dn_mm, RepairClass repair_class) const;
};

struct CostLine {
  Text2 text;
  double quantity = 0;
  std::string per;
  double yuan_each = 0, yuan = 0;
  std::string origin;
};

struct Cost {
  double yuan = 0;
  std::vector<CostLine> lines;
  std::vector<std::string> assumed;  ///< facts that were unknown; [unknown] was used for them
};

/// Throws RunError (kUsage) when the table lacks a price that the rules ask for.
Cost CostOf(const PriceTable& table, const std::vector<WorkLine>& works, const Facts& facts,
            RepairClass repair_class);

}  // namespace thermoleak::planning
