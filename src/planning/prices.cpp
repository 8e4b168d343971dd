#include "thermoleak/planning/prices.hpp"

#include <algorithm>
#include <cmath>

#include "planning/built_in.hpp"
#include "planning/toml_file.hpp"
#include "thermoleak/core/error.hpp"

namespace thermoleak::planning {

PriceTable PriceTable::Parse(const std::string& text, const std::string& name) {
  const toml::table root = ParseToml(text, name);
  CheckTopKeys(root, {"price", "unknown"}, name);
  PriceTable table;
  table.name = name;
  table.sha256 = HashOf(text);
  for (const toml::table* line : RowsOf(root, "price", name)) {
    TomlRow row(*line, name);
    Price price;
    price.work = row.Word("work", true);
    if (const auto level = row.Number("level", 1, 2)) price.level = static_cast<int>(*level);
    if (const auto dn = row.Number("dn_max", 10, 3000)) price.dn_max = static_cast<int>(*dn);
    price.repair_class = row.Choice<RepairClass>("class");
    price.per = row.Word("per", true);
    price.yuan = row.NeededNumber("yuan", 0, 1e9);
    price.text = row.Texts();
    price.origin = row.Origin();
    row.Finish();
    table.prices.push_back(std::move(price));
  }
  if (const toml::node* node = root.get("unknown"); node != nullptr && node->is_table()) {
    TomlRow row(*node->as_table(), name);
    table.unknown_level = static_cast<int>(row.NeededNumber("level", 1, 2));
    table.unknown_dn = static_cast<int>(row.NeededNumber("dn", 10, 3000));
    table.unknown_section_m = row.NeededNumber("section_len", 1, 10000);
    table.unknown_bad_m = row.NeededNumber("len_bad", 0.1, 10000);
    row.Origin();
    row.Finish();
  }
  return table;
}

PriceTable PriceTable::BuiltIn() { return Parse(std::string(BuiltInPrices()), "plan_prices.toml"); }

PriceTable PriceTable::Load(const std::filesystem::path& file) {
  return Parse(ReadText(file), file.filename().string());
}

const Price* PriceTable::Find(const std::string& work, int level, int dn_mm,
                              RepairClass repair_class) const {
  for (const Price& price : prices) {
    if (price.work == work && (!price.level || *price.level == level) &&
        (!price.dn_max || dn_mm <= *price.dn_max) &&
        (!price.repair_class || *price.repair_class == repair_class)) {
      return &price;
    }
  }
  return nullptr;
}

Cost CostOf(const PriceTable& table, const std::vector<WorkLine>& works, const Facts& facts,
            RepairClass repair_class) {
  Cost cost;
  Facts known = facts;
  const auto assume = [&](const char* name, double otherwise) {
    if (!std::holds_alternative<std::monostate>(facts.Get(name))) return false;
    known.Set(name, otherwise);
    return true;
  };
  const auto told = [&](const char* name) {
    if (std::find(cost.assumed.begin(), cost.assumed.end(), name) == cost.assumed.end()) {
      cost.assumed.emplace_back(name);
    }
  };
  const bool no_level = assume("net", table.unknown_level);
  const bool no_dn = assume("dn", table.unknown_dn);
  assume("section_len", table.unknown_section_m);
  assume("len_bad", table.unknown_bad_m);
  const int level = static_cast<int>(std::get<double>(known.Get("net")));
  const int dn = static_cast<int>(std::get<double>(known.Get("dn")));
  for (const WorkLine& work : works) {
    const Price* price = table.Find(work.work, level, dn, repair_class);
    if (price == nullptr) {
      throw RunError(ExitCode::kUsage, MessageId::kPlanNoPrice,
                     {table.name, work.work, std::to_string(level), std::to_string(dn),
                      std::string(Code(repair_class))});
    }
    if (price->level && no_level) told("net");
    const bool by_dn = std::any_of(table.prices.begin(), table.prices.end(), [&](const Price& p) {
      return p.work == work.work && p.dn_max.has_value();
    });
    if (by_dn && no_dn) told("dn");
    const Evaluation quantity = work.quantity.Evaluate(known);
    for (const UsedFact& used : quantity.used) {
      if (std::holds_alternative<std::monostate>(facts.Get(used.name))) told(used.name.c_str());
    }
    // What is still unknown has no [unknown]: one of it.
    const double amount = quantity.Unknown() ? 1.0 : std::get<double>(quantity.value);
    const double yuan = std::round(amount * price->yuan);
    cost.lines.push_back({price->text, amount, price->per, price->yuan, yuan, price->origin});
    cost.yuan += yuan;
  }
  return cost;
}

}  // namespace thermoleak::planning
