#include <fmt/format.h>

#include <algorithm>

#include "planning/built_in.hpp"
#include "planning/toml_file.hpp"
#include "thermoleak/core/error.hpp"
#include "thermoleak/planning/rules.hpp"

namespace thermoleak::planning {
namespace {

std::vector<WorkLine> WorksOf(TomlRow& row, std::string_view key) {
  std::vector<WorkLine> works;
  const toml::node* node = row.Node(key);
  if (node == nullptr) return works;
  const auto refuse = [&](const toml::node& at) {
    Refuse(row.file(), at, MessageId::kPlanFileValue,
           {std::string(key), "[[\"work\", \"quantity\"], ...]"});
  };
  const toml::array* lines = node->as_array();
  if (lines == nullptr) refuse(*node);
  for (const toml::node& line : *lines) {
    const toml::array* pair = line.as_array();
    if (pair == nullptr || pair->size() != 2 || !pair->get(0)->is_string() ||
        !pair->get(1)->is_string()) {
      refuse(line);
    }
    const toml::node& quantity = *pair->get(1);
    const Place place{row.file(), static_cast<int>(quantity.source().begin.line),
                      static_cast<int>(quantity.source().begin.column) + 1};
    works.push_back({pair->get(0)->value_or(std::string()),
                     Condition::ParseQuantity(quantity.value_or(std::string()), place)});
  }
  return works;
}

template <class Enum>
std::vector<std::string> CodesOf() {
  std::vector<std::string> codes;
  for (const Term& term : TermsOf<Enum>()) codes.emplace_back(term.code);
  return codes;
}

Condition WhenOf(TomlRow& row) {
  const std::string text = row.Word("when", true);
  return Condition::Parse(text, row.PlaceOf("when"));
}

std::string WordAmong(TomlRow& row, std::string_view key,
                      const std::vector<std::string_view>& words) {
  const std::string word = row.Word(key);
  if (word.empty()) return std::string(words.front());
  if (std::find(words.begin(), words.end(), word) == words.end()) {
    std::string list;
    for (const auto& w : words) list += (list.empty() ? "" : ", ") + std::string(w);
    Refuse(row.file(), *row.table().get(key), MessageId::kPlanFileValue, {std::string(key), list});
  }
  return word;
}

Rule RuleOf(const toml::table& table, const std::string& file, bool merge) {
  TomlRow row(table, file);
  Rule rule;
  rule.id = row.Word("id", true);
  rule.when = WhenOf(row);
  if (merge) {
    rule.must = WordAmong(row, "choice", {"offer", "must"}) == "must";
    rule.scope = Scope::kCourtyard;
  } else {
    const std::string outcome = WordAmong(row, "outcome", {"item", "watch", "emergency"});
    rule.outcome = outcome == "watch"       ? Outcome::kWatch
                   : outcome == "emergency" ? Outcome::kEmergency
                                            : Outcome::kItem;
    const std::string scope = WordAmong(row, "scope", {"spot", "section", "device"});
    rule.scope = scope == "section"  ? Scope::kSection
                 : scope == "device" ? Scope::kDevice
                                     : Scope::kSpot;
  }
  if (rule.outcome != Outcome::kWatch) {
    rule.repair_class =
        Choice::Parse(row.Word("class", true), row.PlaceOf("class"), CodesOf<RepairClass>());
  }
  rule.measure = row.Choice<Measure>("measure").value_or(Measure::kRepair);
  rule.window = row.Days("window");
  if (!rule.window && rule.outcome == Outcome::kItem) {
    Refuse(file, table, MessageId::kPlanFileLacks, {"window"});
  }
  rule.works = WorksOf(row, "works");
  rule.reserve = WorksOf(row, "reserve");
  rule.skill = row.Choice<Skill>("skill").value_or(Skill::kPipe);
  rule.urgency = row.Choice<Urgency>("urgency").value_or(Urgency::kRoutine);
  rule.no_start = WordAmong(row, "lock", {"none", "no_start"}) == "no_start";
  rule.days = row.Number("days", 0.5, 200);
  if (const toml::node* tags = row.Node("tags")) {
    rule.tags.clear();
    const toml::array* list = tags->as_array();
    const auto refuse = [&] {
      Refuse(file, *tags, MessageId::kPlanFileValue, {"tags", "[1 .. 7]"});
    };
    if (list == nullptr) refuse();
    for (const toml::node& tag : *list) {
      const auto number = tag.value_exact<std::int64_t>();
      if (!number || *number < 1 || *number > kProjects) refuse();
      rule.tags.push_back(static_cast<int>(*number));
    }
  }
  rule.text = row.Texts();
  rule.origin = row.Origin();
  row.Finish();
  return rule;
}

Modifier ModifierOf(const toml::table& table, const std::string& file) {
  TomlRow row(table, file);
  Modifier m;
  m.id = row.Word("id", true);
  m.when = WhenOf(row);
  m.at_least = row.Choice<RepairClass>("class");
  m.raise = static_cast<int>(row.Number("raise", 0, 2).value_or(0));
  m.measure = row.Choice<Measure>("measure");
  m.urgency = row.Choice<Urgency>("urgency");
  m.text = row.Texts();
  m.origin = row.Origin();
  row.Finish();
  return m;
}

TomlRow SectionOf(const toml::table& root, std::string_view key, const std::string& file) {
  const toml::node* node = root.get(key);
  if (node == nullptr || !node->is_table()) {
    Refuse(file, node == nullptr ? static_cast<const toml::node&>(root) : *node,
           MessageId::kPlanFileLacks, {fmt::format("[{}]", key)});
  }
  return {*node->as_table(), file};
}

MonthDay NeededDay(TomlRow& row, std::string_view key) {
  const auto day = row.Day(key);
  if (!day) Refuse(row.file(), row.table(), MessageId::kPlanFileLacks, {std::string(key)});
  return *day;
}

Calendar CalendarOf(const toml::table& root, const std::string& file) {
  Calendar calendar;
  TomlRow w1 = SectionOf(root, "W1", file);
  calendar.hard_end = NeededDay(w1, "hard_end");
  calendar.soft_end_pipes = NeededDay(w1, "soft_end_pipes");
  calendar.pressure_test_by = NeededDay(w1, "pressure_test_by");
  w1.Origin();
  w1.Finish();
  TomlRow w2 = SectionOf(root, "W2", file);
  calendar.start = NeededDay(w2, "start");
  w2.Origin();
  w2.Finish();
  TomlRow w3 = SectionOf(root, "W3", file);
  calendar.permit_lead_days = static_cast<int>(w3.NeededNumber("permit_lead_days", 0, 200));
  if (const toml::node* node = w3.Node("no_road_cut")) {
    if (!node->is_array())
      Refuse(file, *node, MessageId::kPlanFileValue, {"no_road_cut", "[[...]]"});
    for (const toml::node& days : *node->as_array())
      calendar.no_road_cut.push_back(w3.DaysOf(days));
  }
  calendar.rain = w3.Days("rain");
  calendar.rain_factor = w3.NeededNumber("rain_factor", 1, 5);
  w3.Origin();
  w3.Finish();
  TomlRow w4 = SectionOf(root, "W4", file);
  calendar.minor_days = w4.NeededNumber("minor_days", 0.5, 200);
  calendar.medium_days = w4.NeededNumber("medium_days", 0.5, 200);
  calendar.major_pipe_days = w4.NeededNumber("major_pipe_days", 0.5, 200);
  calendar.major_pipe_m_per_day = w4.NeededNumber("major_pipe_m_per_day", 0.1, 10000);
  calendar.major_device_days = w4.NeededNumber("major_device_days", 0.5, 200);
  calendar.boiler_major_days = w4.NeededNumber("boiler_major_days", 0.5, 200);
  calendar.boiler_medium_days = w4.NeededNumber("boiler_medium_days", 0.5, 200);
  w4.Origin();
  w4.Finish();
  return calendar;
}

}  // namespace

Date MonthDay::In(int year) const {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return date.ok() ? Date(date) : Date(date.year() / date.month() / std::chrono::last);
}

RuleBook RuleBook::Parse(const std::string& text, const std::string& name) {
  const toml::table root = ParseToml(text, name);
  CheckTopKeys(root, {"rule", "merge", "modifier", "grade", "W1", "W2", "W3", "W4", "priority"},
               name);
  RuleBook book;
  book.name = name;
  book.sha256 = HashOf(text);
  for (const toml::table* table : RowsOf(root, "rule", name))
    book.rules.push_back(RuleOf(*table, name, false));
  for (const toml::table* table : RowsOf(root, "merge", name))
    book.merges.push_back(RuleOf(*table, name, true));
  for (const toml::table* table : RowsOf(root, "modifier", name))
    book.modifiers.push_back(ModifierOf(*table, name));
  for (const toml::table* table : RowsOf(root, "grade", name)) {
    TomlRow row(*table, name);
    GradeRule grade;
    grade.when = WhenOf(row);
    grade.grade = row.Choice<Grade>("grade").value_or(Grade::kGeneral);
    grade.origin = row.Origin();
    row.Finish();
    book.grades.push_back(std::move(grade));
  }
  book.calendar = CalendarOf(root, name);
  TomlRow row = SectionOf(root, "priority", name);
  PriorityWeights& w = book.priority;
  for (const auto& [key, into] : {std::pair{"grade", &w.grade},
                                  {"conf", &w.conf},
                                  {"primary", &w.primary},
                                  {"q_leak_of_10", &w.q_leak_of_10},
                                  {"households_of_1000", &w.households_of_1000},
                                  {"age_of_30", &w.age_of_30}}) {
    *into = row.NeededNumber(key, 0, 1e6);
  }
  row.Origin();
  row.Finish();
  return book;
}

RuleBook RuleBook::BuiltIn() { return Parse(std::string(BuiltInRules()), "plan_rules.toml"); }

RuleBook RuleBook::Load(const std::filesystem::path& file) {
  return Parse(ReadText(file), file.filename().string());
}

}  // namespace thermoleak::planning
