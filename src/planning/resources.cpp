#include "thermoleak/planning/resources.hpp"

#include "planning/toml_file.hpp"
#include "thermoleak/core/error.hpp"

namespace thermoleak::planning {
namespace {

std::vector<std::string> WordsOf(TomlRow& row, std::string_view key) {
  std::vector<std::string> words;
  const toml::node* node = row.Node(key);
  if (node == nullptr) return words;
  const auto refuse = [&] {
    Refuse(row.file(), *node, MessageId::kPlanFileValue, {std::string(key), "[\"...\"]"});
  };
  if (!node->is_array()) refuse();
  for (const toml::node& item : *node->as_array()) {
    if (!item.is_string()) refuse();
    words.push_back(item.value_or(std::string()));
  }
  return words;
}

MonthDays SpanOf(TomlRow& row) {
  const auto from = row.Day("from");
  const auto to = row.Day("to");
  return {from.value_or(MonthDay{1, 1}), to.value_or(MonthDay{12, 31})};
}

}  // namespace

Resources Resources::Parse(const std::string& text, const std::string& name) {
  const toml::table root = ParseToml(text, name);
  CheckTopKeys(root, {"budget", "unit", "crew", "no_crews", "blackout", "precedence", "courtyard"},
               name);
  Resources out;
  out.name = name;
  out.sha256 = HashOf(text);
  if (const toml::node* node = root.get("budget")) {
    if (!node->is_table()) Refuse(name, *node, MessageId::kPlanFileValue, {"budget", "[budget]"});
    TomlRow row(*node->as_table(), name);
    out.city_yuan = row.Number("city_yuan", 0, 1e12);
    row.Finish();
  }
  for (const toml::table* table : RowsOf(root, "unit", name)) {
    TomlRow row(*table, name);
    const std::string unit = row.Word("name", true);
    out.unit_yuan[unit] = row.NeededNumber("budget_yuan", 0, 1e12);
    row.Finish();
  }
  if (root.get("crew") != nullptr || root.get("no_crews") != nullptr) out.crews.emplace();
  for (const toml::table* table : RowsOf(root, "crew", name)) {
    TomlRow row(*table, name);
    Crew crew;
    crew.name = row.Word("name", true);
    crew.units = WordsOf(row, "units");
    for (const std::string& word : WordsOf(row, "skills")) {
      const auto skill = FromCode<Skill>(word);
      if (!skill) {
        Refuse(name, *table->get("skills"), MessageId::kPlanFileValue,
               {"skills", "pipe, boiler, licensed"});
      }
      crew.skills.push_back(*skill);
    }
    if (crew.skills.empty()) Refuse(name, *table, MessageId::kPlanFileLacks, {"skills"});
    if (row.Has("from") || row.Has("to")) crew.available = SpanOf(row);
    row.Finish();
    out.crews->push_back(std::move(crew));
  }
  for (const toml::table* table : RowsOf(root, "blackout", name)) {
    TomlRow row(*table, name);
    Blackout blackout;
    blackout.days = SpanOf(row);
    blackout.reason = row.Word("reason");
    if (const toml::node* flag = row.Node("road_only")) blackout.road_only = flag->value_or(false);
    row.Finish();
    out.blackouts.push_back(std::move(blackout));
  }
  for (const toml::table* table : RowsOf(root, "precedence", name)) {
    TomlRow row(*table, name);
    out.precedence.push_back({row.Word("before", true), row.Word("after", true)});
    row.Finish();
  }
  for (const toml::table* table : RowsOf(root, "courtyard", name)) {
    TomlRow row(*table, name);
    const std::string courtyard = row.Word("name", true);
    out.courtyard_m[courtyard] = row.NeededNumber("length_m", 1, 1e6);
    row.Finish();
  }
  return out;
}

Resources Resources::Load(const std::filesystem::path& file) {
  return Parse(ReadText(file), file.filename().string());
}

}  // namespace thermoleak::planning
