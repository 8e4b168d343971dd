#pragma once
// What rules may ask of a hazard: named facts, each a number, a yes or no, or a word. What nobody
// stated is unknown and stays so.

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "thermoleak/ledger/records.hpp"

namespace thermoleak::planning {

using Value = std::variant<std::monostate, bool, double, std::string>;

enum class FactType { kNumber, kFlag, kWord, kText };

/// `words` are the values that a kWord may have.
struct FactDoc {
  std::string_view name;
  FactType type;
  std::string_view en, zh;
  std::vector<std::string_view> words = {};
};
const std::vector<FactDoc>& FactDocs();
const FactDoc* FindFact(std::string_view name);

/// As it is written in conditions; "?" for unknown.
std::string ToText(const Value& value);

class Facts {
 public:
  const Value& Get(std::string_view name) const;
  void Set(std::string_view name, Value value);

 private:
  std::map<std::string, Value, std::less<>> values_;
};

/// All that the hazard itself tells. `day` is the plan's; ages count whole years up to its season.
Facts FactsOf(const Hazard& hazard, int season_year, Date day);

}  // namespace thermoleak::planning
