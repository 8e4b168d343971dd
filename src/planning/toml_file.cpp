#include "planning/toml_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "thermoleak/core/error.hpp"
#include "thermoleak/core/files.hpp"

namespace thermoleak::planning {

std::string ReadText(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) {
    throw RunError(ExitCode::kInputMissing, MessageId::kInputMissing, {file.string()});
  }
  const auto bytes = ReadFile(file, 256u << 20);
  if (!bytes) {
    throw RunError(ExitCode::kInputMissing, MessageId::kConfigUnreadable,
                   {file.string(), bytes.error().message.In(Lang::kEnglish)});
  }
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

std::string HashOf(std::string_view text) {
  return Sha256({reinterpret_cast<const std::byte*>(text.data()), text.size()});
}

void Refuse(const std::string& file, const toml::node& at, MessageId id,
            std::vector<std::string> args) {
  args.insert(args.begin(),
              fmt::format("{}:{}:{}", file, at.source().begin.line, at.source().begin.column));
  throw RunError(ExitCode::kUsage, id, std::move(args));
}

const toml::node* TomlRow::Node(std::string_view key) {
  asked_.emplace(key);
  return table_.get(key);
}

std::string TomlRow::Word(std::string_view key, bool needed) {
  const toml::node* node = Node(key);
  if (node == nullptr) {
    if (needed) Refuse(file_, table_, MessageId::kPlanFileLacks, {std::string(key)});
    return {};
  }
  const auto value = node->value_exact<std::string>();
  if (!value) Refuse(file_, *node, MessageId::kPlanFileValue, {std::string(key), "\"...\""});
  return *value;
}

std::optional<double> TomlRow::Number(std::string_view key, double min, double max) {
  const toml::node* node = Node(key);
  if (node == nullptr) return std::nullopt;
  const auto value = node->value<double>();
  if (!node->is_number() || !value || !(*value >= min && *value <= max)) {
    Refuse(file_, *node, MessageId::kPlanFileValue,
           {std::string(key), fmt::format("{} .. {}", min, max)});
  }
  return *value;
}

double TomlRow::NeededNumber(std::string_view key, double min, double max) {
  const auto value = Number(key, min, max);
  if (!value) Refuse(file_, table_, MessageId::kPlanFileLacks, {std::string(key)});
  return *value;
}

namespace {

std::optional<MonthDay> ParseMonthDay(const std::string& text) {
  if (text.size() != 5 || text[2] != '-') return std::nullopt;
  MonthDay day;
  const auto number = [&](std::size_t at, unsigned& into) {
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 2, into);
    return error == std::errc() && end == text.data() + at + 2;
  };
  if (!number(0, day.month) || !number(3, day.day)) return std::nullopt;
  // A leap year: 02-29 is a day of some years.
  const std::chrono::year_month_day date{std::chrono::year(2024), std::chrono::month(day.month),
                                         std::chrono::day(day.day)};
  return date.ok() ? std::optional(day) : std::nullopt;
}

}  // namespace

std::optional<MonthDay> TomlRow::Day(std::string_view key) {
  const std::string text = Word(key);
  if (text.empty()) return std::nullopt;
  const auto day = ParseMonthDay(text);
  if (!day) Refuse(file_, *table_.get(key), MessageId::kPlanFileValue, {std::string(key), "MM-DD"});
  return day;
}

MonthDays TomlRow::DaysOf(const toml::node& node) const {
  const toml::array* pair = node.as_array();
  if (pair != nullptr && pair->size() == 2) {
    const auto from = ParseMonthDay(pair->get(0)->value_or(std::string()));
    const auto to = ParseMonthDay(pair->get(1)->value_or(std::string()));
    if (from && to && std::pair(from->month, from->day) <= std::pair(to->month, to->day)) {
      return {*from, *to};
    }
  }
  Refuse(file_, node, MessageId::kPlanFileValue, {"window", "[\"MM-DD\", \"MM-DD\"]"});
}

std::optional<MonthDays> TomlRow::Days(std::string_view key) {
  const toml::node* node = Node(key);
  if (node == nullptr) return std::nullopt;
  return DaysOf(*node);
}

Text2 TomlRow::Texts() {
  Text2 text{Word("en"), Word("zh")};
  if (text.en.empty() != text.zh.empty()) {
    Refuse(file_, table_, MessageId::kPlanFileLacks, {text.en.empty() ? "en" : "zh"});
  }
  return text;
}

std::string TomlRow::Origin() { return Word("origin", true); }

Place TomlRow::PlaceOf(std::string_view key) const {
  const auto begin = table_.get(key)->source().begin;
  return {file_, static_cast<int>(begin.line), static_cast<int>(begin.column) + 1};
}

void TomlRow::Finish() const {
  for (const auto& [key, node] : table_) {
    if (!asked_.contains(key.str())) {
      Refuse(file_, node, MessageId::kPlanFileKey, {std::string(key.str())});
    }
  }
}

toml::table ParseToml(const std::string& text, const std::string& name) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    throw RunError(
        ExitCode::kUsage, MessageId::kPlanFileToml,
        {fmt::format("{}:{}:{}", name, error.source().begin.line, error.source().begin.column),
         std::string(error.description())});
  }
}

std::vector<const toml::table*> RowsOf(const toml::table& root, std::string_view key,
                                       const std::string& file) {
  std::vector<const toml::table*> rows;
  const toml::node* node = root.get(key);
  if (node == nullptr) return rows;
  if (!node->is_array_of_tables()) {
    Refuse(file, *node, MessageId::kPlanFileValue, {std::string(key), fmt::format("[[{}]]", key)});
  }
  for (const toml::node& row : *node->as_array()) rows.push_back(row.as_table());
  return rows;
}

void CheckTopKeys(const toml::table& root, const std::vector<std::string_view>& known,
                  const std::string& file) {
  for (const auto& [key, node] : root) {
    if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
      Refuse(file, node, MessageId::kPlanFileKey, {std::string(key.str())});
    }
  }
}

}  // namespace thermoleak::planning
