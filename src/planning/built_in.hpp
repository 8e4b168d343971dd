#pragma once
#include <string_view>

namespace thermoleak::planning {

/// The texts of models/plan_rules.toml and models/plan_prices.toml when the program was built.
std::string_view BuiltInRules();
std::string_view BuiltInPrices();

}  // namespace thermoleak::planning
